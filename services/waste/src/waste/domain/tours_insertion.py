"""Tours kept in the order they are told, and stops put in where they cost least: exact, and quick.

A stop may bring a plant with it, before or after. Every change is timed by the core; nothing is taken for
granted about loads.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from routing_core.collection.model import CollectionProblem, Tour, place_of
from routing_core.collection.schedule import timed
from routing_core.travel import UNREACHABLE

Order = list[tuple[int, bool]]


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
    for index in sorted(absent, key=lambda index: -_prize(problem, index)):
        best = _best(problem, by_truck, index)
        if best is not None:
            by_truck[best.truck] = best
    return tuple(by_truck[truck] for truck in sorted(by_truck))


def _prize(problem: CollectionProblem, index: int) -> float:
    prize = problem.stops[index].prize
    return float("inf") if prize is None else prize


def _best(problem: CollectionProblem, by_truck: Mapping[int, Tour], stop: int) -> Tour | None:
    """The cheapest tour that visits one stop more, if that costs less than leaving it out."""
    found, least = None, _prize(problem, stop)
    for detour, truck, order in sorted(_places(problem, by_truck, stop), key=lambda place: place[:2]):
        if detour >= least:
            break
        if not _fits(problem, truck, order):
            continue
        tour = timed(problem, truck, 0, order)
        if tour is not None:
            found, least = tour, detour
    return found


def _places(
    problem: CollectionProblem, by_truck: Mapping[int, Tour], stop: int
) -> Iterator[tuple[float, int, Order]]:
    """All orders with the stop in it, and what each costs more."""
    at = problem.stops[stop].place
    for truck, kind in enumerate(problem.trucks):
        tour = by_truck.get(truck)
        order = [] if tour is None else [(visit.index, visit.is_plant) for visit in tour.visits]
        matrix = problem.matrices[kind.matrix]
        if matrix.seconds[kind.start_place, at] >= UNREACHABLE:
            continue
        places = [] if tour is None else [place_of(problem, visit) for visit in tour.visits]
        ends = list(pairwise([kind.start_place, *places, kind.end_place]))

        for position, (before, after) in enumerate(ends):
            for inserted in _inserted(problem, stop):
                way = [before, *(_place(problem, entry) for entry in inserted), after]
                added = sum(_leg(problem, truck, leg) for leg in pairwise(way)) - (
                    _leg(problem, truck, (before, after)) if order else 0.0
                )
                added += 0.0 if order else kind.cost_per_tour
                yield added, truck, [*order[:position], *inserted, *order[position:]]


def _inserted(problem: CollectionProblem, stop: int) -> Iterator[Order]:
    yield [(stop, False)]
    for plant in range(len(problem.plants)):
        yield [(stop, False), (plant, True)]
        yield [(plant, True), (stop, False)]


def _place(problem: CollectionProblem, entry: tuple[int, bool]) -> int:
    index, is_plant = entry
    return problem.plants[index].place if is_plant else problem.stops[index].place


def _leg(problem: CollectionProblem, truck: int, leg: tuple[int, int]) -> float:
    kind = problem.trucks[truck]
    matrix = problem.matrices[kind.matrix]
    return kind.cost_per_distance * float(matrix.distance[leg]) + kind.cost_per_driving_s * int(
        matrix.seconds[leg]
    )


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
    def cost(plant: int) -> float:
        at = problem.plants[plant].place
        return _leg(problem, truck, (before, at)) + _leg(problem, truck, (at, after))

    return min(range(len(problem.plants)), key=cost)
