"""A stop put in where it costs least: no other place would be cheaper."""

import random
from itertools import pairwise

import numpy as np
import pytest
from routing_core.collection.check import check
from routing_core.collection.model import CollectionProblem, Matrix, Plant, Stop, Truck, Window, plan_cost
from routing_core.collection.schedule import timed
from waste.domain.tours_insertion import in_told_order, with_more


def problem_of(seed: int, *, capacity: int = 100, latest_s: int = 10**6) -> CollectionProblem:
    """Places: the yard, one plant, then stops."""
    draw = random.Random(seed)
    points = np.array([(draw.uniform(0, 100), draw.uniform(0, 100)) for _ in range(9)])
    km = np.abs(points[:, None] - points[None, :]).sum(axis=2)
    stops = tuple(Stop(f"s{place}", place, (10,), 60, prize=1000.0) for place in range(2, 9))
    truck = Truck("t", 0, 0, (capacity,), Window(0, latest_s), count=1, cost_per_tour=5.0)
    return CollectionProblem(
        stops, (Plant("p", 1, 30),), (truck,), (Matrix(np.ceil(km).astype(np.int64), km),)
    )


@pytest.mark.parametrize("seed", range(5))
def test_one_more_stop_costs_as_little_as_trying_every_place(seed: int) -> None:
    problem = problem_of(seed)
    (told,) = in_told_order(problem, {0: [0, 1, 2, 3, 4, 5]})
    order = [(visit.index, visit.is_plant) for visit in told.visits]
    assert [index for index, is_plant in order if not is_plant] == [0, 1, 2, 3, 4, 5]
    (more,) = with_more(problem, (told,))
    assert [visit for visit in ((v.index, v.is_plant) for v in more.visits) if visit != (6, False)] == order
    # The last position is behind the plant, and would bring it home loaded.
    tried = [
        timed(problem, 0, 0, [*order[:place], (6, False), *order[place:]]) for place in range(len(order))
    ]
    costs = [plan_cost(problem, (tour,)) for tour in tried if tour is not None and not check(problem, [tour])]
    assert plan_cost(problem, (more,)) == pytest.approx(min(costs))
    assert check(problem, (more,)) == ()


def test_a_full_truck_gets_a_plant_on_the_way() -> None:
    problem = problem_of(1, capacity=30)
    tours = in_told_order(problem, {0: [0, 1, 2, 3, 4, 5, 6]})
    assert check(problem, tours) == ()
    assert [visit.is_plant for visit in tours[0].visits] == [
        *(False, False, False, True),
        *(False, False, False, True),
        *(False, True),
    ]
    assert all(not (a.is_plant and b.is_plant) for a, b in pairwise(tours[0].visits))


def test_a_told_order_that_has_become_too_long_loses_its_end() -> None:
    whole = in_told_order(problem_of(2), {0: [0, 1, 2, 3, 4, 5, 6]})
    short = problem_of(2, latest_s=whole[0].back_s - 1)
    (tour,) = in_told_order(short, {0: [0, 1, 2, 3, 4, 5, 6]})
    kept = [visit.index for visit in tour.visits if not visit.is_plant]
    assert kept == [0, 1, 2, 3, 4, 5, 6][: len(kept)]
    assert 0 < len(kept) < 7
    assert check(short, (tour,)) == ()


def test_what_is_not_worth_it_stays_out() -> None:
    problem = problem_of(3)
    cheap = CollectionProblem(
        tuple(Stop(each.stop_id, each.place, each.load, each.service_s, prize=0.5) for each in problem.stops),
        problem.plants,
        problem.trucks,
        problem.matrices,
    )
    assert with_more(cheap, ()) == ()
    assert in_told_order(problem_of(3, capacity=5), {0: [0, 1]}) == ()
