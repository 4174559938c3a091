"""Use cases of passengers: lifts are found, seats are asked for and given up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from service_kit.errors import FailedPrecondition, InvalidInput, NotFound
from service_kit.identity.principal import Principal
from service_kit.once import Call

from journeys.application.lift_matching import NEW, Match, Wish, matches
from journeys.application.lift_offering import whose_of
from journeys.application.lift_ports import LiftWriter, SeatFilter
from journeys.application.lift_roads import Meeting
from journeys.application.lift_room import LiftRoom, found_lift, found_seat
from journeys.application.ports import Span
from journeys.domain.lifts import Claims, Lift, Party
from journeys.domain.lifts_access import oversees, owns, side_of
from journeys.domain.lifts_facts import SeatAsked, SeatCancelled
from journeys.domain.lifts_seats import (
    LEAST_NOTICE_S,
    SLACK_S,
    MeetingPlace,
    Seat,
    SeatEnd,
    SeatState,
    answer_by_s,
    cancelled,
)
from journeys.domain.lifts_tour import renamed
from journeys.domain.places import Point

MOST_FOUND = 20
MOST_ASKED = 10
"""So many open seats a passenger may have in all lifts together: nobody keeps them from others."""
DAY_S = 24 * 3600
WATCHED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Ride:
    """From where to where somebody wants to be taken along.

    Parameters
    ----------
    leave
        When they would leave home.
    """

    start: Point
    end: Point
    leave: Span
    seat_count: int
    claims: Claims
    max_walk_m: int


@dataclass(frozen=True, slots=True)
class Asking:
    """A seat that somebody asks for.

    ``earliest_pickup_s`` and ``latest_dropoff_s``, where the walk is over, are None where any time will do.
    """

    lift_id: str
    day: date
    start: Point
    end: Point
    seat_count: int
    passenger: Party
    claims: Claims
    max_walk_m: int
    earliest_pickup_s: int | None
    latest_dropoff_s: int | None = None


class LiftRiding:
    """The use cases; safe to use from several threads."""

    def __init__(self, room: LiftRoom) -> None:
        self._room = room

    def find(self, ride: Ride) -> list[Match]:
        """Lifts that take somebody along, least detour first, at most 20; each lift once a day.

        Raises
        ------
        InvalidInput
            Where a place is away from all roads and stops.
        """
        pickups, dropoffs = self._meetings(ride.start, ride.end, ride.max_walk_m)
        leave = self.in_time(ride.leave)
        if leave is None:
            return []
        return self.found(Wish(pickups, dropoffs, ride.seat_count, leave), ride.claims)[:MOST_FOUND]

    def found(self, wish: Wish, claims: Claims) -> list[Match]:
        """All lifts that keep a wish, least detour first."""
        ends = ([each.point for each in wish.pickups], [each.point for each in wish.dropoffs])
        span = Span(
            wish.leave.earliest_s, wish.leave.latest_s + max([0, *(it.walk_s for it in wish.pickups)])
        )
        with self._room.store.reading() as reader:
            goings = self._room.index.goings(reader, ends, span, claims, self._room.now_s())
        return matches(self._room.roads, goings, wish)

    def in_time(self, leave: Span) -> Span | None:
        """The span, from when on a driver can still be asked; None where that is over."""
        earliest_s = max(leave.earliest_s, self._room.now_s() + LEAST_NOTICE_S)
        return Span(earliest_s, leave.latest_s) if earliest_s <= leave.latest_s else None

    def ask(self, call: Call[Seat], asking: Asking) -> bytes:
        """Ask for a seat: it is kept until the driver has answered, or the time to answer is over.

        Raises
        ------
        NotFound
            ``LIFT_NOT_FOUND``, also for lifts that are not for whoever asks.
        FailedPrecondition
            ``LIFT_NOT_GOING``, ``OWN_LIFT``, ``SEAT_ASKED_ALREADY``, ``TOO_MANY_SEATS``,
            ``LIFT_LEAVES_SOON``; ``LIFT_DOES_NOT_FIT`` where it has no seat left, or the way is too far
            out of its own.
        """
        return self._room.desk.once(call, lambda writer: self.asked(writer, asking, f"seat-{uuid4().hex}"))

    def asked(self, writer: LiftWriter, asking: Asking, seat_id: str) -> Seat:
        """Ask for a seat within a transaction, under an id that no seat has yet; see :meth:`ask`."""
        room, now_s = self._room, self._room.now_s()
        lift = found_lift(writer, asking.lift_id, lambda each: _is_shown(each, asking))
        if not lift.times.goes_on(asking.day):
            raise FailedPrecondition("LIFT_NOT_GOING", f"the lift does not go on {asking.day}")
        if lift.driver == asking.passenger:
            raise FailedPrecondition("OWN_LIFT", "drivers ask for no seat in their own lift")
        self._check_share(writer, asking, now_s)
        match = self._fitting(writer, lift, asking)
        seat = Seat(
            id=seat_id,
            lift_id=lift.id,
            day=asking.day,
            driver=lift.driver,
            passenger=asking.passenger,
            state=SeatState.ASKED,
            seat_count=asking.seat_count,
            pickup=self._place(match.pickup),
            dropoff=self._place(match.dropoff),
            pickup_s=match.pickup_s,
            dropoff_s=match.dropoff_s,
            earliest_pickup_s=match.pickup_s,
            latest_pickup_s=match.pickup_s + SLACK_S,
            latest_dropoff_s=_latest_dropoff_s(match, asking),
            longest_ride_s=match.longest_ride_s,
            detour_s=match.detour_s,
            walk_m=match.walk_m,
            asked_s=now_s,
            answer_by_s=answer_by_s(now_s, match.pickup_s),
            audience=lift.audience,
        )
        writer.put_seat(seat)
        tour = renamed(match.tour, NEW, seat.id)
        room.keep_tour(writer, match.going, (*match.going.seats, seat), tour, match.base_s)
        writer.publish([SeatAsked(lift.id, now_s, seat.id)])
        return seat

    def cancel(self, call: Call[Seat], seat_id: str) -> bytes:
        """Give a seat up: its passenger, its driver, or a dispatcher.

        Raises
        ------
        NotFound
            ``SEAT_NOT_FOUND``.
        FailedPrecondition
            ``SEAT_OVER``.
        """

        def work(writer: LiftWriter) -> Seat:
            seat = found_seat(writer, seat_id, lambda each: side_of(call.caller, each) is not None)
            return self.cancelled(writer, seat, _end(call.caller, seat))

        return self._room.desk.once(call, work)

    def cancelled(self, writer: LiftWriter, seat: Seat, end: SeatEnd) -> Seat:
        """Give a seat up within a transaction; raises FailedPrecondition ``SEAT_OVER``."""
        now_s = self._room.now_s()
        new = cancelled(seat, end, now_s)
        writer.put_seat(new)
        lift = writer.lift(seat.lift_id)
        if lift is not None:
            self._room.leave_out(writer, lift, new)
        writer.publish([SeatCancelled(seat.lift_id, now_s, seat.id, end)])
        return new

    def listed(self, caller: Principal, lift_id: str, reference: str, after: int, count: int) -> list[Seat]:
        """Seats the caller drives or rides in, in the order of asking, after a number."""
        chosen = SeatFilter(whose_of(caller, reference), lift_id or None)
        with self._room.store.reading() as reader:
            return reader.seats(chosen, after, count)

    def changed(self, caller: Principal, lift_id: str, reference: str, since: int) -> tuple[int, list[Seat]]:
        """Seats that changed after a change, and up to which change these are all."""
        chosen = SeatFilter(whose_of(caller, reference), lift_id or None)
        with self._room.store.reading() as reader:
            if reader.newest_change() == since:
                return since, []
            return reader.seats_changed(chosen, since, WATCHED_AT_ONCE)

    def lift(self, lift_id: str) -> Lift:
        """A lift by its id, whoever asks; raises NotFound."""
        with self._room.store.reading() as reader:
            return found_lift(reader, lift_id, lambda _: True)

    def _meetings(
        self, start: Point, end: Point, max_walk_m: int
    ) -> tuple[Sequence[Meeting], Sequence[Meeting]]:
        found = []
        for field, point in (("from", start), ("to", end)):
            meetings = self._room.roads.meetings(point, max_walk_m)
            if not meetings:
                raise InvalidInput.in_field(
                    field, f"there is no road or stop within {max_walk_m} m", "NO_ROAD_NEARBY"
                )
            found.append(meetings)
        return found[0], found[1]

    def _check_share(self, writer: LiftWriter, asking: Asking, now_s: int) -> None:
        mine = [
            seat
            for seat in writer.seats_of_passenger(asking.passenger)
            if seat.is_open(now_s) and now_s < seat.dropoff_s
        ]
        if any(seat.lift_id == asking.lift_id and seat.day == asking.day for seat in mine):
            raise FailedPrecondition(
                "SEAT_ASKED_ALREADY", "the passenger has a seat in this lift on that day"
            )
        if len(mine) >= MOST_ASKED:
            raise FailedPrecondition(
                "TOO_MANY_SEATS", f"the passenger has {len(mine)} open seats, at most {MOST_ASKED}"
            )

    def _fitting(self, writer: LiftWriter, lift: Lift, asking: Asking) -> Match:
        """The pair of places with the least effort at which the lift takes the passenger along."""
        pickups, dropoffs = self._meetings(asking.start, asking.end, asking.max_walk_m)
        going = self._room.going(writer, lift, asking.day)
        leave = Span(going.depart_s - DAY_S, going.depart_s + lift.longest_s)
        wish = Wish(
            pickups,
            dropoffs,
            asking.seat_count,
            leave,
            asking.latest_dropoff_s,
            not_before_s=asking.earliest_pickup_s or going.depart_s,
        )
        found = matches(self._room.roads, [going], wish)
        if not found:
            answer_by_s(self._room.now_s(), going.depart_s + lift.longest_s)
            raise FailedPrecondition(
                "LIFT_DOES_NOT_FIT", "the lift has no seat left, or the way is too far out of its own"
            )
        return min(found, key=lambda match: match.effort_s)

    def _place(self, meeting: Meeting) -> MeetingPlace:
        public = self._room.roads.public(meeting.point) or meeting.point
        return MeetingPlace(meeting.point, public)


def _is_shown(lift: Lift, asking: Asking) -> bool:
    return lift.findable and lift.admits(asking.claims)


def _latest_dropoff_s(match: Match, asking: Asking) -> int:
    """Until when others may make it later for this passenger."""
    latest_s = match.dropoff_s + SLACK_S
    if asking.latest_dropoff_s is None:
        return latest_s
    return min(latest_s, asking.latest_dropoff_s - match.dropoff.walk_s)


def _end(caller: Principal, seat: Seat) -> SeatEnd:
    if owns(caller, seat.passenger):
        return SeatEnd.PASSENGER
    if owns(caller, seat.driver):
        return SeatEnd.DRIVER
    if oversees(caller):
        return SeatEnd.DISPATCHER
    raise NotFound.in_field("seat_id", f"there is no seat {seat.id!r}", "SEAT_NOT_FOUND")
