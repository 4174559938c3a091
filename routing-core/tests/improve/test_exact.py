"""Bounds and proofs against every possible plan of tiny days."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from fleet_cases import Day, days
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from improve_cases import problems
from improve_oracle import cheapest
from routing_core.fleet.check import check
from routing_core.fleet.model import (
    Capacity,
    Layout,
    Load,
    Plan,
    Request,
    Shift,
    TimeWindow,
    Tour,
)
from routing_core.improve import exact
from routing_core.improve.exact import prove
from routing_core.improve.exact_apart import apart
from routing_core.improve.exact_events import event_graph
from routing_core.improve.exact_network import network_of
from routing_core.improve.exact_plan import arcs_of, idle_plan
from routing_core.improve.problem import Costs, Problem, plan_cost, unserved_requests
from routing_core.travel import TravelMatrix

MANY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LONG_S = 60.0


@MANY
@given(problems())
def test_the_bound_is_what_the_best_of_all_plans_costs(problem: Problem) -> None:
    best = cheapest(problem)
    bound = prove(problem, None, seconds=LONG_S)
    if best is None:
        assert (bound.lower_bound, bound.plan, bound.optimal) == (np.inf, None, False)
        return
    assert bound.optimal
    assert bound.plan is not None
    assert bound.lower_bound == pytest.approx(best, abs=1e-4)
    assert plan_cost(problem, bound.plan) == pytest.approx(best, abs=1e-4)
    assert check(bound.plan, problem.travel) == ()
    assert problem.costs.unserved is not None or unserved_requests(bound.plan) == ()


@MANY
@given(problems(breaks=True))
def test_with_breaks_the_bound_holds_and_a_proof_is_right(problem: Problem) -> None:
    best = cheapest(problem)
    bound = prove(problem, None, seconds=LONG_S)
    if best is None:
        assert bound.plan is None
        return
    assert bound.lower_bound <= best + 1e-4
    if bound.optimal:
        assert bound.plan is not None
        assert check(bound.plan, problem.travel) == ()
        assert plan_cost(problem, bound.plan) == pytest.approx(best, abs=1e-4)


@MANY
@given(problems(), st.data())
def test_times_rounded_up_to_ticks_lose_no_plan(problem: Problem, data: st.DataObject) -> None:
    # Ten ticks a unit: the same ways with each a fraction of a tick shorter are within the relaxation.
    fine = replace(problem, ticks_per_unit=10)
    places = len(problem.travel.seconds)
    less = data.draw(st.lists(st.booleans(), min_size=places**2, max_size=places**2))
    seconds = np.maximum(problem.travel.seconds - np.array(less, dtype=np.int32).reshape(places, places), 0)
    unrounded = replace(problem, travel=TravelMatrix(seconds.astype(np.int32), problem.travel.metres))
    best = cheapest(unrounded)
    bound = prove(fine, None, seconds=LONG_S)
    assert best is None or bound.lower_bound <= best + 1e-4
    if bound.plan is not None:
        assert check(bound.plan, fine.travel) == ()


@MANY
@given(problems(most_requests=4))
def test_the_event_graph_has_the_arcs_of_the_best_plan(problem: Problem) -> None:
    optional = replace(problem, costs=replace(problem.costs, unserved=1e5))
    best = prove(optional, None, seconds=LONG_S).plan
    assert best is not None
    network = network_of(optional)
    events = event_graph(network, 10_000, np.inf)
    arcs = arcs_of(network, events, best)
    assert arcs is not None
    driving = float(events.cost[arcs[arcs < len(events.tail)]].sum())
    assert driving + 1e5 * len(unserved_requests(best)) == pytest.approx(plan_cost(optional, best))


@MANY
@given(problems())
def test_a_poor_plan_to_start_from_changes_nothing(problem: Problem) -> None:
    optional = replace(problem, costs=replace(problem.costs, unserved=150.0))
    idle = idle_plan(optional)
    assert idle is not None
    bound = prove(optional, idle, seconds=LONG_S)
    assert bound.optimal
    assert bound.lower_bound == pytest.approx(cheapest(optional), abs=1e-4)


@MANY
@given(problems(most_requests=5))
def test_no_vehicle_serves_two_that_are_apart(problem: Problem) -> None:
    assume(problem.plan.requests)
    network = network_of(problem)
    must = replace(problem.costs, unserved=None)
    for one, other in itertools.combinations(apart(network), 2):
        pair = {request.id: request for request in (network.requests[one], network.requests[other])}
        for tour in problem.plan.tours:
            assert cheapest(Problem(Plan((tour,), pair), problem.travel, must)) is None


@MANY
@given(problem=problems())
def test_a_graph_too_large_still_gives_a_bound(problem: Problem) -> None:
    best = cheapest(problem)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exact, "MOST_ARCS", -1)
        bound = prove(problem, None, seconds=LONG_S)
    assert bound.lower_bound >= 0
    assert best is None or bound.lower_bound <= best + 1e-6


def _line(
    count: int, shift_count: int, *, max_ride_s: int = 36_000, unserved: float | None = None
) -> Problem:
    """Places on a line, one a minute from the next; rides go two places on, when a bus may come by."""
    where = np.arange(count + 3)
    seconds = (60 * np.abs(where[:, None] - where[None, :])).astype(np.int32)
    always = TimeWindow(0, 36_000)
    rides = {
        f"ride{place}": Request(
            f"ride{place}",
            place,
            place + 2,
            TimeWindow(60 * place, 60 * place + 90),
            always,
            max_ride_s,
            Load(1),
        )
        for place in range(count)
    }
    bus = Shift("bus", Capacity((Layout(4),)), 0, 0, 0, 36_000)
    tours = tuple(Tour(replace(bus, id=f"bus{index}")) for index in range(shift_count))
    costs = Costs(seconds.astype(np.float64), 1000.0, unserved)
    return Problem(Plan(tours, rides), TravelMatrix(seconds, seconds), costs)


def test_one_round_is_proven_to_be_the_cheapest() -> None:
    bound = prove(_line(5, 3), None, seconds=LONG_S)
    assert bound.optimal
    assert bound.lower_bound == pytest.approx(1000 + 2 * 60 * 6)


def test_rides_at_the_same_time_in_different_places_are_apart() -> None:
    problem = _line(9, 3)
    rides = {
        name: replace(ride, pickup_window=TimeWindow(600, 600), dropoff_window=TimeWindow(720, 720))
        for name, ride in problem.plan.requests.items()
        if name in {"ride0", "ride4", "ride8"}
    }
    together = replace(problem, plan=Plan(problem.plan.tours, rides))
    assert apart(network_of(together)) == (0, 1, 2)
    assert prove(together, None, seconds=LONG_S).lower_bound >= 3000
    two = replace(together, plan=Plan(problem.plan.tours[:2], rides))
    assert prove(two, None, seconds=LONG_S).lower_bound == np.inf


def test_what_cannot_be_ridden_in_time_is_proven_impossible() -> None:
    assert prove(_line(2, 2, max_ride_s=119), None, seconds=LONG_S).lower_bound == np.inf
    left_out = prove(_line(2, 2, max_ride_s=119, unserved=70.0), None, seconds=LONG_S)
    assert left_out.optimal
    assert left_out.lower_bound == pytest.approx(140.0)


def test_only_shifts_with_the_skill_may_serve() -> None:
    problem = _line(3, 2)
    first, second = problem.plan.tours
    rides = dict(problem.plan.requests)
    rides["ride1"] = replace(rides["ride1"], skills=frozenset({"ramp"}))
    skilled = replace(second, shift=replace(second.shift, skills=frozenset({"ramp"}), end_place=1))
    bound = prove(replace(problem, plan=Plan((first, skilled), rides)), None, seconds=LONG_S)
    # The only bus with a ramp takes all, and ends one place before the other.
    assert bound.lower_bound == pytest.approx(1000 + 60 * 4 + 60 * 3)
    assert prove(replace(problem, plan=Plan((first,), rides)), None, seconds=LONG_S).lower_bound == np.inf


def test_nothing_to_do_and_nobody_to_do_it() -> None:
    idle = prove(_line(0, 2), None, seconds=LONG_S)
    assert (idle.lower_bound, idle.optimal) == (0.0, True)
    assert prove(_line(1, 0), None, seconds=LONG_S).lower_bound == np.inf
    assert prove(_line(2, 0, unserved=9.0), None, seconds=LONG_S).lower_bound == pytest.approx(18.0)


def test_the_weaker_bound_counts_ways_and_shifts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact, "MOST_ARCS", -1)
    problem = _line(5, 3)
    bound = prove(problem, None, seconds=LONG_S)
    # One shift at least, and the way to the last place; not all of the way back.
    assert 1000 + 60 * 6 - 1e-6 <= bound.lower_bound < 1000 + 2 * 60 * 6
    known = prove_fully(problem)
    assert prove(problem, known, seconds=LONG_S).plan == known


def prove_fully(problem: Problem) -> Plan:
    """The cheapest plan, whatever the patched limit says."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exact, "MOST_ARCS", 10_000)
        plan = prove(problem, None, seconds=LONG_S).plan
    assert plan is not None
    return plan


def test_a_plan_that_is_known_is_never_lost() -> None:
    problem = _line(5, 2)
    best = prove_fully(problem)
    in_no_time = prove(problem, best, seconds=0.0)
    assert in_no_time.plan is not None
    assert plan_cost(problem, in_no_time.plan) == pytest.approx(plan_cost(problem, best))
    assert in_no_time.lower_bound <= plan_cost(problem, best)
    again = prove(problem, best, seconds=LONG_S)
    assert again.optimal


def test_a_plan_that_breaks_a_rule_is_no_start() -> None:
    problem = _line(3, 1)
    best = prove_fully(problem)
    early = replace(best.tours[0].stops[0], start_s=-60)
    broken = replace(best, tours=(replace(best.tours[0], stops=(early, *best.tours[0].stops[1:])),))
    bound = prove(problem, broken, seconds=0.0)
    assert bound.plan != broken
    nobody = replace(best, tours=(Tour(best.tours[0].shift),))
    assert prove(problem, nobody, seconds=0.0).plan != nobody


@MANY
@given(days())
def test_a_plan_under_way_has_a_bound_that_holds(day: Day) -> None:
    matrix = np.minimum(day.travel.seconds, 10_000) / 7.0
    problem = Problem(day.plan, day.travel, Costs(matrix, unserved=10.0))
    bound = prove(problem, day.plan, seconds=LONG_S)
    assert bound.lower_bound <= plan_cost(problem, day.plan) + 1e-6
    if not check(day.plan, day.travel):
        assert bound.plan is not None
        assert plan_cost(problem, bound.plan) <= plan_cost(problem, day.plan) + 1e-6
