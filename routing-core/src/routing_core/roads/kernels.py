"""Compiled searches on the flat arrays of a road graph.

A cost is one int64: milliseconds in the upper half, centimetres in the lower one. Costs add, subtract and
compare as they are, which makes the shorter of two equally fast ways the best and the answer unique.
"""

import numpy as np
import numpy.typing as npt
from numba import njit

COST_SHIFT = 32
NO_COST = 2**62

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]

_compiled = njit(cache=True, nogil=True)


@_compiled
def packed(ms: np.int64, cm: np.int64) -> np.int64:
    """Cost of so many milliseconds and centimetres."""
    return (ms << COST_SHIFT) + cm


@_compiled
def part_of(cost: np.int64, fraction: float) -> np.int64:
    """Cost of the first part of an arc, both numbers rounded to the nearest."""
    ms = np.int64(np.floor(np.float64(cost >> COST_SHIFT) * fraction + 0.5))
    cm = np.int64(np.floor(np.float64(cost & 0xFFFFFFFF) * fraction + 0.5))
    return packed(ms, cm)


@_compiled
def one_to_all(
    first_link: Int32s, link_head: Int32s, link_cost: Int64s, seed_nodes: Int32s, seed_costs: Int64s
) -> tuple[Int64s, Int32s]:
    """Dijkstra's algorithm with an indexed binary heap.

    Parameters
    ----------
    first_link, link_head, link_cost
        Links by node (CSR), the node each leads to, its cost.
    seed_nodes, seed_costs
        Where the search starts, and at what cost.

    Returns
    -------
    costs : int64 array (node_count,)
        ``NO_COST`` where there is no way.
    parents : int32 array (node_count,)
        The last link of the best way; ``-1 - i`` where the way begins with seed ``i``.
    """
    node_count = len(first_link) - 1
    costs = np.full(node_count, NO_COST, np.int64)
    parents = np.zeros(node_count, np.int32)
    heap = np.empty(node_count, np.int32)
    place = np.full(node_count, -1, np.int32)
    size = 0
    for seed in range(len(seed_nodes)):
        node = seed_nodes[seed]
        if seed_costs[seed] < costs[node]:
            costs[node] = seed_costs[seed]
            parents[node] = -1 - seed
            if place[node] < 0:
                place[node] = size
                size += 1
            _sift_up(heap, place, costs, node)
    while size > 0:
        node = heap[0]
        size -= 1
        if size > 0:
            _sift_down(heap, place, costs, heap[size], size)
        for link in range(first_link[node], first_link[node + 1]):
            head = link_head[link]
            cost = costs[node] + link_cost[link]
            if cost < costs[head]:
                costs[head] = cost
                parents[head] = link
                if place[head] < 0:
                    place[head] = size
                    size += 1
                _sift_up(heap, place, costs, head)
    return costs, parents


@_compiled
def _sift_up(heap: Int32s, place: Int32s, costs: Int64s, node: int) -> None:
    at = place[node]
    while at > 0:
        above = (at - 1) >> 1
        if costs[heap[above]] <= costs[node]:
            break
        heap[at] = heap[above]
        place[heap[at]] = at
        at = above
    heap[at] = node
    place[node] = at


@_compiled
def _sift_down(heap: Int32s, place: Int32s, costs: Int64s, node: int, size: int) -> None:
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and costs[heap[below + 1]] < costs[heap[below]]:
            below += 1
        if costs[node] <= costs[heap[below]]:
            break
        heap[at] = heap[below]
        place[heap[at]] = at
        at = below
    heap[at] = node
    place[node] = at


@_compiled
def arrival(
    costs: Int64s, first_tail: Int32s, tails: Int32s, arc: int, ahead: np.int64
) -> tuple[np.int64, np.int32]:
    """Best cost to a point on an arc that lies ``ahead`` of its tail, over all copies of the tail.

    Returns
    -------
    cost : int64
    tail : int32
        The copy that way leads over.
    """
    best = np.int64(NO_COST)
    best_tail = np.int32(-1)
    for index in range(first_tail[arc], first_tail[arc + 1]):
        tail = tails[index]
        if costs[tail] < NO_COST and costs[tail] + ahead < best:
            best = costs[tail] + ahead
            best_tail = tail
    return best, best_tail


@_compiled
def along_road(
    arc_reverse: Int32s, arc_cost: Int64s, arc: int, fraction: float, other_fraction: float
) -> np.int64:
    """Cost from one point to another on the same road without leaving it, or ``NO_COST``."""
    if other_fraction >= fraction:
        return part_of(arc_cost[arc], other_fraction) - part_of(arc_cost[arc], fraction)
    reverse = arc_reverse[arc]
    if reverse < 0:
        return np.int64(NO_COST)
    return part_of(arc_cost[reverse], fraction) - part_of(arc_cost[reverse], other_fraction)


@_compiled
def read_row(
    costs: Int64s,
    first_tail: Int32s,
    tails: Int32s,
    arc_reverse: Int32s,
    arc_cost: Int64s,
    origin_arc: int,
    origin_fraction: float,
    arcs: Int32s,
    fractions: npt.NDArray[np.float64],
    seconds: Int32s,
    metres: Int32s,
) -> None:
    """Fill one row of a travel matrix from the costs of a search; where there is no way it stays as it is."""
    for index in range(len(arcs)):
        arc, fraction = arcs[index], fractions[index]
        best = np.int64(NO_COST)
        if arc == origin_arc:
            best = along_road(arc_reverse, arc_cost, arc, origin_fraction, fraction)
        ahead = part_of(arc_cost[arc], fraction)
        best = min(best, arrival(costs, first_tail, tails, arc, ahead)[0])
        reverse = arc_reverse[arc]
        if reverse >= 0:
            ahead = arc_cost[reverse] - part_of(arc_cost[reverse], fraction)
            best = min(best, arrival(costs, first_tail, tails, reverse, ahead)[0])
        if best < NO_COST:
            # Up, so that a way over a third point never comes out shorter than the direct one.
            seconds[index] = ((best >> COST_SHIFT) + 999) // 1000
            metres[index] = ((best & 0xFFFFFFFF) + 50) // 100
