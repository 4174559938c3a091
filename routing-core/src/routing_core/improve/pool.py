"""Every distinct route that accepted plans had: for each set of tasks the cheapest order found."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from routing_core.fleet.timing import Ints
from routing_core.improve.arrays import NONE, Floats, Indices, Net
from routing_core.improve.compiled import compiled
from routing_core.improve.routes import Routes

Keys = npt.NDArray[np.uint64]


class Pool(NamedTuple):
    """An open hash table of routes, keyed by their set of tasks and the kind of their shift.

    ``key`` (0 where free), ``cost``, ``kind``, ``offset`` and ``length`` of the nodes in ``nodes``, without
    start and end. ``filled`` (2,): routes and nodes stored. ``task_key`` and ``kind_key`` are random numbers
    whose exclusive or is a route's key (Zobrist 1970).
    """

    key: Keys
    cost: Floats
    kind: Indices
    offset: Ints
    length: Indices
    nodes: Indices
    filled: Ints
    task_key: Keys
    kind_key: Keys


def blank_pool(net: Net, seed: int, *, routes: int = 1 << 17, nodes: int = 1 << 21) -> Pool:
    """A pool with room for three quarters of ``routes``, which is a power of two."""
    count = len(net.dropoff) + len(net.first)
    drawn = np.random.default_rng(seed).integers(1, 2**64, count, dtype=np.uint64)
    return Pool(
        key=np.zeros(routes, dtype=np.uint64),
        cost=np.zeros(routes),
        kind=np.zeros(routes, dtype=np.int32),
        offset=np.zeros(routes, dtype=np.int64),
        length=np.zeros(routes, dtype=np.int32),
        nodes=np.zeros(nodes, dtype=np.int32),
        filled=np.zeros(2, dtype=np.int64),
        task_key=drawn[: len(net.dropoff)],
        kind_key=drawn[len(net.dropoff) :],
    )


def forget(pool: Pool) -> None:
    """Empty the pool."""
    pool.key[:] = 0
    pool.filled[:] = 0


@compiled
def remember(net: Net, routes: Routes, pool: Pool, shift: int) -> None:
    """Store the route, or its cheaper order; nothing once the pool is full."""
    count = routes.size[shift]
    key = pool.kind_key[net.kind[shift]]
    for position in range(1, count - 1):
        task = net.task_of[routes.nodes[shift, position]]
        if task != NONE and routes.nodes[shift, position] == net.dropoff[task]:
            key ^= pool.task_key[task]
    key = max(key, np.uint64(1))
    mask = np.uint64(len(pool.key) - 1)
    slot = key & mask
    while pool.key[slot] != 0 and pool.key[slot] != key:
        slot = (slot + np.uint64(1)) & mask
    if pool.key[slot] == key:
        if routes.cost[shift] >= pool.cost[slot] - 1e-9 or count - 2 != pool.length[slot]:
            return
    else:
        if pool.filled[0] * 4 >= len(pool.key) * 3 or pool.filled[1] + count > len(pool.nodes):
            return
        pool.key[slot] = key
        pool.kind[slot] = net.kind[shift]
        pool.offset[slot] = pool.filled[1]
        pool.length[slot] = count - 2
        pool.filled[0] += 1
        pool.filled[1] += count - 2
    pool.cost[slot] = routes.cost[shift]
    offset = pool.offset[slot]
    for position in range(1, count - 1):
        pool.nodes[offset + position - 1] = routes.nodes[shift, position]
