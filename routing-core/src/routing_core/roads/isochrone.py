"""What can be reached within a time."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from routing_core.roads.costs import COST_SHIFT, NO_COST
from routing_core.roads.graph import RoadGraph
from routing_core.roads.leg import Leg
from routing_core.roads.plane import Plane
from routing_core.roads.shape import leg_shape
from routing_core.roads.snap import Approach, RoadPoint


@dataclass(frozen=True, slots=True)
class Isochrone:
    """The roads within reach of a point.

    Parameters
    ----------
    seconds
        How long one may drive.
    stretches
        Of all arcs that can be reached, as far as they can.
    """

    seconds: int
    stretches: tuple[Leg, ...]

    def area(self, graph: RoadGraph, beside_m: float) -> BaseGeometry:
        """What lies beside the roads within reach: polygons in longitude and latitude in degrees.

        Parameters
        ----------
        beside_m
            How far from a road counts as reached.
        """
        plane = Plane.around(graph)
        lines = [
            shapely.LineString(plane.metres(leg_shape(graph, leg.arc, leg.start_fraction, leg.end_fraction)))
            for leg in self.stretches
        ]
        area = shapely.union_all(shapely.buffer(np.array(lines, np.object_), beside_m, quad_segs=3))
        return shapely.transform(area, plane.degrees)


def isochrone(
    graph: RoadGraph,
    arc_cost: npt.NDArray[np.int64],
    node_costs: npt.NDArray[np.int64],
    origin: RoadPoint,
    seconds: int,
) -> Isochrone:
    """Roads within reach of a point.

    Parameters
    ----------
    arc_cost
        (arc_count,) what arcs cost.
    node_costs
        (node_count,) what it costs to get from the point to every node.
    """
    tail_costs = np.full(graph.arc_count, NO_COST, np.int64)
    np.minimum.at(tail_costs, graph.link_arc, node_costs[graph.link_tail()])
    left_ms = seconds * 1000 - (tail_costs >> COST_SHIFT)
    arc_ms = arc_cost >> COST_SHIFT
    reached = (left_ms > 0) & (arc_cost < NO_COST)
    ends = np.minimum(1.0, left_ms / np.maximum(arc_ms, 1))
    stretches = [Leg(int(arc), 0.0, float(ends[arc])) for arc in np.flatnonzero(reached)]
    reverse = int(graph.arc_reverse[origin.arc])
    own = []
    if origin.approach != Approach.AGAINST:
        own.append((origin.arc, origin.fraction))
    if origin.approach != Approach.ALONG and reverse >= 0:
        own.append((reverse, 1 - origin.fraction))
    for arc, fraction in own:
        if arc_cost[arc] < NO_COST:
            end = min(1.0, fraction + seconds * 1000 / int(arc_ms[arc]))
            stretches.append(Leg(arc, fraction, end))
    return Isochrone(seconds, tuple(stretches))
