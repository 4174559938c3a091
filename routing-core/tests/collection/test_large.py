"""Days of some hundred stops: where only near places are looked at, and trucks are filled in turn."""

import numpy as np
from routing_core.collection.arrays import NEIGHBOURS, encode
from routing_core.collection.check import check
from routing_core.collection.model import CollectionProblem, Lunch, Matrix, Plant, Stop, Truck, Window
from routing_core.collection.solve import CollectionSolution, solve

STOP_COUNT = 330
TRUCKS_AT_LEAST = 11
TRUCK = Truck(
    "truck",
    0,
    0,
    (12,),
    Window(0, 9_000),
    daily_cap=(STOP_COUNT // TRUCKS_AT_LEAST,),
    lunch=Lunch(Window(500, 8_000), 50),
    cost_per_tour=1e6,
)


def large_day(seed: int) -> CollectionProblem:
    """Stops of one unit each, three plants, and a depot in the middle."""
    random = np.random.default_rng(seed)
    places = random.uniform(0, 100, (STOP_COUNT + 4, 2))
    places[0] = 50
    apart = np.abs(places[:, None] - places[None, :]).sum(axis=2)
    return CollectionProblem(
        tuple(Stop(f"stop {place}", place, (1,), 3) for place in range(1, STOP_COUNT + 1)),
        tuple(Plant(f"plant {place}", place, 10) for place in range(STOP_COUNT + 1, STOP_COUNT + 4)),
        (TRUCK,),
        (Matrix(np.ceil(apart).astype(np.int64), apart),),
    )


def driven(solution: CollectionSolution) -> float:
    """What a plan costs without its trucks."""
    return solution.cost - len(solution.tours) * TRUCK.cost_per_tour


def test_near_stops_are_the_nearest_ones_and_begin_with_the_stop_itself() -> None:
    data = encode(large_day(0), 4)
    apart = data.cost[0][:STOP_COUNT, :STOP_COUNT].copy()
    assert (data.neighbours[:, 0] == np.arange(STOP_COUNT)).all()
    nearest = np.sort(apart, axis=1)[:, :NEIGHBOURS]
    assert np.array_equal(np.take_along_axis(apart, data.neighbours, axis=1), nearest)


def test_a_large_day_keeps_every_rule_with_few_trucks_at_once() -> None:
    problem = large_day(1)
    solution = solve(problem, seconds=60, max_rounds=1)
    assert check(problem, solution.tours) == ()
    assert TRUCKS_AT_LEAST <= len(solution.tours) <= TRUCKS_AT_LEAST + 2


def test_a_large_day_gets_better_with_more_rounds() -> None:
    problem = large_day(2)
    first = solve(problem, seconds=60, max_rounds=1)
    better = solve(problem, seconds=60, max_rounds=2000)
    assert check(problem, better.tours) == ()
    assert len(better.tours) == len(first.tours)
    assert driven(better) < 0.95 * driven(first)
    assert better.tours == solve(problem, seconds=60, max_rounds=2000).tours
