"""The times of tours against every time of leaving and every place of the rest."""

from dataclasses import replace

import numpy as np
import pytest
from collection_cases import line_matrix
from routing_core.collection.check import check
from routing_core.collection.model import CollectionProblem, Lunch, Plant, Stop, Tour, Truck, Visit, Window
from routing_core.collection.schedule import Order, timed

HORIZON_S = 60


def random_case(seed: int) -> tuple[CollectionProblem, Order]:
    """A short day with windows, a rest, releases and a limit of duration, and an order to drive in."""
    rng = np.random.default_rng(seed)
    stops = []
    for number in range(3):
        first, gap = int(rng.integers(0, 25)), int(rng.integers(2, 12))
        windows = (Window(first, first + 6), Window(first + 6 + gap, first + 30 + gap))
        release_s = int(rng.integers(0, 15)) if rng.random() < 0.3 else 0
        service_s = int(rng.integers(0, 4))
        stops.append(Stop(str(number), 2 + number, (1,), service_s, windows, release_s=release_s))
    lunch = Lunch(Window(int(rng.integers(5, 20)), 28), 5) if rng.random() < 0.7 else None
    duration_s = int(rng.integers(20, 50)) if rng.random() < 0.7 else None
    truck = Truck("T", 0, 0, (9,), Window(2, HORIZON_S), lunch=lunch, max_duration_s=duration_s)
    plant = Plant("p", 1, 2, (Window(3, 50),))
    matrix = line_matrix(*rng.integers(0, 8, 5).tolist())
    order = [(0, False), (1, False), (0, True), (2, False), (0, True)]
    return CollectionProblem(tuple(stops), (plant,), (truck,), (matrix,)), order


def every_tour(problem: CollectionProblem, order: Order) -> list[Tour]:
    """For each time of leaving and each place of the rest (or none): everything as early as possible."""
    truck = problem.trucks[0]
    tours = []
    places: list[int | None] = [None]
    if truck.lunch is not None:
        places += range(len(order))
    for leaves_s in range(truck.shift.earliest_s, HORIZON_S):
        for lunch_after in places:
            tour = earliest(problem, order, leaves_s, lunch_after)
            if tour is not None and not check(problem, [tour]):
                tours.append(tour)
    return tours


def earliest(problem: CollectionProblem, order: Order, leaves_s: int, lunch_after: int | None) -> Tour | None:
    """Second by second, waiting where work may not begin yet."""
    truck, seconds = problem.trucks[0], problem.matrices[0].seconds
    now_s, place, lunch_s = leaves_s, truck.start_place, None
    visits: list[Visit] = []
    for position, (index, is_plant) in enumerate(order):
        site = problem.plants[index] if is_plant else problem.stops[index]
        drive_s = int(seconds[place, site.place])
        if position > 0 and order[position - 1][1]:
            trip = [problem.stops[stop] for stop, plant in order[position:] if not plant][:1]
            now_s = max([now_s, *(stop.release_s for stop in trip)])
        begins_s = now_s + drive_s
        while not any(window.earliest_s <= begins_s <= window.latest_s for window in site.windows):
            begins_s += 1
            if begins_s > HORIZON_S:
                return None
        visits.append(Visit(index, begins_s, is_plant))
        now_s, place = begins_s + site.service_s, site.place
        if position == lunch_after and truck.lunch is not None:
            lunch_s = max(now_s, truck.lunch.window.earliest_s)
            now_s = lunch_s + truck.lunch.duration_s
    back_s = now_s + int(seconds[place, truck.end_place])
    return Tour(0, 0, leaves_s, tuple(visits), back_s, lunch_after, lunch_s)


@pytest.mark.parametrize("limited", [False, True])
def test_times_are_the_best_of_all(limited: bool) -> None:
    outcomes = set()
    for seed in range(150):
        problem, order = random_case(seed)
        if not limited:
            problem = replace(problem, trucks=(replace(problem.trucks[0], max_duration_s=None),))
        tour = timed(problem, 0, 0, order)
        possible = every_tour(problem, order)
        outcomes.add(tour is None)
        if tour is None:
            assert not possible, seed
            continue
        assert check(problem, [tour]) == (), seed
        if problem.trucks[0].max_duration_s is None:
            assert tour.back_s == min(other.back_s for other in possible), seed
        else:
            shortest_s = min(other.back_s - other.leaves_s for other in possible)
            assert tour.back_s - tour.leaves_s == shortest_s, seed
    assert outcomes == {False, True}


def test_a_driver_back_before_the_rest_must_begin_rests_at_the_depot() -> None:
    truck = Truck("T", 0, 0, (9,), Window(0, 1000), lunch=Lunch(Window(10, 40), 100))
    problem = CollectionProblem((Stop("a", 2, (1,)),), (Plant("p", 1),), (truck,), (line_matrix(0, 20, 10),))
    order = [(0, False), (0, True)]
    tour = timed(problem, 0, 0, order)
    assert tour is not None
    assert (tour.back_s, tour.lunch_s) == (40, None)
    late = replace(problem, matrices=(line_matrix(0, 21, 10),))
    tour = timed(late, 0, 0, order)
    assert tour is not None
    assert (tour.back_s, tour.lunch_after, tour.lunch_s) == (142, 0, 10)
