"""The inner loop of the large neighbourhood search: ruin, recreate, accept, thousands of times a second.

Acceptance is by simulated annealing. While tasks that must be served are left out, what is hard to place
decides instead, by how often each task was left out before (absence counters and SISR's fleet minimisation,
Christiaens and Vanden Berghe 2020).
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from routing_core.fleet.timing import Ints
from routing_core.improve.arrays import NONE, Flags, Floats, Indices, Net
from routing_core.improve.chance import State, below, chance
from routing_core.improve.pool import Pool, remember
from routing_core.improve.recreate import Desk, by_regret, greedily, put_in_order, save
from routing_core.improve.routes import (
    Routes,
    clear,
    copy_route,
    drop_absent,
    refresh,
    settle,
)
from routing_core.improve.ruin import anywhere, costly, related, strings, whole_route

BLINK = 0.01
MOST_REMOVED = 40
EPSILON = 1e-9


class Best(NamedTuple):
    """The best complete routes found: their nodes (K, W), count (K,), and cost (1,), infinite if none."""

    nodes: Indices
    count: Ints
    cost: Floats


def no_best(routes: Routes) -> Best:
    """Nothing found yet."""
    return Best(routes.nodes.copy(), routes.count.copy(), np.full(1, np.inf))


@njit(cache=True, nogil=True)
def total_cost(net: Net, routes: Routes) -> float:
    """Cost of all routes, and prizes lost."""
    total = 0.0
    for shift in range(len(routes.count)):
        total += routes.cost[shift]
    for task in range(len(routes.route_of)):
        if routes.route_of[task] == NONE:
            total += net.prize[task]
    return total


@njit(cache=True, nogil=True)
def missing(net: Net, routes: Routes) -> int:
    """How many tasks that must be served are left out."""
    count = 0
    for task in range(len(routes.route_of)):
        if routes.route_of[task] == NONE and net.mandatory[task]:
            count += 1
    return count


@njit(cache=True, nogil=True)
def keep_best(net: Net, routes: Routes, best: Best) -> bool:
    """Keep the routes as the best ones if they are complete and cheaper; whether they are."""
    cost = total_cost(net, routes)
    if cost >= best.cost[0] - EPSILON or missing(net, routes) > 0:
        return False
    best.cost[0] = cost
    for shift in range(len(routes.count)):
        best.count[shift] = routes.count[shift]
        for position in range(routes.count[shift]):
            best.nodes[shift, position] = routes.nodes[shift, position]
    return True


@njit(cache=True, nogil=True)
def _choose(net: Net, routes: Routes, random: State, gone: Flags, removed: Indices, touched: Flags) -> int:
    """Mark the tasks that are to leave, in one of several ways."""
    way = chance(random)
    few = 1 + below(random, max(1, min(20, len(net.dropoff) // 3)))
    if way < 0.75:
        return strings(net, routes, random, gone, removed, touched)
    if way < 0.87:
        return related(net, routes, random, gone, removed, few)
    if way < 0.94:
        return costly(net, routes, random, gone, removed, few)
    if way < 0.99:
        return anywhere(net, routes, random, gone, removed, few)
    return whole_route(net, routes, random, gone, removed)


@njit(cache=True, nogil=True)
def _take_out(net: Net, routes: Routes, backup: Routes, desk: Desk, removed: Indices, touched: Flags) -> bool:
    """Close up all routes around the tasks removed; False if a route has no times without them."""
    touched[:] = False
    for task in removed:
        shift = routes.route_of[task]
        save(routes, backup, desk, shift)
        touched[shift] = True
    for task in removed:
        routes.route_of[task] = NONE
    for shift in range(len(touched)):
        if touched[shift]:
            drop_absent(net, routes, shift)
            if not refresh(net, routes, shift):
                return False
    return True


@njit(cache=True, nogil=True)
def _undo(net: Net, routes: Routes, backup: Routes, desk: Desk) -> None:
    """Back to the routes as they were saved."""
    for shift in range(len(routes.count)):
        if desk.saved[shift]:
            for position in range(1, routes.count[shift] - 1):
                task = net.task_of[routes.nodes[shift, position]]
                if task != NONE:
                    routes.route_of[task] = NONE
    for shift in range(len(routes.count)):
        if desk.saved[shift]:
            copy_route(backup, routes, shift)
            settle(net, routes, shift)


@njit(cache=True, nogil=True)
def anneal(
    net: Net,
    routes: Routes,
    backup: Routes,
    desk: Desk,
    best: Best,
    pool: Pool,
    absences: Ints,
    open_shifts: Flags,
    random: State,
    iterations: int,
    hot: float,
    cold: float,
) -> int:
    """Ruin and recreate, again and again.

    Parameters
    ----------
    routes
        The current plan, changed in place.
    backup
        Of the same shape, to work in.
    absences
        Shape (M,), added to: how often each task was left out.
    open_shifts
        Which shifts may be used.
    hot, cold
        Temperatures at the first and after the last iteration, in units of cost; falling geometrically.

    Returns
    -------
    Iterations done: fewer than asked for when everything that must be served is served at last.
    """
    tasks = len(net.dropoff)
    gone = np.zeros(tasks, dtype=np.bool_)
    removed = np.empty(tasks, dtype=np.int32)
    absent = np.empty(tasks, dtype=np.int32)
    touched = np.zeros(len(routes.count), dtype=np.bool_)
    has_singles = (net.pickup == NONE).any()
    lacking = missing(net, routes)
    current = total_cost(net, routes)
    temperature = hot
    cooling = (cold / hot) ** (1.0 / max(1, iterations))
    for iteration in range(iterations):
        temperature *= cooling
        absent_count = 0
        for task in range(tasks):
            if routes.route_of[task] == NONE:
                absent[absent_count] = task
                absent_count += 1
        count = _choose(net, routes, random, gone, removed, touched)
        count = min(count, MOST_REMOVED)
        gone[:] = False
        desk.saved[:] = False
        good = _take_out(net, routes, backup, desk, removed[:count], touched)
        if good:
            waiting = np.concatenate((removed[:count], absent[:absent_count]))
            waiting = put_in_order(net, desk, random, waiting, has_singles)
            if chance(random) < 0.06 and len(waiting) <= 2 * MOST_REMOVED and not has_singles:
                depth = 2 + below(random, 2)
                good = by_regret(net, routes, backup, desk, random, open_shifts, waiting, depth)
            else:
                good = greedily(net, routes, backup, desk, random, open_shifts, waiting, BLINK)
        accepted = False
        if good:
            candidate = total_cost(net, routes)
            without = missing(net, routes)
            threshold = current - temperature * np.log(max(1e-300, chance(random)))
            if lacking == 0:
                accepted = without == 0 and candidate < threshold
            elif without == 0:
                accepted = True
            else:
                before, after = 0, 0
                for task in absent[:absent_count]:
                    before += absences[task] if net.mandatory[task] else 0
                for task in range(tasks):
                    if routes.route_of[task] == NONE and net.mandatory[task]:
                        after += absences[task]
                        absences[task] += 1
                accepted = after < before or (without <= lacking and candidate < threshold)
        if not accepted:
            _undo(net, routes, backup, desk)
            continue
        complete = lacking > 0 and without == 0
        current, lacking = candidate, without
        for shift in range(len(routes.count)):
            if desk.saved[shift] and routes.count[shift] > 2:
                remember(net, routes, pool, shift)
        if lacking == 0 and current < best.cost[0] - EPSILON:
            keep_best(net, routes, best)
        if complete:
            return iteration + 1
    return iterations


@njit(cache=True, nogil=True)
def empty_route(net: Net, routes: Routes, shift: int) -> None:
    """Take everything out of a route that can be."""
    clear(net, routes, shift)
    refresh(net, routes, shift)
