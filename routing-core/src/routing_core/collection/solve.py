"""The door of the collection room."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from routing_core.collection.check import check
from routing_core.collection.model import CollectionProblem, Tour, plan_cost
from routing_core.collection.schedule import timed
from routing_core.collection.search import SAVING_SHARE, Budget, Route, Search

RECOMBINED_AT = (0.35, 0.65, 0.92)
"""Parts of the time after which routes seen so far are recombined."""
RECOMBINING_SHARE = 0.05
"""Of the time, at most for each recombination."""


@dataclass(frozen=True)
class Progress:
    """How a search is getting on: seconds since it began, and what the best plan costs by now."""

    seconds: float
    cost: float


@dataclass(frozen=True)
class CollectionSolution:
    """Tours, what they cost with the prizes lost, and whether they keep every rule."""

    tours: tuple[Tour, ...]
    cost: float
    feasible: bool
    seconds: float


def solve(
    problem: CollectionProblem,
    *,
    seconds: float,
    seed: int = 0,
    progress: Callable[[Progress], None] | None = None,
    max_rounds: int | None = None,
) -> CollectionSolution:
    """Find tours that cost little.

    Parameters
    ----------
    seconds
        Time to search.
    seed
        Equal seeds give equal tours where ``max_rounds`` bounds the search.
    progress
        Called whenever a cheaper plan is found.
    max_rounds
        Ends the search after so many rounds, whatever the clock says.

    Raises
    ------
    ValueError
        For a time that is not positive.
    """
    if seconds <= 0:
        raise ValueError(f"seconds must be positive: {seconds}")
    budget = Budget(seconds, max_rounds)
    began = time.monotonic()

    def report(cost: float) -> None:
        if progress is not None:
            progress(Progress(budget.seconds, cost))

    tours = _with_times(problem, _search(problem, budget, seconds, seed, report))
    feasible = not check(problem, tours)
    return CollectionSolution(tours, plan_cost(problem, tours), feasible, time.monotonic() - began)


def _search(
    problem: CollectionProblem, budget: Budget, seconds: float, seed: int, report: Callable[[float], None]
) -> list[Route]:
    stop_count = len(problem.stops)
    if stop_count == 0:
        return []
    slots = min(stop_count, _trucks_at_least(problem) * 2 + 4)
    while True:
        search = Search(problem, max(1, slots), budget, seed)
        if (
            search.complete
            or slots >= stop_count
            or all(truck.count is not None and truck.count <= slots for truck in problem.trucks)
        ):
            break
        slots = min(stop_count, 2 * slots)
    if problem.day_count == 1 and any(truck.cost_per_tour > 0 for truck in problem.trucks):
        search.save_trucks(SAVING_SHARE, _trucks_at_least(problem))
    for until in RECOMBINED_AT:
        search.anneal(until, report)
        search.recombine(RECOMBINING_SHARE * seconds, report)
    search.anneal(1.0, report)
    return search.routes()


def _trucks_at_least(problem: CollectionProblem) -> int:
    """How many trucks the daily caps (or the capacities, without plants) ask for."""
    needed = 1
    for dimension in range(problem.dimension_count):
        total = sum(stop.load[dimension] for stop in problem.stops if stop.prize is None)
        most = 0
        for truck in problem.trucks:
            caps = [truck.capacity[dimension]] if not problem.plants else []
            caps += [truck.daily_cap[dimension]] if truck.daily_cap is not None else []
            most = max(most, min(caps, default=total))
        if most > 0:
            needed = max(needed, -(-total // most))
    return needed


def _with_times(problem: CollectionProblem, routes: list[Route]) -> tuple[Tour, ...]:
    tours = (timed(problem, route.truck, route.day, route.order) for route in routes)
    return tuple(tour for tour in tours if tour is not None)
