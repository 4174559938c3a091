"""What the use cases around lifts share: the store, the roads, the clock, and who rides when."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from routing_core.fleet.model import Tour
from routing_core.roads.snap import RoadPoint
from routing_core.travel import TravelMatrix
from service_kit.clock import Clock
from service_kit.errors import NotFound

from journeys.application.desk import Desk
from journeys.application.lift_index import LiftIndex
from journeys.application.lift_ports import LiftReader, LiftStore, LiftWriter
from journeys.application.lift_roads import LiftRoads
from journeys.domain.lifts import Lift
from journeys.domain.lifts_facts import LiftFact, SeatRetimed
from journeys.domain.lifts_seats import Seat
from journeys.domain.lifts_tour import Going, rescheduled, timed_seats, tour_of, without


class LiftRoom:
    """What the use cases share.

    Parameters
    ----------
    committed
        Called after each transaction that did something.
    """

    def __init__(
        self,
        store: LiftStore,
        roads: LiftRoads,
        zone: ZoneInfo,
        clock: Clock,
        committed: Callable[[], None],
    ) -> None:
        self.store = store
        self.roads = roads
        self.zone = zone
        self.clock = clock
        self.committed = committed
        self.index = LiftIndex(zone, roads.fastest_m_per_s)
        self.desk: Desk[LiftReader, LiftWriter] = Desk(store, clock, committed)

    def now_s(self) -> int:
        """The present instant in whole Unix seconds."""
        return int(self.clock.now().timestamp())

    def today(self) -> date:
        """The day it is by the district's clocks."""
        return self.clock.now().astimezone(self.zone).date()

    def local(self, instant_s: int) -> datetime:
        """An instant by the district's clocks."""
        return datetime.fromtimestamp(instant_s, UTC).astimezone(self.zone)

    def going(self, reader: LiftReader, lift: Lift, day: date) -> Going:
        """A lift on one of its days, with those who ride in it."""
        now_s = self.now_s()
        seats = tuple(seat for seat in reader.seats_on([day], lift.id) if seat.is_open(now_s))
        ids = {seat.id for seat in seats}
        stops = tuple(stop for stop in reader.day(lift.id, day).stops if stop[1] in ids)
        return Going(lift, day, lift.times.departs_s(day, self.zone), seats, stops)

    def keep_tour(
        self, writer: LiftWriter, going: Going, seats: Sequence[Seat], tour: Tour, base_s: int
    ) -> None:
        """Store in which order and when passengers get on and off; tell those whose times are others now."""
        timed, stops = timed_seats(seats, tour, base_s)
        known = {seat.id: seat for seat in going.seats}
        facts: list[LiftFact] = []
        for seat in timed:
            before = known.get(seat.id)
            if before is not None and before != seat:
                writer.put_seat(seat)
                facts.append(SeatRetimed(going.lift.id, self.now_s(), seat.id, seat.pickup_s, seat.dropoff_s))
        writer.put_day(replace(writer.day(going.lift.id, going.day), stops=stops))
        writer.publish(facts)

    def leave_out(self, writer: LiftWriter, lift: Lift, seat: Seat) -> None:
        """Take a seat that is not open any more off its lift's tour; others' times stay or get better."""
        going = without(self.going(writer, lift, seat.day), frozenset({seat.id}))
        retimed = self._retimed(going)
        if retimed is None:
            writer.put_day(replace(writer.day(lift.id, seat.day), stops=going.stops))
        else:
            tour, base_s = retimed
            self.keep_tour(writer, going, going.seats, tour, base_s)

    def _retimed(self, going: Going) -> tuple[Tour, int] | None:
        """Times for the tour as it is; None where nobody rides, or no times keep everything any more."""
        points = {point: self.roads.snap(point) for point in going.points()}
        roads: list[RoadPoint] = [road for road in points.values() if road is not None]
        if not going.seats or len(roads) < len(points):
            return None
        place = {point: number for number, point in enumerate(points)}
        travel: TravelMatrix = self.roads.matrix(roads)
        tour, requests = tour_of(going, place.__getitem__, going.depart_s)
        timed = rescheduled(tour, requests, travel)
        return None if timed is None else (timed, going.depart_s)


def found_lift(reader: LiftReader, lift_id: str, visible: Callable[[Lift], bool]) -> Lift:
    """The lift; raises NotFound where there is none, or none for the caller."""
    lift = reader.lift(lift_id)
    if lift is None or not visible(lift):
        raise NotFound.in_field("lift_id", f"there is no lift {lift_id!r}", "LIFT_NOT_FOUND")
    return lift


def found_seat(reader: LiftReader, seat_id: str, visible: Callable[[Seat], bool]) -> Seat:
    """The seat; raises NotFound where there is none, or none for the caller."""
    seat = reader.seat(seat_id)
    if seat is None or not visible(seat):
        raise NotFound.in_field("seat_id", f"there is no seat {seat_id!r}", "SEAT_NOT_FOUND")
    return seat
