"""Dijkstra's algorithm, compiled: the oracle of what the hierarchy finds."""

import numpy as np
import numpy.typing as npt
from numba import njit
from routing_core.roads.costs import NO_COST

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]

_compiled = njit(cache=True, nogil=True)


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
