"""The cheapest plan of a tiny day, by trying every order: what the search must agree with."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
from fleet_oracle import keeps_capacity, least_starts
from routing_core.fleet.model import Action, Plan, Request, Stop, Tour
from routing_core.improve.problem import Problem, plan_cost
from routing_core.travel import UNREACHABLE, TravelMatrix


def metric(travel: TravelMatrix) -> TravelMatrix:
    """The same with every way at its shortest, so that no detour is shorter than the direct way."""
    seconds = np.minimum(travel.seconds, UNREACHABLE // 2).astype(np.int64)
    for middle in range(len(seconds)):
        seconds = np.minimum(seconds, seconds[:, middle, None] + seconds[None, middle, :])
    return TravelMatrix(seconds.astype(np.int32), travel.metres)


def cheapest(problem: Problem) -> float | None:
    """Cost of the best plan; None when not everything that must be served can be.

    Best order of every subset of the requests in every shift, then the best way to share them out.
    """
    names = tuple(problem.plan.requests)
    tours = problem.plan.tours
    unserved = problem.costs.unserved
    if unserved is not None:
        problem = replace(problem, costs=replace(problem.costs, unserved=None))
    best: dict[tuple[int, ...], float] = {}
    route_cost = [
        {
            chosen: cost
            for size in range(len(names) + 1)
            for chosen in itertools.combinations(range(len(names)), size)
            if (cost := _cheapest_order(problem, tour, [names[one] for one in chosen])) is not None
        }
        for tour in tours
    ]
    best[()] = 0.0
    for costs in route_cost:
        grown: dict[tuple[int, ...], float] = {}
        for served, cost in best.items():
            for chosen, added in costs.items():
                if set(chosen).isdisjoint(served):
                    both = tuple(sorted(served + chosen))
                    grown[both] = min(grown.get(both, float("inf")), cost + added)
        best = grown
    if unserved is None:
        return best.get(tuple(range(len(names))))
    return min(cost + unserved * (len(names) - len(served)) for served, cost in best.items())


def _cheapest_order(problem: Problem, tour: Tour, names: list[str]) -> float | None:
    requests = problem.plan.requests
    costs = [
        plan_cost(problem, Plan((candidate,), {name: requests[name] for name in names}))
        for candidate in _orders(tour, names)
        if keeps_capacity(candidate, requests) and _keeps_times(candidate, requests, problem)
    ]
    return min(costs, default=None)


def _keeps_times(tour: Tour, requests: Mapping[str, Request], problem: Problem) -> bool:
    return not tour.stops or least_starts(tour, requests, problem.travel) is not None


def _orders(tour: Tour, names: list[str]) -> Iterator[Tour]:
    """Every order of pickups before their dropoffs, and of breaks between them."""
    rides = [tuple(Stop(action, name, 0, 0) for action in (Action.PICKUP, Action.DROPOFF)) for name in names]
    breaks = [(Stop(Action.BREAK, pause.id, 0, 0),) for pause in tour.shift.breaks]
    for stops in _interleaved([*rides, *breaks]):
        yield replace(tour, stops=stops)


def _interleaved(chains: list[tuple[Stop, ...]]) -> Iterator[tuple[Stop, ...]]:
    """Every way to merge the chains that keeps the order within each."""
    if not any(chains):
        yield ()
    for index, chain in enumerate(chains):
        if chain:
            rest = [*chains[:index], chain[1:], *chains[index + 1 :]]
            for tail in _interleaved(rest):
                yield (chain[0], *tail)
