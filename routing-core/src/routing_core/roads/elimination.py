"""The part of a hierarchy that knows the streets but no times: order, shortcuts, elimination tree.

Customizable contraction hierarchies (Dibbelt, Strasser, Wagner 2016): nodes are contracted in an order of
nested dissections, whatever the metric; every pair of later neighbours of a contracted node gets a shortcut.
The lowest later neighbour of a node is its parent in the *elimination tree* (Bauer, Columbus, Rutter, Wagner
2016): all that a search upwards from a node can reach are its ancestors there.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import routingkit_cch

from routing_core.roads.compiled import compiled

Int32s = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Contracted nodes and the arcs between them; a node is known by its rank, the place in the order.

    An *edge* joins a lower rank to a higher one and stands for both directions.

    Parameters
    ----------
    rank
        (node_count,) rank by node of the road graph.
    parent
        (node_count,) by rank, the rank of the parent in the elimination tree; ``node_count`` at a root.
    first_edge
        (node_count + 1,) edges up from rank ``r`` are ``first_edge[r]`` up to ``first_edge[r + 1]``.
    edge_low, edge_high
        (edge_count,) ranks of the ends; ``edge_high`` rises within each rank's edges.
    link_edge
        (link_count,) by link of the road graph, twice its edge, plus 1 if it leads down; -1 where a link
        ends where it began.
    """

    rank: Int32s
    parent: Int32s
    first_edge: Int32s
    edge_low: Int32s
    edge_high: Int32s
    link_edge: Int32s

    @property
    def node_count(self) -> int:
        return len(self.rank)


def build_hierarchy(
    link_tail: Int32s,
    link_head: Int32s,
    latitudes_deg: npt.NDArray[np.float64],
    longitudes_deg: npt.NDArray[np.float64],
) -> Hierarchy:
    """Order the nodes by inertial flow (Schild, Sommer 2015; as in RoutingKit) and contract them.

    Parameters
    ----------
    link_tail, link_head
        (link_count,) nodes each link leads from and to.
    latitudes_deg, longitudes_deg
        (node_count,) where the nodes are.
    """
    node_count = len(latitudes_deg)
    order = routingkit_cch.compute_order_inertial(
        node_count, link_tail.tolist(), link_head.tolist(), latitudes_deg.tolist(), longitudes_deg.tolist()
    )
    rank = np.empty(node_count, np.int32)
    rank[np.array(order, np.int64)] = np.arange(node_count, dtype=np.int32)
    tails, heads = rank[link_tail], rank[link_head]
    lows, highs = np.minimum(tails, heads), np.maximum(tails, heads)
    by_low = np.argsort(lows, kind="stable")
    by_low = by_low[(lows < highs)[by_low]]
    first = np.searchsorted(lows[by_low], np.arange(node_count + 1)).astype(np.int32)
    parent, first_edge, edge_high = _contract(first, highs[by_low])
    edge_low = np.repeat(np.arange(node_count, dtype=np.int32), np.diff(first_edge))
    link_edge = _edges_of(first_edge, edge_high, tails, heads)
    return Hierarchy(rank, parent, first_edge, edge_low, edge_high, link_edge)


@compiled
def _contract(first: Int32s, highs: Int32s) -> tuple[Int32s, Int32s, Int32s]:
    """Later neighbours of each rank, shortcuts included: its own, and those of its children in the tree."""
    node_count = len(first) - 1
    parent = np.full(node_count, node_count, np.int32)
    first_child = np.full(node_count + 1, -1, np.int32)
    next_sibling = np.full(node_count, -1, np.int32)
    seen_by = np.full(node_count, -1, np.int32)
    first_edge = np.zeros(node_count + 1, np.int32)
    edge_high = np.empty(2 * len(highs) + 16, np.int32)
    size = 0
    for low in range(node_count):
        begin = size
        wanted = first[low + 1] - first[low]
        child = first_child[low]
        while child >= 0:
            wanted += first_edge[child + 1] - first_edge[child]
            child = next_sibling[child]
        if size + wanted > len(edge_high):
            larger = np.empty(2 * len(edge_high) + wanted, np.int32)
            larger[:size] = edge_high[:size]
            edge_high = larger
        for index in range(first[low], first[low + 1]):
            high = highs[index]
            if seen_by[high] != low:
                seen_by[high] = low
                edge_high[size] = high
                size += 1
        child = first_child[low]
        while child >= 0:
            for edge in range(first_edge[child], first_edge[child + 1]):
                high = edge_high[edge]
                if high != low and seen_by[high] != low:
                    seen_by[high] = low
                    edge_high[size] = high
                    size += 1
            child = next_sibling[child]
        edge_high[begin:size].sort()
        first_edge[low + 1] = size
        if size > begin:
            above = edge_high[begin]
            parent[low] = above
            next_sibling[low] = first_child[above]
            first_child[above] = low
    return parent, first_edge, edge_high[:size].copy()


@compiled
def find_edge(first_edge: Int32s, edge_high: Int32s, low: int, high: int) -> int:
    """The edge between two ranks that are joined."""
    begin, end = first_edge[low], first_edge[low + 1]
    while end - begin > 1:
        middle = (begin + end) >> 1
        if edge_high[middle] <= high:
            begin = middle
        else:
            end = middle
    return begin


@compiled
def _edges_of(first_edge: Int32s, edge_high: Int32s, tails: Int32s, heads: Int32s) -> Int32s:
    edges = np.full(len(tails), -1, np.int32)
    for link in range(len(tails)):
        tail, head = tails[link], heads[link]
        if tail < head:
            edges[link] = 2 * find_edge(first_edge, edge_high, tail, head)
        elif tail > head:
            edges[link] = 2 * find_edge(first_edge, edge_high, head, tail) + 1
    return edges
