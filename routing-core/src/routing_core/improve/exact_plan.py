"""Between plans and paths in the event graph."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from routing_core.fleet.model import Action, Plan, Stop, Tour
from routing_core.fleet.schedule import schedule
from routing_core.fleet.timing import Ints
from routing_core.improve.exact_events import DEPOT, Events
from routing_core.improve.exact_network import Network
from routing_core.improve.problem import Problem, unserved_requests


def plan_of(problem: Problem, network: Network, events: Events, chosen: Ints) -> Plan | None:
    """The plan whose tours take the chosen arcs, or None where no times or breaks fit it."""
    following = {int(events.tail[arc]): int(events.head[arc]) for arc in chosen if events.tail[arc] != DEPOT}
    free = [list(group.members) for group in network.groups]
    orders: dict[int, list[Stop]] = {}
    for arc in chosen[events.tail[chosen] == DEPOT]:
        stops, event = [], int(events.head[arc])
        while event != DEPOT:
            stops.append(_stop(network, int(events.stop[event])))
            event = following[event]
        orders[free[int(events.arc_group[arc])].pop(0)] = stops
    return _with_orders(problem, orders)


def idle_plan(problem: Problem) -> Plan | None:
    """The plan that serves nobody, or None where not even the breaks fit."""
    return _with_orders(problem, {})


def _with_orders(problem: Problem, orders: Mapping[int, list[Stop]]) -> Plan | None:
    tours = [_timed(problem, tour, orders.get(index, [])) for index, tour in enumerate(problem.plan.tours)]
    timed = tuple(tour for tour in tours if tour is not None)
    return replace(problem.plan, tours=timed) if len(timed) == len(tours) else None


def arcs_of(network: Network, events: Events, plan: Plan) -> Ints | None:
    """Arcs, and after them unserved requests, of a plan: the integer variables that are 1 in it.

    None where an arc of it is not in the graph.
    """
    name = {request.id: rider for rider, request in enumerate(network.requests)}
    event_of = {
        (int(group), int(stop), aboard): event
        for event, (group, stop, aboard) in enumerate(
            zip(events.group, events.stop, events.aboard, strict=True)
        )
    }
    arc_of = {
        (int(group), int(tail), int(head)): arc
        for arc, (group, tail, head) in enumerate(
            zip(events.arc_group, events.tail, events.head, strict=True)
        )
    }
    group_of = {member: index for index, group in enumerate(network.groups) for member in group.members}
    chosen: list[int] = []
    for index, tour in enumerate(plan.tours):
        group, aboard, before = group_of[index], 0, DEPOT
        path: list[int | None] = []
        for stop in tour.stops:
            if stop.action is Action.BREAK:
                continue
            rider = name[stop.subject]
            aboard ^= 1 << rider
            node = rider + (network.size if stop.action is Action.DROPOFF else 0)
            event = event_of.get((group, node, aboard))
            if event is None:
                return None
            path.append(arc_of.get((group, before, event)))
            before = event
        if path:
            path.append(arc_of.get((group, before, DEPOT)))
        for arc in path:
            if arc is None:
                return None
            chosen.append(arc)
    chosen.extend(len(events.tail) + name[unserved] for unserved in unserved_requests(plan))
    return np.array(chosen, dtype=np.int64)


def _stop(network: Network, stop: int) -> Stop:
    action = Action.PICKUP if stop < network.size else Action.DROPOFF
    return Stop(action, network.requests[stop % network.size].id, 0, 0)


def _timed(problem: Problem, tour: Tour, stops: list[Stop]) -> Tour | None:
    """The tour with these stops, and its breaks in the order of their windows where they fit first."""
    breaks = [
        Stop(Action.BREAK, pause.id, 0, 0)
        for pause in sorted(tour.shift.breaks, key=lambda pause: pause.start_window)
    ]
    if not stops and not breaks:
        return replace(tour, stops=())
    return _with_breaks(problem, tour, stops, breaks, 0)


def _with_breaks(
    problem: Problem, tour: Tour, stops: list[Stop], breaks: Sequence[Stop], first: int
) -> Tour | None:
    if not breaks:
        return schedule(replace(tour, stops=tuple(stops)), problem.plan.requests, problem.travel)
    aboard = 0
    for at in range(len(stops) + 1):
        if at >= first and aboard == 0:
            tried = [*stops[:at], breaks[0], *stops[at:]]
            timed = _with_breaks(problem, tour, tried, breaks[1:], at + 1)
            if timed is not None:
                return timed
        if at < len(stops):
            aboard += {Action.PICKUP: 1, Action.DROPOFF: -1}.get(stops[at].action, 0)
    return None
