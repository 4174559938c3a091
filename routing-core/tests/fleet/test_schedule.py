"""Times of a tour against Floyd-Warshall and a linear programme."""

from dataclasses import replace

import numpy as np
from fleet_cases import Day, days
from fleet_oracle import every_insertion, least_starts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from routing_core.fleet.check import check
from routing_core.fleet.model import (
    Action,
    Break,
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
from routing_core.fleet.progress import at
from routing_core.fleet.schedule import empty_tour, late_schedule, schedule
from routing_core.fleet.sequence import to_sequence, with_break_places
from routing_core.fleet.timing import (
    EARLIEST,
    FEASIBLE,
    LATEST,
    PICKUP_OF,
    PLACE,
    RIDE_LIMIT,
    SEATED,
    SERVICE,
    WHEELCHAIRS,
    Ints,
    least_times,
    wait_empty,
)
from routing_core.travel import TravelMatrix
from scipy.optimize import linprog

MANY = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@MANY
@given(days(), st.data())
def test_a_tour_has_times_exactly_when_the_constraints_have_a_solution(day: Day, data: st.DataObject) -> None:
    known = {**day.plan.requests, day.request.id: day.request}
    tour = data.draw(st.sampled_from(day.plan.tours))
    candidate = data.draw(st.sampled_from(list(every_insertion(tour, day.request))))
    timed = schedule(candidate, known, day.travel)
    starts = least_starts(candidate, known, day.travel)
    assert (timed is None) == (starts is None)
    if timed is not None and starts is not None:
        planned = [stop for stop in timed.stops if not stop.done]
        assert all(stop.start_s >= start_s for stop, start_s in zip(planned, starts, strict=True))
        broken = {v.subject for v in check(Plan((timed,), known), day.travel) if v.rule.value != "capacity"}
        done = {stop.subject for stop in timed.stops if stop.done}
        aboard_in_break = {s.subject for s in timed.stops if s.action is Action.BREAK}
        assert broken <= done | aboard_in_break


def _waited_aboard(tour: Tour, requests: dict[str, Request], travel: TravelMatrix) -> int:
    """Passenger-seconds stood still between stops."""
    aboard, total, place, free_s = 0, 0, tour.shift.start_place, tour.shift.start_s
    for stop in tour.stops:
        request = requests[stop.subject]
        there = request.pickup_place if stop.action is Action.PICKUP else request.dropoff_place
        total += aboard * (stop.start_s - free_s - int(travel.seconds[place, there]))
        aboard += sum(request.load) if stop.action is Action.PICKUP else -sum(request.load)
        place, free_s = there, stop.departure_s
    return total


def test_a_passenger_is_picked_up_later_rather_than_left_waiting_aboard() -> None:
    seconds = np.array([[0, 300, 600], [300, 0, 300], [600, 300, 0]], dtype=np.int32)
    travel = TravelMatrix(seconds, seconds)
    early = Request("early", 0, 2, TimeWindow(0, 3600), TimeWindow(0, 7200), 3600, Load(1))
    late = Request("late", 1, 2, TimeWindow(1500, 3600), TimeWindow(0, 7200), 3600, Load(1))
    stops = (
        Stop(Action.PICKUP, "early", 0, 0),
        Stop(Action.PICKUP, "late", 0, 0),
        Stop(Action.DROPOFF, "early", 0, 0),
        Stop(Action.DROPOFF, "late", 0, 0),
    )
    shift = Shift("bus", Capacity((Layout(4),)), 0, 0, 0, 9000)
    requests = {"early": early, "late": late}
    timed = schedule(Tour(shift, stops), requests, travel)
    assert timed is not None
    assert [stop.start_s for stop in timed.stops] == [1200, 1500, 1800, 1800]
    assert _waited_aboard(timed, requests, travel) == 0


@MANY
@given(days())
def test_nobody_waits_aboard_more_than_a_linear_programme_needs(day: Day) -> None:
    """The least passenger-seconds aboard, given that the vehicle is empty as early as it can be."""
    for tour in day.plan.tours:
        nodes = with_break_places(to_sequence(tour, day.plan.requests, day.travel).nodes)
        times = np.empty(nodes.shape[1], dtype=np.int64)
        if least_times(day.travel.seconds, nodes, times) != FEASIBLE:
            continue
        aboard = np.cumsum(nodes[SEATED] + nodes[WHEELCHAIRS])
        latest = np.where(aboard == 0, times, nodes[LATEST])
        wait_empty(day.travel.seconds, nodes, times)
        assert _seconds_aboard(aboard, times) == _least_seconds_aboard(
            nodes, latest, int(times[0]), day.travel
        )


def _seconds_aboard(aboard: Ints, times: Ints) -> int:
    return int((aboard[:-1] * np.diff(times)).sum())


def _least_seconds_aboard(nodes: Ints, latest: Ints, ready_s: int, travel: TravelMatrix) -> int:
    count = nodes.shape[1]
    aboard = np.cumsum(nodes[SEATED] + nodes[WHEELCHAIRS])
    rows, limits = [], []

    def at_most(later: int, earlier: int, gap_s: int) -> None:
        row = np.zeros(count)
        row[later], row[earlier] = 1, -1
        rows.append(row)
        limits.append(gap_s)

    for node in range(1, count):
        driven_s = travel.seconds[nodes[PLACE, node - 1], nodes[PLACE, node]]
        at_most(node - 1, node, -int(nodes[SERVICE, node - 1] + driven_s))
        pickup = nodes[PICKUP_OF, node]
        if pickup > 0:
            at_most(node, int(pickup), int(nodes[RIDE_LIMIT, node] + nodes[SERVICE, pickup]))
    price = np.zeros(count)
    price[1:] += aboard[:-1]
    price[:-1] -= aboard[:-1]
    bounds = [(ready_s, ready_s), *zip(nodes[EARLIEST, 1:], latest[1:], strict=True)]
    solution = linprog(price, A_ub=np.array(rows), b_ub=limits, bounds=bounds, method="highs")
    assert solution.fun is not None
    return round(solution.fun)


def test_a_break_is_taken_when_its_time_has_passed() -> None:
    travel = TravelMatrix(np.zeros((1, 1), dtype=np.int32), np.zeros((1, 1), dtype=np.int32))
    rest = Break("rest", TimeWindow(1000, 2000), 600)
    tour = empty_tour(Shift("bus", Capacity((Layout(4),)), 0, 0, 0, 9000, (rest,)))
    before, during, after = (at(tour, now_s, {}, travel) for now_s in (999, 1000, 1600))
    assert (before.locked_count, before.stops[0].done) == (0, False)
    assert (during.locked_count, during.stops[0].done) == (1, False)
    assert (after.locked_count, after.stops[0].done) == (1, True)
    late = at(tour, 5000, {}, travel)
    assert late.stops[0].done
    assert schedule(late, {}, travel) == late


def test_a_vehicle_is_free_until_it_must_set_off() -> None:
    seconds = np.array([[0, 600], [600, 0]], dtype=np.int32)
    travel = TravelMatrix(seconds, seconds)
    request = Request("ride", 1, 0, TimeWindow(2000, 2600), TimeWindow(0, 7200), 3600, Load(1))
    stops = (Stop(Action.PICKUP, "ride", 2000, 2000), Stop(Action.DROPOFF, "ride", 2600, 2600))
    tour = Tour(Shift("bus", Capacity((Layout(4),)), 0, 0, 0, 9000), stops)
    requests = {"ride": request}
    assert at(tour, 1399, requests, travel).locked_count == 0
    assert at(tour, 1400, requests, travel).locked_count == 1
    assert schedule(at(tour, 1700, requests, travel), requests, travel) is not None
    waiting = schedule(at(tour, 2300, requests, travel), requests, travel)
    assert waiting is not None
    assert waiting.stops[0].start_s == 2300


def test_a_late_tour_gets_the_earliest_times_that_can_be_driven() -> None:
    seconds = np.array([[0, 600], [600, 0]], dtype=np.int32)
    travel = TravelMatrix(seconds, seconds)
    request = Request("ride", 1, 0, TimeWindow(600, 700), TimeWindow(0, 7200), 600, Load(1), 30, 30)
    stops = (Stop(Action.PICKUP, "ride", 600, 630), Stop(Action.DROPOFF, "ride", 1230, 1260))
    tour = Tour(Shift("bus", Capacity((Layout(4),)), 0, 0, 0, 9000), stops, not_before_s=1000)
    assert schedule(tour, {"ride": request}, travel) is None
    late = late_schedule(tour, {"ride": request}, travel)
    assert [(stop.start_s, stop.departure_s) for stop in late.stops] == [(1600, 1630), (2230, 2260)]


def test_a_tour_sets_out_later_when_its_duration_is_limited() -> None:
    seconds = np.array([[0, 600], [600, 0]], dtype=np.int32)
    travel = TravelMatrix(seconds, seconds)
    early = Request("early", 1, 1, TimeWindow(600, 3000), TimeWindow(0, 7200), 3600, Load(1))
    late = Request("late", 1, 1, TimeWindow(4000, 5000), TimeWindow(0, 7200), 3600, Load(1))
    stops = tuple(
        Stop(action, request.id, 0, 0)
        for request in (early, late)
        for action in (Action.PICKUP, Action.DROPOFF)
    )
    requests = {"early": early, "late": late}
    bus = Shift("bus", Capacity((Layout(4),)), 0, 0, 0, 9000, max_duration_s=2500)
    timed = schedule(Tour(bus, stops), requests, travel)
    assert timed is not None
    assert [stop.start_s for stop in timed.stops] == [2700, 2700, 4000, 4000]
    assert schedule(Tour(replace(bus, max_duration_s=2199), stops), requests, travel) is None
    under_way = Tour(bus, stops, locked_count=1)
    left_at_2100 = (replace(stops[0], start_s=2700), *stops[1:])
    assert schedule(replace(under_way, stops=left_at_2100), requests, travel) is not None
    assert schedule(Tour(bus, (_done(stops[0], 2699), *stops[1:])), requests, travel) is None
    assert schedule(Tour(bus, (_done(stops[0], 2700), *stops[1:])), requests, travel) is not None


def _done(stop: Stop, at_s: int) -> Stop:
    return replace(stop, start_s=at_s, departure_s=at_s, done=True)
