"""The road network behind the ``Roads`` port."""

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
import structlog
from routing_core.roads import errors
from routing_core.roads.changes import RoadChange as CoreChange
from routing_core.roads.router import Router
from routing_core.roads.snap import RoadPoint
from routing_core.travel import TravelMatrix

from pooling.adapters.polyline import polyline
from pooling.application.ports import NoRoadNearby, Way
from pooling.domain.places import Point, point
from pooling.domain.road_changes import RoadChange
from pooling.domain.zone import SNAP_LIMIT_M

AGAIN_LIMIT_M = 5.0
"""A rounded point on a road lies this near to it, amply."""

WAYS_KEPT = 20_000
"""About two hundred vehicles' legs of a day, tenfold."""

_log = structlog.get_logger(__name__)


class RoutedRoads:
    """See ``application.ports.Roads``.

    A point handed out stands for one place on the network: the one found when its rounded coordinates are
    snapped. That is the same after a restart, so stored plans keep their travel times.

    Closures and slow-downs make another router; whoever measures meanwhile goes on with the one before.
    """

    def __init__(self, router: Router) -> None:
        self._usual = router
        self._router = router
        self._known: dict[Point, RoadPoint] = {}
        self._ways: OrderedDict[tuple[Point, Point], Way | None] = OrderedDict()
        self._lock = threading.Lock()

    def snap(self, wanted: Point, limit_m: float) -> Point:
        try:
            found = self._usual.snap(wanted.latitude_deg, wanted.longitude_deg, limit_m)
        except errors.NoRoadNearby as far:
            raise NoRoadNearby(far.distance_m) from None
        return point(found.latitude_deg, found.longitude_deg)

    def travel_matrix(self, points: Sequence[Point]) -> TravelMatrix:
        return self._router.travel_matrix([self._road_point(place) for place in points])

    def usual_travel_matrix(self, points: Sequence[Point]) -> TravelMatrix:
        return self._usual.travel_matrix([self._road_point(place) for place in points])

    def on_the_way(self, origin: Point, destination: Point, driven_s: int) -> Point:
        try:
            route = self._router.route(self._road_point(origin), self._road_point(destination))
        except errors.NoWay:
            return origin
        if driven_s <= 0 or not route.seconds:
            return origin
        # Metres along the line, near enough: a degree of longitude is shorter the farther north one is.
        scale = np.array([1.0, np.cos(np.radians(origin.latitude_deg))])
        lengths = np.hypot(*(np.diff(route.geometry, axis=0) * scale).T)
        driven = np.concatenate([[0.0], np.cumsum(lengths)])
        share = min(1.0, driven_s / route.seconds) * driven[-1]
        latitude, longitude = (float(np.interp(share, driven, column)) for column in route.geometry.T)
        return self.snap(point(latitude, longitude), SNAP_LIMIT_M)

    def way(self, origin: Point, destination: Point) -> Way | None:
        """See ``application.ports.Ways``."""
        pair = (origin, destination)
        with self._lock:
            ways, router = self._ways, self._router
            if pair in ways:
                ways.move_to_end(pair)
                return ways[pair]
        try:
            route = router.route(self._road_point(origin), self._road_point(destination))
        except errors.NoWay:
            found = None
        else:
            found = Way(route.seconds, polyline(route.geometry))
        with self._lock:
            ways[pair] = found
            if len(ways) > WAYS_KEPT:
                ways.popitem(last=False)
        return found

    def touches_roads(self, path: Sequence[Point]) -> bool:
        """Whether what is drawn on the map concerns any road."""
        return bool(self._arcs(path))

    def change(self, changes: Sequence[RoadChange]) -> None:
        """Drive by the roads with these changes, instead of those before."""
        router = self._usual
        found = [CoreChange(self._arcs(change.path), change.speed_share) for change in changes]
        if found:
            router = router.with_changes(found)
        for change, core in zip(changes, found, strict=True):
            if not core.arcs:
                # Others tell of roads outside the district as well.
                _log.info("road_change_elsewhere", road_change_id=change.id)
        with self._lock:
            # Whoever looks for a way meanwhile keeps what it finds among those of before.
            self._router, self._ways = router, OrderedDict()

    def _arcs(self, path: Sequence[Point]) -> list[int]:
        places = [(place.latitude_deg, place.longitude_deg) for place in path]
        return self._usual.network.arcs_touching(places)

    def _road_point(self, place: Point) -> RoadPoint:
        with self._lock:
            known = self._known.get(place)
            if known is None:
                known = self._usual.snap(place.latitude_deg, place.longitude_deg, AGAIN_LIMIT_M)
                self._known[place] = known
            return known
