"""Use cases of booked journeys: a seat for one of their legs, asked for once and given back for good."""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Protocol

from service_kit.errors import FailedPrecondition
from service_kit.identity.audit import DONE, entry_of
from service_kit.identity.principal import Principal
from service_kit.once import write

from journeys.application.lift_ports import LiftWriter
from journeys.application.lift_riding import Asking, LiftRiding
from journeys.application.lift_room import LiftRoom, found_lift
from journeys.domain.lifts import Claims, Party
from journeys.domain.lifts_seats import Seat, SeatEnd, SeatState
from journeys.domain.places import Point

METHOD = "BookLiftLeg"
TOLD_AT_ONCE = 100
TELL_AGAIN_S = 60


@dataclass(frozen=True, slots=True)
class Order:
    """A leg by lift of a booking.

    Parameters
    ----------
    name
        The same for every try at this leg.
    booking_id
        The booking it belongs to.
    day
        YYYY-MM-DD.
    start, end
        Where the driver stops, as it was shown.
    there_by_s
        When the passenger has to be there, for the rest of the journey to hold.
    """

    name: str
    booking_id: str
    caller: Principal
    passenger: Party
    lift_id: str
    day: str
    start: Point
    end: Point
    seat_count: int
    pickup_s: int
    there_by_s: int

    @property
    def seat_id(self) -> str:
        """The id that its seat gets: the seat is found by what was ordered, however long ago that was."""
        return f"seat-{sha256(f'{self.caller.scope}/{self.name}'.encode()).hexdigest()[:32]}"


class Bookings(Protocol):
    """Whom seats belong to as legs; both do nothing where it was done before."""

    def confirm(self, booking_id: str, reference: str) -> None:
        """The driver said yes."""
        ...

    def withdraw(self, booking_id: str, reference: str, reason: str, message: str) -> None:
        """The seat is not to be had after all."""
        ...


class LiftBooking:
    """The use cases; the same order has the same seat, however often it is carried out."""

    def __init__(self, room: LiftRoom, riding: LiftRiding) -> None:
        self._room = room
        self._riding = riding

    def book(self, order: Order) -> Seat:
        """Ask for the seat, or find the one that was asked for; see :meth:`.LiftRiding.asked`.

        Raises
        ------
        FailedPrecondition
            ``ORDER_RELEASED``, where the order was given back before; and see there.
        """

        def work(writer: LiftWriter) -> Seat:
            seat = writer.seat(order.seat_id)
            if seat is not None:
                return seat
            if writer.is_released(order.name):
                raise FailedPrecondition("ORDER_RELEASED", "the seat was given back before")
            lift = found_lift(writer, order.lift_id, lambda _: True)
            asking = Asking(
                lift_id=order.lift_id,
                day=date.fromisoformat(order.day),
                start=order.start,
                end=order.end,
                seat_count=order.seat_count,
                passenger=order.passenger,
                # It was shown to those only who had said that they belong to its audience.
                claims=Claims(woman=True, school_id=lift.audience_id),
                max_walk_m=0,
                earliest_pickup_s=order.pickup_s,
                latest_dropoff_s=order.there_by_s,
            )
            seat = self._riding.asked(writer, asking, order.seat_id)
            writer.book_seat(seat.id, order.booking_id)
            self._note(writer, order, seat)
            return seat

        seat = write(self._room.store, work)
        self._room.committed()
        return seat

    def release(self, order: Order) -> None:
        """Give the seat back, and carry the order out never again.

        Raises
        ------
        FailedPrecondition
            ``SEAT_OVER``, where it was driven already.
        """

        def work(writer: LiftWriter) -> None:
            now_s = self._room.now_s()
            writer.release_order(order.name, now_s)
            seat = writer.seat(order.seat_id)
            if seat is None or not seat.is_open(now_s):
                return
            self._riding.cancelled(writer, seat, SeatEnd.PASSENGER)
            writer.unbook_seat(seat.id)
            self._note(writer, order, seat)

        write(self._room.store, work)
        self._room.committed()

    def tell(self, bookings: Bookings) -> int:
        """Tell bookings what became of their seats; how many were told something new.

        For a while they are told again: a booking may not have noted yet which seat is its own.
        """
        store, now_s = self._room.store, self._room.now_s()
        with store.reading() as reader:
            answered = reader.answered_bookings(now_s, TOLD_AT_ONCE)
        for booking_id, seat in answered:
            if seat.state is SeatState.CONFIRMED:
                bookings.confirm(booking_id, seat.id)
            else:
                reason = f"SEAT_{seat.state.name}"
                bookings.withdraw(booking_id, seat.id, reason, f"the seat in the lift is {seat.state.value}")

        def told(writer: LiftWriter) -> None:
            for _, seat in answered:
                writer.told_booking(seat, now_s + TELL_AGAIN_S)

        if answered:
            write(store, told)
        return len(answered)

    def _note(self, writer: LiftWriter, order: Order, seat: Seat) -> None:
        writer.record(
            entry_of(
                order.caller,
                time=self._room.clock.now(),
                method=METHOD,
                request_id=order.name,
                entity_ids=frozenset({order.lift_id, seat.id}),
                outcome=DONE,
            )
        )
