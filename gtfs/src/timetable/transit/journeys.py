"""What a search answers: journeys, leg by leg, with the trips they use."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from functools import cached_property
from zoneinfo import ZoneInfo

from timetable.schedule import NONE
from timetable.transit.compact import Changes, Timetable
from timetable.transit.network import CALLS, CHANGE, FIRST_ROW, ROW, TIMES, TO_PLACE, Table
from timetable.transit.window import Window


class LegKind(Enum):
    """How one gets on: in a vehicle, from one vehicle to the next, or to the first and from the last stop."""

    RIDE = "ride"
    CHANGE = "change"
    ACCESS = "access"
    EGRESS = "egress"


@dataclass(frozen=True, slots=True)
class Leg:
    """A part of a journey.

    Parameters
    ----------
    from_stop, to_stop
        Numbers of stops; of an access and an egress both are the stop at which it meets the timetable.
    depart_s, arrive_s
        Unix seconds. A change begins when its vehicle arrives, and takes at least what its way takes.
    trip
        Number of the trip, or ``NONE``: for legs without a vehicle, and for runs that realtime added.
    day
        Its service day.
    from_call, to_call
        Places in the trip's calls, from 0.
    route
        Number of the line, or ``NONE``.
    added_trip_id
        The id of a run that realtime added.
    stays_seated
        The vehicle is the one of the ride before.
    walk_s
        Seconds on foot.
    """

    kind: LegKind
    from_stop: int
    to_stop: int
    depart_s: int
    arrive_s: int
    walk_s: int = 0
    trip: int = NONE
    day: date | None = None
    from_call: int = NONE
    to_call: int = NONE
    route: int = NONE
    added_trip_id: str | None = None
    stays_seated: bool = False


@dataclass(frozen=True)
class Journey:
    """One answer, legs in the order of travel, from access to egress.

    ``cents`` is the price that the search worked with, None where it asked for none.
    """

    legs: tuple[Leg, ...]
    cents: int | None = None

    @property
    def depart_s(self) -> int:
        """When to leave, as late as the first vehicle allows; Unix seconds."""
        return self.legs[0].depart_s

    @property
    def arrive_s(self) -> int:
        """Unix seconds."""
        return self.legs[-1].arrive_s

    @cached_property
    def boardings(self) -> int:
        """How often one gets on a vehicle."""
        return sum(leg.kind is LegKind.RIDE and not leg.stays_seated for leg in self.legs)

    @cached_property
    def walk_s(self) -> int:
        """Seconds on foot."""
        return sum(leg.walk_s for leg in self.legs)

    @property
    def rides(self) -> tuple[Leg, ...]:
        """The legs in vehicles."""
        return tuple(leg for leg in self.legs if leg.kind is LegKind.RIDE)


def local_time(timetable: Timetable, stop: int, at_s: int) -> datetime:
    """An instant as clocks at a stop show it."""
    zone = ZoneInfo(timetable.zones[int(timetable.stops.zone[stop])])
    return datetime.fromtimestamp(at_s, UTC).astimezone(zone)


@dataclass(frozen=True, slots=True)
class Reading:
    """Reads chains of entries of one search as journeys.

    ``start_stop`` and ``start_s``, ``goal_stop`` and ``goal_s`` are the search's own: a search backwards
    starts where the journey ends.
    """

    timetable: Timetable
    window: Window
    changes: Changes
    forward: bool
    start_stop: Sequence[int]
    start_s: Sequence[int]

    def journey(self, chain: Table, goal_s: int, cents: int | None = None) -> Journey:
        """The journey of a chain that leads from the goal, ``goal_s`` seconds from the last ride, to the
        start.
        """
        entries = chain[:, ROW : TO_PLACE + 1].tolist()
        # A chain that was searched forwards lists the last leg first.
        if self.forward:
            entries.reverse()
        start_s = self.start_s[entries[0 if self.forward else -1][1]]
        access_s, egress_s = (start_s, goal_s) if self.forward else (goal_s, start_s)
        legs: list[Leg] = []
        for row, number, to_place in entries:
            if row >= 0:
                seated = bool(legs) and legs[-1].kind is LegKind.RIDE
                legs.append(self._ride(row, number, to_place, seated))
            elif row == CHANGE:
                legs.append(self._change(number, legs[-1]))
        first, last = legs[0], legs[-1]
        stop, depart_s = first.from_stop, first.depart_s
        access = Leg(LegKind.ACCESS, stop, stop, depart_s - access_s, depart_s, access_s)
        stop, arrive_s = last.to_stop, last.arrive_s
        egress = Leg(LegKind.EGRESS, stop, stop, arrive_s, arrive_s + egress_s, egress_s)
        return Journey((access, *legs, egress), cents)

    def _ride(self, row: int, from_place: int, to_place: int, stays_seated: bool) -> Leg:
        window, timetable = self.window, self.timetable
        lanes = window.lanes
        lane = lanes.row_lane.item(row)
        length = lanes.lane.item(lane, CALLS)
        if not self.forward:
            from_place, to_place = length - 1 - to_place, length - 1 - from_place
        times = lanes.lane.item(lane, TIMES) + (row - lanes.lane.item(lane, FIRST_ROW)) * length
        pattern, run = window.lane_pattern.item(lane), window.row_run.item(row)
        stops, first = timetable.patterns.stop, timetable.patterns.first
        if (laid := pattern - len(timetable.patterns.route)) >= 0:
            pattern, stops, first = laid, window.laid.stop, window.laid.pattern_first
        call = first.item(pattern)
        trip, added_trip_id = NONE, None
        if (added := run - len(timetable.runs.trip)) >= 0:
            route, added_trip_id = window.laid.added_route[added], window.laid.added[added].trip_id
        else:
            trip = timetable.runs.trip.item(run)
            route = timetable.trips.route.item(trip)
        return Leg(
            LegKind.RIDE, stops.item(call + from_place), stops.item(call + to_place),
            window.begin_s + lanes.departure_s.item(times + from_place),
            window.begin_s + lanes.arrival_s.item(times + to_place),
            trip=trip, day=window.days[window.row_day.item(row)], from_call=from_place, to_call=to_place,
            route=int(route), added_trip_id=added_trip_id, stays_seated=stays_seated,
        )  # fmt: skip

    def _change(self, number: int, before: Leg) -> Leg:
        if not self.forward:
            number = self.changes.back.item(number)
        to_stop = self.timetable.points.board_stop.item(self.changes.to.item(number))
        there_s = before.arrive_s + self.changes.seconds.item(number)
        walk_s = self.changes.walk_s.item(number)
        return Leg(LegKind.CHANGE, before.to_stop, to_stop, before.arrive_s, there_s, walk_s)
