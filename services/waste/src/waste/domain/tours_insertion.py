"""Tours kept in the order they are told, and stops put in where they cost least: exact, and quick.

A stop may bring a plant with it, before or after. Every change is timed by the core; nothing is taken for
granted about loads.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from routing_core.collection.model import CollectionProblem, Tour, place_of
from routing_core.collection.schedule import timed
from routing_core.travel import UNREACHABLE

Order = list[tuple[int, bool]]
Floats = npt.NDArray[np.float64]


def in_told_order(problem: CollectionProblem, orders: Mapping[int, Sequence[int]]) -> tuple[Tour, ...]:
    """Tours that visit stops in the given order, by truck, with plants where it is full and at the end.

    Where a tour has become impossible, stops are left out from its end.
    """
    tours = []
    for truck, stops in orders.items():
        remaining = list(stops)
        while remaining:
            order = _with_plants(problem, truck, remaining)
            tour = timed(problem, truck, 0, order) if order is not None else None
            if tour is not None:
                tours.append(tour)
                break
            remaining.pop()
    return tuple(tours)


def with_more(problem: CollectionProblem, tours: tuple[Tour, ...]) -> tuple[Tour, ...]:
    """The tours with every stop that is left out put in where it pays, the dearest to leave out first."""
    by_truck = {tour.truck: tour for tour in tours}
    visited = {visit.index for tour in tours for visit in tour.visits if not visit.is_plant}
    absent = [index for index in range(len(problem.stops)) if index not in visited]
    legs = [_legs(problem, truck) for truck in range(len(problem.trucks))]
    for index in sorted(absent, key=lambda index: -_prize(problem, index)):
        best = _best(problem, legs, by_truck, index)
        if best is not None:
            by_truck[best.truck] = best
    return tuple(by_truck[truck] for truck in sorted(by_truck))


def _prize(problem: CollectionProblem, index: int) -> float:
    prize = problem.stops[index].prize
    return float("inf") if prize is None else prize


def _best(
    problem: CollectionProblem, legs: Sequence[Floats], by_truck: Mapping[int, Tour], stop: int
) -> Tour | None:
    """The cheapest tour that visits one stop more, if that costs less than leaving it out."""
    least = _prize(problem, stop)
    places = [
        place
        for truck in range(len(problem.trucks))
        for place in _places(problem, legs[truck], truck, tour=by_truck.get(truck), stop=stop, below=least)
    ]
    for added, truck, order in sorted(places, key=lambda place: place[:2]):
        if added >= least:
            break
        tour = timed(problem, truck, 0, order) if _fits(problem, truck, order) else None
        if tour is not None:
            return tour
    return None


def _places(
    problem: CollectionProblem, legs: Floats, truck: int, *, tour: Tour | None, stop: int, below: float
) -> Iterator[tuple[float, int, Order]]:
    """Orders with the stop in it that cost less than a bound more, and what each costs more."""
    kind = problem.trucks[truck]
    at = problem.stops[stop].place
    if problem.matrices[kind.matrix].seconds[kind.start_place, at] >= UNREACHABLE:
        return
    visits = () if tour is None else tour.visits
    order = [(visit.index, visit.is_plant) for visit in visits]
    places = [kind.start_place, *(place_of(problem, visit) for visit in visits), kind.end_place]
    before, after = np.array(places[:-1]), np.array(places[1:])
    # An unused truck saves no way of its own.
    saved = legs[before, after] if visits else np.zeros(1)
    fixed = 0.0 if visits else kind.cost_per_tour
    for position in np.flatnonzero(legs[before, at] + legs[at, after] - saved + fixed < below).tolist():
        for inserted in _inserted(problem, stop):
            way = [places[position], *(_place(problem, entry) for entry in inserted), places[position + 1]]
            added = sum(float(legs[leg]) for leg in pairwise(way)) - float(saved[position]) + fixed
            yield added, truck, [*order[:position], *inserted, *order[position:]]


def _inserted(problem: CollectionProblem, stop: int) -> Iterator[Order]:
    yield [(stop, False)]
    for plant in range(len(problem.plants)):
        yield [(stop, False), (plant, True)]
        yield [(plant, True), (stop, False)]


def _place(problem: CollectionProblem, entry: tuple[int, bool]) -> int:
    index, is_plant = entry
    return problem.plants[index].place if is_plant else problem.stops[index].place


def _legs(problem: CollectionProblem, truck: int) -> Floats:
    """What each way costs a truck, shape (places, places)."""
    kind = problem.trucks[truck]
    matrix = problem.matrices[kind.matrix]
    legs: Floats = kind.cost_per_distance * matrix.distance + kind.cost_per_driving_s * matrix.seconds
    return legs


def _fits(problem: CollectionProblem, truck: int, order: Order) -> bool:
    kind = problem.trucks[truck]
    aboard = [0] * len(kind.capacity)
    stop_count = 0
    for index, is_plant in order:
        if is_plant:
            aboard = [0] * len(aboard)
            continue
        stop_count += 1
        aboard = [load + more for load, more in zip(aboard, problem.stops[index].load, strict=True)]
        if any(load > fits for load, fits in zip(aboard, kind.capacity, strict=True)):
            return False
    return not any(aboard) and (kind.stop_cap is None or stop_count <= kind.stop_cap)


def _with_plants(problem: CollectionProblem, truck: int, stops: Sequence[int]) -> Order | None:
    """Stops in order, with the cheapest plant where the next one does not fit, and at the end."""
    kind = problem.trucks[truck]
    order: Order = []
    aboard = [0] * len(kind.capacity)
    place = kind.start_place
    for index in stops:
        stop = problem.stops[index]
        if any(load > fits for load, fits in zip(stop.load, kind.capacity, strict=True)):
            return None
        more = [load + added for load, added in zip(aboard, stop.load, strict=True)]
        if any(load > fits for load, fits in zip(more, kind.capacity, strict=True)):
            order.append((_plant_between(problem, truck, place, stop.place), True))
            more = list(stop.load)
        order.append((index, False))
        aboard, place = more, stop.place
    if any(aboard):
        order.append((_plant_between(problem, truck, place, kind.end_place), True))
    return order


def _plant_between(problem: CollectionProblem, truck: int, before: int, after: int) -> int:
    legs = _legs(problem, truck)

    def cost(plant: int) -> float:
        at = problem.plants[plant].place
        return float(legs[before, at] + legs[at, after])

    return min(range(len(problem.plants)), key=cost)
