"""Recombining routes: the cheapest choice from the pool that serves everything once (set partitioning).

As in Subramanian, Uchoa and Ochi (2013), "A hybrid algorithm for a class of vehicle routing problems".
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from routing_core.fleet.timing import Ints
from routing_core.improve.arrays import NONE, Floats, Net
from routing_core.improve.pool import Pool
from routing_core.partitioning import Partitioning

MOST_RELAXED = 15_000  # columns of the relaxation
MOST_COLUMNS = 3_000  # columns of the integer programme
TOLERANCE = 1e-6


@dataclass(frozen=True)
class _Columns:
    """Routes of the pool (``slots``), then for each optional task the choice to leave it out (NONE).

    The rows of ``choices`` are the tasks, each to be covered once, then the kinds of shifts, of which there
    are only so many.
    """

    slots: Ints
    choices: Partitioning


def recombine(
    net: Net,
    idle: Floats,
    pool: Pool,
    best: list[list[int]],
    bound: float,
    *,
    seconds: float,
    node_limit: int | None = None,
) -> list[list[int]] | None:
    """The cheapest routes from the pool that serve every task once, if cheaper than ``bound``.

    Parameters
    ----------
    idle
        Shape (K,): what each shift costs when it serves no task.
    best
        The nodes of every shift in the plan that costs ``bound``; where the pool is large, routes cheaper
        than what their tasks cost there are looked at first.
    seconds
        Time for the whole.
    node_limit
        Nodes of the search tree at most, for results that do not depend on the clock.

    Returns
    -------
    The nodes of every shift, or None when nothing cheaper was found.
    """
    columns = _columns(net, idle, pool, _promising(net, pool, best))
    if columns is None:
        return None
    below = bound - float(idle.sum())
    below -= TOLERANCE * max(1.0, abs(below))
    relaxed = columns.choices.relaxation(seconds / 2)
    if relaxed is None or relaxed[0] > below:
        return None
    lower, prices = relaxed
    # A route whose reduced cost exceeds the gap is in no better plan.
    reduced = columns.choices.cost - columns.choices.rows.T @ prices
    kept = np.flatnonzero(reduced < below - lower)
    if len(kept) > MOST_COLUMNS:
        kept = np.sort(kept[np.argsort(reduced[kept], kind="stable")[:MOST_COLUMNS]])
    chosen = columns.choices.choice(kept, below, seconds / 2, node_limit=node_limit)
    return None if chosen is None else _orders(net, pool, columns.slots[chosen])


def _tasks(net: Net, pool: Pool, slots: Ints) -> tuple[Ints, Ints]:
    """Each task of each route, with the index of the route."""
    lengths = pool.length[slots].astype(np.int64)
    ends = np.cumsum(lengths)
    within = np.arange(lengths.sum()) - np.repeat(ends - lengths, lengths)
    nodes = pool.nodes[within + np.repeat(pool.offset[slots], lengths)]
    task = net.task_of[nodes]
    counts = (task != NONE) & (net.dropoff[task] == nodes)
    return task[counts], np.repeat(np.arange(len(slots)), lengths)[counts]


def _promising(net: Net, pool: Pool, best: list[list[int]]) -> Ints:
    """The routes of the pool, or those that save most against the best plan, driving shared evenly in it."""
    slots = np.flatnonzero(pool.key)
    if len(slots) <= MOST_RELAXED:
        return slots
    share = np.zeros(len(net.dropoff))
    for order in best:
        nodes = np.array(order)
        tasks = np.unique(net.task_of[nodes][net.task_of[nodes] != NONE])
        places = net.place[nodes][net.place[nodes] != NONE]
        if len(tasks) > 0:
            share[tasks] = (net.per_shift + net.cost[places[:-1], places[1:]].sum()) / len(tasks)
    task, route = _tasks(net, pool, slots)
    saving = np.bincount(route, weights=share[task], minlength=len(slots)) - pool.cost[slots]
    return np.sort(slots[np.argsort(-saving, kind="stable")[:MOST_RELAXED]])


def _columns(net: Net, idle: Floats, pool: Pool, slots: Ints) -> _Columns | None:
    if len(slots) == 0:
        return None
    tasks, kinds = len(net.dropoff), int(net.kind.max()) + 1
    task, route = _tasks(net, pool, slots)
    optional = np.flatnonzero(~net.mandatory)
    routes = np.arange(len(slots))
    row = np.concatenate((task, tasks + pool.kind[slots], optional))
    at = np.concatenate((route, routes, len(slots) + np.arange(len(optional))))
    shape = (tasks + kinds, len(slots) + len(optional))
    idle_of_kind = np.zeros(kinds)
    idle_of_kind[net.kind] = idle
    return _Columns(
        np.concatenate((slots, np.full(len(optional), NONE))),
        Partitioning(
            np.concatenate((pool.cost[slots] - idle_of_kind[pool.kind[slots]], net.prize[optional])),
            sp.csc_array((np.ones(len(row)), (row.astype(np.int64), at)), shape=shape),
            lower=np.concatenate((np.ones(tasks), np.zeros(kinds))),
            upper=np.concatenate((np.ones(tasks), np.bincount(net.kind, minlength=kinds))),
        ),
    )


def _orders(net: Net, pool: Pool, slots: Ints) -> list[list[int]]:
    """The routes in these slots, given to shifts of their kind; the other shifts keep what is fixed."""
    orders = [
        [int(first), *(int(node) for node in fixed if node != NONE), int(last)]
        for first, fixed, last in zip(net.first, net.fixed, net.last, strict=True)
    ]
    free = [list(np.flatnonzero(net.kind == kind)[::-1]) for kind in range(int(net.kind.max()) + 1)]
    for slot in slots[slots != NONE]:
        shift = free[pool.kind[slot]].pop()
        nodes = pool.nodes[pool.offset[slot] : pool.offset[slot] + pool.length[slot]]
        orders[shift] = [int(net.first[shift]), *nodes.tolist(), int(net.last[shift])]
    return orders
