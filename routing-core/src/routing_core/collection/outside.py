"""Days that PyVRP can express, solved by PyVRP.

One day, no rest, no daily caps, one window per site, and trucks that need not come back empty: plants are
then depots where PyVRP's vehicles reload. Everything else is for the search of this room.
"""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from pyvrp import (
    Client,
    Depot,
    IteratedLocalSearch,
    Location,
    PenaltyManager,
    PenaltyParams,
    ProblemData,
    RandomNumberGenerator,
    Solution,
    VehicleType,
)
from pyvrp.exceptions import PenaltyBoundWarning
from pyvrp.search import (
    OPERATORS,
    LocalSearch,
    PerturbationManager,
    PerturbationParams,
    compute_neighbours,
)
from pyvrp.stop import MaxIterations, MaxRuntime

from routing_core.collection.model import ALL_DAY, CollectionProblem, Plant, Stop, Truck, Window
from routing_core.collection.search import Route

FRACTIONS = 10_000
"""Costs that are no whole numbers are rounded to so many parts of one; no unit is made smaller than that."""
FAULT_LEGS = 10.0
"""Usual legs that a usual fault costs at first."""
ROUNDS_A_PENALTY = 50
"""PyVRP's rounds between two changes of what faults cost."""
NO_END = 2**63 - 1
"""What PyVRP takes for no limit in time; where there is none at all it does not look at times."""
INFEASIBLE = 2**62
"""PyVRP's cost of a plan that breaks rules is the largest of its numbers; no plan costs half of that."""


def is_expressible(problem: CollectionProblem) -> bool:
    """Whether PyVRP knows everything that this problem asks for."""
    sites: tuple[Stop | Plant, ...] = (*problem.stops, *problem.plants)
    return (
        problem.day_count == 1
        and len(problem.stops) > 0
        and all(len(site.windows) == 1 for site in sites)
        and all(_is_plain(truck) for truck in problem.trucks)
        and any(truck.count != 0 for truck in problem.trucks)
    )


def _is_plain(truck: Truck) -> bool:
    capped = truck.daily_cap is not None or truck.stop_cap is not None
    return truck.lunch is None and not capped and not truck.empty_at_end


class _Patience:
    """When PyVRP ends: earlier, if it has found nothing that keeps its rules by then."""

    def __init__(self, seconds: float, vain_seconds: float) -> None:
        self._in_all = MaxRuntime(seconds)
        self._in_vain = MaxRuntime(vain_seconds)

    def __call__(self, best_cost: int) -> bool:
        in_vain = self._in_vain(best_cost)
        return self._in_all(best_cost) or (in_vain and best_cost >= INFEASIBLE)


def solve_outside(
    problem: CollectionProblem,
    *,
    seconds: float,
    vain_seconds: float,
    seed: int,
    max_iterations: int | None = None,
) -> list[Route]:
    """Routes by PyVRP; whether they keep the rules is for the checker to say.

    ``vain_seconds`` is the time after which it ends if nothing that keeps the rules was found.
    """
    stop = _Patience(seconds, vain_seconds) if max_iterations is None else MaxIterations(max_iterations)
    # That PyVRP finds no plan that keeps the rules is seen by the checker.
    with warnings.catch_warnings(action="ignore", category=PenaltyBoundWarning):
        result = _searching(_data(problem), seed).run(stop, collect_stats=False)
    first_plant = 2 * len(problem.trucks)
    kinds = _kinds(problem)
    routes = []
    for route in result.best.routes():
        order = []
        for activity in route.schedule():
            if activity.is_client():
                order.append((activity.idx, False))
            elif activity.idx >= first_plant:
                order.append((activity.idx - first_plant, True))
        routes.append(Route(kinds[route.vehicle_type()], 0, order))
    return routes


def _searching(data: ProblemData, seed: int) -> IteratedLocalSearch:
    """PyVRP's own search, but for the penalties it begins with, and how soon it changes them.

    PyVRP begins with the same penalty for everything, far above what any way costs, and takes tens of
    thousands of rounds to come down from there; until then it hardly leaves what keeps all rules.
    """
    random = RandomNumberGenerator(seed=seed)
    search = LocalSearch(data, random, compute_neighbours(data), PerturbationManager(PerturbationParams()))
    for operator in OPERATORS:
        if operator.supports(data):
            search.add_operator(operator(data))
    penalties = _penalties(data)
    params = PenaltyParams(
        solutions_between_updates=ROUNDS_A_PENALTY,
        max_penalty=max(PenaltyParams.max_penalty, 100 * max(penalties[0], default=0.0)),
    )
    manager = PenaltyManager(penalties, params)
    first = search(Solution.make_random(data, random), manager.max_cost_evaluator(), exhaustive=True)
    return IteratedLocalSearch(data, manager, search, first)


def _penalties(data: ProblemData) -> tuple[list[float], float, float]:
    """What a unit of load, of time and of way too much costs at first.

    So much that the load of a usual stop, or the time of a usual leg, costs as much as some legs.
    """
    leg, leg_s = _usual(data.distance_matrices()), _usual(data.duration_matrices())
    load = np.array([client.pickup for client in data.clients()], dtype=np.float64).mean(axis=0)
    return (FAULT_LEGS * leg / np.maximum(1.0, load)).tolist(), FAULT_LEGS * leg / leg_s, FAULT_LEGS


def _usual(matrices: Sequence[Any]) -> float:
    """The middle one of all legs, above zero."""
    return max(1.0, float(np.median(np.stack(matrices))))


def _kinds(problem: CollectionProblem) -> list[int]:
    """The trucks of which there is one at least: PyVRP knows no others."""
    return [index for index, truck in enumerate(problem.trucks) if truck.count != 0]


def _data(problem: CollectionProblem) -> ProblemData:
    """The problem in PyVRP's terms, with costs and times in units that make a usual leg about as much.

    PyVRP weighs the one against the other when it looks for neighbours.
    """
    matrices = [problem.matrices[truck.matrix] for truck in problem.trucks]
    costs = [
        truck.cost_per_distance * matrix.distance + truck.cost_per_driving_s * matrix.seconds
        for truck, matrix in zip(problem.trucks, matrices, strict=True)
    ]
    whole = all(np.array_equal(cost, np.rint(cost)) for cost in costs)
    fractions = 1 if whole else FRACTIONS
    leg, leg_s = fractions * _usual(costs), _usual([matrix.seconds for matrix in matrices])
    fractions *= min(FRACTIONS, max(1, round(leg_s / leg)))
    ticks = min(FRACTIONS, max(1, round(leg / leg_s)))
    stops, plants, trucks = problem.stops, problem.plants, problem.trucks
    depots = [Depot(place) for truck in trucks for place in (truck.start_place, truck.end_place)]
    depots += [
        Depot(plant.place, *_window(plant.windows[0], ticks), plant.service_s * ticks) for plant in plants
    ]
    reloads = [2 * len(trucks) + index for index in range(len(plants))]
    return ProblemData(
        [Location(0, 0)] * len(costs[0]),
        [
            Client(
                stop.place,
                pickup=list(stop.load),
                service_duration=stop.service_s * ticks,
                tw_early=_window(stop.windows[0], ticks)[0],
                tw_late=_window(stop.windows[0], ticks)[1],
                release_time=stop.release_s * ticks,
                prize=0 if stop.prize is None else round(stop.prize * fractions),
                required=stop.prize is None,
            )
            for stop in stops
        ],
        depots,
        [
            VehicleType(
                len(stops) if truck.count is None else min(truck.count, len(stops)),
                list(truck.capacity),
                start_depot=2 * index,
                end_depot=2 * index + 1,
                fixed_cost=round(truck.cost_per_tour * fractions),
                tw_early=_window(truck.shift, ticks)[0],
                tw_late=_window(truck.shift, ticks)[1],
                shift_duration=NO_END if truck.max_duration_s is None else truck.max_duration_s * ticks,
                unit_distance_cost=1,
                profile=index,
                reload_depots=reloads,
            )
            for index, truck in ((index, trucks[index]) for index in _kinds(problem))
        ],
        [np.rint(cost * fractions).astype(np.int64) for cost in costs],
        [matrix.seconds.astype(np.int64) * ticks for matrix in matrices],  # type: ignore[misc]  # stubs say int
    )


def _window(window: Window, ticks: int) -> tuple[int, int]:
    latest = NO_END if window.latest_s >= ALL_DAY.latest_s else window.latest_s * ticks
    return window.earliest_s * ticks, latest
