"""How good a plan can be at all: lower bounds, and proofs that a plan is the cheapest there is.

The integer programme of Gaul, Klamroth and Stiglmayr (2022), "Event-based MILP models for ridepooling
applications", European Journal of Operational Research 301, solved by HiGHS. It is a relaxation of the
problem where the problem has breaks, and by one tick a leg where ticks are rounded times; so its bound holds
always, and a plan counts as the cheapest only when it keeps every rule and costs no more than the bound.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from routing_core.fleet.check import check
from routing_core.fleet.model import Plan
from routing_core.improve.exact_apart import apart
from routing_core.improve.exact_events import Events, TooManyEventsError, event_graph
from routing_core.improve.exact_highs import minimise, relaxed
from routing_core.improve.exact_model import build
from routing_core.improve.exact_network import Network, network_of
from routing_core.improve.exact_plan import arcs_of, idle_plan, plan_of
from routing_core.improve.exact_trim import trimmed
from routing_core.improve.exact_weak import assignment
from routing_core.improve.problem import Problem, plan_cost, serves_somebody, unserved_requests

MOST_ARCS = 150_000
"""Arcs of the event graph that fit memory and minutes; beyond, there is only the weaker bound."""

GROWING_SHARE = 0.5
"""Share of the time that is left for the integer programme when the event graph has grown."""

MUCH = 0.9
"""Share of the arcs that may be left at most for another round of reduced costs to be worth its time."""

TOLERANCE = 1e-6
"""Difference between a plan's cost and the bound that counts as none, as a share of what is driven.

Of what is driven, because a share of the price of vehicles would hide a detour where vehicles come first.
"""


@dataclass(frozen=True)
class Bound:
    """What is known about the cheapest plan.

    ``lower_bound``: no feasible plan costs less; infinite when there is none. ``plan``: the cheapest feasible
    one known, None where none is. ``optimal``: it costs no more than the bound.
    """

    lower_bound: float
    plan: Plan | None
    optimal: bool
    seconds: float


def prove(problem: Problem, incumbent: Plan | None, *, seconds: float) -> Bound:
    """Bound the cost of every feasible plan from below, and find the cheapest plan if time allows.

    Parameters
    ----------
    incumbent
        A plan to start from; ignored where it breaks a rule.
    seconds
        Time for all of it.

    Returns
    -------
    A valid bound in any case: where the event graph is too large, that of the relaxation in which every stop
    only needs one stop before and one after it; zero for plans that are partly driven.
    """
    began = time.monotonic()
    known = incumbent if incumbent is not None and _feasible(problem, incumbent) else None
    if any(tour.locked_count or any(stop.done for stop in tour.stops) for tour in problem.plan.tours):
        return _bound(problem, 0.0 if (problem.costs.matrix >= 0).all() else -np.inf, [known], began)
    if not problem.plan.requests or not problem.plan.tours:
        return _bound(problem, *_nothing_to_choose(problem, known), began)
    network = network_of(problem)
    alone, ends = apart(network), began + seconds
    try:
        events = event_graph(network, MOST_ARCS, ends - seconds * GROWING_SHARE)
    except TooManyEventsError:
        return _bound(problem, _weak(network, alone, ends), [known], began)
    events = trimmed(network, events, np.ones(len(events.tail), dtype=np.bool_))
    least = -np.inf
    if known is not None:
        cutoff = plan_cost(problem, known) + margin(problem, known)
        events, least = _narrowed(network, events, alone, cutoff, ends)
        if plan_cost(problem, known) - least <= margin(problem, known):
            return _bound(problem, least, [known], began)
    model = build(network, events, alone)
    start = None if known is None else arcs_of(network, events, known)
    lower, values = minimise(model, ends - time.monotonic(), start)
    lower = max(lower, least)
    if lower == -np.inf:
        lower = _weak(network, alone, ends)
    found = None
    if values is not None:
        found = plan_of(problem, network, events, np.flatnonzero(values[: model.arc_count] > 0.5))
    return _bound(problem, lower, [known, found], began)


def _narrowed(
    network: Network, events: Events, alone: Sequence[int], cutoff: float, ends: float
) -> tuple[Events, float]:
    """The event graph without arcs that only dearer plans than ``cutoff`` can have, and a lower bound.

    By reduced costs of the linear relaxation, which gets stronger as arcs go, so again and again.
    """
    least = -np.inf
    while True:
        relaxation = relaxed(build(network, events, alone), ends - time.monotonic())
        if relaxation is None:
            return events, least
        least = max(least, relaxation[0])
        kept = relaxation[0] + relaxation[1][: len(events.tail)] <= cutoff
        before = len(events.tail)
        events = trimmed(network, events, kept)
        if len(events.tail) >= MUCH * before:
            return events, least


def _nothing_to_choose(problem: Problem, known: Plan | None) -> tuple[float, list[Plan | None]]:
    """Without requests, or without shifts, every plan costs the same."""
    count, price = len(problem.plan.requests), problem.costs.unserved
    if count and price is None:
        return np.inf, [None]
    return count * (price or 0.0), [known, idle_plan(problem)]


def _weak(network: Network, alone: Sequence[int], ends: float) -> float:
    """The bound that is quick to have; zero, where driving costs nothing less, without even that."""
    relaxation = relaxed(assignment(network, alone), max(1.0, ends - time.monotonic()))
    costs = (network.cost, network.out_cost, network.back_cost)
    least = 0.0 if all((one >= 0).all() for one in costs) else -np.inf
    return least if relaxation is None else max(least, relaxation[0])


def _feasible(problem: Problem, plan: Plan) -> bool:
    if problem.costs.unserved is None and unserved_requests(plan):
        return False
    return not check(plan, problem.travel)


def margin(problem: Problem, plan: Plan) -> float:
    """How far above a lower bound a plan may cost and still count as no dearer than it."""
    used = sum(serves_somebody(tour) for tour in plan.tours)
    return TOLERANCE * max(1.0, plan_cost(problem, plan) - used * problem.costs.per_shift)


def _bound(problem: Problem, lower: float, plans: list[Plan | None], began: float) -> Bound:
    """The cheaper plan, and the bound, which is never above what that plan costs."""
    seconds = time.monotonic() - began
    feasible = [plan for plan in plans if plan is not None and _feasible(problem, plan)]
    if not feasible:
        return Bound(lower, None, False, seconds)
    best = min(feasible, key=lambda plan: plan_cost(problem, plan))
    cost = plan_cost(problem, best)
    return Bound(min(lower, cost), best, cost - lower <= margin(problem, best), seconds)
