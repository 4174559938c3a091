"""What a search answers: journeys, leg by leg, with the trips they use."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import Enum
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np

from timetable.schedule import NONE
from timetable.transit.compact import Changes, Timetable
from timetable.transit.network import CHANGE, ROW, TO_PLACE, Table
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
        legs: list[Leg] = []
        for row, from_place, to_place in chain[:, ROW : TO_PLACE + 1].tolist():
            legs.append(self._ride(row, from_place, to_place) if row >= 0 else self._between(row, from_place))
        # A chain that was searched forwards lists the last leg first.
        if self.forward:
            legs.reverse()
        return Journey(tuple(self._timed(legs, goal_s)), cents)

    def _ride(self, row: int, from_place: int, to_place: int) -> Leg:
        window, timetable = self.window, self.timetable
        lanes = window.lanes
        lane = int(lanes.row_lane[row])
        length = int(lanes.call_end[lane] - lanes.call_first[lane])
        if not self.forward:
            from_place, to_place = length - 1 - to_place, length - 1 - from_place
        times = int(lanes.times[lane]) + (row - int(lanes.first[lane])) * length
        pattern, run = int(window.lane_pattern[lane]), int(window.row_run[row])
        planned = len(timetable.patterns.route)
        if pattern < planned:
            calls = timetable.patterns.stop[timetable.patterns.first[pattern] :]
        else:
            calls = window.laid.stop[window.laid.pattern_first[pattern - planned] :]
        added = run - len(timetable.runs.trip)
        trip = int(timetable.runs.trip[run]) if added < 0 else NONE
        route = timetable.trips.route[trip] if added < 0 else window.laid.added_route[added]
        return Leg(
            LegKind.RIDE, int(calls[from_place]), int(calls[to_place]),
            window.begin_s + int(lanes.departure_s[times + from_place]),
            window.begin_s + int(lanes.arrival_s[times + to_place]),
            trip=trip, day=window.days[int(window.row_day[row])], from_call=from_place, to_call=to_place,
            route=int(route), added_trip_id=None if added < 0 else window.laid.added[added].trip_id,
        )  # fmt: skip

    def _between(self, row: int, number: int) -> Leg:
        """A leg whose times are still to be told by its neighbours."""
        if row == CHANGE:
            if not self.forward:
                number = int(self.changes.back[number])
            start = int(np.searchsorted(self.changes.first, number, side="right")) - 1
            points = self.timetable.points
            return Leg(
                LegKind.CHANGE, int(points.alight_stop[start]),
                int(points.board_stop[self.changes.to[number]]), 0,
                int(self.changes.seconds[number]), int(self.changes.walk_s[number]),
            )  # fmt: skip
        stop, seconds = self.start_stop[number], self.start_s[number]
        return Leg(LegKind.ACCESS if self.forward else LegKind.EGRESS, stop, stop, 0, seconds, seconds)

    def _timed(self, legs: Sequence[Leg], goal_s: int) -> Iterator[Leg]:
        rides = [leg for leg in legs if leg.kind is LegKind.RIDE]
        access_s = legs[0].arrive_s if self.forward else goal_s
        egress_s = goal_s if self.forward else legs[-1].arrive_s
        first, last = rides[0], rides[-1]
        yield Leg(
            LegKind.ACCESS,
            first.from_stop,
            first.from_stop,
            first.depart_s - access_s,
            first.depart_s,
            access_s,
        )
        before: Leg | None = None
        for leg in legs:
            if leg.kind is LegKind.RIDE:
                yield replace(leg, stays_seated=before is not None and before.kind is LegKind.RIDE)
            elif leg.kind is LegKind.CHANGE and before is not None:
                yield replace(leg, depart_s=before.arrive_s, arrive_s=before.arrive_s + leg.arrive_s)
            before = leg
        yield Leg(
            LegKind.EGRESS, last.to_stop, last.to_stop, last.arrive_s, last.arrive_s + egress_s, egress_s
        )
