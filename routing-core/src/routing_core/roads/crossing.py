"""Which roads a place on the map concerns, as closures are drawn there."""

from collections.abc import Sequence

import numpy as np
import shapely

from routing_core.roads.errors import BadChange
from routing_core.roads.graph import RoadGraph
from routing_core.roads.plane import Plane
from routing_core.roads.shape import lines_of, one_arc_per_road


class CrossingIndex:
    """All arcs by where they lie."""

    def __init__(self, graph: RoadGraph) -> None:
        self._plane = Plane.around(graph)
        self._arcs = one_arc_per_road(graph)
        self._reverses = graph.arc_reverse[self._arcs]
        self._tree = shapely.STRtree(lines_of(graph, self._arcs, self._plane))

    def arcs(self, places: Sequence[tuple[float, float]]) -> list[int]:
        """Arcs, both directions of a road, that a line across a road or an area touches.

        Parameters
        ----------
        places
            Latitudes and longitudes in degrees: two or more along a line; an area where the last one is the
            first one again.

        Raises
        ------
        BadChange
            Where there are fewer than two.
        """
        if len(places) < 2:
            raise BadChange("places", len(places), "must be at least 2")
        points = self._plane.metres(np.array(places, np.float64))
        closed = len(places) > 3 and tuple(places[0]) == tuple(places[-1])
        drawn = shapely.Polygon(points) if closed else shapely.LineString(points)
        found = np.sort(self._tree.query(drawn, predicate="intersects"))
        arcs = np.concatenate([self._arcs[found], self._reverses[found]])
        return sorted(int(arc) for arc in arcs if arc >= 0)
