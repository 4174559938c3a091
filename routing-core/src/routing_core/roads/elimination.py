"""The part of a hierarchy that knows the streets but no times: order, shortcuts, elimination tree.

Customizable contraction hierarchies (Dibbelt, Strasser, Wagner 2016): nodes are contracted in an order of
nested dissections, whatever the metric; every pair of later neighbours of a contracted node gets a shortcut.
The lowest later neighbour of a node is its parent in the *elimination tree* (Bauer, Columbus, Rutter, Wagner
2016): all that a search upwards from a node can reach are its ancestors there. The order finishes every
subtree before it goes into the next one, so that ranks downwards walk the tree depth first.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import routingkit_cch

from routing_core.roads.compiled import compiled
from routing_core.roads.graph import RoadGraph
from routing_core.roads.stored import load_arrays, save_arrays

FORMAT = 2
"""Raised when arrays change their meaning."""

Int32s = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Contracted nodes and the arcs between them; a node is known by its rank, the place in the order.

    An *edge* joins a lower rank to a higher one and stands for both directions. A rank's descendants in the
    elimination tree are the ranks right below it.

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


def build_hierarchy(graph: RoadGraph) -> Hierarchy:
    """Order the nodes by inertial flow (Schild, Sommer 2015; as in RoutingKit) and contract them."""
    node_count = graph.node_count
    link_tail = graph.link_tail()
    order = routingkit_cch.compute_order_inertial(
        node_count,
        link_tail.tolist(),
        graph.link_head.tolist(),
        (graph.node_latitude_e7 / 1e7).tolist(),
        (graph.node_longitude_e7 / 1e7).tolist(),
    )
    rank = np.empty(node_count, np.int32)
    rank[np.array(order, np.int64)] = np.arange(node_count, dtype=np.int32)
    # Ranks may change as long as children stay before their parents: the shortcuts are the same.
    parent, _, _ = _contract(*_upwards(rank[link_tail], rank[graph.link_head], node_count))
    rank = _subtree_by_subtree(parent)[rank]
    tails, heads = rank[link_tail], rank[graph.link_head]
    parent, first_edge, edge_high = _contract(*_upwards(tails, heads, node_count))
    edge_low = np.repeat(np.arange(node_count, dtype=np.int32), np.diff(first_edge))
    link_edge = _edges_of(first_edge, edge_high, tails, heads)
    return Hierarchy(rank, parent, first_edge, edge_low, edge_high, link_edge)


def fingerprint(graph: RoadGraph) -> str:
    """Tells graphs with different nodes or links apart; times and names do not count."""
    digest = hashlib.sha256()
    for array in (graph.first_link, graph.link_head, graph.node_latitude_e7, graph.node_longitude_e7):
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def save_hierarchy(hierarchy: Hierarchy, folder: Path, graph: RoadGraph) -> None:
    """Write one .npy file per array, and which graph they belong to."""
    save_arrays(hierarchy, folder, {"format": FORMAT, "graph": fingerprint(graph)})


def load_hierarchy(folder: Path, graph: RoadGraph) -> Hierarchy:
    """Map a stored hierarchy into memory.

    Raises
    ------
    BrokenGraph
        Where a file is missing or damaged, or belongs to another graph.
    """
    return load_arrays(Hierarchy, folder, {"format": FORMAT, "graph": fingerprint(graph)})


def _upwards(tails: Int32s, heads: Int32s, node_count: int) -> tuple[Int32s, Int32s]:
    """Links by their lower rank: where those of each begin, and their higher ranks."""
    lows, highs = np.minimum(tails, heads), np.maximum(tails, heads)
    by_low = np.argsort(lows, kind="stable")
    by_low = by_low[(lows < highs)[by_low]]
    first = np.searchsorted(lows[by_low], np.arange(node_count + 1)).astype(np.int32)
    return first, highs[by_low]


@compiled
def _subtree_by_subtree(parent: Int32s) -> Int32s:
    """New ranks in which every subtree of the elimination tree is a run that its root ends."""
    node_count = len(parent)
    size = np.ones(node_count + 1, np.int32)
    for low in range(node_count):
        size[parent[low]] += size[low]
    # From the top: a root comes last in its subtree, and what is left before it goes to its children.
    new_rank = np.empty(node_count, np.int32)
    free = np.full(node_count + 1, node_count, np.int32)
    for low in range(node_count - 1, -1, -1):
        above = parent[low]
        new_rank[low] = free[above] - 1
        free[above] -= size[low]
        free[low] = new_rank[low]
    return new_rank


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
    begin, end = int(first_edge[low]), int(first_edge[low + 1])
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
