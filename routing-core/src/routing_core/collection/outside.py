"""Days that PyVRP can express, solved by PyVRP.

One day, no rest, no daily caps, one window per site, and trucks that need not come back empty: plants are
then depots where PyVRP's vehicles reload. Everything else is for the search of this room.
"""

import warnings

import numpy as np
from pyvrp import Client, Depot, Location, ProblemData, VehicleType
from pyvrp import solve as solve_with_pyvrp
from pyvrp.exceptions import PenaltyBoundWarning
from pyvrp.stop import MaxIterations, MaxRuntime

from routing_core.collection.model import CollectionProblem, Plant, Stop, Truck
from routing_core.collection.search import Route

FRACTIONS = 10_000
"""Costs that are no whole numbers are rounded to so many parts of one."""
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
        result = solve_with_pyvrp(_data(problem), stop, seed=seed, collect_stats=False, display=False)
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


def _kinds(problem: CollectionProblem) -> list[int]:
    """The trucks of which there is one at least: PyVRP knows no others."""
    return [index for index, truck in enumerate(problem.trucks) if truck.count != 0]


def _data(problem: CollectionProblem) -> ProblemData:
    costs = [
        truck.cost_per_distance * problem.matrices[truck.matrix].distance
        + truck.cost_per_driving_s * problem.matrices[truck.matrix].seconds
        for truck in problem.trucks
    ]
    whole = all(np.array_equal(cost, np.rint(cost)) for cost in costs)
    fractions = 1 if whole else FRACTIONS
    stops, plants, trucks = problem.stops, problem.plants, problem.trucks
    depots = [Depot(place) for truck in trucks for place in (truck.start_place, truck.end_place)]
    depots += [
        Depot(plant.place, plant.windows[0].earliest_s, plant.windows[0].latest_s, plant.service_s)
        for plant in plants
    ]
    reloads = [2 * len(trucks) + index for index in range(len(plants))]
    return ProblemData(
        [Location(0, 0)] * len(costs[0]),
        [
            Client(
                stop.place,
                pickup=list(stop.load),
                service_duration=stop.service_s,
                tw_early=stop.windows[0].earliest_s,
                tw_late=stop.windows[0].latest_s,
                release_time=stop.release_s,
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
                tw_early=truck.shift.earliest_s,
                tw_late=truck.shift.latest_s,
                shift_duration=2**62 if truck.max_duration_s is None else truck.max_duration_s,
                unit_distance_cost=1,
                profile=index,
                reload_depots=reloads,
            )
            for index, truck in ((index, trucks[index]) for index in _kinds(problem))
        ],
        [np.rint(cost * fractions).astype(np.int64) for cost in costs],
        [problem.matrices[truck.matrix].seconds for truck in trucks],  # type: ignore[misc]  # stubs say int
    )
