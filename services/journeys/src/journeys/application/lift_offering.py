"""Use cases of drivers: a lift is posted, its seats are given or not, it is withdrawn."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import uuid4

from service_kit.errors import FailedPrecondition, InvalidInput
from service_kit.identity.principal import Principal
from service_kit.once import Call, write

from journeys.application.lift_index import LONGEST_LIFT_S
from journeys.application.lift_ports import LiftWriter, Whose
from journeys.application.lift_room import LiftRoom, found_lift, found_seat
from journeys.domain.lifts import Audience, Lift, LiftTimes, Party
from journeys.domain.lifts_access import SPEAKS_FOR_OTHERS, manages, oversees, owns
from journeys.domain.lifts_facts import (
    LiftFact,
    LiftPosted,
    LiftWithdrawn,
    SeatAnswered,
    SeatCancelled,
    SeatLapsed,
)
from journeys.domain.lifts_seats import Seat, SeatEnd, SeatState, answered, cancelled, ended
from journeys.domain.places import Point

MOST_OPEN_LIFTS = 50
"""So many lifts a driver may have open at a time."""
SWEPT_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Posting:
    """A lift as its driver wants it; places may be doors, of which only the next stop or corner is kept."""

    driver: Party
    start: Point
    end: Point
    times: LiftTimes
    seat_count: int
    max_detour_s: int
    audience: Audience
    audience_id: str
    note: str


class LiftOffering:
    """The use cases; safe to use from several threads."""

    def __init__(self, room: LiftRoom) -> None:
        self._room = room

    def post(self, call: Call[Lift], posting: Posting) -> bytes:
        """Post a lift.

        Raises
        ------
        InvalidInput
            Where a place is away from all roads, or the lift leads nowhere or too far.
        FailedPrecondition
            ``TOO_MANY_LIFTS``.
        """
        room = self._room
        start, end, direct_s = self._way(posting)
        lift = Lift(
            id=f"lift-{uuid4().hex}",
            driver=posting.driver,
            start=start,
            end=end,
            times=posting.times,
            seat_count=posting.seat_count,
            direct_s=direct_s,
            max_detour_s=posting.max_detour_s,
            audience=posting.audience,
            audience_id=posting.audience_id,
            note=posting.note,
        )

        def work(writer: LiftWriter) -> Lift:
            open_count = len(writer.lifts_of_driver(posting.driver, room.today()))
            if open_count >= MOST_OPEN_LIFTS:
                raise FailedPrecondition(
                    "TOO_MANY_LIFTS", f"the driver has {open_count} open lifts, at most {MOST_OPEN_LIFTS}"
                )
            writer.put_lift(lift)
            writer.publish([LiftPosted(lift.id, room.now_s())])
            return lift

        return room.desk.once(call, work)

    def listed(self, caller: Principal, reference: str, after: int, count: int) -> list[Lift]:
        """Lifts in the order of posting, after a number: the caller's, to a dispatcher everybody's."""
        with self._room.store.reading() as reader:
            return reader.lifts(whose_of(caller, reference), after, count)

    def withdraw(self, call: Call[Lift], lift_id: str, day: date | None) -> bytes:
        """Withdraw a lift on one day, or altogether; those who ride in it are told.

        Raises
        ------
        NotFound
            ``LIFT_NOT_FOUND``.
        FailedPrecondition
            ``LIFT_NOT_GOING``, where it does not go on that day anyway.
        """
        room = self._room

        def work(writer: LiftWriter) -> Lift:
            lift = found_lift(writer, lift_id, lambda each: manages(call.caller, each))
            if day is None:
                changed = replace(lift, withdrawn=True)
            elif lift.times.goes_on(day):
                times = replace(lift.times, except_days=lift.times.except_days | {day})
                changed = replace(lift, times=times)
            else:
                raise FailedPrecondition("LIFT_NOT_GOING", f"the lift does not go on {day}")
            writer.put_lift(changed)
            now_s = room.now_s()
            facts: list[LiftFact] = [LiftWithdrawn(lift.id, now_s, day)]
            # What left yesterday may still be on the road.
            concerned = writer.seats_from(lift.id, day or room.today() - timedelta(days=1))
            for seat in concerned:
                if day in {None, seat.day} and seat.is_open(now_s) and now_s < seat.dropoff_s:
                    writer.put_seat(cancelled(seat, SeatEnd.LIFT, now_s))
                    facts.append(SeatCancelled(lift.id, now_s, seat.id, SeatEnd.LIFT))
            writer.publish(facts)
            return changed

        return room.desk.once(call, work)

    def answer(self, call: Call[Seat], seat_id: str, *, accept: bool) -> bytes:
        """Say yes or no to who asked for a seat.

        Raises
        ------
        NotFound
            ``SEAT_NOT_FOUND``.
        FailedPrecondition
            ``SEAT_NOT_ASKED``, ``LIFT_NOT_OPEN``.
        """
        room = self._room

        def work(writer: LiftWriter) -> Seat:
            seat = found_seat(writer, seat_id, lambda each: owns(call.caller, each.driver))
            lift = found_lift(writer, seat.lift_id, lambda _: True)
            now_s = room.now_s()
            relay = f"relay-{uuid4().hex}"
            new = answered(seat, lift, accept=accept, now_s=now_s, relay_reference=relay)
            writer.put_seat(new)
            if not accept:
                room.leave_out(writer, lift, new)
            writer.publish([SeatAnswered(lift.id, now_s, seat.id, accept)])
            return new

        return room.desk.once(call, work)

    def sweep(self) -> int:
        """Note which seats nobody answered for in time; how many."""
        room = self._room

        def work(writer: LiftWriter) -> int:
            now_s = room.now_s()
            overdue = writer.overdue(now_s, SWEPT_AT_ONCE)
            for seat in overdue:
                new = ended(seat, SeatState.LAPSED)
                writer.put_seat(new)
                lift = writer.lift(seat.lift_id)
                if lift is not None:
                    room.leave_out(writer, lift, new)
                writer.publish([SeatLapsed(seat.lift_id, now_s, seat.id)])
            return len(overdue)

        total = 0
        while count := write(room.store, work):
            total += count
        if total:
            room.committed()
        return total

    def _way(self, posting: Posting) -> tuple[Point, Point, int]:
        """Start and end as they are kept, and how long one drives."""
        roads = self._room.roads
        places = []
        for field, point in (("lift.from", posting.start), ("lift.to", posting.end)):
            public = roads.public(point)
            if public is None:
                raise InvalidInput.in_field(field, "there is no road near it", "NO_ROAD_NEARBY")
            places.append(public)
        start, end = places
        snapped = [roads.snap(point) for point in places]
        direct_s = None
        if snapped[0] is not None and snapped[1] is not None:
            direct_s = roads.direct_s(snapped[0], snapped[1])
        if direct_s is None or direct_s == 0 or direct_s > LONGEST_LIFT_S:
            why = "there is no way" if direct_s is None else f"it takes {direct_s} s"
            raise InvalidInput.in_field(
                "lift.to", f"{why} from the start; lifts take 1 to {LONGEST_LIFT_S} s", "LIFT_LENGTH_INVALID"
            )
        return start, end, direct_s


def whose_of(caller: Principal, reference: str) -> Whose:
    """Whose lifts and seats a list is of: never others' than the caller's, except for dispatchers."""
    if caller.roles.isdisjoint(SPEAKS_FOR_OTHERS):
        return Whose(caller.client_id, caller.subject)
    if oversees(caller) and not reference:
        return Whose()
    return Whose(caller.client_id, reference or None)
