"""Small collection problems, and all the ways to solve them."""

from collections.abc import Iterator
from itertools import permutations, product

import numpy as np
from routing_core.collection.check import check
from routing_core.collection.model import (
    CollectionProblem,
    Matrix,
    Plant,
    Stop,
    Tour,
    Truck,
    Window,
    plan_cost,
)
from routing_core.collection.schedule import Order, timed

DEPOT, PLANT = 0, 1
FIRST_STOP = 2


def line_matrix(*metres: int) -> Matrix:
    """Places on a straight road, a metre a second."""
    at = np.array(metres)
    between = np.abs(at[:, None] - at)
    return Matrix(between.astype(np.int64), between.astype(np.float64))


def random_problem(
    seed: int, *, stop_count: int = 4, day_count: int = 1, truck: Truck | None = None, windows: bool = False
) -> CollectionProblem:
    """The depot at place 0, one plant at place 1, stops from place 2 on; driving is asymmetric."""
    rng = np.random.default_rng(seed)
    place_count = stop_count + FIRST_STOP
    at = rng.integers(0, 100, (place_count, 2))
    between = np.abs(at[:, None] - at).sum(axis=2)
    seconds = (between + np.triu(rng.integers(0, 8, between.shape), 1)).astype(np.int64)
    np.fill_diagonal(seconds, 0)
    # Ways over other places never are shorter.
    for via in range(place_count):
        seconds = np.minimum(seconds, seconds[:, [via]] + seconds[[via]])
    stops = []
    for number in range(stop_count):
        patterns: tuple[tuple[int, ...], ...] = tuple((day,) for day in range(day_count))
        if day_count > 1 and rng.random() < 0.4:
            patterns = (tuple(range(day_count)),)
        opens = int(rng.integers(0, 200))
        window = Window(opens, opens + 250) if windows and rng.random() < 0.5 else Window(0, 10_000)
        load = (int(rng.integers(1, 6)),)
        stops.append(Stop(str(number), FIRST_STOP + number, load, 5, (window,), patterns=patterns))
    plants = (Plant("plant", PLANT, 7),)
    kind = truck or Truck("truck", DEPOT, DEPOT, (9,), count=2)
    return CollectionProblem(tuple(stops), plants, (kind,), (Matrix(seconds, seconds * 1.0),), day_count)


def cheapest(problem: CollectionProblem) -> float | None:
    """What the best plan costs, found by looking at every plan; None where none is feasible.

    For one kind of truck. Plants are looked at before the first stop, between any two and at the end, one
    at a time.
    """
    tour_costs: dict[frozenset[int], float] = {}
    everything = range(len(problem.stops))
    for bits in range(1, 1 << len(problem.stops)):
        members = [stop for stop in everything if bits >> stop & 1]
        found = [
            plan_cost(problem, (tour,)) - _prizes(problem, members)
            for order in permutations(members)
            for tour in _tours(problem, order)
        ]
        if found:
            tour_costs[frozenset(members)] = min(found)
    best: float | None = None
    for choice in product(*(_choices(stop) for stop in problem.stops)):
        days = [
            frozenset(stop for stop in everything if day in choice[stop]) for day in range(problem.day_count)
        ]
        costs = [_best_partition(members, tour_costs, problem.trucks[0].count) for members in days]
        if any(cost is None for cost in costs):
            continue
        lost = sum(problem.stops[stop].prize or 0.0 for stop in everything if not choice[stop])
        total = sum(cost for cost in costs if cost is not None) + lost
        best = total if best is None else min(best, total)
    return best


def _choices(stop: Stop) -> list[tuple[int, ...]]:
    return [*stop.patterns, *([()] if stop.prize is not None else [])]


def _prizes(problem: CollectionProblem, members: list[int]) -> float:
    return sum(stop.prize or 0.0 for index, stop in enumerate(problem.stops) if index not in members)


def _tours(problem: CollectionProblem, order: tuple[int, ...]) -> Iterator[Tour]:
    """All feasible tours with these stops in this order."""
    for plants in product([None, *range(len(problem.plants))], repeat=len(order)):
        visits: list[tuple[int, bool]] = []
        for stop, plant in zip(order, plants, strict=True):
            visits.append((stop, False))
            if plant is not None:
                visits.append((plant, True))
        tour = timed(problem, 0, 0, visits)
        if tour is not None and not _faults_of_one(problem, tour):
            yield tour


def _faults_of_one(problem: CollectionProblem, tour: Tour) -> list[str]:
    """What is wrong with a tour itself, wherever the other stops are and whatever its day."""
    return [fault for fault in check(problem, (tour,)) if fault.startswith("tour")]


def _best_partition(
    members: frozenset[int], tour_costs: dict[frozenset[int], float], trucks: int | None
) -> float | None:
    """The cheapest way to share stops among trucks."""
    if not members:
        return 0.0
    if trucks == 0:
        return None
    first = min(members)
    best: float | None = None
    for group, cost in tour_costs.items():
        if first in group and group <= members:
            rest = _best_partition(members - group, tour_costs, None if trucks is None else trucks - 1)
            if rest is not None and (best is None or cost + rest < best):
                best = cost + rest
    return best


def order_of(tour: Tour) -> Order:
    """A tour without its times."""
    return [(visit.index, visit.is_plant) for visit in tour.visits]
