"""Between a file's units and ticks: what is feasible in ticks is so in the file, and hardly less is."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise, permutations

import format_cases as cases
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from routing_core.fleet.check import check
from routing_core.fleet.model import Action, Plan, Stop, Tour
from routing_core.fleet.schedule import schedule
from routing_core.formats.cordeau import read_cordeau_2006
from routing_core.formats.judge_rides import judge_rides
from routing_core.formats.li_lim import read_li_lim
from routing_core.formats.rides import Ride, Rides
from routing_core.formats.rides_problem import rides_problem, rides_routes
from routing_core.improve.problem import Problem, plan_cost

RIDES = read_cordeau_2006(cases.CORDEAU.splitlines())
GOODS = read_li_lim(cases.LI_LIM.splitlines())


def driven(problem: Problem, order: Sequence[int], rides: Rides) -> Tour | None:
    """One tour over nodes in this order, with times in ticks if there are any."""
    ends = {ride.pickup: (Action.PICKUP, ride) for ride in rides.rides}
    ends |= {ride.dropoff: (Action.DROPOFF, ride) for ride in rides.rides}
    stops = [Stop(ends[node][0], rides.node_ids[ends[node][1].pickup], 0, 0) for node in order]
    tour = replace(problem.plan.tours[0], stops=tuple(stops))
    return schedule(tour, problem.plan.requests, problem.travel)


def test_a_problem_has_the_rules_of_its_file_in_ticks() -> None:
    problem = rides_problem(RIDES)
    request = problem.plan.requests["2"]
    shift = problem.plan.tours[0].shift
    ticks = problem.ticks_per_unit

    assert ticks == 100_000
    assert (request.pickup_place, request.dropoff_place, request.load.seated_count) == (2, 4, 2)
    assert request.pickup_window == (10 * ticks, 40 * ticks)
    assert (request.pickup_service_s, request.dropoff_service_s) == (ticks, ticks)
    assert request.max_ride_s == 20 * ticks
    assert (shift.start_place, shift.end_place, shift.max_duration_s) == (0, 5, 100 * ticks)
    assert len(problem.plan.tours) == 2
    assert problem.travel.seconds[0, 1] == 5 * ticks
    assert problem.travel.seconds[2, 4] == 6 * ticks
    assert problem.costs.per_shift == 0


def test_there_are_no_more_shifts_than_requests() -> None:
    assert len(rides_problem(replace(RIDES, vehicle_count=10**8)).plan.tours) == 2


def test_long_days_have_coarser_ticks_that_fit_32_bits() -> None:
    far = replace(RIDES, x=RIDES.x * 1e7, latest=RIDES.latest * 1e6)
    problem = rides_problem(far)

    assert problem.ticks_per_unit == 1
    assert problem.travel.seconds.max() >= 6e7
    assert problem.plan.tours[0].shift.end_s == 10**8


def test_a_vehicle_less_is_worth_any_detour() -> None:
    problem = rides_problem(GOODS)
    tour = driven(problem, [1, 3, 2, 4], GOODS)
    assert tour is not None
    distance = GOODS.distance
    longest = max(
        sum(distance[a, b] for a, b in pairwise([0, *order, 0])) for order in permutations([1, 2, 3, 4])
    )

    assert problem.costs.per_shift > longest
    assert plan_cost(problem, Plan((tour,), problem.plan.requests)) == pytest.approx(
        problem.costs.per_shift + judge_rides(GOODS, [["1", "3", "2", "4"]]).cost, abs=1e-9
    )


def test_routes_name_the_nodes_of_the_file_and_leave_out_idle_vehicles() -> None:
    problem = rides_problem(RIDES)
    used, idle = driven(problem, [1, 2, 3, 4], RIDES), problem.plan.tours[1]
    assert used is not None

    assert rides_routes(Plan((idle, used), problem.plan.requests), RIDES) == (("1", "2", "3", "4"),)


@st.composite
def random_rides(draw: st.DrawFn) -> tuple[Rides, tuple[int, ...]]:
    """Up to four rides with numbers that no tick hits, and an order of all their nodes."""
    count = draw(st.integers(1, 4))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    nodes = 2 * count + 1
    earliest = np.concatenate([[0.0], rng.uniform(0, 40, 2 * count)])
    rides = Rides(
        node_ids=tuple(map(str, range(nodes))),
        x=rng.uniform(0, 10, nodes),
        y=rng.uniform(0, 10, nodes),
        service_time=np.concatenate([[0.0], rng.uniform(0, 2, 2 * count)]),
        earliest=earliest,
        latest=np.concatenate([[150.0], earliest[1:] + rng.uniform(10, 60, 2 * count)]),
        rides=tuple(Ride(pickup, pickup + count, 1) for pickup in range(1, count + 1)),
        start=0,
        end=0,
        vehicle_count=1,
        capacity=count,
        max_ride_time=draw(st.sampled_from([None, 15.0, 30.0])),
        max_duration=draw(st.sampled_from([None, 60.0, 90.0])),
        vehicles_first=False,
    )
    swapped = [(p, d) if p < d else (d, p) for p, d in ((r.pickup, r.dropoff) for r in rides.rides)]
    order = rng.permutation(np.arange(1, nodes)).tolist()
    for pickup, dropoff in swapped:
        first, second = sorted((order.index(pickup), order.index(dropoff)))
        order[first], order[second] = pickup, dropoff
    return rides, tuple(order)


@given(random_rides())
def test_judge_and_schedule_agree_up_to_rounding(drawn: tuple[Rides, tuple[int, ...]]) -> None:
    rides, order = drawn
    route = [[str(node) for node in order]]
    problem = rides_problem(rides)
    tour = driven(problem, order, rides)

    if tour is not None:
        assert check(Plan((tour,), problem.plan.requests), problem.travel) == ()
        assert judge_rides(rides, route).faults == ()
    else:
        # Rounding takes less than a tick per stop and rule: with that much less to spare it is infeasible.
        slack = 1e-3
        tighter = replace(
            rides,
            latest=rides.latest - slack,
            max_ride_time=None if rides.max_ride_time is None else rides.max_ride_time - slack,
            max_duration=None if rides.max_duration is None else rides.max_duration - slack,
        )
        assert judge_rides(tighter, route).faults != ()
