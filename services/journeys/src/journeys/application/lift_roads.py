"""Where lifts drive and stop: roads for cars, walks to stops, and the names of street corners."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt
from routing_core.roads.errors import NoRoadNearby, NoWay
from routing_core.roads.router import Router
from routing_core.roads.snap import RoadPoint
from routing_core.travel import UNREACHABLE, TravelMatrix

from journeys.application.ways import Ways
from journeys.domain.journey import Mode
from journeys.domain.places import Point

SNAP_LIMIT_M = 500.0
SETTLEMENT_LIMIT_M = 2000.0
STOP_LIMIT_M = 400.0
"""A stop that near stands for a place; else the next street corner does."""
JUNCTION_EXITS = 3
MOST_STOPS = 3
"""So many stops around a place are tried besides the place itself."""
BESIDE_M_PER_S = 1.2
POINTS_KEPT = 50_000

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Meeting:
    """Where a passenger could get on or off.

    Parameters
    ----------
    group
        Places of one group stand for the same end; the best of them is taken.
    """

    point: Point
    road: RoadPoint
    walk_m: int = 0
    walk_s: int = 0
    group: int = 0


class LiftRoads:
    """Snaps places, names them for strangers, and knows driving times.

    Parameters
    ----------
    driving
        The roads as cars drive them.
    walking
        The same roads as people walk them.
    stops
        Stops and stations that everybody knows.
    settlements
        Towns, villages and their parts, to say where a street corner is.
    """

    def __init__(
        self, driving: Router, walking: Router, stops: Sequence[Point], settlements: Sequence[Point] = ()
    ) -> None:
        self._settlements = tuple(settlements)
        self._driving = driving
        self._stops = tuple(stops)
        self._latitude = np.array([stop.latitude_deg for stop in stops], dtype=np.float64)
        self._longitude = np.array([stop.longitude_deg for stop in stops], dtype=np.float64)
        self._walks = Ways(Mode.WALK, walking, self._latitude, self._longitude)
        self._snapped = lru_cache(maxsize=POINTS_KEPT)(self._snap)

    @cached_property
    def fastest_m_per_s(self) -> float:
        """No road is driven faster."""
        graph = self._driving.network.graph
        return 10.0 * float(np.max(graph.arc_cm / graph.arc_ms))

    def snap(self, point: Point) -> RoadPoint | None:
        """The nearest place on a road where a car can stop; None where there is none."""
        return self._snapped(point.latitude_deg, point.longitude_deg)

    def public(self, point: Point) -> Point | None:
        """The next stop or street corner, which is all that strangers are told; None away from roads."""
        away_m = self._away_m(point)
        near = int(np.argmin(away_m)) if len(away_m) else -1
        if near >= 0 and away_m[near] <= STOP_LIMIT_M and self.snap(self._stops[near]) is not None:
            stop = self._stops[near]
            return Point(stop.latitude_deg, stop.longitude_deg, stop.label)
        road = self.snap(point)
        return None if road is None else self._corner(road)

    def meetings(self, point: Point, max_walk_m: int, group: int = 0) -> list[Meeting]:
        """The place itself, and the nearest stops within a walk; without one, the place itself."""
        if max_walk_m == 0:
            there = self.at(point, group)
            return [] if there is None else [there]
        found = []
        own = self.snap(point)
        if own is not None and own.distance_m <= max_walk_m:
            walk_s = int(np.ceil(own.distance_m / BESIDE_M_PER_S))
            at = Point(own.latitude_deg, own.longitude_deg, point.label)
            found.append(Meeting(at, own, round(own.distance_m), walk_s, group))
        numbers, seconds, metres = self._walks.to_stops(point, float(max_walk_m))
        for at_stop in np.argsort(metres, kind="stable")[:MOST_STOPS].tolist():
            stop = self._stops[int(numbers[at_stop])]
            road = self.snap(stop)
            if road is not None:
                found.append(Meeting(stop, road, int(metres[at_stop]), int(seconds[at_stop]), group))
        return found

    def at(self, point: Point, group: int = 0) -> Meeting | None:
        """A place that one is at already, such as a station; None away from roads."""
        road = self.snap(point)
        return None if road is None else Meeting(point, road, 0, 0, group)

    def seconds(self, starts: Sequence[RoadPoint], ends: Sequence[RoadPoint]) -> Ints:
        """(start_count, end_count) driving times, ``UNREACHABLE`` where there is no way."""
        return self._driving.times(starts, ends)

    def matrix(self, points: Sequence[RoadPoint]) -> TravelMatrix:
        """Driving times and lengths between all of them."""
        return self._driving.travel_matrix(points)

    def direct_s(self, start: RoadPoint, end: RoadPoint) -> int | None:
        """How long one drives; None where there is no way."""
        seconds = int(self._driving.times([start], [end])[0, 0])
        return None if seconds >= UNREACHABLE else seconds

    def way(self, start: Point, end: Point) -> tuple[int, tuple[tuple[float, float], ...]] | None:
        """Metres and the line of the way; None where there is none."""
        origin, goal = self.snap(start), self.snap(end)
        if origin is None or goal is None:
            return None
        try:
            route = self._driving.route(origin, goal)
        except NoWay:
            return None
        line = tuple((float(latitude), float(longitude)) for latitude, longitude in route.geometry)
        return route.metres, line

    def _snap(self, latitude_deg: float, longitude_deg: float) -> RoadPoint | None:
        try:
            return self._driving.snap(latitude_deg, longitude_deg, SNAP_LIMIT_M)
        except NoRoadNearby:
            return None

    def _away_m(self, point: Point) -> Floats:
        north = (self._latitude - point.latitude_deg) * 111_195.0
        east = (self._longitude - point.longitude_deg) * 111_195.0 * np.cos(np.radians(point.latitude_deg))
        away_m: Floats = np.hypot(north, east)
        return away_m

    def _corner(self, road: RoadPoint) -> Point:
        """The nearer end of the street's stretch at which it meets others; else its end with most exits.

        The end of a blind alley is somebody's door.
        """
        graph = self._driving.network.graph
        first, last = int(graph.first_point[road.arc]), int(graph.first_point[road.arc + 1]) - 1
        reverse = int(graph.arc_reverse[road.arc])
        head = int(graph.arc_head[road.arc])
        tail = int(graph.arc_head[reverse]) if reverse >= 0 else -1
        ends = []
        for point, node, along in ((first, tail, road.fraction), (last, head, 1 - road.fraction)):
            exits = int(graph.first_link[node + 1] - graph.first_link[node]) if node >= 0 else JUNCTION_EXITS
            ends.append((-min(exits, JUNCTION_EXITS), along, point))
        _, _, point = min(ends)
        street = next((name for _, name in graph.names_of(road.arc) if name), "")
        at = Point(graph.point_latitude_e7[point] / 1e7, graph.point_longitude_e7[point] / 1e7)
        return replace(at, label=", ".join(filter(None, (street, self._settlement(at)))))

    def _settlement(self, point: Point) -> str:
        near = [(point.distance_m(each), each.label) for each in self._settlements]
        away_m, label = min(near, default=(SETTLEMENT_LIMIT_M, ""))
        return label if away_m <= SETTLEMENT_LIMIT_M else ""
