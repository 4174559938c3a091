"""The pool of routes seen during a search, the cheapest one for each set of stops (compiled)."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from routing_core.collection.arrays import Data, Floats, Ints, State
from routing_core.improve.compiled import compiled

MOST_ROUTES = 1 << 15
MOST_VISITS = 64
"""Longer routes are not kept: two searches hardly ever find parts of the same."""


class Pool(NamedTuple):
    """Routes with the visits between start and end."""

    size: Ints
    """Shape (1,)."""
    nodes: npt.NDArray[np.int32]
    length: Ints
    cost: Floats
    truck: Ints
    key: Ints
    table: Ints
    """Open addressing by key: index of a route, or -1."""
    code: Ints
    """Shape (stops + trucks,): random numbers whose exclusive or is the key of a set."""


def empty_pool(data: Data, seed: int) -> Pool:
    """A pool without routes."""
    codes = data.stop_count + len(data.capacity)
    return Pool(
        np.zeros(1, dtype=np.int64),
        np.zeros((MOST_ROUTES, MOST_VISITS), dtype=np.int32),
        np.zeros(MOST_ROUTES, dtype=np.int64),
        np.zeros(MOST_ROUTES),
        np.zeros(MOST_ROUTES, dtype=np.int64),
        np.zeros(MOST_ROUTES, dtype=np.int64),
        np.full(4 * MOST_ROUTES, -1, dtype=np.int64),
        np.random.default_rng(seed).integers(1, 2**62, codes),
    )


def forget(pool: Pool) -> None:
    """Empty the pool."""
    pool.size[0] = 0
    pool.table[:] = -1


@compiled
def remember(data: Data, state: State, pool: Pool, slot: int) -> None:
    """Put a route into the pool, unless a cheaper one with its stops is there or the pool is full."""
    visits, truck = state.length[slot] - 2, data.slot_truck[slot]
    if visits == 0 or visits > MOST_VISITS:
        return
    key = pool.code[data.stop_count + truck]
    for position in range(1, visits + 1):
        node = state.sequence[slot, position]
        if node < data.stop_count:
            key ^= pool.code[node]
    place = key % len(pool.table)
    while pool.table[place] >= 0 and pool.key[pool.table[place]] != key:
        place = (place + 1) % len(pool.table)
    index = pool.table[place]
    if index < 0:
        if pool.size[0] == MOST_ROUTES:
            return
        index = pool.size[0]
        pool.size[0] += 1
        pool.table[place], pool.key[index], pool.truck[index] = index, key, truck
    elif pool.cost[index] <= state.route_cost[slot]:
        return
    pool.cost[index], pool.length[index] = state.route_cost[slot], visits
    for position in range(visits):
        pool.nodes[index, position] = state.sequence[slot, position + 1]
