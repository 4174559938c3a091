"""Solving what a file holds with the engine that can, and judging the outcome."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf

from routing_core.collection import ready as collection_ready
from routing_core.collection.imported import imported_from
from routing_core.collection.solve import Progress as CollectionProgress
from routing_core.collection.workers import solve_together
from routing_core.formats.detect import Instance
from routing_core.formats.judge import judge
from routing_core.formats.rides import Rides
from routing_core.formats.rides_problem import rides_problem, rides_routes
from routing_core.formats.verdict import Routes
from routing_core.formats.visits import Visits
from routing_core.formats.waste import CollectionDay, CollectionPeriod
from routing_core.improve import ready as rides_ready
from routing_core.improve.solve import Progress, Solution, solve


@dataclass(frozen=True)
class Answer:
    """Routes for what a file holds, in its own node ids and units.

    ``days`` has the routes of every day, without the depots at their ends. ``cost`` is in the format's
    convention: where fewer vehicles come first, it is the distance alone, and ``lower_bound`` holds for
    plans with no more than ``vehicles``. A bound is one for driving times in whole ticks. ``faults`` are
    the rules that the judge found broken; without any, and only then, it is feasible.
    """

    days: Sequence[Routes]
    vehicles: int
    cost: float
    lower_bound: float | None
    optimal: bool
    seconds: float
    faults: Sequence[str]

    @property
    def feasible(self) -> bool:
        return not self.faults


def warm_up(instance: Instance) -> None:
    """Compile the engine that ``answer`` takes for it, or load it compiled."""
    if isinstance(instance.content, Rides):
        rides_ready.warm_up()
    else:
        collection_ready.warm_up()


def answer(
    instance: Instance,
    *,
    seconds: float,
    seed: int = 0,
    workers: int = 1,
    progress: Callable[[int, float, float], None] | None = None,
) -> Answer:
    """Solve an instance within the time and judge the routes by the rules of its format.

    Parameters
    ----------
    workers
        Processes that search at the same time.
    progress
        Called with vehicles (0 where they do not come first), cost and seconds whenever a better plan
        is found.

    """
    effort = _Effort(seconds, seed, workers)
    if isinstance(instance.content, Rides):
        return _answer_rides(instance.content, effort, progress)
    return _answer_collection(instance.content, effort, progress)


@dataclass(frozen=True)
class _Effort:
    seconds: float
    seed: int
    workers: int


def _answer_rides(
    rides: Rides, effort: _Effort, progress: Callable[[int, float, float], None] | None
) -> Answer:
    problem = rides_problem(rides)
    per_shift = problem.costs.per_shift

    def report(state: Progress) -> None:
        if progress is not None:
            vehicles, cost = divmod(state.cost, per_shift) if per_shift else (0, state.cost)
            progress(int(vehicles), cost, state.seconds)

    # Where fewer vehicles come first, a bound on the cost says little, and takes the search's time.
    solution = solve(
        problem,
        seconds=effort.seconds,
        seed=effort.seed,
        workers=effort.workers,
        progress=report,
        prove=not per_shift,
    )
    days = (rides_routes(solution.plan, rides),)
    verdict = judge(rides, days)
    return Answer(
        days,
        verdict.vehicle_count,
        verdict.cost,
        _distance_bound(solution, verdict.vehicle_count * per_shift),
        solution.optimal and verdict.feasible,
        solution.seconds,
        verdict.faults,
    )


def _answer_collection(
    content: CollectionDay | CollectionPeriod | Visits,
    effort: _Effort,
    progress: Callable[[int, float, float], None] | None,
) -> Answer:
    imported = imported_from(content)
    per_tour = imported.problem.trucks[0].cost_per_tour

    def report(state: CollectionProgress) -> None:
        if progress is not None:
            vehicles, cost = divmod(state.cost, per_tour) if per_tour else (0, state.cost)
            progress(int(vehicles), cost, state.seconds)

    solution = solve_together(
        imported.problem,
        seconds=effort.seconds,
        seed=effort.seed,
        workers=effort.workers,
        progress=report,
    )
    days = imported.routes(solution.tours)
    verdict = judge(content, days)
    return Answer(days, verdict.vehicle_count, verdict.cost, None, False, solution.seconds, verdict.faults)


def _distance_bound(solution: Solution, vehicle_cost: float) -> float | None:
    """The bound without what the vehicles cost; None where fewer vehicles, or any plan at all, are not ruled
    out.
    """
    if solution.lower_bound is None or not vehicle_cost <= solution.lower_bound < inf:
        return None
    return solution.lower_bound - vehicle_cost
