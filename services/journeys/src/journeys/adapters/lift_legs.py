"""Seats in lifts as legs of a booking: the driver is asked, and the booking waits for the answer."""

from landlinie.journeys.v1 import journey_pb2
from service_kit.errors import Aborted, FailedPrecondition, InvalidInput, NotFound
from service_kit.errors import Unavailable as StoreUnavailable
from service_kit.identity.principal import Principal, Role

from journeys.application.lift_booking import LiftBooking, Order
from journeys.application.ports import Unavailable
from journeys.application.ports_booking import Booked, Kept, LegOrder, Refused, Released
from journeys.domain.connection import BOARD_S
from journeys.domain.journey import UNDER_OWN_POWER
from journeys.domain.lifts import Party
from journeys.domain.lifts_seats import SLACK_S, SeatState
from journeys.domain.places import Point

SAYS_NO = (FailedPrecondition, InvalidInput, NotFound)


class LiftLegs:
    """See :class:`.BookableLegs`: seats are in this very service, and its database knows every answer."""

    def __init__(self, booking: LiftBooking, tenant: str) -> None:
        self._booking = booking
        self._tenant = tenant

    def book(self, order: LegOrder, timeout_s: float) -> Booked | Refused:  # noqa: ARG002 - asks nobody
        """See :class:`.BookableLegs`."""
        try:
            seat = self._booking.book(self._order(order))
        except SAYS_NO as no:
            return Refused(no.reason, no.message)
        except (Aborted, StoreUnavailable) as error:
            raise _unavailable(error) from error
        if seat.state is SeatState.CONFIRMED:
            return Booked(seat.id)
        if seat.state is SeatState.ASKED:
            return Booked(seat.id, asked=True)
        return Refused(f"SEAT_{seat.state.name}", f"the seat is {seat.state.value}")

    def release(self, order: LegOrder, timeout_s: float) -> Released | Kept:  # noqa: ARG002 - asks nobody
        """See :class:`.BookableLegs`."""
        try:
            self._booking.release(self._order(order))
        except SAYS_NO as no:
            return Kept(no.reason, no.message)
        except (Aborted, StoreUnavailable) as error:
            raise _unavailable(error) from error
        return Released()

    def _order(self, order: LegOrder) -> Order:
        leg = journey_pb2.Leg.FromString(order.leg.wire)
        caller = Principal(order.subject, frozenset({Role.APP_BACKEND}), self._tenant, order.client_id)
        booking_id = order.name.rpartition("-")[0]
        return Order(
            name=order.name,
            booking_id=booking_id,
            caller=caller,
            # The phone desk books for many whom nobody named: each booking is somebody else.
            passenger=Party(order.client_id, order.passenger_reference or booking_id),
            lift_id=leg.lift.lift_id,
            day=leg.lift.service_date,
            start=_point(getattr(leg, "from")),
            end=_point(leg.to),
            seat_count=order.journey.seated_count,
            pickup_s=leg.departure_time.seconds,
            there_by_s=_there_by_s(order),
        )


def _there_by_s(order: LegOrder) -> int:
    """In time for what is next, or hardly later than it was shown where nothing is."""
    walk_s = 0
    for leg in order.journey.legs[order.leg_number + 1 :]:
        if leg.mode not in UNDER_OWN_POWER:
            return leg.depart_s - BOARD_S - walk_s
        walk_s += leg.arrive_s - leg.depart_s
    return order.leg.arrive_s + SLACK_S


def _point(end: journey_pb2.LegEnd) -> Point:
    return Point(end.position.latitude_deg, end.position.longitude_deg, end.label)


def _unavailable(error: Exception) -> Unavailable:
    return Unavailable("LIFTS_UNAVAILABLE", f"seats cannot be asked for now ({error})")
