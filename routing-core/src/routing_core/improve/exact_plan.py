"""Between plans and paths in the event graph."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from routing_core.fleet.model import Action, Plan, Stop, Tour
from routing_core.fleet.schedule import empty_tour, schedule
from routing_core.fleet.timing import Ints
from routing_core.improve.exact_events import DEPOT, Events
from routing_core.improve.exact_network import Network
from routing_core.improve.problem import Problem, unserved_requests


def plan_of(problem: Problem, network: Network, events: Events, chosen: Ints) -> Plan | None:
    """The plan whose tours take the chosen arcs, or None where no times or breaks fit it."""
    following = {int(events.tail[arc]): int(events.head[arc]) for arc in chosen if events.tail[arc] != DEPOT}
    tours = [empty_tour(tour.shift, not_before_s=tour.not_before_s) for tour in problem.plan.tours]
    free = [list(group.members) for group in network.groups]
    for arc in chosen[events.tail[chosen] == DEPOT]:
        member = free[int(events.arc_group[arc])].pop(0)
        stops, event = [], int(events.head[arc])
        while event != DEPOT:
            stops.append(int(events.stop[event]))
            event = following[event]
        tour = _timed(tours[member], _stops(network, stops), problem)
        if tour is None:
            return None
        tours[member] = tour
    return replace(problem.plan, tours=tuple(tours))


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


def _stops(network: Network, stops: Iterable[int]) -> list[Stop]:
    size = network.size
    return [
        Stop(Action.PICKUP if stop < size else Action.DROPOFF, network.requests[stop % size].id, 0, 0)
        for stop in stops
    ]


def _timed(tour: Tour, stops: Sequence[Stop], problem: Problem) -> Tour | None:
    """The tour with these stops, and its breaks where they fit first, timed."""
    breaks = [stop for stop in tour.stops if stop.action is Action.BREAK]
    return _with_breaks(tour, list(stops), breaks, 0, problem)


def _with_breaks(
    tour: Tour, stops: list[Stop], breaks: Sequence[Stop], first: int, problem: Problem
) -> Tour | None:
    """Breaks go, in their order, where the vehicle is empty: the first way that has times is taken."""
    if not breaks:
        return schedule(replace(tour, stops=tuple(stops)), problem.plan.requests, problem.travel)
    aboard = 0
    for at in range(len(stops) + 1):
        if at >= first and aboard == 0:
            tried = [*stops[:at], breaks[0], *stops[at:]]
            timed = _with_breaks(tour, tried, breaks[1:], at + 1, problem)
            if timed is not None:
                return timed
        if at < len(stops):
            aboard += {Action.PICKUP: 1, Action.DROPOFF: -1}.get(stops[at].action, 0)
    return None
