"""Putting tasks back into routes: one by one in some order, or the most endangered first.

What a task costs in a route is remembered under the route's version, so that only routes that changed are
tried again.
"""

from typing import NamedTuple

import numpy as np

from routing_core.fleet.timing import Ints
from routing_core.improve.arrays import NONE, Flags, Floats, Indices, Net
from routing_core.improve.chance import State, below, chance
from routing_core.improve.compiled import compiled
from routing_core.improve.position import best_position
from routing_core.improve.routes import Routes, copy_route, put_in

LAVISH_SHARE = 0.1
MOST_COMPARED = 4  # routes, by regret


class Desk(NamedTuple):
    """What the search remembers and writes on. M tasks, K shifts.

    Shape (M, K): ``version`` of the route at which an insertion was tried, what it ``added`` at the
    cheapest, the ``pickup_gap`` and ``dropoff_gap`` of that, NONE when nothing is known but that it adds no
    less. Shape (K,): ``saved`` says which routes are in the backup. The rest is room to work in.
    """

    version: Ints
    added: Floats
    pickup_gap: Indices
    dropoff_gap: Indices
    saved: Flags
    order: Indices
    place: Indices
    times: Ints
    index_of: Indices
    later: Floats
    seen: Flags
    keys: Floats
    nearest: Floats
    waiting: Indices
    removed: Indices
    absent: Indices
    gone: Flags
    touched: Flags


def blank_desk(net: Net) -> Desk:
    """Nothing remembered."""
    tasks, shifts, nodes = len(net.dropoff), len(net.first), len(net.place)
    width = 2 * tasks + net.fixed.shape[1] + 4
    return Desk(
        version=np.full((tasks, shifts), -1, dtype=np.int64),
        added=np.zeros((tasks, shifts)),
        pickup_gap=np.zeros((tasks, shifts), dtype=np.int32),
        dropoff_gap=np.zeros((tasks, shifts), dtype=np.int32),
        saved=np.zeros(shifts, dtype=bool),
        order=np.zeros(width, dtype=np.int32),
        place=np.zeros(width, dtype=np.int32),
        times=np.zeros(width, dtype=np.int64),
        index_of=np.zeros(nodes, dtype=np.int32),
        later=np.zeros(width),
        seen=np.zeros(shifts, dtype=bool),
        keys=np.zeros(tasks),
        nearest=np.zeros(MOST_COMPARED),
        waiting=np.zeros(tasks, dtype=np.int32),
        removed=np.zeros(tasks, dtype=np.int32),
        absent=np.zeros(tasks, dtype=np.int32),
        gone=np.zeros(tasks, dtype=bool),
        touched=np.zeros(shifts, dtype=bool),
    )


@compiled
def save(routes: Routes, backup: Routes, desk: Desk, shift: int) -> None:
    """Keep the route as it is, unless it was kept already."""
    if not desk.saved[shift]:
        desk.saved[shift] = True
        copy_route(routes, backup, shift)


@compiled
def _look_up(
    net: Net, routes: Routes, desk: Desk, random: State, task: int, shift: int, limit: float, blink: float
) -> float:
    """What the task adds to the route if less than the limit, else infinity; gaps are on the desk."""
    if desk.version[task, shift] == routes.version[shift]:
        if desk.added[task, shift] >= limit:
            return np.inf
        if desk.pickup_gap[task, shift] != NONE:
            return float(desk.added[task, shift])
    added, pickup_gap, dropoff_gap, blinked = best_position(
        net,
        routes,
        task,
        shift,
        limit,
        blink,
        random,
        desk.order,
        desk.place,
        desk.times,
        desk.index_of,
        desk.later,
    )
    # What was passed over by chance must not be forgotten for long.
    desk.version[task, shift] = -1 if blinked else routes.version[shift]
    desk.added[task, shift] = added if pickup_gap != NONE else limit
    desk.pickup_gap[task, shift] = pickup_gap
    desk.dropoff_gap[task, shift] = dropoff_gap
    return added


@compiled
def _is_first_of_kind(net: Net, routes: Routes, desk: Desk, shift: int) -> bool:
    """Whether no unused shift of the same kind was met before."""
    if routes.size[shift] > 2:
        return True
    kind = net.kind[shift]
    if desk.seen[kind]:
        return False
    desk.seen[kind] = True
    return True


@compiled
def _insert(net: Net, routes: Routes, backup: Routes, desk: Desk, task: int, shift: int) -> bool:
    save(routes, backup, desk, shift)
    return put_in(net, routes, task, shift, desk.pickup_gap[task, shift], desk.dropoff_gap[task, shift])


@compiled
def greedily(
    net: Net,
    routes: Routes,
    backup: Routes,
    desk: Desk,
    random: State,
    open_shifts: Flags,
    waiting: Indices,
    blink: float,
) -> bool:
    """Each task in the order given at its cheapest position, if it has one; mostly only if worth its prize.

    Returns
    -------
    False when a route lost its times, which only travel times without a triangle rule can bring about.
    """
    # What does not pay by itself may pay together with something else.
    lavish = blink > 0.0 and chance(random) < LAVISH_SHARE
    for task in waiting:
        best = np.inf if lavish or net.mandatory[task] else net.prize[task]
        chosen = NONE
        desk.seen[:] = False
        for shift in range(len(routes.size)):
            # What is known already bounds what has to be tried.
            known = desk.version[task, shift] == routes.version[shift] and open_shifts[shift]
            if known and desk.pickup_gap[task, shift] != NONE and desk.added[task, shift] < best:
                best, chosen = desk.added[task, shift], shift
        start = below(random, len(routes.size))
        for step in range(len(routes.size)):
            shift = (start + step) % len(routes.size)
            if not net.allowed[task, shift] or not open_shifts[shift]:
                continue
            if not _is_first_of_kind(net, routes, desk, shift):
                continue
            added = _look_up(net, routes, desk, random, task, shift, best, blink)
            if added < best:
                best, chosen = added, shift
        if chosen != NONE and not _insert(net, routes, backup, desk, task, chosen):
            return False
    return True


@compiled
def by_regret(
    net: Net,
    routes: Routes,
    backup: Routes,
    desk: Desk,
    random: State,
    open_shifts: Flags,
    waiting: Indices,
    depth: int,
) -> bool:
    """The task first that loses most if it does not get its cheapest route (Ropke and Pisinger 2006).

    Parameters
    ----------
    waiting
        Left in another order.
    depth
        With how many routes the cheapest is compared, ``MOST_COMPARED`` at most.

    Returns
    -------
    As :func:`greedily`.
    """
    costs = desk.nearest
    left = len(waiting)
    while left > 0:
        chosen, chosen_shift, most, least = NONE, NONE, -np.inf, np.inf
        for index in range(left):
            task = waiting[index]
            limit = np.inf if net.mandatory[task] else net.prize[task]
            costs[:] = np.inf
            cheapest = NONE
            desk.seen[:] = False
            for shift in range(len(routes.size)):
                if not net.allowed[task, shift] or not open_shifts[shift]:
                    continue
                if not _is_first_of_kind(net, routes, desk, shift):
                    continue
                added = _look_up(net, routes, desk, random, task, shift, limit, 0.0)
                if added < costs[depth - 1]:
                    rank = depth - 1
                    while rank > 0 and costs[rank - 1] > added:
                        costs[rank] = costs[rank - 1]
                        rank -= 1
                    costs[rank] = added
                    if rank == 0:
                        cheapest = shift
            if cheapest == NONE:
                continue
            regret = 0.0
            for rank in range(1, depth):
                # A route that cannot take the task at all weighs more than any that can.
                regret += min(costs[rank], 1e9) - costs[0]
            if regret > most or (regret == most and costs[0] < least):
                chosen, chosen_shift, most, least = index, cheapest, regret, costs[0]
        if chosen == NONE:
            return True
        if not _insert(net, routes, backup, desk, waiting[chosen], chosen_shift):
            return False
        left -= 1
        waiting[chosen] = waiting[left]
    return True


@compiled
def put_in_order(net: Net, desk: Desk, random: State, waiting: Indices) -> bool:
    """Sort the tasks in one of several ways, chosen by chance; single stops before pairs, breaks behind them.

    Returns
    -------
    Whether there are single stops.
    """
    single = False
    keys = desk.keys
    way = below(random, 15)
    depot = net.place[net.first[0]]
    for index in range(len(waiting)):
        task = waiting[index]
        dropoff = net.dropoff[task]
        pickup = net.pickup[task] if net.pickup[task] != NONE else dropoff
        if way < 4:
            key = chance(random)
        elif way < 6:
            key = -float(net.seated[pickup] + 2 * net.chairs[pickup]) + 0.5 * chance(random)
        elif way < 8:
            key = -net.cost[depot, max(0, net.place[pickup])]
        elif way == 8:
            key = net.cost[depot, max(0, net.place[pickup])]
        elif way < 11:
            key = float(net.latest[pickup] - net.earliest[pickup])
        elif way < 13:
            key = float(net.earliest[pickup])
        else:
            key = -float(net.latest[dropoff])
        if net.pickup[task] == NONE:
            single = True
            key = -1e18 if net.is_break[dropoff] else -2e18
        place = index
        while place > 0 and keys[place - 1] > key:
            keys[place], waiting[place] = keys[place - 1], waiting[place - 1]
            place -= 1
        keys[place], waiting[place] = key, task
    return single
