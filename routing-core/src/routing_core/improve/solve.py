"""The door of the improvement room."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from routing_core.fleet.check import check
from routing_core.fleet.model import Plan
from routing_core.improve import exact
from routing_core.improve.arrays import encode
from routing_core.improve.problem import Costs, Problem, plan_cost, unserved_requests
from routing_core.improve.search import Budget, Search
from routing_core.improve.workers import search_together
from routing_core.travel import TravelMatrix

SEARCH_SHARE = 0.35
"""Share of the time for the search where a proof is wanted, too."""
LEAST_SEARCH_S = 0.5
"""What is worth searching on for, after a proof that did not close."""


@dataclass(frozen=True)
class Progress:
    """How a search is getting on: seconds since it began, and what the best plan costs by now."""

    seconds: float
    cost: float


@dataclass(frozen=True)
class Solution:
    """What a search came to.

    ``feasible``: the plan keeps every rule and serves every request that must be served. ``lower_bound``:
    no feasible plan costs less; None where that is not known. ``optimal``: neither does this one.
    """

    plan: Plan
    cost: float
    lower_bound: float | None
    optimal: bool
    feasible: bool
    seconds: float


def solve(
    problem: Problem,
    *,
    seconds: float,
    seed: int = 0,
    progress: Callable[[Progress], None] | None = None,
    max_iterations: int | None = None,
    workers: int = 1,
    prove: bool = False,
) -> Solution:
    """Make the best plan that can be found in the time.

    Large neighbourhood search with recombination of routes. Requests that the given plan serves stay
    served, locked stops stay where they are, and tours that cannot keep their rules as they are planned are
    left alone. Where not everything that must be served can be, as much as possible is.

    With ``prove`` the search stops after a part of the time, and an exact method bounds the cost of all plans
    from below (see ``exact``); it may find a cheaper plan, or that there is none. What it leaves of the time
    goes to the search again.

    Parameters
    ----------
    seconds
        Time to search.
    seed
        Equal seeds give equal plans where ``max_iterations`` bounds the search.
    progress
        Called whenever a better plan is found that serves everything that must be.
    max_iterations
        Ends the search after so many steps, whatever the clock says.
    workers
        Processes that search at the same time; with more than one the clock bounds the search.
    prove
        Whether a lower bound is wanted; without it ``lower_bound`` is None.

    Raises
    ------
    ValueError
        For a time or a number of workers that is not positive.
    """
    if seconds <= 0:
        raise ValueError(f"seconds must be positive: {seconds}")
    if workers < 1:
        raise ValueError(f"workers must be positive: {workers}")
    began = time.monotonic()

    def report(cost: float) -> None:
        if progress is not None:
            progress(Progress(time.monotonic() - began, cost))

    if not prove:
        plan = _searched(problem, seconds, seed, report, max_iterations, workers)
        return _solution(problem, plan, None, began)
    plan = _searched(problem, SEARCH_SHARE * seconds, seed, report, max_iterations, workers)
    bound = exact.prove(problem, plan, seconds=seconds - (time.monotonic() - began))
    if bound.plan is not None and _rank(problem, bound.plan) < _rank(problem, plan):
        plan = bound.plan
        report(plan_cost(problem, plan))
    left = seconds - (time.monotonic() - began)
    if not bound.optimal and left > LEAST_SEARCH_S:
        plan = _searched(replace(problem, plan=plan), left, seed + 1, report, max_iterations, workers)
    return _solution(problem, plan, bound.lower_bound, began)


def _solution(problem: Problem, plan: Plan, lower_bound: float | None, began: float) -> Solution:
    violations, unserved, cost = _rank(problem, plan)
    feasible = violations == 0 and unserved == 0
    closed = lower_bound is not None and cost - lower_bound <= exact.margin(problem, plan)
    return Solution(plan, cost, lower_bound, feasible and closed, feasible, time.monotonic() - began)


def _searched(
    problem: Problem,
    seconds: float,
    seed: int,
    report: Callable[[float], None],
    max_iterations: int | None,
    workers: int,
) -> Plan:
    """The best plan of a search, with as much left out as must be; never a worse one than the given plan."""
    began = time.monotonic()
    if workers > 1 and max_iterations is None:
        plan, complete = search_together(problem, seconds, seed, workers, report)
    else:
        plan, complete = _search(problem, Budget(seconds, max_iterations), seed, report)
    if not complete:
        # What the given plan does not serve may stay so, at a price above all driving.
        left = max(0.1 * seconds, seconds - (time.monotonic() - began))
        relaxed = replace(problem, costs=replace(problem.costs, unserved=_above_all_driving(problem)))
        plan, _ = _search(relaxed, Budget(left, max_iterations), seed, None)
    return min(plan, problem.plan, key=lambda one: _rank(problem, one))


def improve(plan: Plan, travel: TravelMatrix, costs: Costs, *, seconds: float, seed: int = 0) -> Plan:
    """A plan that costs less, or the given one: never one that serves less or breaks more rules.

    See :func:`solve`.
    """
    return solve(Problem(plan, travel, costs), seconds=seconds, seed=seed).plan


def _search(
    problem: Problem, budget: Budget, seed: int, report: Callable[[float], None] | None
) -> tuple[Plan, bool]:
    """The plan found, and whether it serves everything that must be served."""
    encoded = encode(problem)
    search = Search(encoded, budget, seed, report)
    return encoded.plan(search.run()), search.complete


def _above_all_driving(problem: Problem) -> float:
    stops = 2 * len(problem.plan.requests) + 2 * len(problem.plan.tours)
    farthest = float(np.abs(problem.costs.matrix).max(initial=0.0))
    return 1.0 + stops * farthest + len(problem.plan.tours) * problem.costs.per_shift


def _rank(problem: Problem, plan: Plan) -> tuple[int, int, float]:
    """What is worse about a plan, most important first: rules broken, requests left out, cost."""
    must = problem.costs.unserved is None
    unserved = len(unserved_requests(plan)) if must else 0
    return len(check(plan, problem.travel)), unserved, plan_cost(problem, plan)
