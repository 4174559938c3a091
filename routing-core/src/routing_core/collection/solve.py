"""The door of the collection room.

PyVRP solves what it can express (one day without rests, daily caps and plants to end at); for all else
there is the search of this room. Every plan is judged by the one checker.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from routing_core.collection.check import check
from routing_core.collection.model import CollectionProblem, Tour, plan_cost
from routing_core.collection.outside import is_expressible, solve_outside
from routing_core.collection.schedule import timed
from routing_core.collection.search import SAVING_SHARE, Budget, Route, Search

RECOMBINED_AT = (0.35, 0.65, 0.92)
"""Parts of the time after which routes seen so far are recombined."""
RECOMBINING_SHARE = 0.05
"""Of the time, at most for each recombination."""
LOOSENING_SHARE = 0.1
"""Of the time for better routes before trucks are saved: short routes leave room."""
OUTSIDE_SHARE = 0.5
"""Of the time for PyVRP, where trucks are to be saved first."""
RESCUE_SHARE = 0.15
"""Of the time kept for the search of this room, where PyVRP finds no plan that passes the checker."""


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
    began = time.monotonic()

    def report(cost: float) -> None:
        if progress is not None:
            progress(Progress(time.monotonic() - began, cost))

    effort = _Effort(seconds, max_rounds, seed)
    best: tuple[Tour, ...] | None = None
    for tours in _plans(problem, effort, report):
        if best is None or _rank(problem, tours) < _rank(problem, best):
            best = tours
    best = best or ()
    feasible = not check(problem, best)
    return CollectionSolution(best, plan_cost(problem, best), feasible, time.monotonic() - began)


@dataclass(frozen=True)
class _Effort:
    seconds: float
    max_rounds: int | None
    seed: int

    def part(self, share: float) -> "_Effort":
        rounds = None if self.max_rounds is None else max(1, round(share * self.max_rounds))
        return _Effort(share * self.seconds, rounds, self.seed)


def _plans(
    problem: CollectionProblem, effort: _Effort, report: Callable[[float], None]
) -> Iterator[tuple[Tour, ...]]:
    """Plans by the engines that suit the problem, the later ones made with what the earlier ones came to."""
    if not is_expressible(problem):
        yield _search(problem, effort, report)
        return
    if any(truck.cost_per_tour > 0 for truck in problem.trucks):
        tours = _search(problem, effort.part(1 - OUTSIDE_SHARE), report)
        yield tours
        # Fewer trucks are hard to come to from outside; routes for them are not.
        used = Counter(tour.truck for tour in tours)
        if not check(problem, tours):
            trucks = (replace(truck, count=used[index]) for index, truck in enumerate(problem.trucks))
            problem = replace(problem, trucks=tuple(trucks))
        yield _outside(problem, effort.part(OUTSIDE_SHARE))
        return
    # The time kept for a rescue is for PyVRP as soon as it needs none; rounds are shared beforehand.
    tours = _outside(
        problem, replace(effort.part(1 - RESCUE_SHARE), seconds=effort.seconds), 1 - RESCUE_SHARE
    )
    yield tours
    if check(problem, tours):
        yield _search(problem, effort.part(RESCUE_SHARE), report)
    else:
        report(plan_cost(problem, tours))


def _outside(problem: CollectionProblem, effort: _Effort, vain_share: float = 1.0) -> tuple[Tour, ...]:
    routes = solve_outside(
        problem,
        seconds=effort.seconds,
        vain_seconds=vain_share * effort.seconds,
        seed=effort.seed,
        max_iterations=effort.max_rounds,
    )
    return _with_times(problem, routes)


def _search(problem: CollectionProblem, effort: _Effort, report: Callable[[float], None]) -> tuple[Tour, ...]:
    stop_count = len(problem.stops)
    if stop_count == 0:
        return ()
    budget = Budget(effort.seconds, effort.max_rounds)
    slots = min(stop_count, _trucks_at_least(problem) * 2 + 4)
    while True:
        search = Search(problem, slots, budget, effort.seed)
        enough = all(truck.count is not None and truck.count <= slots for truck in problem.trucks)
        if search.complete or slots >= stop_count or enough:
            break
        slots = min(stop_count, 2 * slots)
    if problem.day_count == 1 and any(truck.cost_per_tour > 0 for truck in problem.trucks):
        search.anneal(LOOSENING_SHARE, report)
        search.save_trucks(SAVING_SHARE, _trucks_at_least(problem))
    # Where no routes are recombined, there is nothing to begin anew with: one long cooling does most.
    for until in RECOMBINED_AT if search.recombines else ():
        search.anneal(until, report)
        search.recombine(RECOMBINING_SHARE * effort.seconds, report)
    search.anneal(1.0, report)
    return _with_times(problem, search.routes())


def _rank(problem: CollectionProblem, tours: tuple[Tour, ...]) -> tuple[int, float]:
    """What is worse about a plan: rules it breaks, then what it costs."""
    return len(check(problem, tours)), plan_cost(problem, tours)


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
