"""Ways under one's own power: on foot, by bicycle, by car; on the road network, and by guess beyond it."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import shapely
from routing_core.roads.errors import NoRoadNearby, NoWay
from routing_core.roads.router import Router
from routing_core.roads.snap import RoadPoint
from routing_core.travel import UNREACHABLE

from journeys.domain.journey import Leg, Mode
from journeys.domain.places import Point

SNAP_LIMIT_M = 500.0
GUESSED_DETOUR = 1.3
GUESSED_SPEED_M_PER_S: Mapping[Mode, float] = {Mode.WALK: 1.2, Mode.BICYCLE: 4.0, Mode.CAR: 11.0}
"""Beyond the map: the way is so much longer than the beeline, and so fast."""
METRES_A_DEGREE = 111_195.0

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


class Ways:
    """Times, lengths and lines of one mode.

    Parameters
    ----------
    router
        The road network as the mode uses it.
    latitude_deg, longitude_deg
        (stop_count,) all stops of the timetable.
    """

    def __init__(self, mode: Mode, router: Router, latitude_deg: Floats, longitude_deg: Floats) -> None:
        self.mode = mode
        self.router = router
        self._latitude, self._longitude = latitude_deg, longitude_deg
        self._stop_points: dict[int, RoadPoint | None] = {}

    def to_stops(self, point: Point, most_m: float) -> tuple[Ints, Ints, Ints]:
        """Return stops within reach of a point: their numbers, and seconds and metres to them.

        Along roads where both lie at one, else as guessed from the beeline. The way back is taken to be as
        long.
        """
        north = (self._latitude - point.latitude_deg) * METRES_A_DEGREE
        shrink = np.cos(np.radians(point.latitude_deg))
        east = (self._longitude - point.longitude_deg) * METRES_A_DEGREE * shrink
        beeline_m = np.hypot(north, east)
        stops = np.flatnonzero(beeline_m <= most_m).astype(np.int32)
        seconds = self._guessed_s(beeline_m[stops])
        metres = (beeline_m[stops] * GUESSED_DETOUR).astype(np.int32)
        origin = self._snapped(point)
        if origin is not None:
            ends = [self._stop_point(stop) for stop in stops.tolist()]
            on_road = [at for at, end in enumerate(ends) if end is not None]
            if on_road:
                known = [end for end in ends if end is not None]
                away_s, away_m = self.router.times_from(origin, known)
                beside_m = np.array([end.distance_m for end in known]) + origin.distance_m
                there = away_s != UNREACHABLE
                seconds[on_road] = np.where(there, away_s + self._beside_s(beside_m), np.int32(UNREACHABLE))
                metres[on_road] = np.where(there, away_m + beside_m, UNREACHABLE).astype(np.int32)
        near = metres <= most_m
        return stops[near], seconds[near], metres[near]

    def between_stops(self, stops: Sequence[int], most_m: float) -> Iterator[tuple[int, int, int]]:
        """Go through the ways from one of the stops to another as far as roads lead: from, to and seconds."""
        on_road = {stop for stop in stops if self._stop_point(stop) is not None}
        for stop in sorted(on_road):
            here = Point(float(self._latitude[stop]), float(self._longitude[stop]))
            ends, seconds, _ = self.to_stops(here, most_m)
            for end, end_s in zip(ends.tolist(), seconds.tolist(), strict=True):
                if end != stop and end in on_road:
                    yield stop, end, end_s

    def guessed_between_stops(self, stops: Sequence[int], most_m: float) -> Iterator[tuple[int, int, int]]:
        """Go through ways from one of the stops to another of which one at least is beyond the roads."""
        shrink = np.cos(np.radians(self._latitude[stops].mean())) if stops else 1.0
        east_m = self._longitude[stops] * METRES_A_DEGREE * shrink
        places = [
            shapely.Point(*at) for at in zip(east_m, self._latitude[stops] * METRES_A_DEGREE, strict=True)
        ]
        most_beeline_m = most_m / GUESSED_DETOUR
        for at, other in shapely.STRtree(places).query(places, "dwithin", most_beeline_m).T.tolist():
            start, end = stops[at], stops[other]
            if start != end and (self._stop_point(start) is None or self._stop_point(end) is None):
                beeline_m = places[at].distance(places[other])
                yield start, end, int(self._guessed_s(np.array([beeline_m]))[0])

    def leg(self, start: Point, end: Point, depart_s: int) -> Leg | None:
        """The way between two points, of no length from a stop to itself; None where there is none."""
        if start.stop_id and start.stop_id == end.stop_id:
            return Leg(self.mode, start, end, depart_s, depart_s, 0)
        origin, goal = self._snapped(start), self._snapped(end)
        if origin is None or goal is None:
            beeline_m = start.distance_m(end)
            seconds = int(self._guessed_s(np.array([beeline_m]))[0])
            beeline = tuple((point.latitude_deg, point.longitude_deg) for point in (start, end))
            length_m = round(beeline_m * GUESSED_DETOUR)
            return Leg(self.mode, start, end, depart_s, depart_s + seconds, length_m, beeline)
        try:
            route = self.router.route(origin, goal)
        except NoWay:
            return None
        beside_m = origin.distance_m + goal.distance_m
        seconds = route.seconds + int(self._beside_s(np.array([beside_m]))[0])
        line = tuple((float(latitude), float(longitude)) for latitude, longitude in route.geometry)
        return Leg(self.mode, start, end, depart_s, depart_s + seconds, round(route.metres + beside_m), line)

    def seconds_between(self, start: Point, ends: Sequence[Point]) -> Ints:
        """(end_count,) guessed where one of both is beyond the map; ``UNREACHABLE`` where there is no way."""
        beeline_m = np.array([start.distance_m(end) for end in ends])
        seconds = self._guessed_s(beeline_m)
        origin = self._snapped(start)
        if origin is not None:
            points = [self._snapped(end) for end in ends]
            on_road = [at for at, point in enumerate(points) if point is not None]
            if on_road:
                seconds[on_road] = self.router.times_from(origin, [p for p in points if p is not None])[0]
        return seconds

    def _snapped(self, point: Point) -> RoadPoint | None:
        try:
            return self.router.snap(point.latitude_deg, point.longitude_deg, SNAP_LIMIT_M)
        except NoRoadNearby:
            return None

    def _stop_point(self, stop: int) -> RoadPoint | None:
        if stop not in self._stop_points:
            at = Point(float(self._latitude[stop]), float(self._longitude[stop]))
            self._stop_points[stop] = self._snapped(at)
        return self._stop_points[stop]

    def _guessed_s(self, beeline_m: Floats) -> Ints:
        return np.ceil(beeline_m * GUESSED_DETOUR / GUESSED_SPEED_M_PER_S[self.mode]).astype(np.int32)

    def _beside_s(self, beside_m: Floats) -> Ints:
        """From the road to the door one walks, whatever one came with."""
        return np.ceil(beside_m / GUESSED_SPEED_M_PER_S[Mode.WALK]).astype(np.int32)
