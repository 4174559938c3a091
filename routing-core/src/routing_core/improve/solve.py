"""The door of the improvement room."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from routing_core.fleet.check import check
from routing_core.fleet.model import Plan
from routing_core.improve.arrays import encode
from routing_core.improve.problem import Problem, plan_cost, unserved_requests
from routing_core.improve.search import Budget, Search


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
) -> Solution:
    """Make the best plan that can be found in the time.

    Parameters
    ----------
    seconds
        Time to search.
    seed
        Equal seeds give equal plans where ``max_iterations`` bounds the search.
    progress
        Called whenever a better plan is found.
    max_iterations
        Ends the search after so many steps, whatever the clock says.
    """
    began = time.monotonic()

    def report(cost: float) -> None:
        if progress is not None:
            progress(Progress(time.monotonic() - began, cost))

    encoded = encode(problem)
    budget = Budget(seconds, max_iterations)
    search = Search(encoded, budget, seed, report)
    plan = encoded.plan(search.run())
    must = problem.costs.unserved is None
    feasible = not check(plan, problem.travel) and not (must and unserved_requests(plan))
    return Solution(plan, plan_cost(problem, plan), None, False, feasible, time.monotonic() - began)
