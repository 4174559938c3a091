"""Find the road a place lies at."""

from dataclasses import dataclass
from enum import IntEnum
from math import isfinite

import shapely

from routing_core.roads.errors import BadCoordinate, NoRoadNearby
from routing_core.roads.graph import RoadGraph
from routing_core.roads.plane import Plane
from routing_core.roads.shape import lines_of, one_arc_per_road
from routing_core.roads.sphere import great_circle_m

FRACTION_DIGITS = 6
"""Rounding makes points found at different times equal; on an arc of 3 km it moves them by 3 mm at most."""


MIDDLE_M = 1.0
"""Places that near to the line of a road are on neither side of it."""


class Approach(IntEnum):
    """Which way a vehicle drives when it stops at a point, and when it leaves it."""

    EITHER = 0
    ALONG = 1
    AGAINST = -1


@dataclass(frozen=True, slots=True)
class RoadPoint:
    """A point on a road where a vehicle stops.

    Where the road is two-way, it may come and leave either way, unless ``approach`` says which one.

    Parameters
    ----------
    arc
        The road's arc; of the two of a two-way road the one with the lower number.
    fraction
        How far along the arc, from 0 to 1.
    latitude_deg, longitude_deg
        Where that is.
    distance_m
        From the place that was asked for.
    approach
        In which direction the arc is driven.
    """

    arc: int
    fraction: float
    latitude_deg: float
    longitude_deg: float
    distance_m: float
    approach: Approach = Approach.EITHER


class SnapIndex:
    """Nearest boardable road to any place; motorways and trunk roads are never boarded at."""

    def __init__(self, graph: RoadGraph) -> None:
        self._plane = Plane.around(graph)
        self._one_way = graph.arc_reverse < 0
        arcs = one_arc_per_road(graph)
        self._arcs = arcs[graph.arc_boardable[arcs]]
        self._shapes = lines_of(graph, self._arcs, self._plane)
        self._tree = shapely.STRtree(self._shapes)

    def snap(
        self, latitude_deg: float, longitude_deg: float, *, limit_m: float, curb: bool = False
    ) -> RoadPoint:
        """Project a place on the nearest road.

        Parameters
        ----------
        curb
            Whether a vehicle, which drives on the right, has to have the place to its right. One-way streets
            are served on both sides.

        Raises
        ------
        BadCoordinate
            Where a coordinate is not a number within the globe's bounds.
        NoRoadNearby
            Where no boardable road is within ``limit_m`` metres.
        """
        _check("latitude_deg", latitude_deg, 90.0)
        _check("longitude_deg", longitude_deg, 180.0)
        place = shapely.Point(
            longitude_deg * self._plane.longitude_scale, latitude_deg * self._plane.latitude_scale
        )
        # Of roads equally near (a junction) the first one is taken, so that the answer is always the same.
        nearest = self._tree.query_nearest(place, all_matches=True)
        if not len(nearest):
            raise NoRoadNearby(float("inf"), limit_m)
        index = int(nearest.min())
        shape = self._shapes[index]
        fraction = round(shape.project(place, normalized=True), FRACTION_DIGITS)
        on_road = shape.interpolate(fraction, normalized=True)
        latitude = on_road.y / self._plane.latitude_scale
        longitude = on_road.x / self._plane.longitude_scale
        distance_m = great_circle_m(latitude_deg, longitude_deg, latitude, longitude)
        if distance_m > limit_m:
            raise NoRoadNearby(distance_m, limit_m)
        return RoadPoint(
            arc=int(self._arcs[index]),
            fraction=fraction,
            latitude_deg=round(latitude, 7),
            longitude_deg=round(longitude, 7),
            distance_m=round(distance_m, 1),
            approach=self._side(index, place, distance_m) if curb else Approach.EITHER,
        )

    def _side(self, index: int, place: shapely.Point, distance_m: float) -> Approach:
        if self._one_way[self._arcs[index]]:
            return Approach.ALONG
        if distance_m < MIDDLE_M:
            return Approach.EITHER
        shape = self._shapes[index]
        beside = shape.project(place)
        step = min(1.0, shape.length / 2)
        behind, before = (
            shape.interpolate(min(max(at, 0.0), shape.length)) for at in (beside - step, beside + step)
        )
        turn = (before.x - behind.x) * (place.y - behind.y) - (before.y - behind.y) * (place.x - behind.x)
        return Approach.ALONG if turn < 0 else Approach.AGAINST


def _check(field: str, value: float, bound: float) -> None:
    if not isfinite(value) or abs(value) > bound:
        raise BadCoordinate(field, value)
