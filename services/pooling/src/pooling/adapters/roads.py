"""The road network behind the ``Roads`` port."""

import threading
from collections.abc import Sequence

from routing_core.roads import errors
from routing_core.roads.router import Router
from routing_core.roads.snap import RoadPoint
from routing_core.travel import TravelMatrix

from pooling.application.ports import NoRoadNearby
from pooling.domain.places import Point, point

AGAIN_LIMIT_M = 5.0
"""A rounded point on a road lies this near to it, amply."""


class RoutedRoads:
    """See ``application.ports.Roads``.

    A point handed out stands for one place on the network: the one found when its rounded coordinates are
    snapped. That is the same after a restart, so stored plans keep their travel times.
    """

    def __init__(self, router: Router) -> None:
        self._router = router
        self._known: dict[Point, RoadPoint] = {}
        self._lock = threading.Lock()

    def snap(self, wanted: Point, limit_m: float) -> Point:
        try:
            found = self._router.snap(wanted.latitude_deg, wanted.longitude_deg, limit_m)
        except errors.NoRoadNearby as far:
            raise NoRoadNearby(far.distance_m) from None
        return point(found.latitude_deg, found.longitude_deg)

    def travel_matrix(self, points: Sequence[Point]) -> TravelMatrix:
        return self._router.travel_matrix([self._road_point(place) for place in points])

    def _road_point(self, place: Point) -> RoadPoint:
        with self._lock:
            known = self._known.get(place)
            if known is None:
                known = self._router.snap(place.latitude_deg, place.longitude_deg, AGAIN_LIMIT_M)
                self._known[place] = known
            return known
