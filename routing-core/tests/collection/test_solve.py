"""Plans against the best of all plans on small problems, and against the checker on random ones."""

from dataclasses import replace

import pytest
from collection_cases import DEPOT, cheapest, random_problem
from hypothesis import given, settings
from hypothesis import strategies as st
from routing_core.collection.check import check
from routing_core.collection.model import CollectionProblem, Lunch, Truck, Window, plan_cost
from routing_core.collection.solve import CollectionSolution, Progress, solve

PLAIN = Truck("truck", DEPOT, DEPOT, (9,), count=2)
KINDS = {
    "plain": PLAIN,
    "daily cap": replace(PLAIN, daily_cap=(10,)),
    "stop cap": replace(PLAIN, stop_cap=2),
    "full at the end": replace(PLAIN, empty_at_end=False),
    "lunch": replace(PLAIN, lunch=Lunch(Window(60, 160), 50), shift=Window(0, 480)),
    "duration": replace(PLAIN, max_duration_s=380),
    "costly trucks": replace(PLAIN, cost_per_tour=1000.0, shift=Window(0, 480)),
    "paid by time": replace(PLAIN, cost_per_distance=0.5, cost_per_driving_s=2.0),
}


def solved(problem: CollectionProblem, rounds: int = 600, seed: int = 0) -> CollectionSolution:
    """A plan found in a number of rounds; what it says of itself is true."""
    solution = solve(problem, seconds=60, seed=seed, max_rounds=rounds)
    assert solution.feasible == (check(problem, solution.tours) == ())
    assert solution.cost == pytest.approx(plan_cost(problem, solution.tours))
    return solution


@pytest.mark.parametrize("windows", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_small_days_are_solved_as_well_as_can_be(kind: str, windows: bool) -> None:
    solvable = 0
    for seed in range(3):
        problem = random_problem(seed, stop_count=4, truck=KINDS[kind], windows=windows)
        best = cheapest(problem)
        solution = solved(problem)
        assert solution.feasible == (best is not None), seed
        if best is not None:
            solvable += 1
            assert solution.cost == pytest.approx(best), seed
    assert solvable > 0


@pytest.mark.parametrize("seed", range(4))
def test_small_weeks_are_solved_as_well_as_can_be(seed: int) -> None:
    problem = random_problem(seed, stop_count=4, day_count=3, truck=replace(PLAIN, count=1))
    solution = solved(problem)
    assert solution.feasible
    assert solution.cost == pytest.approx(cheapest(problem))


@pytest.mark.parametrize("prize", [0.0, 100.0, 1000.0])
def test_stops_with_prizes_are_left_out_when_that_is_cheaper(prize: float) -> None:
    problem = random_problem(7, stop_count=4)
    problem = replace(problem, stops=tuple(replace(stop, prize=prize) for stop in problem.stops))
    solution = solved(problem)
    assert solution.feasible
    assert solution.cost == pytest.approx(cheapest(problem))
    visited = {visit.index for tour in solution.tours for visit in tour.visits if not visit.is_plant}
    assert (len(visited) == 0) == (prize == 0.0)
    assert (len(visited) == 4) == (prize == 1000.0)


def test_what_cannot_be_done_is_said_to_be_infeasible() -> None:
    problem = random_problem(1, truck=replace(PLAIN, stop_cap=1))
    solution = solved(problem)
    assert not solution.feasible
    assert len(solution.tours) == 2


def test_equal_seeds_give_equal_tours() -> None:
    problem = random_problem(3, stop_count=12, truck=replace(PLAIN, count=None))
    assert solved(problem, 200, 5).tours == solved(problem, 200, 5).tours


def test_progress_falls_to_the_cost_found() -> None:
    seen: list[Progress] = []
    problem = random_problem(3, stop_count=12, truck=replace(PLAIN, count=None))
    solution = solve(problem, seconds=60, seed=1, max_rounds=600, progress=seen.append)
    costs = [progress.cost for progress in seen]
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] == pytest.approx(solution.cost)


def test_time_must_be_positive() -> None:
    with pytest.raises(ValueError, match="seconds must be positive: 0"):
        solve(random_problem(0), seconds=0)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**31),
    stop_count=st.integers(0, 14),
    day_count=st.sampled_from([1, 1, 4]),
    kind=st.sampled_from(sorted(KINDS)),
    windows=st.booleans(),
)
def test_tours_keep_every_rule_but_perhaps_leave_stops_out(
    seed: int, stop_count: int, day_count: int, kind: str, windows: bool
) -> None:
    problem = random_problem(
        seed, stop_count=stop_count, day_count=day_count, truck=KINDS[kind], windows=windows
    )
    solution = solved(problem, 60, seed)
    assert all(fault.endswith("is not visited") for fault in check(problem, solution.tours))
