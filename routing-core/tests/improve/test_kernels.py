"""What the compiled search keeps of routes, and where a task fits, against every pair of positions."""

import numpy as np
import pytest
from fleet_cases import Day, days
from fleet_oracle import every_insertion, keeps_capacity, least_starts
from hypothesis import HealthCheck, given, settings
from improve_oracle import metric
from routing_core.fleet.model import Plan, Tour
from routing_core.improve.arrays import NONE, Encoded, encode
from routing_core.improve.chance import below, seeded
from routing_core.improve.position import best_position
from routing_core.improve.problem import Costs, Problem, plan_cost
from routing_core.improve.recreate import blank_desk
from routing_core.improve.routes import blank_routes, load, orders
from routing_core.travel import TravelMatrix

MANY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _encoded(day: Day, travel: TravelMatrix) -> Encoded:
    plan = Plan(day.plan.tours, {**day.plan.requests, "new": day.request})
    return encode(Problem(plan, travel, Costs(np.minimum(travel.seconds, 10_000) / 3.0)))


@MANY
@given(days())
def test_the_cheapest_position_is_that_of_trying_all_pairs(day: Day) -> None:
    travel = metric(day.travel)
    encoded = _encoded(day, travel)
    net = encoded.net
    routes, desk = blank_routes(net), blank_desk(net)
    assert load(net, routes, [list(route) for route in encoded.routes])
    task = len(net.dropoff) - 1
    for shift, index in enumerate(encoded.shift_of):
        added, pickup_gap, dropoff_gap, blinked = best_position(
            net, routes, task, shift, np.inf, 0.0, seeded(1), desk.order, desk.place, desk.times,
            desk.index_of, desk.later,
        )  # fmt: skip
        expected = _cheapest(encoded.problem, encoded.problem.plan.tours[index])
        assert not blinked
        if expected is None or not net.allowed[task, shift]:
            assert not net.allowed[task, shift] or pickup_gap == NONE
        else:
            assert pickup_gap != NONE
            assert pickup_gap <= dropoff_gap
            assert added == pytest.approx(expected)


def _cheapest(problem: Problem, tour: Tour) -> float | None:
    requests = problem.plan.requests
    before = _cost(problem, tour)
    costs = [
        _cost(problem, candidate)
        for candidate in every_insertion(tour, requests["new"])
        if keeps_capacity(candidate, requests)
        and least_starts(candidate, requests, problem.travel) is not None
    ]
    return min(costs) - before if costs else None


def _cost(problem: Problem, tour: Tour) -> float:
    return plan_cost(problem, Plan((tour,), problem.plan.requests))


@MANY
@given(days())
def test_routes_lead_back_to_the_plan_they_came_from(day: Day) -> None:
    encoded = _encoded(day, day.travel)
    routes = blank_routes(encoded.net)
    assert load(encoded.net, routes, [list(route) for route in encoded.routes])
    assert encoded.plan(orders(routes)) == encoded.problem.plan
    assert all(
        np.all(routes.soonest[shift, :size] <= routes.latest[shift, :size])
        for shift, size in enumerate(routes.size)
    )


def test_random_numbers_are_spread_and_repeatable() -> None:
    once, again = seeded(7), seeded(7)
    drawn = [below(once, 10) for _ in range(2000)]
    assert drawn == [below(again, 10) for _ in range(2000)]
    assert np.bincount(drawn, minlength=10).min() > 140
    assert drawn != [below(seeded(8), 10)] * 2000
