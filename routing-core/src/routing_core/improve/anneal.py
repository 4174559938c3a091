"""The inner loop of the large neighbourhood search: ruin, recreate, accept, thousands of times a second.

Acceptance is by simulated annealing. While tasks that must be served are left out, what is hard to place
decides instead, by how often each task was left out before (absence counters and SISR's fleet minimisation,
Christiaens and Vanden Berghe 2020).
"""

from typing import NamedTuple

import numpy as np

from routing_core.fleet.timing import Ints
from routing_core.improve.arrays import NONE, Flags, Floats, Indices, Net
from routing_core.improve.chance import State, below, chance
from routing_core.improve.compiled import compiled
from routing_core.improve.pool import Pool, remember
from routing_core.improve.recreate import MOST_COMPARED, Desk, by_regret, greedily, put_in_order, save
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
REGRET_SHARE = 0.06
EPSILON = 1e-9


class Best(NamedTuple):
    """The best complete routes found: their nodes (K, W), size (K,), and cost (1,), infinite if none."""

    nodes: Indices
    size: Ints
    cost: Floats


def no_best(routes: Routes) -> Best:
    """Nothing found yet."""
    return Best(routes.nodes.copy(), routes.size.copy(), np.full(1, np.inf))


@compiled
def total_cost(net: Net, routes: Routes) -> float:
    """Cost of all routes, and prizes lost."""
    total = 0.0
    for shift in range(len(routes.size)):
        total += routes.cost[shift]
    for task in range(len(routes.route_of)):
        if routes.route_of[task] == NONE:
            total += net.prize[task]
    return total


@compiled
def missing(net: Net, routes: Routes) -> int:
    """How many tasks that must be served are left out."""
    count = 0
    for task in range(len(routes.route_of)):
        if routes.route_of[task] == NONE and net.mandatory[task]:
            count += 1
    return count


@compiled
def keep_best(net: Net, routes: Routes, best: Best) -> bool:
    """Keep the routes as the best ones if they are complete and cheaper; whether they are."""
    cost = total_cost(net, routes)
    if cost >= best.cost[0] - EPSILON or missing(net, routes) > 0:
        return False
    best.cost[0] = cost
    for shift in range(len(routes.size)):
        best.size[shift] = routes.size[shift]
        for position in range(routes.size[shift]):
            best.nodes[shift, position] = routes.nodes[shift, position]
    return True


@compiled
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


@compiled
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


@compiled
def _undo(net: Net, routes: Routes, backup: Routes, desk: Desk) -> None:
    """Back to the routes as they were saved."""
    for shift in range(len(routes.size)):
        if desk.saved[shift]:
            for position in range(1, routes.size[shift] - 1):
                task = net.task_of[routes.nodes[shift, position]]
                if task != NONE:
                    routes.route_of[task] = NONE
    for shift in range(len(routes.size)):
        if desk.saved[shift]:
            copy_route(backup, routes, shift)
            settle(net, routes, shift)


@compiled
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
    lacking = missing(net, routes)
    current = total_cost(net, routes)
    temperature = hot
    cooling = (cold / hot) ** (1.0 / max(1, iterations))
    for iteration in range(iterations):
        temperature *= cooling
        absent_count = _list_absent(routes, desk.absent)
        desk.saved[:] = False
        candidate, without, accepted = np.inf, lacking, False
        if _propose(net, routes, backup, desk, random, open_shifts, absent_count):
            candidate = total_cost(net, routes)
            without = missing(net, routes)
            threshold = current - temperature * np.log(max(1e-300, chance(random)))
            if lacking == 0 or without == 0:
                accepted = without == 0 and (lacking > 0 or candidate < threshold)
            else:
                easier = _count_absences(net, routes, absences, desk.absent[:absent_count])
                accepted = easier or (without <= lacking and candidate < threshold)
        if not accepted:
            _undo(net, routes, backup, desk)
            continue
        completed = lacking > 0 and without == 0
        current, lacking = candidate, without
        for shift in range(len(routes.size)):
            if desk.saved[shift] and routes.size[shift] > 2:
                remember(net, routes, pool, shift)
        if lacking == 0 and current < best.cost[0] - EPSILON:
            keep_best(net, routes, best)
        if completed:
            return iteration + 1
    return iterations


@compiled
def _list_absent(routes: Routes, absent: Indices) -> int:
    count = 0
    for task in range(len(routes.route_of)):
        if routes.route_of[task] == NONE:
            absent[count] = task
            count += 1
    return count


@compiled
def _propose(
    net: Net,
    routes: Routes,
    backup: Routes,
    desk: Desk,
    random: State,
    open_shifts: Flags,
    absent_count: int,
) -> bool:
    """Ruin and recreate the routes; False when a route has no times any more."""
    count = min(MOST_REMOVED, _choose(net, routes, random, desk.gone, desk.removed, desk.touched))
    desk.gone[:] = False
    if not _take_out(net, routes, backup, desk, desk.removed[:count], desk.touched):
        return False
    waiting = desk.waiting[: count + absent_count]
    for index in range(count):
        waiting[index] = desk.removed[index]
    for index in range(absent_count):
        waiting[count + index] = desk.absent[index]
    single = put_in_order(net, desk, random, waiting)
    if chance(random) < REGRET_SHARE and not single and len(waiting) <= 2 * MOST_REMOVED:
        depth = 2 + below(random, MOST_COMPARED - 1)
        return by_regret(net, routes, backup, desk, random, open_shifts, waiting, depth)
    return greedily(net, routes, backup, desk, random, open_shifts, waiting, BLINK)


@compiled
def _count_absences(net: Net, routes: Routes, absences: Ints, absent: Indices) -> bool:
    """Count those left out now; whether they were so less often than those left out before."""
    before, after = 0, 0
    for task in absent:
        if net.mandatory[task]:
            before += absences[task]
    for task in range(len(routes.route_of)):
        if routes.route_of[task] == NONE and net.mandatory[task]:
            after += absences[task]
            absences[task] += 1
    return after < before


@compiled
def empty_route(net: Net, routes: Routes, shift: int) -> None:
    """Take everything out of a route that can be."""
    clear(net, routes, shift)
    refresh(net, routes, shift)
