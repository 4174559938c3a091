"""Fastest ways on a road graph: the one module that knows by which algorithm they are found."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from routing_core.roads import kernels
from routing_core.roads.errors import ForeignPoint, NoWay
from routing_core.roads.graph import RoadGraph
from routing_core.roads.snap import RoadPoint
from routing_core.travel import UNREACHABLE

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class RoadPoints:
    """Points as arrays: the arcs (int32) and how far along each (float64, 0 to 1)."""

    arcs: Int32s
    fractions: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Reach:
    """All that was searched from one point: costs of the best ways to every node."""

    origin: RoadPoint
    costs: Int64s


@dataclass(frozen=True, slots=True)
class Leg:
    """A stretch of one arc, from one fraction of it to another."""

    arc: int
    start_fraction: float
    end_fraction: float


class ShortestPaths:
    """Dijkstra searches from points on roads, exact to the millisecond and the centimetre.

    Of equally fast ways the shorter one counts. A vehicle may set off from a point, and come to it, in both
    directions of a two-way road.
    """

    def __init__(self, graph: RoadGraph) -> None:
        self._arc_cost = (graph.arc_ms.astype(np.int64) << kernels.COST_SHIFT) + graph.arc_cm
        self._arc_head = np.array(graph.arc_head)
        self._arc_reverse = np.array(graph.arc_reverse)
        self._first_link = np.array(graph.first_link)
        self._link_arc = np.array(graph.link_arc)
        self._link_head = self._arc_head[self._link_arc]
        self._link_cost = self._arc_cost[self._link_arc]
        counts = np.diff(self._first_link)
        self._link_tail = np.repeat(np.arange(graph.node_count, dtype=np.int32), counts)
        # An arc begins at its tail and at every copy of it that has the arc among its exits.
        by_arc = np.argsort(self._link_arc, kind="stable")
        self._tails = self._link_tail[by_arc]
        self._first_tail = np.searchsorted(self._link_arc[by_arc], np.arange(graph.arc_count + 1)).astype(
            np.int32
        )

    def points(self, points: Sequence[RoadPoint]) -> RoadPoints:
        """Arrays of points, checked.

        Raises
        ------
        ForeignPoint
            Where a point was not found on this network.
        """
        arcs = np.array([point.arc for point in points], np.int64)
        fractions = np.array([point.fraction for point in points], np.float64)
        known = (arcs >= 0) & (arcs < len(self._arc_head))
        reverses = self._arc_reverse[np.where(known, arcs, 0)]
        known &= (reverses < 0) | (arcs < reverses)
        if not known.all():
            raise ForeignPoint("arc", int(arcs[~known][0]))
        inside = (fractions >= 0) & (fractions <= 1)
        if not inside.all():
            raise ForeignPoint("fraction", float(fractions[~inside][0]))
        return RoadPoints(arcs.astype(np.int32), fractions)

    def reach(self, origin: RoadPoint) -> Reach:
        """Search from a point to everywhere."""
        return Reach(origin, self._search(origin)[0])

    def read(self, reach: Reach, points: RoadPoints, seconds: Int32s, metres: Int32s) -> None:
        """Fill in driving times and lengths from the origin of a search to points.

        Parameters
        ----------
        seconds, metres
            Arrays of shape (point_count,) to fill; seconds are rounded up, metres to the nearest.
            ``UNREACHABLE`` where there is no way.
        """
        seconds.fill(UNREACHABLE)
        metres.fill(UNREACHABLE)
        kernels.read_row(
            reach.costs,
            self._first_tail,
            self._tails,
            self._arc_reverse,
            self._arc_cost,
            reach.origin.arc,
            reach.origin.fraction,
            points.arcs,
            points.fractions,
            seconds,
            metres,
        )

    def way(self, origin: RoadPoint, destination: RoadPoint) -> list[Leg]:
        """Stretches of arcs along the fastest way, in driving order.

        Raises
        ------
        NoWay
            Where there is none.
        ForeignPoint
            Where a point was not found on this network.
        """
        self.points([origin, destination])
        costs, parents = self._search(origin)
        best, tail, last = self._last_leg(costs, destination)
        if origin.arc == destination.arc:
            direct = kernels.along_road(
                self._arc_reverse, self._arc_cost, origin.arc, origin.fraction, destination.fraction
            )
            if direct <= best and direct < kernels.NO_COST:
                return [self._leg(origin.arc, origin.fraction, destination.fraction)]
        if best >= kernels.NO_COST:
            raise NoWay(origin, destination)
        legs = [last]
        while (link := int(parents[tail])) >= 0:
            legs.append(Leg(int(self._link_arc[link]), 0.0, 1.0))
            tail = int(self._link_tail[link])
        if link == -1:
            legs.append(Leg(origin.arc, origin.fraction, 1.0))
        else:
            legs.append(Leg(int(self._arc_reverse[origin.arc]), 1.0 - origin.fraction, 1.0))
        return legs[::-1]

    def _leg(self, arc: int, start_fraction: float, end_fraction: float) -> Leg:
        if end_fraction >= start_fraction:
            return Leg(arc, start_fraction, end_fraction)
        return Leg(int(self._arc_reverse[arc]), 1.0 - start_fraction, 1.0 - end_fraction)

    def _search(self, origin: RoadPoint) -> tuple[Int64s, Int32s]:
        self.points([origin])
        reverse = int(self._arc_reverse[origin.arc])
        nodes = [self._arc_head[origin.arc]]
        cost = self._arc_cost[origin.arc]
        costs = [cost - kernels.part_of(cost, origin.fraction)]
        if reverse >= 0:
            nodes.append(self._arc_head[reverse])
            costs.append(kernels.part_of(self._arc_cost[reverse], origin.fraction))
        found: tuple[Int64s, Int32s] = kernels.one_to_all(
            self._first_link,
            self._link_head,
            self._link_cost,
            np.array(nodes, np.int32),
            np.array(costs, np.int64),
        )
        return found

    def _last_leg(self, costs: Int64s, destination: RoadPoint) -> tuple[int, int, Leg]:
        """Cost, node and stretch by which the destination is reached best from one of the two sides."""
        arc, fraction = destination.arc, destination.fraction
        ahead = kernels.part_of(self._arc_cost[arc], fraction)
        cost, tail = kernels.arrival(costs, self._first_tail, self._tails, arc, ahead)
        leg = Leg(arc, 0.0, fraction)
        reverse = int(self._arc_reverse[arc])
        if reverse >= 0:
            ahead = self._arc_cost[reverse] - kernels.part_of(self._arc_cost[reverse], fraction)
            other_cost, other_tail = kernels.arrival(costs, self._first_tail, self._tails, reverse, ahead)
            if other_cost < cost:
                cost, tail, leg = other_cost, other_tail, Leg(reverse, 0.0, 1.0 - fraction)
        return int(cost), int(tail), leg
