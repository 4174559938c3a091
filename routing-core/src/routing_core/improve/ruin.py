"""Which tasks to take out of their routes: several ways of choosing what belongs together.

Each function marks tasks in ``gone``, appends them to ``removed`` and returns how many there are.
"""

import numpy as np

from routing_core.improve.arrays import NONE, Flags, Indices, Net
from routing_core.improve.chance import State, below, chance
from routing_core.improve.compiled import compiled
from routing_core.improve.routes import Routes

LONGEST_STRING = 10
# Stops removed on average: drawn anew every time, as tight and loose days want more and less.
FEWEST_REMOVED = 5.0
MOST_REMOVED = 25.0
SPLIT_SHARE = 0.5
SPLIT_GROWS = 0.5


@compiled
def _take(net: Net, node: int, gone: Flags, removed: Indices, count: int) -> int:
    task = net.task_of[node]
    if task == NONE or gone[task]:
        return count
    gone[task] = True
    removed[count] = task
    return count + 1


@compiled
def _placed(routes: Routes, random: State) -> int:
    """Some task that is in a route; NONE when there is none."""
    tasks = len(routes.route_of)
    start = below(random, tasks)
    for step in range(tasks):
        task = (start + step) % tasks
        if routes.route_of[task] != NONE:
            return task
    return NONE


@compiled
def strings(net: Net, routes: Routes, random: State, gone: Flags, removed: Indices, touched: Flags) -> int:
    """Strings of stops of neighbouring routes, around one place.

    Slack induction by string removals (Christiaens and Vanden Berghe 2020); the pairs of all stops in a
    string leave their routes.
    """
    seed = _placed(routes, random)
    if seed == NONE:
        return 0
    stops, used = 0, 0
    for shift in range(len(routes.size)):
        if routes.size[shift] > 2:
            stops += routes.size[shift] - 2
            used += 1
    longest = min(float(LONGEST_STRING), stops / used)
    removed_stops = FEWEST_REMOVED + chance(random) * (MOST_REMOVED - FEWEST_REMOVED)
    wanted = int(1.0 + chance(random) * max(1.0, 4.0 * removed_stops / (1.0 + longest) - 1.0))
    touched[:] = False
    count, ruined = 0, 0
    for task in net.near[seed]:
        if ruined == wanted:
            break
        shift = routes.route_of[task]
        if shift == NONE or gone[task] or touched[shift]:
            continue
        touched[shift] = True
        ruined += 1
        size = routes.size[shift] - 2
        length = int(1.0 + chance(random) * min(float(size), longest))
        length = min(length, size)
        node = net.dropoff[task]
        if net.pickup[task] != NONE and chance(random) < 0.5:
            node = net.pickup[task]
        kept = 0
        if length > 1 and chance(random) < SPLIT_SHARE:
            while length + kept < size and chance(random) < SPLIT_GROWS:
                kept += 1
        span = length + kept
        position = int(routes.position[node])
        lowest = max(1, position - span + 1)
        highest = min(position, size - span + 1)
        start = lowest + below(random, highest - lowest + 1)
        spared = start + 1 + below(random, length - 1) if kept > 0 else start + span
        for at in range(start, start + span):
            if spared <= at < spared + kept:
                continue
            count = _take(net, routes.nodes[shift, at], gone, removed, count)
    return count


@compiled
def anywhere(net: Net, routes: Routes, random: State, gone: Flags, removed: Indices, wanted: int) -> int:
    """Tasks without any relation."""
    count = 0
    for _ in range(wanted):
        task = _placed(routes, random)
        if task != NONE and not gone[task]:
            count = _take(net, net.dropoff[task], gone, removed, count)
    return count


@compiled
def related(net: Net, routes: Routes, random: State, gone: Flags, removed: Indices, wanted: int) -> int:
    """Tasks near to one another in place and, by their planned times, in time (after Shaw 1998)."""
    seed = _placed(routes, random)
    if seed == NONE:
        return 0
    count = _take(net, net.dropoff[seed], gone, removed, 0)
    tasks = len(net.dropoff)
    span = max(2, min(tasks, 4 * wanted))
    for _ in range(wanted * 3):
        if count >= wanted:
            break
        around = removed[below(random, count)]
        best, best_apart = NONE, np.inf
        for _ in range(4):
            task = net.near[around, below(random, span)]
            shift = routes.route_of[task]
            if shift == NONE or gone[task]:
                continue
            home = routes.route_of[around]
            apart = abs(
                routes.soonest[shift, routes.position[net.dropoff[task]]]
                - routes.soonest[home, routes.position[net.dropoff[around]]]
            )
            if apart < best_apart:
                best, best_apart = task, apart
        if best != NONE:
            count = _take(net, net.dropoff[best], gone, removed, count)
    return count


@compiled
def costly(net: Net, routes: Routes, random: State, gone: Flags, removed: Indices, wanted: int) -> int:
    """Tasks whose stops make their route long (worst removal, Ropke and Pisinger 2006)."""
    count = 0
    for _ in range(wanted):
        best, most = NONE, -np.inf
        for _ in range(8):
            task = _placed(routes, random)
            if task == NONE or gone[task]:
                continue
            saving = _detour(net, routes, net.dropoff[task])
            if net.pickup[task] != NONE:
                saving += _detour(net, routes, net.pickup[task])
            if saving > most:
                best, most = task, saving
        if best != NONE:
            count = _take(net, net.dropoff[best], gone, removed, count)
    return count


@compiled
def _detour(net: Net, routes: Routes, node: int) -> float:
    shift, position = routes.route_of[net.task_of[node]], routes.position[node]
    before, here, behind = (
        routes.at[shift, position - 1],
        routes.at[shift, position],
        routes.at[shift, position + 1],
    )
    return float(net.cost[before, here] + net.cost[here, behind] - net.cost[before, behind])


@compiled
def whole_route(net: Net, routes: Routes, random: State, gone: Flags, removed: Indices) -> int:
    """Everything that one shift serves."""
    seed = _placed(routes, random)
    if seed == NONE:
        return 0
    shift = routes.route_of[seed]
    count = 0
    for position in range(1, routes.size[shift] - 1):
        count = _take(net, routes.nodes[shift, position], gone, removed, count)
    return count
