"""One way at a time: up the elimination tree from both ends until they meet."""

from typing import NamedTuple

import numpy as np

from routing_core.roads.compiled import compiled
from routing_core.roads.costs import NO_COST, Int32s, Int64s
from routing_core.roads.elimination import find_edge


class Room(NamedTuple):
    """Arrays to search in, (node_count,), for one thread at a time; see :func:`climb`."""

    costs: Int64s
    steps: Int32s
    path: Int32s


@compiled
def climb(
    parent: Int32s,
    first_edge: Int32s,
    edge_high: Int32s,
    edge_cost: Int64s,
    seeds: Int32s,
    seed_costs: Int64s,
    costs: Int64s,
    steps: Int32s,
    path: Int32s,
) -> int:
    """Relax all edges up from the ancestors of some ranks, in ascending order.

    Parameters
    ----------
    edge_cost
        Costs upwards to search forwards, downwards to search backwards.
    seeds, seed_costs
        Ranks to start from, and at what cost.
    costs, steps
        (node_count,) filled in at the ancestors: costs, and the edge each is reached by, or -1 minus the
        number of its seed. ``costs`` must be ``NO_COST`` before.
    path
        (node_count,) gets the ancestors, ascending.

    Returns
    -------
    int
        How many ancestors there are.
    """
    node_count = len(parent)
    climbers = seeds.copy()
    for number in range(len(seeds)):
        if seed_costs[number] < costs[seeds[number]]:
            costs[seeds[number]] = seed_costs[number]
            steps[seeds[number]] = -1 - number
    size = 0
    while True:
        low = node_count
        for number in range(len(climbers)):
            low = min(low, climbers[number])
        if low == node_count:
            return size
        for number in range(len(climbers)):
            if climbers[number] == low:
                climbers[number] = parent[low]
        path[size] = low
        size += 1
        cost = costs[low]
        if cost < NO_COST:
            for edge in range(first_edge[low], first_edge[low + 1]):
                high = edge_high[edge]
                if cost + edge_cost[edge] < costs[high]:
                    costs[high] = cost + edge_cost[edge]
                    steps[high] = edge


@compiled
def meeting(costs: Int64s, other_costs: Int64s, other_path: Int32s, other_size: int) -> tuple[np.int64, int]:
    """The least sum of costs from both ends, and the rank it is found at (-1 where there is none)."""
    best = np.int64(NO_COST)
    rank = -1
    for index in range(other_size):
        at = other_path[index]
        if costs[at] + other_costs[at] < best:
            best = costs[at] + other_costs[at]
            rank = at
    return best, rank


@compiled
def links_between(
    first_edge: Int32s,
    edge_low: Int32s,
    edge_high: Int32s,
    up_via: Int32s,
    down_via: Int32s,
    steps: Int32s,
    other_steps: Int32s,
    rank: int,
) -> tuple[Int32s, int, int]:
    """Links of the way that meets at a rank, in driving order.

    Returns
    -------
    links : int32 array
    seed, other_seed : int
        Which seeds the way begins and ends with.
    """
    # Edges still to unpack, the next one on top; downward ones are told by the complement.
    stack = np.empty(64, np.int32)
    size = 0
    at = rank
    while other_steps[at] >= 0:
        edge = other_steps[at]
        stack, size = _push(stack, size, ~edge)
        at = edge_low[edge]
    other_seed = -1 - other_steps[at]
    _turn_round(stack, 0, size)
    at = rank
    while steps[at] >= 0:
        edge = steps[at]
        stack, size = _push(stack, size, edge)
        at = edge_low[edge]
    seed = -1 - steps[at]
    links = np.empty(64, np.int32)
    link_count = 0
    while size > 0:
        size -= 1
        upwards = stack[size] >= 0
        edge = stack[size] if upwards else ~stack[size]
        via = up_via[edge] if upwards else down_via[edge]
        if via < 0:
            links, link_count = _push(links, link_count, -1 - via)
            continue
        low_edge = find_edge(first_edge, edge_high, via, edge_low[edge])
        high_edge = find_edge(first_edge, edge_high, via, edge_high[edge])
        # Down to the middle first, then up from there.
        stack, size = _push(stack, size, high_edge if upwards else low_edge)
        stack, size = _push(stack, size, ~low_edge if upwards else ~high_edge)
    return links[:link_count].copy(), seed, other_seed


@compiled
def best_way(
    parent: Int32s,
    first_edge: Int32s,
    edge_low: Int32s,
    edge_high: Int32s,
    up_cost: Int64s,
    down_cost: Int64s,
    up_via: Int32s,
    down_via: Int32s,
    seeds: Int32s,
    seed_costs: Int64s,
    other_seeds: Int32s,
    other_seed_costs: Int64s,
    costs: Int64s,
    steps: Int32s,
    path: Int32s,
    other_costs: Int64s,
    other_steps: Int32s,
    other_path: Int32s,
) -> tuple[np.int64, Int32s, int, int]:
    """The best way from some ranks to others.

    Parameters
    ----------
    costs, steps, path, other_costs, other_steps, other_path
        (node_count,) room to work in, see :func:`climb`; as before afterwards.

    Returns
    -------
    cost : int64
        ``NO_COST`` where there is no way.
    links : int32 array
    seed, other_seed : int
        Which seeds the way begins and ends with.
    """
    size = climb(parent, first_edge, edge_high, up_cost, seeds, seed_costs, costs, steps, path)
    other_size = climb(
        parent,
        first_edge,
        edge_high,
        down_cost,
        other_seeds,
        other_seed_costs,
        other_costs,
        other_steps,
        other_path,
    )
    best, rank = meeting(costs, other_costs, other_path, other_size)
    links = np.empty(0, np.int32)
    seed = other_seed = -1
    if rank >= 0:
        links, seed, other_seed = links_between(
            first_edge, edge_low, edge_high, up_via, down_via, steps, other_steps, rank
        )
    forget(costs, path, size)
    forget(other_costs, other_path, other_size)
    return best, links, seed, other_seed


@compiled
def forget(costs: Int64s, path: Int32s, size: int) -> None:
    """Have costs as they were before a search."""
    for index in range(size):
        costs[path[index]] = NO_COST


@compiled
def _push(stack: Int32s, size: int, value: int) -> tuple[Int32s, int]:
    if size == len(stack):
        larger = np.empty(2 * size, np.int32)
        larger[:size] = stack
        stack = larger
    stack[size] = value
    return stack, size + 1


@compiled
def _turn_round(stack: Int32s, begin: int, end: int) -> None:
    while begin < end - 1:
        end -= 1
        stack[begin], stack[end] = stack[end], stack[begin]
        begin += 1
