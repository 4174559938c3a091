"""The best plants for a fixed order of stops, against all ways to place them."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from routing_core.collection.arrays import empty_state, encode
from routing_core.collection.check import check
from routing_core.collection.model import (
    CollectionProblem,
    Lunch,
    Matrix,
    Plant,
    Stop,
    Truck,
    Window,
    tour_cost,
)
from routing_core.collection.plant_kernels import replant
from routing_core.collection.schedule import timed

STOP_COUNT, PLANT_COUNT = 5, 2


def random_day(seed: int) -> CollectionProblem:
    """Two plants, five stops, loads in two dimensions, some of nothing."""
    rng = np.random.default_rng(seed)
    places = 1 + PLANT_COUNT + STOP_COUNT
    seconds = rng.integers(1, 50, (places, places)).astype(np.int64)
    stops = tuple(
        Stop(str(number), 1 + PLANT_COUNT + number, (int(rng.integers(0, 5)), int(rng.integers(0, 3))))
        for number in range(STOP_COUNT)
    )
    plants = tuple(Plant(str(number), 1 + number, int(rng.integers(0, 90))) for number in range(PLANT_COUNT))
    lunch = Lunch(Window(40, 90), 30) if seed % 3 == 0 else None
    truck = Truck(
        "T",
        0,
        0,
        (6, 4),
        Window(0, int(rng.integers(150, 500))),
        lunch=lunch,
        empty_at_end=bool(seed % 2),
    )
    return CollectionProblem(stops, plants, (truck,), (Matrix(seconds, rng.random((places, places))),))


def cheapest(problem: CollectionProblem) -> float | None:
    """Over all ways to put one plant or none behind each stop."""
    costs = []
    for plants in product([None, *range(PLANT_COUNT)], repeat=STOP_COUNT):
        order: list[tuple[int, bool]] = []
        for stop, plant in enumerate(plants):
            order.append((stop, False))
            if plant is not None:
                order.append((plant, True))
        tour = timed(problem, 0, 0, order)
        if tour is not None and not check(problem, [tour]):
            costs.append(tour_cost(problem, tour))
    return min(costs, default=None)


def planted(problem: CollectionProblem) -> tuple[bool, float, list[tuple[int, bool]]]:
    """What the kernel makes of the stops in their order."""
    data = encode(problem, 1)
    state = empty_state(data, 1)
    nodes = [*range(STOP_COUNT)]
    state.sequence[0, STOP_COUNT + 1] = state.sequence[0, 1]
    state.sequence[0, 1 : STOP_COUNT + 1] = nodes
    state.length[0] = STOP_COUNT + 2
    keeps = bool(replant(data, state, 0))
    found = [int(node) for node in state.sequence[0, 1 : state.length[0] - 1]]
    order = [(node - STOP_COUNT, True) if node >= STOP_COUNT else (node, False) for node in found]
    return keeps, float(state.route_cost[0]), order


@pytest.mark.parametrize("seed", range(60))
def test_no_other_plants_cost_less(seed: int) -> None:
    problem = random_day(seed)
    # Without a time to keep, the cheapest plants are the best.
    problem = replace(problem, trucks=(replace(problem.trucks[0], shift=Window(0, 10_000), lunch=None),))
    keeps, cost, order = planted(problem)
    assert keeps
    assert cost == pytest.approx(cheapest(problem))
    tour = timed(problem, 0, 0, order)
    assert tour is not None
    assert check(problem, [tour]) == ()
    assert tour_cost(problem, tour) == pytest.approx(cost)


def test_what_is_called_feasible_is() -> None:
    outcomes = set()
    for seed in range(60):
        problem = random_day(seed)
        keeps, cost, order = planted(problem)
        outcomes.add(keeps)
        if keeps:
            tour = timed(problem, 0, 0, order)
            assert tour is not None
            assert check(problem, [tour]) == ()
            assert tour_cost(problem, tour) == pytest.approx(cost)
        elif problem.trucks[0].lunch is None:
            # The fastest plants were tried too, so no other ones are in time.
            assert cheapest(problem) is None
    assert outcomes == {False, True}
