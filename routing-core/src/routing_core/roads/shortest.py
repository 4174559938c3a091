"""Fastest ways on a road graph: the one module that knows by which algorithm they are found."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from routing_core.roads import sweeps
from routing_core.roads.costs import COST_SHIFT, NO_COST, Int32s, Int64s
from routing_core.roads.crew import Crew
from routing_core.roads.elimination import Hierarchy
from routing_core.roads.ends import Ends, RoadPoints, along_road, ways_in, ways_out
from routing_core.roads.errors import ForeignPoint, NoWay
from routing_core.roads.graph import RoadGraph
from routing_core.roads.lanes import SameRoad, Upwards, fill_lanes
from routing_core.roads.leg import Leg
from routing_core.roads.metric import customise
from routing_core.roads.snap import Approach, RoadPoint
from routing_core.roads.walks import Room, best_way, climb

FEW = 128
"""Points to search from forwards at most: searching from so many takes one batch."""
AT_HAND_BYTES, LEAST_ROW_BYTES, LINE_BYTES = 2**18, 512, 64
"""Costs a batch goes back to all the time, which fit into a core's own cache; and its narrowest rows."""


class ShortestPaths:
    """Ways between points on roads, exact to the millisecond and the centimetre.

    Of equally fast ways the shorter one counts. A vehicle may set off from a point, and come to it, in both
    directions of a two-way road, unless the point says otherwise.

    Never changed once made, so that threads may share it; :meth:`with_costs` makes another one.
    """

    def __init__(self, roads: "Roads", arc_cost: Int64s) -> None:
        self._roads = roads
        self._hierarchy = roads.hierarchy
        self._arc_reverse = roads.arc_reverse
        self._rooms = roads.rooms
        self.arc_cost = arc_cost
        self._metric = customise(roads.hierarchy, arc_cost[roads.link_arc])

    @classmethod
    def at_usual_costs(cls, graph: RoadGraph, hierarchy: Hierarchy) -> "ShortestPaths":
        """Ways at the costs the graph holds."""
        arc_cost = (graph.arc_ms.astype(np.int64) << COST_SHIFT) + graph.arc_cm
        return cls(Roads.of(graph, hierarchy), arc_cost)

    def with_costs(self, arc_cost: Int64s) -> "ShortestPaths":
        """The same roads at other costs.

        Parameters
        ----------
        arc_cost
            (arc_count,) at most ``NO_COST``, which closes an arc.
        """
        return ShortestPaths(self._roads, arc_cost)

    def points(self, points: Sequence[RoadPoint]) -> RoadPoints:
        """Arrays of points, checked.

        Raises
        ------
        ForeignPoint
            Where a point was not found on this network.
        """
        arcs = np.array([point.arc for point in points], np.int64)
        fractions = np.array([point.fraction for point in points], np.float64)
        approaches = np.array([point.approach for point in points], np.int8)
        known = (arcs >= 0) & (arcs < len(self._arc_reverse))
        reverses = self._arc_reverse[np.where(known, arcs, 0)]
        known &= (reverses < 0) | (arcs < reverses)
        if not known.all():
            raise ForeignPoint("arc", int(arcs[~known][0]))
        inside = (fractions >= 0) & (fractions <= 1)
        if not inside.all():
            raise ForeignPoint("fraction", float(fractions[~inside][0]))
        possible = (approaches != Approach.AGAINST) | (reverses >= 0)
        if not possible.all():
            raise ForeignPoint("approach", int(approaches[~possible][0]))
        return RoadPoints(arcs.astype(np.int32), fractions, approaches)

    def times(self, origins: RoadPoints, destinations: RoadPoints) -> Int32s:
        """Seconds, rounded up, shape (origin_count, destination_count)."""
        return self._table(origins, destinations, np.empty(0, np.int32))[0]

    def times_and_lengths(self, origins: RoadPoints, destinations: RoadPoints) -> tuple[Int32s, Int32s]:
        """Seconds, rounded up, and metres, to the nearest, of the fastest ways.

        Returns
        -------
        seconds, metres : int32 arrays (origin_count, destination_count)
            ``UNREACHABLE`` where there is no way.
        """
        return self._table(origins, destinations, np.empty(0, np.int64))

    def _table(
        self, origins: RoadPoints, destinations: RoadPoints, kind: sweeps.Costs
    ) -> tuple[Int32s, Int32s]:
        """Seconds, and metres if the kind of costs knows them."""
        hierarchy, metric = self._hierarchy, self._metric
        # Searching backwards from the destinations gives whole rows as they are wanted. Only for few origins
        # it is less work to search from those, and to turn the table.
        backwards = len(origins.arcs) > min(FEW, len(destinations.arcs) - 1)
        starts, stops = self._out_of(origins), self._into(destinations)
        if backwards:
            lanes, lane_ends, lane_cost = destinations, stops, metric.down_cost
            below, below_ends, below_cost = origins, starts, metric.up_cost
        else:
            lanes, lane_ends, lane_cost = origins, starts, metric.up_cost
            below, below_ends, below_cost = destinations, stops, metric.down_cost
        upwards = Upwards(hierarchy.parent, hierarchy.first_edge, hierarchy.edge_high, lane_cost)
        way_down = sweeps.descent(hierarchy, below_cost, below_ends, kind)
        same_road = SameRoad(lanes, below, backwards, self._arc_reverse, self.arc_cost)
        lane_count = len(lanes.arcs)
        width = self._width(lane_count, way_down)
        seconds = np.empty((len(below.arcs), lane_count), np.int32)
        metres = np.empty(seconds.shape if kind.dtype == np.int64 else (0, 0), np.int32)

        def fill_batch(begin: int) -> None:
            end = min(begin + width, lane_count)
            room, lane_on = self._rooms.forwards, self._rooms.lane_on
            fill_lanes(upwards, lane_ends, begin, end, way_down, same_road, room, lane_on, seconds, metres)

        self._roads.crew.each(fill_batch, range(0, lane_count, width))
        if backwards:
            return seconds, metres
        return np.ascontiguousarray(seconds.T), np.ascontiguousarray(metres.T)

    def _width(self, lane_count: int, way_down: sweeps.Descent) -> int:
        """Lanes of a batch: one for each core, but neither narrower than worth it nor wider than at hand."""
        itemsize = way_down.edge_cost.itemsize
        share = -(-lane_count // self._roads.crew.core_count) * itemsize
        wanted = min(share, AT_HAND_BYTES // max(1, way_down.slot_count + way_down.place_count))
        lines = -(-max(wanted, LEAST_ROW_BYTES) // LINE_BYTES)
        return lines * LINE_BYTES // itemsize

    def everywhere(self, origin: RoadPoint) -> Int64s:
        """Costs of the best ways from a point to every node, ``NO_COST`` where there is none."""
        hierarchy, metric = self._hierarchy, self._metric
        start = self._out_of(self.points([origin]))
        costs = np.full(hierarchy.node_count, NO_COST, np.int64)
        _, steps, path = self._rooms.forwards
        climb(
            hierarchy.parent,
            hierarchy.first_edge,
            hierarchy.edge_high,
            metric.up_cost,
            start.ranks,
            start.costs,
            costs,
            steps,
            path,
        )
        sweeps.down_to_all(hierarchy.first_edge, hierarchy.edge_high, metric.down_cost, costs)
        return costs[hierarchy.rank]

    def way(self, origin: RoadPoint, destination: RoadPoint) -> tuple[int, list[Leg]]:
        """Cost of the fastest way, and stretches of arcs along it in driving order.

        Raises
        ------
        NoWay
            Where there is none.
        ForeignPoint
            Where a point was not found on this network.
        """
        hierarchy, metric = self._hierarchy, self._metric
        from_point, to_point = self.points([origin]), self.points([destination])
        start, end = self._out_of(from_point), self._into(to_point)
        best, links, first, last = best_way(
            hierarchy.parent,
            hierarchy.first_edge,
            hierarchy.edge_low,
            hierarchy.edge_high,
            metric.up_cost,
            metric.down_cost,
            metric.up_via,
            metric.down_via,
            start.ranks,
            start.costs,
            end.ranks,
            end.costs,
            *self._rooms.forwards,
            *self._rooms.backwards,
        )
        if origin.arc == destination.arc:
            direct = along_road(
                origin.arc,
                origin.fraction,
                int(origin.approach),
                destination.fraction,
                int(destination.approach),
                self._arc_reverse,
                self.arc_cost,
            )
            if direct <= best and direct < NO_COST:
                return int(direct), [self._leg(origin.arc, origin.fraction, destination.fraction)]
        if best >= NO_COST:
            raise NoWay(origin, destination)
        return int(best), [
            self._first_leg(origin, first),
            *(Leg(int(self._roads.link_arc[link]), 0.0, 1.0) for link in links),
            self._last_leg(destination, last),
        ]

    def _first_leg(self, origin: RoadPoint, seed: int) -> Leg:
        if seed == 0 and origin.approach != Approach.AGAINST:
            return Leg(origin.arc, origin.fraction, 1.0)
        return Leg(int(self._arc_reverse[origin.arc]), 1.0 - origin.fraction, 1.0)

    def _last_leg(self, destination: RoadPoint, seed: int) -> Leg:
        arc = destination.arc
        tail_count = self._roads.first_tail[arc + 1] - self._roads.first_tail[arc]
        if seed < tail_count and destination.approach != Approach.AGAINST:
            return Leg(arc, 0.0, destination.fraction)
        return Leg(int(self._arc_reverse[arc]), 0.0, 1.0 - destination.fraction)

    def _leg(self, arc: int, start_fraction: float, end_fraction: float) -> Leg:
        if end_fraction >= start_fraction:
            return Leg(arc, start_fraction, end_fraction)
        return Leg(int(self._arc_reverse[arc]), 1.0 - start_fraction, 1.0 - end_fraction)

    def _out_of(self, points: RoadPoints) -> Ends:
        return Ends(*ways_out(*points, self._arc_reverse, self.arc_cost, self._roads.arc_rank))

    def _into(self, points: RoadPoints) -> Ends:
        return Ends(
            *ways_in(*points, self._arc_reverse, self.arc_cost, self._roads.first_tail, self._roads.tails)
        )


@dataclass(frozen=True, slots=True)
class Roads:
    """What stays the same whatever arcs cost.

    Parameters
    ----------
    arc_rank
        (arc_count,) rank of the node an arc ends at.
    first_tail, tails
        Ranks an arc may be got on at, by arc: its tail, and every copy that has the arc among its exits.
    """

    hierarchy: Hierarchy
    arc_reverse: Int32s
    link_arc: Int32s
    arc_rank: Int32s
    first_tail: Int32s
    tails: Int32s
    rooms: "_Rooms"
    crew: Crew

    @classmethod
    def of(cls, graph: RoadGraph, hierarchy: Hierarchy) -> "Roads":
        by_arc = np.argsort(graph.link_arc, kind="stable")
        first_tail = np.searchsorted(graph.link_arc[by_arc], np.arange(graph.arc_count + 1))
        return cls(
            hierarchy,
            graph.arc_reverse,
            graph.link_arc,
            hierarchy.rank[graph.arc_head],
            first_tail.astype(np.int32),
            hierarchy.rank[graph.link_tail()[by_arc]],
            _Rooms(graph.node_count, graph.arc_count),
            Crew(),
        )


class _Rooms(threading.local):
    """Arrays to search in, for each thread its own."""

    def __init__(self, node_count: int, arc_count: int) -> None:
        self.forwards, self.backwards = (
            Room(
                np.full(node_count, NO_COST, np.int64),
                np.empty(node_count, np.int32),
                np.empty(node_count, np.int32),
            )
            for _ in range(2)
        )
        self.lane_on = np.full(arc_count, -1, np.int32)
