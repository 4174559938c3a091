"""Routes as the compiled search keeps them: order, times and loads of every shift, in flat arrays.

Times of a route are a system of difference constraints (see ``fleet.timing``). Kept per node are the
earliest and the latest start that any solution of the system gives it, ride limits and the longest duration
included; they bound what an insertion may do, in constant time. Where the vehicle is empty nothing that
comes later bears on what was before, so that an insertion is settled exactly between two such moments.
"""

from typing import NamedTuple

import numpy as np

from routing_core.fleet.timing import NO_LIMIT, Ints
from routing_core.improve.arrays import NONE, Floats, Indices, Net
from routing_core.improve.compiled import compiled


class Routes(NamedTuple):
    """What is served by whom, in which order. K shifts, W nodes at most, V nodes, M tasks.

    Shape (K, W), by position: ``nodes``, ``at`` (where the vehicle is), ``soonest`` and
    ``latest`` start, ``seated`` and ``chairs`` aboard behind the node. Shape (K,): ``size``, how many nodes,
    ``cost``, and ``version``, a number that no other order of nodes had before. ``position`` (V,) is
    meaningful for nodes in a route, ``route_of`` (M,) is NONE for tasks left out. ``serial`` (1,) counts
    versions.
    """

    nodes: Indices
    size: Ints
    at: Indices
    soonest: Ints
    latest: Ints
    seated: Indices
    chairs: Indices
    cost: Floats
    version: Ints
    position: Indices
    route_of: Indices
    serial: Ints


def blank_routes(net: Net) -> Routes:
    """Routes without content, large enough for every task in one of them."""
    shifts, nodes = len(net.first), len(net.place)
    width = len(net.dropoff) * 2 + net.fixed.shape[1] + 2
    return Routes(
        nodes=np.zeros((shifts, width), dtype=np.int32),
        size=np.zeros(shifts, dtype=np.int64),
        at=np.zeros((shifts, width), dtype=np.int32),
        soonest=np.zeros((shifts, width), dtype=np.int64),
        latest=np.zeros((shifts, width), dtype=np.int64),
        seated=np.zeros((shifts, width), dtype=np.int32),
        chairs=np.zeros((shifts, width), dtype=np.int32),
        cost=np.zeros(shifts),
        version=np.zeros(shifts, dtype=np.int64),
        position=np.zeros(nodes, dtype=np.int32),
        route_of=np.full(len(net.dropoff), NONE, dtype=np.int32),
        serial=np.zeros(1, dtype=np.int64),
    )


@compiled
def refresh(net: Net, routes: Routes, shift: int) -> bool:
    """Work out everything about a route from its order of nodes.

    Returns
    -------
    Whether there are times that keep all limits; if not, what was written of times is meaningless.
    """
    nodes, count = routes.nodes[shift], routes.size[shift]
    at, seated, chairs = routes.at[shift], routes.seated[shift], routes.chairs[shift]
    routes.serial[0] += 1
    routes.version[shift] = routes.serial[0]
    start = nodes[0]
    at[0] = net.place[start]
    seated[0], chairs[0] = net.seated[start], net.chairs[start]
    cost = 0.0
    used = net.used[shift]
    routes.position[start] = 0
    for position in range(1, count):
        node = nodes[position]
        routes.position[node] = position
        place = net.place[node]
        at[position] = at[position - 1] if place == NONE else place
        cost += net.cost[at[position - 1], at[position]]
        seated[position] = seated[position - 1] + net.seated[node]
        chairs[position] = chairs[position - 1] + net.chairs[node]
        if position < count - 1 and not net.is_break[node]:
            used = True
        task = net.task_of[node]
        if task != NONE:
            routes.route_of[task] = shift
    routes.cost[shift] = cost + net.per_shift if used else 0.0
    return _soonest(net, routes, shift) and _latest(net, routes, shift)


@compiled
def _soonest(net: Net, routes: Routes, shift: int) -> bool:
    """Least times by repeated relaxation; see ``fleet.timing.least_times``."""
    nodes, count, at, times = (
        routes.nodes[shift],
        routes.size[shift],
        routes.at[shift],
        routes.soonest[shift],
    )
    for position in range(count):
        times[position] = net.earliest[nodes[position]]
    for _ in range(count + 1):
        for position in range(1, count):
            before = nodes[position - 1]
            there = times[position - 1] + net.service[before] + net.travel[at[position - 1], at[position]]
            times[position] = max(times[position], there)
            if times[position] > net.latest[nodes[position]]:
                return False
        settled = True
        if net.timed:
            if net.duration[shift] < NO_LIMIT:
                leaves = times[count - 1] - net.duration[shift]
                if leaves > times[0]:
                    if leaves > net.latest[nodes[0]]:
                        return False
                    times[0] = leaves
                    settled = False
            for position in range(count - 2, 0, -1):
                pickup = net.pickup_of[nodes[position]]
                if pickup != NONE:
                    needed = times[position] - net.ride[nodes[position]] - net.service[pickup]
                    on = routes.position[pickup]
                    if needed > times[on]:
                        if needed > net.latest[pickup]:
                            return False
                        times[on] = needed
                        settled = False
        if settled:
            return True
    return False


@compiled
def _latest(net: Net, routes: Routes, shift: int) -> bool:
    """Greatest times, the mirror image of the least."""
    nodes, count, at, times = routes.nodes[shift], routes.size[shift], routes.at[shift], routes.latest[shift]
    for position in range(count):
        times[position] = net.latest[nodes[position]]
    for _ in range(count + 1):
        for position in range(count - 2, -1, -1):
            driven = net.travel[at[position], at[position + 1]]
            last = times[position + 1] - driven - net.service[nodes[position]]
            times[position] = min(times[position], last)
            if times[position] < net.earliest[nodes[position]]:
                return False
        settled = True
        if net.timed:
            if net.duration[shift] < NO_LIMIT:
                back = times[0] + net.duration[shift]
                if back < times[count - 1]:
                    times[count - 1] = back
                    settled = False
            for position in range(1, count - 1):
                pickup = net.pickup_of[nodes[position]]
                if pickup != NONE:
                    on = routes.position[pickup]
                    last = times[on] + net.service[pickup] + net.ride[nodes[position]]
                    if last < times[position]:
                        times[position] = last
                        settled = False
        if settled:
            return True
    return False


@compiled
def clear(net: Net, routes: Routes, shift: int) -> None:
    """Leave nothing in the route but what is fixed."""
    nodes = routes.nodes[shift]
    for position in range(1, routes.size[shift] - 1):
        task = net.task_of[nodes[position]]
        if task != NONE:
            routes.route_of[task] = NONE
    nodes[0] = net.first[shift]
    count = 1
    for fixed in net.fixed[shift]:
        if fixed != NONE:
            nodes[count] = fixed
            count += 1
    nodes[count] = net.last[shift]
    routes.size[shift] = count + 1


@compiled
def drop_absent(net: Net, routes: Routes, shift: int) -> None:
    """Close up a route around the tasks whose ``route_of`` is NONE by now."""
    nodes = routes.nodes[shift]
    kept = 1
    for position in range(1, routes.size[shift]):
        node = nodes[position]
        task = net.task_of[node]
        if task == NONE or routes.route_of[task] != NONE:
            nodes[kept] = node
            kept += 1
    routes.size[shift] = kept


@compiled
def put_in(net: Net, routes: Routes, task: int, shift: int, pickup_gap: int, dropoff_gap: int) -> bool:
    """Put a task behind the positions ``pickup_gap`` and ``dropoff_gap``; whether it has times then."""
    nodes, count = routes.nodes[shift], routes.size[shift]
    pickup = net.pickup[task]
    added = 1 if pickup == NONE else 2
    for position in range(count - 1, dropoff_gap, -1):
        nodes[position + added] = nodes[position]
    nodes[dropoff_gap + added] = net.dropoff[task]
    if pickup != NONE:
        for position in range(dropoff_gap, pickup_gap, -1):
            nodes[position + 1] = nodes[position]
        nodes[pickup_gap + 1] = pickup
    routes.size[shift] = count + added
    return refresh(net, routes, shift)


@compiled
def copy_route(source: Routes, target: Routes, shift: int) -> None:
    """Copy everything about one route but where its nodes and tasks are said to be."""
    count = source.size[shift]
    target.size[shift] = count
    target.cost[shift] = source.cost[shift]
    target.version[shift] = source.version[shift]
    # One loop each: the compiler makes block copies of them.
    for position in range(count):
        target.nodes[shift, position] = source.nodes[shift, position]
    for position in range(count):
        target.at[shift, position] = source.at[shift, position]
    for position in range(count):
        target.soonest[shift, position] = source.soonest[shift, position]
    for position in range(count):
        target.latest[shift, position] = source.latest[shift, position]
    for position in range(count):
        target.seated[shift, position] = source.seated[shift, position]
    for position in range(count):
        target.chairs[shift, position] = source.chairs[shift, position]


@compiled
def settle(net: Net, routes: Routes, shift: int) -> None:
    """Say of the nodes and tasks of a route where they are."""
    for position in range(routes.size[shift]):
        node = routes.nodes[shift, position]
        routes.position[node] = position
        task = net.task_of[node]
        if task != NONE:
            routes.route_of[task] = shift


def load(net: Net, routes: Routes, orders: list[list[int]]) -> bool:
    """Write these orders of nodes into the routes; whether all of them have times."""
    routes.route_of[:] = NONE
    kept = True
    for shift, order in enumerate(orders):
        routes.nodes[shift, : len(order)] = order
        routes.size[shift] = len(order)
        kept = bool(refresh(net, routes, shift)) and kept
    return kept


def orders(routes: Routes) -> list[list[int]]:
    """The nodes of every route."""
    return [[int(node) for node in row[:count]] for row, count in zip(routes.nodes, routes.size, strict=True)]
