"""The search against every possible plan of tiny days, and what it must never do."""

from dataclasses import replace

import numpy as np
import pytest
from fleet_cases import Day, days
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from improve_cases import problems
from improve_oracle import cheapest
from routing_core.fleet.check import check
from routing_core.fleet.model import (
    Action,
    Capacity,
    Layout,
    Load,
    Plan,
    Request,
    Shift,
    Stop,
    TimeWindow,
    Tour,
)
from routing_core.improve.problem import Costs, Problem, plan_cost, serves_somebody, unserved_requests
from routing_core.improve.solve import Progress, Solution, solve
from routing_core.travel import TravelMatrix

MANY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _solve(problem: Problem, seed: int = 0, iterations: int = 400) -> Solution:
    return solve(problem, seconds=3600, seed=seed, max_iterations=iterations)


@MANY
@given(problems(breaks=True))
def test_tiny_days_are_solved_to_the_optimum(problem: Problem) -> None:
    best = cheapest(problem)
    solution = _solve(problem, iterations=2000)
    assert solution.feasible == (best is not None)
    if best is not None:
        assert solution.cost == pytest.approx(best, abs=1e-6)
        assert solution.cost == pytest.approx(plan_cost(problem, solution.plan))
        assert check(solution.plan, problem.travel) == ()


@MANY
@given(days(), st.sampled_from([None, 0.0, 500.0]), st.sampled_from([0.0, 1e5]))
def test_a_plan_under_way_gets_no_worse_and_keeps_what_is_locked(
    day: Day, unserved: float | None, per_shift: float
) -> None:
    given_plan = replace(day.plan, requests={**day.plan.requests, "new": day.request})
    matrix = np.minimum(day.travel.seconds, 10_000) / 7.0
    problem = Problem(given_plan, day.travel, Costs(matrix, per_shift, unserved))
    solution = _solve(problem, iterations=150)
    assert set(check(solution.plan, day.travel)) <= set(check(given_plan, day.travel))
    assert set(unserved_requests(solution.plan)) <= {"new"}
    must = unserved is None
    if not (must and not unserved_requests(solution.plan)):
        assert solution.cost <= plan_cost(problem, given_plan) + 1e-6
    for before, after in zip(given_plan.tours, solution.plan.tours, strict=True):
        assert replace(after, stops=()) == replace(before, stops=())
        done = sum(stop.done for stop in before.stops)
        assert after.stops[:done] == before.stops[:done]
        locked = [(stop.action, stop.subject) for stop in before.stops[: before.locked_count]]
        assert [(stop.action, stop.subject) for stop in after.stops[: before.locked_count]] == locked


@MANY
@given(problems(breaks=True, most_requests=6), st.integers(0, 3))
def test_equal_seeds_give_equal_plans(problem: Problem, seed: int) -> None:
    assert _solve(problem, seed, 60).plan == _solve(problem, seed, 60).plan


def _line_day(count: int, shift_count: int, **costs: float) -> Problem:
    """Places on a line, one a minute from the next; every ride goes three places on, any time."""
    where = np.arange(count + 4)
    seconds = (60 * np.abs(where[:, None] - where[None, :])).astype(np.int32)
    always = TimeWindow(0, 36_000)
    rides = {
        f"ride{place}": Request(f"ride{place}", place, place + 3, always, always, 36_000, Load(1))
        for place in range(count)
    }
    bus = Shift("bus", Capacity((Layout(4),)), 0, 0, 0, 36_000)
    tours = tuple(Tour(replace(bus, id=f"bus{index}")) for index in range(shift_count))
    travel = TravelMatrix(seconds, seconds)
    return Problem(Plan(tours, rides), travel, Costs(seconds.astype(np.float64), **costs))


def test_one_vehicle_serves_a_whole_line_when_vehicles_are_dear() -> None:
    problem = _line_day(12, 4, per_shift=1e6)
    solution = _solve(problem, iterations=3000)
    # There and back once: four seats are enough for rides of three places.
    assert solution.cost == pytest.approx(1e6 + 2 * 60 * 14)
    assert sum(serves_somebody(tour) for tour in solution.plan.tours) == 1


def test_an_empty_day() -> None:
    problem = _line_day(0, 2)
    solution = _solve(problem)
    assert (solution.plan, solution.cost, solution.feasible) == (problem.plan, 0.0, True)
    nobody_drives = replace(_line_day(1, 2), plan=replace(_line_day(1, 2).plan, tours=()))
    stranded = _solve(nobody_drives)
    assert not stranded.feasible
    assert unserved_requests(stranded.plan) == ("ride0",)


def test_what_cannot_be_served_is_left_out_and_the_rest_is_served() -> None:
    problem = _line_day(5, 1)
    rides = dict(problem.plan.requests)
    rides["group"] = replace(rides["ride1"], id="group", load=Load(5))
    rides["rush"] = replace(rides["ride1"], id="rush", max_ride_s=100)
    solution = _solve(replace(problem, plan=replace(problem.plan, requests=rides)))
    assert not solution.feasible
    assert unserved_requests(solution.plan) == ("group", "rush")
    assert check(solution.plan, problem.travel) == ()


def test_a_tour_that_is_late_is_left_alone_while_others_get_better() -> None:
    problem = _line_day(4, 2)
    rides = dict(problem.plan.requests)
    rides["ride0"] = replace(rides["ride0"], pickup_window=TimeWindow(0, 10))
    late = (Stop(Action.PICKUP, "ride0", 600, 600), Stop(Action.DROPOFF, "ride0", 780, 780))
    # Back and forth, where once there would do.
    clumsy = tuple(
        Stop(action, name, start_s, start_s)
        for action, name, start_s in (
            (Action.PICKUP, "ride1", 60),
            (Action.DROPOFF, "ride1", 240),
            (Action.PICKUP, "ride2", 360),
            (Action.DROPOFF, "ride2", 540),
            (Action.PICKUP, "ride3", 660),
            (Action.DROPOFF, "ride3", 840),
        )
    )
    first, second = problem.plan.tours
    tours = (replace(first, stops=late, not_before_s=600), replace(second, stops=clumsy))
    given_plan = Plan(tours, rides)
    solution = _solve(replace(problem, plan=given_plan))
    assert solution.plan.tours[0] == tours[0]
    assert solution.cost == plan_cost(problem, given_plan) - 8 * 60
    assert check(solution.plan, problem.travel) == check(given_plan, problem.travel)


def test_progress_tells_of_ever_better_plans() -> None:
    told: list[Progress] = []
    problem = _line_day(12, 3)
    solution = solve(problem, seconds=3600, progress=told.append, max_iterations=2000)
    costs = [one.cost for one in told]
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] == pytest.approx(solution.cost)


@pytest.mark.parametrize(("seconds", "workers"), [(0, 1), (1, 0)])
def test_a_budget_must_be_positive(seconds: int, workers: int) -> None:
    with pytest.raises(ValueError, match="must be positive"):
        solve(_line_day(1, 1), seconds=seconds, workers=workers)


def test_two_processes_find_the_plan_together() -> None:
    problem = _line_day(8, 2, per_shift=1000.0)
    solution = solve(problem, seconds=4, workers=2)
    assert solution.feasible
    assert solution.cost == pytest.approx(1000 + 2 * 60 * 10)


def test_a_proof_is_part_of_the_same_call() -> None:
    problem = _line_day(4, 2)
    without = solve(problem, seconds=1, max_iterations=500)
    assert without.lower_bound is None
    assert not without.optimal
    told: list[Progress] = []
    proven = solve(problem, seconds=20, max_iterations=500, prove=True, progress=told.append)
    assert proven.feasible
    assert proven.optimal
    assert proven.lower_bound == pytest.approx(proven.cost)
    assert proven.cost <= without.cost
    assert told[-1].cost == pytest.approx(proven.cost)


def test_that_there_is_no_plan_is_proven_too() -> None:
    problem = _line_day(2, 1)
    impossible = {name: replace(ride, max_ride_s=0) for name, ride in problem.plan.requests.items()}
    found = solve(
        replace(problem, plan=replace(problem.plan, requests=impossible)),
        seconds=10,
        max_iterations=100,
        prove=True,
    )
    assert not found.feasible
    assert not found.optimal
    assert found.lower_bound == float("inf")
