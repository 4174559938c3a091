"""The ways of trucks and the roads around them, as lines to draw."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import shapely
from routing_core.roads.errors import RoadsError
from routing_core.roads.graph import HIGHWAYS, RoadGraph
from routing_core.roads.plane import Plane
from routing_core.roads.router import Router
from routing_core.roads.shape import lines_of, one_arc_per_road

from waste.adapters.truck_roads import SNAP_LIMIT_M, GraphRoads
from waste.domain.tour import Point
from waste.domain.tour_sheet import Box, Line, Road

RANKS = {
    "motorway": 0,
    "trunk": 0,
    "primary": 1,
    "secondary": 2,
    "tertiary": 3,
    "unclassified": 4,
    "residential": 4,
}
MARGIN_SHARE = 0.6
"""Of the size of the box, for what is shown around it: paper is not square."""
SMALL_ROADS_M = 12_000.0
"""Small roads are drawn on maps that are not wider than this."""
COARSENESS = 2000.0
"""Roads are drawn as exactly as so many parts of the map's width."""
WAY_M = 3.0
"""As exactly the truck's way is drawn."""


class DrawnRoads:
    """Lines from the road graphs that tours are planned on."""

    def __init__(self, roads: GraphRoads) -> None:
        self._roads = roads

    def way(self, kind: str, places: Sequence[Point]) -> tuple[Line, ...]:
        """See :class:`waste.application.tour_sheets.SheetRoads`; straight where there is no way."""
        router = self._roads.router(kind)
        plane = Plane.around(router.network.graph)
        return tuple(_coarse(_way(router, before, after), plane) for before, after in pairwise(places))

    def ground(self, kind: str, box: Box) -> tuple[Road, ...]:
        """See :class:`waste.application.tour_sheets.SheetRoads`."""
        graph = self._roads.router(kind).network.graph
        return _ground(graph, Plane.around(graph), box)


def _way(router: Router, before: Point, after: Point) -> Line:
    try:
        ends = [router.snap(end.latitude_deg, end.longitude_deg, SNAP_LIMIT_M) for end in (before, after)]
        geometry = router.route(*ends).geometry
    except RoadsError:
        return before, after
    return tuple(Point(float(latitude), float(longitude)) for latitude, longitude in geometry)


def _ground(graph: RoadGraph, plane: Plane, shown: Box) -> tuple[Road, ...]:
    west_south, east_north = _metres(plane, shown.low), _metres(plane, shown.high)
    size_m = max(shown.size_m, 500.0)
    margin_m = MARGIN_SHARE * size_m + 200.0
    box = shapely.box(*(west_south - margin_m), *(east_north + margin_m))
    rank_of = np.array([_rank(highway, size_m) for highway in HIGHWAYS])
    arcs = one_arc_per_road(graph)
    arcs = arcs[rank_of[graph.arc_highway[arcs]] >= 0]
    middle = np.minimum(graph.first_point[arcs], len(graph.point_latitude_e7) - 1)
    at = plane.metres(
        np.column_stack([graph.point_latitude_e7[middle], graph.point_longitude_e7[middle]]) / 1e7
    )
    near = ((at >= west_south - 2 * margin_m) & (at <= east_north + 2 * margin_m)).all(axis=1)
    arcs = arcs[near]
    roads = []
    for arc, line in zip(arcs, lines_of(graph, arcs, plane), strict=True):
        if not line.intersects(box):
            continue
        drawn = line.simplify(size_m / COARSENESS)
        degrees = plane.degrees(np.asarray(drawn.coords))
        points = tuple(Point(float(latitude), float(longitude)) for longitude, latitude in degrees)
        roads.append(Road(int(rank_of[graph.arc_highway[arc]]), points))
    return tuple(sorted(roads, key=lambda road: -road.rank))


def _rank(highway: str, size_m: float) -> int:
    rank = RANKS.get(highway.removesuffix("_link"), -1)
    return -1 if rank == max(RANKS.values()) and size_m > SMALL_ROADS_M else rank


def _coarse(line: Line, plane: Plane) -> Line:
    metres = plane.metres(np.array([(point.latitude_deg, point.longitude_deg) for point in line]))
    degrees = plane.degrees(np.asarray(shapely.LineString(metres).simplify(WAY_M).coords))
    return tuple(Point(float(latitude), float(longitude)) for longitude, latitude in degrees)


def _metres(plane: Plane, point: Point) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    found: np.ndarray[tuple[int], np.dtype[np.float64]] = plane.metres(
        np.array([(point.latitude_deg, point.longitude_deg)])
    )[0]
    return found
