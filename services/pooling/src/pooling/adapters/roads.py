"""The road network behind the ``Roads`` port."""

import threading
from collections.abc import Sequence

import structlog
from routing_core.roads import errors
from routing_core.roads.changes import RoadChange as CoreChange
from routing_core.roads.router import Router
from routing_core.roads.snap import RoadPoint
from routing_core.travel import TravelMatrix

from pooling.application.ports import NoRoadNearby
from pooling.domain.places import Point, point
from pooling.domain.road_changes import RoadChange

AGAIN_LIMIT_M = 5.0
"""A rounded point on a road lies this near to it, amply."""

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
        self._router = router

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
