"""Compiled queries on a customised hierarchy.

From a node only its ancestors can be reached upwards, so a search climbs the elimination tree and needs no
heap. Many to many: climb from every origin; then go down once over all ancestors of all destinations, for many
origins side by side (PHAST, Delling et al. 2011, restricted to what is needed: RPHAST).
"""

import numpy as np
import numpy.typing as npt
from numba import njit

from routing_core.roads.hierarchy import Int32s, Int64s
from routing_core.roads.kernels import along_road, part_of
from routing_core.roads.metric import NO_WAY

LANES = 64
"""Origins swept side by side."""

_compiled = njit(cache=True, nogil=True)


@_compiled
def climb(
    first_up: Int64s, up_head: Int32s, weight: Int64s, fronts: Int32s, costs: Int64s, visited: Int32s
) -> int:
    """Costs of all ancestors of a few nodes, by arcs of one direction.

    Parameters
    ----------
    weight
        Of the up arcs: ``Metric.up`` from origins, ``Metric.down`` from destinations.
    fronts
        Ranks to begin at, overwritten; ``costs`` holds what they begin with, ``NO_WAY`` for every other node.
    visited
        Written: the ancestors in ascending order.

    Returns
    -------
    How many they are.
    """
    count = 0
    size = len(up_head)
    while True:
        node = size
        for front in range(len(fronts)):
            if 0 <= fronts[front] < node:
                node = fronts[front]
        if node == size:
            return count
        visited[count] = node
        count += 1
        first, last = first_up[node], first_up[node + 1]
        for arc in range(first, last):
            cost = costs[node] + weight[arc]
            costs[up_head[arc]] = min(costs[up_head[arc]], cost)
        parent = up_head[first] if first < last else -1
        for front in range(len(fronts)):
            if fronts[front] == node:
                fronts[front] = parent


@_compiled
def ancestors(first_up: Int64s, up_head: Int32s, ranks: Int32s) -> tuple[Int32s, Int32s]:
    """All ancestors of some nodes, highest first, and where each stands among them (-1 for others)."""
    node_count = len(first_up) - 1
    position = np.full(node_count, -1, dtype=np.int32)
    found = np.empty(node_count, dtype=np.int32)
    count = 0
    for index in range(len(ranks)):
        node = ranks[index]
        while node >= 0 and position[node] < 0:
            position[node] = 0
            found[count] = node
            count += 1
            node = up_head[first_up[node]] if first_up[node] < first_up[node + 1] else -1
    ordered = np.sort(found[:count])[::-1].copy()
    for index in range(count):
        position[ordered[index]] = index
    return ordered, position


@_compiled
def sweep(
    first_up: Int64s,
    up_head: Int32s,
    up: Int64s,
    down: Int64s,
    ordered: Int32s,
    position: Int32s,
    seed_ranks: Int32s,
    seed_costs: Int64s,
    costs: Int64s,
    visited: Int32s,
    table: Int64s,
) -> None:
    """Costs from up to ``LANES`` origins to all ancestors of the destinations.

    Parameters
    ----------
    ordered, position
        As :func:`ancestors` gave them.
    seed_ranks, seed_costs
        Shape (origin_count, 2): where each origin begins and at what cost; rank -1 for none.
    costs, visited
        Room for one climb: ``costs`` all ``NO_WAY``, and so again afterwards.
    table
        Written, shape (len(ordered), LANES).
    """
    table[:] = NO_WAY
    fronts = np.empty(2, dtype=np.int32)
    for lane in range(len(seed_ranks)):
        for seed in range(2):
            rank = seed_ranks[lane, seed]
            fronts[seed] = rank
            if rank >= 0:
                costs[rank] = min(costs[rank], seed_costs[lane, seed])
        count = climb(first_up, up_head, up, fronts, costs, visited)
        for index in range(count):
            node = visited[index]
            if position[node] >= 0:
                table[position[node], lane] = costs[node]
            costs[node] = NO_WAY
    for row in range(len(ordered)):
        node = ordered[row]
        here = table[row]
        for arc in range(first_up[node], first_up[node + 1]):
            weight = down[arc]
            if weight >= NO_WAY:
                continue
            above = table[position[up_head[arc]]]
            for lane in range(LANES):
                here[lane] = min(here[lane], above[lane] + weight)


@_compiled
def is_open(arc_reverse: Int32s, arc_cost: Int64s, arc: int, backwards: bool) -> bool:
    """Whether a road can be driven in a direction."""
    driven = arc_reverse[arc] if backwards else arc
    return driven >= 0 and arc_cost[driven] < NO_WAY


@_compiled
def read_table(
    table: Int64s,
    position: Int32s,
    rank: Int32s,
    first_tail: Int32s,
    tails: Int32s,
    arc_reverse: Int32s,
    arc_cost: Int64s,
    origin_arcs: Int32s,
    origin_fractions: npt.NDArray[np.float64],
    arcs: Int32s,
    fractions: npt.NDArray[np.float64],
    seconds: Int32s,
    metres: Int32s,
) -> None:
    """Fill rows of a travel matrix, shape (origin_count, destination_count), from a swept table."""
    origin_count = len(origin_arcs)
    best = np.empty(LANES, dtype=np.int64)
    for index in range(len(arcs)):
        arc, fraction = arcs[index], fractions[index]
        best[:] = NO_WAY
        for side in range(2):
            into = arc if side == 0 else arc_reverse[arc]
            if into < 0 or arc_cost[into] >= NO_WAY:
                continue
            ahead = part_of(arc_cost[into], fraction)
            if side == 1:
                ahead = arc_cost[into] - ahead
            for tail in range(first_tail[into], first_tail[into + 1]):
                above = table[position[rank[tails[tail]]]]
                for lane in range(LANES):
                    best[lane] = min(best[lane], above[lane] + ahead)
        for lane in range(origin_count):
            cost = best[lane]
            if origin_arcs[lane] == arc and is_open(
                arc_reverse, arc_cost, arc, origin_fractions[lane] > fraction
            ):
                cost = min(cost, along_road(arc_reverse, arc_cost, arc, origin_fractions[lane], fraction))
            if cost < NO_WAY:
                # Up, so that a way over a third point never comes out shorter than the direct one.
                seconds[lane, index] = ((cost >> 32) + 999) // 1000
                metres[lane, index] = ((cost & 0xFFFFFFFF) + 50) // 100
