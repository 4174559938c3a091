"""What PyVRP is given, and that it finds the same plans whatever the units."""

from dataclasses import replace

import numpy as np
import pytest
from collection_cases import DEPOT, random_problem
from routing_core.collection.model import ALL_DAY, CollectionProblem, Truck, Window, plan_cost
from routing_core.collection.outside import is_expressible
from routing_core.collection.solve import solve

TRUCK = Truck("truck", DEPOT, DEPOT, (9,), count=10, shift=Window(0, 900), empty_at_end=False)


def in_units(problem: CollectionProblem, ticks: int, money: float) -> CollectionProblem:
    """The same problem with so many ticks for every second, and so much money for every unit of way."""

    def window(one: Window) -> Window:
        return one if one == ALL_DAY else Window(one.earliest_s * ticks, one.latest_s * ticks)

    stops = tuple(
        replace(
            stop,
            service_s=stop.service_s * ticks,
            windows=tuple(map(window, stop.windows)),
            release_s=stop.release_s * ticks,
        )
        for stop in problem.stops
    )
    plants = tuple(
        replace(plant, service_s=plant.service_s * ticks, windows=tuple(map(window, plant.windows)))
        for plant in problem.plants
    )
    trucks = tuple(
        replace(truck, shift=window(truck.shift), cost_per_distance=money) for truck in problem.trucks
    )
    matrices = tuple(replace(matrix, seconds=matrix.seconds * ticks) for matrix in problem.matrices)
    return replace(problem, stops=stops, plants=plants, trucks=trucks, matrices=matrices)


@pytest.mark.parametrize(("ticks", "money"), [(10_000, 1.0), (1, 3_000.0), (1, 1 / 64), (500, 0.125)])
def test_units_make_no_difference(ticks: int, money: float) -> None:
    problem = random_problem(1, stop_count=15, truck=TRUCK, windows=True)
    assert is_expressible(problem)
    usual = solve(problem, seconds=60, max_rounds=1200)
    assert usual.feasible
    scaled = in_units(problem, ticks, money)
    found = solve(scaled, seconds=60, max_rounds=1200)
    assert found.feasible
    assert found.cost / money == pytest.approx(usual.cost, rel=0.01)
    assert plan_cost(scaled, found.tours) == pytest.approx(found.cost)


def test_times_that_bind_nothing_make_no_difference() -> None:
    truck = replace(TRUCK, shift=ALL_DAY)
    problem = random_problem(1, stop_count=6, truck=truck)
    problem = replace(
        problem, stops=tuple(replace(stop, windows=(ALL_DAY,)) for stop in problem.stops), plants=()
    )
    far = replace(
        problem, matrices=(replace(problem.matrices[0], seconds=problem.matrices[0].seconds * 10**9),)
    )
    assert np.max(far.matrices[0].seconds) * 6 < ALL_DAY.latest_s
    near, away = (solve(one, seconds=60, max_rounds=300) for one in (problem, far))
    assert near.feasible
    assert away.feasible
    assert near.cost == away.cost
