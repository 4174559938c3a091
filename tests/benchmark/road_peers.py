"""The peers of the road engine: general shortest-path libraries on the same arcs and points.

A point on a road is not a node. Each origin becomes a node of its own that leads to the ends of its road;
what is left from there to the destinations is added to the costs of the nodes their roads begin at.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import networkx as nx
import numpy as np
import numpy.typing as npt
import routingkit_cch
from routing_core.roads.graph import RoadGraph
from routing_core.roads.snap import RoadPoint
from routing_core.travel import UNREACHABLE
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

AT_ONCE = 20_000_000
"""Costs to hold in memory at a time."""


@dataclass(frozen=True)
class Edges:
    """Ways between nodes, at most one per pair; arrays of the same length, costs in milliseconds.

    Origin number i is node ``node_count + i``.
    """

    node_count: int
    total_count: int
    tails: Ints
    heads: Ints
    costs_ms: Ints


@dataclass(frozen=True)
class Ends:
    """How each point is come to: entries ``first[i]`` up to ``first[i + 1]`` are those of point i."""

    first: Ints
    tails: Ints
    ahead_ms: Ints

    def seconds(self, costs_ms: Floats) -> Ints:
        """Whole seconds, rounded up, to every point; costs by node in milliseconds, the last axis."""
        reached_ms = costs_ms[..., self.tails] + self.ahead_ms
        best_ms = np.minimum.reduceat(reached_ms, self.first[:-1], axis=-1)
        return np.where(best_ms < np.inf, np.ceil(best_ms / 1000), UNREACHABLE).astype(np.int64)

    def among(self, nodes: Ints) -> "Ends":
        """The same where costs are given for some nodes only, ascending."""
        return Ends(self.first, np.searchsorted(nodes, self.tails), self.ahead_ms)


class Arcs:
    """Node numbers and costs of a road graph, and how points lie on it.

    Parameters
    ----------
    closed
        Arcs that nobody drives on.
    """

    def __init__(self, graph: RoadGraph, closed: Sequence[int] = ()) -> None:
        self.node_count = graph.node_count
        self.link_arc = np.asarray(graph.link_arc, np.int64)
        self.link_tail = np.repeat(np.arange(graph.node_count), np.diff(graph.first_link))
        self.link_head = np.asarray(graph.link_head, np.int64)
        self.head = np.asarray(graph.arc_head, np.int64)
        self.reverse = np.asarray(graph.arc_reverse, np.int64)
        self.ms = np.asarray(graph.arc_ms, np.int64)
        self.degrees = (graph.node_latitude_e7 / 1e7, graph.node_longitude_e7 / 1e7)
        self._open = ~np.isin(self.link_arc, closed)
        by_arc = np.argsort(self.link_arc, kind="stable")
        self._tails = self.link_tail[by_arc]
        self._first_tail = np.searchsorted(self.link_arc[by_arc], np.arange(len(self.head) + 1))

    def edges(self, origins: Sequence[RoadPoint]) -> Edges:
        """All arcs, and the ways from each origin to the ends of its road."""
        first = [
            (self.node_count + number, head, ms)
            for number, point in enumerate(origins)
            for head, ms in self.ways_from(point)
        ]
        own = np.array(first, np.int64).reshape(-1, 3)
        tails = np.concatenate([self.link_tail[self._open], own[:, 0]])
        heads = np.concatenate([self.link_head[self._open], own[:, 1]])
        costs_ms = np.concatenate([self.ms[self.link_arc[self._open]], own[:, 2]])
        order = np.lexsort((costs_ms, heads, tails))
        tails, heads, costs_ms = tails[order], heads[order], costs_ms[order]
        cheapest = np.concatenate([[True], (np.diff(tails) != 0) | (np.diff(heads) != 0)])
        return Edges(
            self.node_count,
            self.node_count + len(origins),
            tails[cheapest],
            heads[cheapest],
            costs_ms[cheapest],
        )

    def ends(self, points: Sequence[RoadPoint]) -> Ends:
        """How each of the points is come to."""
        entries = [list(self.ways_to(point)) for point in points]
        flat = np.array(list(chain.from_iterable(entries)), np.int64)
        first = np.cumsum([0, *map(len, entries)])
        return Ends(first, flat[:, 0], flat[:, 1])

    def ways_from(self, point: RoadPoint) -> Iterator[tuple[int, int]]:
        """Nodes that the point leads straight to, and the milliseconds to there."""
        for arc, passed_ms in self._directions(point):
            yield int(self.head[arc]), int(self.ms[arc]) - passed_ms

    def ways_to(self, point: RoadPoint) -> Iterator[tuple[int, int]]:
        """Nodes that lead straight to the point, and the milliseconds from there."""
        for arc, passed_ms in self._directions(point):
            for tail in self._tails[self._first_tail[arc] : self._first_tail[arc + 1]]:
                yield int(tail), passed_ms

    def _directions(self, point: RoadPoint) -> Iterator[tuple[int, int]]:
        """Each arc of the point's road, and the milliseconds from its beginning to the point."""
        passed_ms = int(np.floor(self.ms[point.arc] * point.fraction + 0.5))
        yield point.arc, passed_ms
        reverse = int(self.reverse[point.arc])
        if reverse >= 0:
            other_ms = int(np.floor(self.ms[reverse] * point.fraction + 0.5))
            yield reverse, int(self.ms[reverse]) - other_ms


class ScipyRoads:
    """``scipy.sparse.csgraph.dijkstra``."""

    def __init__(self, edges: Edges) -> None:
        shape = (edges.total_count, edges.total_count)
        self._node_count = edges.node_count
        first = np.searchsorted(edges.tails, np.arange(edges.total_count + 1))
        costs = edges.costs_ms.astype(np.float64)
        self._graph: csr_array[np.float64, tuple[int, int]] = csr_array(
            (costs, edges.heads, first), shape=shape
        )

    def seconds(self, origins: Sequence[int], ends: Ends) -> Ints:
        """Shape (origin_count, point_count)."""
        step = max(1, AT_ONCE // self._graph.shape[0])
        rows = [
            ends.seconds(
                dijkstra(self._graph, indices=self._node_count + np.array(origins[start : start + step]))
            )
            for start in range(0, len(origins), step)
        ]
        return np.concatenate(rows)


class NetworkxRoads:
    """``networkx`` on a directed graph with the milliseconds at its edges."""

    def __init__(self, edges: Edges) -> None:
        self._node_count = edges.node_count
        self._total_count = edges.total_count
        self._graph: nx.DiGraph[int] = nx.DiGraph()
        self._graph.add_weighted_edges_from(
            zip(edges.tails.tolist(), edges.heads.tolist(), edges.costs_ms.tolist(), strict=True), "ms"
        )

    def seconds(self, origins: Sequence[int], ends: Ends) -> Ints:
        """Shape (origin_count, point_count)."""
        costs_ms = np.full((len(origins), self._total_count), np.inf)
        for row, origin in enumerate(origins):
            found = nx.single_source_dijkstra_path_length(self._graph, self._node_count + origin, weight="ms")
            costs_ms[row, list(found)] = list(found.values())
        return ends.seconds(costs_ms)


class NetworkxPairs(NetworkxRoads):
    """The same graph with destinations as nodes, numbered on, so that a search may end at them."""

    def __init__(self, edges: Edges, arcs: Arcs, destinations: Sequence[RoadPoint]) -> None:
        super().__init__(edges)
        for node, point in enumerate(destinations, start=self._total_count):
            ways = [(tail, node, ahead_ms) for tail, ahead_ms in arcs.ways_to(point)]
            # A loop is come to from one node both ways: the last one added counts.
            ways.sort(key=lambda way: way[2], reverse=True)
            self._graph.add_weighted_edges_from(ways, "ms")

    def way_seconds(self, origin: int, destination: int) -> int:
        """Search from both sides, from an origin to an added destination."""
        found = nx.bidirectional_dijkstra(
            self._graph, self._node_count + origin, self._total_count + destination, weight="ms"
        )
        return int(np.ceil(found[0] / 1000))


class RoutingkitRoads:
    """``routingkit_cch``: customizable contraction hierarchies in C++, with its own many-to-many.

    It wants lists and gives lists; turning them into arrays and back counts as its time. Its objects belong
    to the thread that made them.
    """

    CLOSED_MS = 2**31 - 1

    def __init__(self, arcs: Arcs) -> None:
        self._arcs = arcs
        tails, heads = arcs.link_tail.tolist(), arcs.link_head.tolist()
        latitudes, longitudes = (degrees.tolist() for degrees in arcs.degrees)
        order = routingkit_cch.compute_order_inertial(arcs.node_count, tails, heads, latitudes, longitudes)
        self._cch = routingkit_cch.CCH(order, tails, heads, False)
        self._metric = routingkit_cch.CCHMetric(self._cch, arcs.ms[arcs.link_arc].tolist())
        self._updater = routingkit_cch.CCHMetricPartialUpdater(self._cch)
        self._query = routingkit_cch.CCHQuery(self._metric)

    def close(self, closed: Sequence[int]) -> None:
        """Close some arcs for all who ask from now on."""
        links = np.flatnonzero(np.isin(self._arcs.link_arc, closed))
        # It refuses while anything that asks is alive.
        del self._query
        self._updater.apply(self._metric, dict.fromkeys(links.tolist(), self.CLOSED_MS))
        self._query = routingkit_cch.CCHQuery(self._metric)

    def seconds(self, origins: Sequence[RoadPoint], ends: Ends) -> Ints:
        """Shape (origin_count, point_count)."""
        nodes = np.unique(ends.tails)
        search = routingkit_cch.CCHOneToMany(self._metric, nodes.tolist())
        costs_ms = np.array(
            [search.distances_from_multi(list(self._arcs.ways_from(point))) for point in origins], np.float64
        )
        costs_ms[np.isnan(costs_ms)] = np.inf
        return ends.among(nodes).seconds(costs_ms)

    def pair_seconds(self, origin: RoadPoint, destination: RoadPoint) -> int:
        """By its query of one pair, from the ends of one road to the beginnings of the other."""
        starts = list(self._arcs.ways_from(origin))
        found_ms = self._query.run_multi(starts, list(self._arcs.ways_to(destination))).distance
        return UNREACHABLE if found_ms is None else -(-found_ms // 1000)
