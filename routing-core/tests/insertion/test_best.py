"""Best insertion against brute force, and against the checker."""

from dataclasses import replace

import numpy as np
import pytest
from fleet_cases import Day, days
from fleet_oracle import cheapest_insertion
from hypothesis import HealthCheck, example, given, settings
from routing_core.fleet.check import check
from routing_core.fleet.model import Action, Break, Capacity, Layout, Load, Plan, Request, Shift, TimeWindow
from routing_core.fleet.schedule import empty_tour
from routing_core.insertion.best import Reason, best_insertions, insert
from routing_core.insertion.fleet import Fleet
from routing_core.travel import UNREACHABLE, TravelMatrix

EXHAUSTIVE = settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])


AT_THE_VERY_END = Day(
    Plan((empty_tour(Shift("bus", Capacity((Layout(1),)), 0, 0, 0, 5200)),)),
    Request("new", 0, 0, TimeWindow(5200, 5200), TimeWindow(5200, 5200), 60, Load(1)),
    TravelMatrix(np.zeros((1, 1), dtype=np.int32), np.zeros((1, 1), dtype=np.int32)),
)


@EXHAUSTIVE
@example(AT_THE_VERY_END)
@given(days())
def test_finds_exactly_what_brute_force_finds_at_the_same_cost(day: Day) -> None:
    answer = best_insertions(day.request, day.plan.tours, day.plan.requests, day.travel)
    found = {insertion.tour_index: insertion.cost for insertion in answer.candidates}
    expected = {
        index: cost
        for index, tour in enumerate(day.plan.tours)
        if (cost := cheapest_insertion(tour, day.request, day.plan.requests, day.travel)) is not None
    }
    assert found == expected
    assert [insertion.cost for insertion in answer.candidates] == sorted(expected.values())


@EXHAUSTIVE
@given(days())
def test_every_answer_passes_the_checker(day: Day) -> None:
    broken_before = {
        (violation.rule, violation.shift_id, violation.subject) for violation in check(day.plan, day.travel)
    }
    answer = best_insertions(day.request, day.plan.tours, day.plan.requests, day.travel)
    for insertion in answer.candidates:
        tours = list(day.plan.tours)
        tours[insertion.tour_index] = insertion.tour
        plan = Plan(tuple(tours), {**day.plan.requests, day.request.id: day.request})
        broken = {(v.rule, v.shift_id, v.subject) for v in check(plan, day.travel)}
        assert broken <= broken_before
        assert plan.tour_of(day.request.id) == insertion.tour_index


@EXHAUSTIVE
@given(days())
def test_every_tour_that_says_no_says_why(day: Day) -> None:
    answer = best_insertions(day.request, day.plan.tours, day.plan.requests, day.travel)
    answered = {day.plan.tours[insertion.tour_index].shift.id for insertion in answer.candidates}
    refused = {rejection.shift_id for rejection in answer.rejections}
    assert answered | refused == {tour.shift.id for tour in day.plan.tours}
    assert not answered & refused
    for rejection in answer.rejections:
        assert rejection.counts[rejection.reason] > 0


def test_late_positions_do_not_hide_what_is_in_the_way() -> None:
    """At noon the seats are taken; that the evening is too late for noon says nothing."""
    travel = _line()
    shift = _shift(Layout(1), end_s=10_000)
    known: dict[str, Request] = {}
    tour = empty_tour(shift)
    for name, start_s in (("noon", 1200), ("evening", 5000), ("night", 7500)):
        request = _request(pickup_window=TimeWindow(start_s, start_s), name=name, ends=(2, 3))
        tour = best_insertions(request, [tour], known, travel).candidates[0].tour
        known[name] = request
    together = _request(pickup_window=TimeWindow(1200, 1210), max_ride_s=700, ends=(2, 3))
    (rejection,) = best_insertions(together, [tour], known, travel).rejections
    assert rejection.reason in {Reason.NO_SEAT, Reason.PROMISE_TO_OTHERS}
    assert max(rejection.counts, key=lambda reason: rejection.counts[reason]) is Reason.PICKUP_TOO_LATE


@EXHAUSTIVE
@given(days())
def test_a_fleet_answers_any_number_of_requests(day: Day) -> None:
    fleet = Fleet(day.plan.tours, day.plan.requests, day.travel)
    first = insert(day.request, fleet)
    other = replace(day.request, id="other", load=Load(1, 1))
    assert (
        insert(other, fleet).candidates
        == best_insertions(other, day.plan.tours, day.plan.requests, day.travel).candidates
    )
    again = insert(day.request, fleet)
    assert (again.candidates, again.rejections) == (first.candidates, first.rejections)


@EXHAUSTIVE
@given(days())
def test_what_is_done_or_locked_stays_as_it_is(day: Day) -> None:
    for insertion in best_insertions(day.request, day.plan.tours, day.plan.requests, day.travel).candidates:
        before = day.plan.tours[insertion.tour_index]
        done = [stop for stop in before.stops if stop.done]
        assert list(insertion.tour.stops[: len(done)]) == done
        locked = [(stop.action, stop.subject) for stop in before.stops[: before.locked_count]]
        kept = insertion.tour.stops[: before.locked_count]
        assert [(stop.action, stop.subject) for stop in kept] == locked


ALL_DAY = TimeWindow(0, 10_000)
ONE = Load(1)


def _line(places: int = 4, leg_s: int = 600) -> TravelMatrix:
    """Places in a row, ten minutes apart."""
    index = np.arange(places)
    seconds = (np.abs(index[:, None] - index[None, :]) * leg_s).astype(np.int32)
    return TravelMatrix(seconds, seconds * 15)


def _shift(*layouts: Layout, end_s: int = 10_000, breaks: tuple[Break, ...] = ()) -> Shift:
    return Shift("bus", Capacity(layouts or (Layout(4),)), 0, 0, 0, end_s, breaks)


def _request(
    load: Load = ONE,
    pickup_window: TimeWindow = ALL_DAY,
    dropoff_window: TimeWindow = ALL_DAY,
    max_ride_s: int = 3600,
    name: str = "new",
    ends: tuple[int, int] = (1, 3),
) -> Request:
    return Request(name, *ends, pickup_window, dropoff_window, max_ride_s, load)


@pytest.mark.parametrize(
    ("shift", "request_", "reason"),
    [
        (_shift(Layout(2)), _request(Load(3)), Reason.NO_SEAT),
        (_shift(Layout(4)), _request(Load(1, 1)), Reason.NO_WHEELCHAIR_PLACE),
        (_shift(Layout(4), Layout(2, 1)), _request(Load(3, 1)), Reason.NO_WHEELCHAIR_PLACE),
        (_shift(), _request(pickup_window=TimeWindow(0, 599)), Reason.PICKUP_TOO_LATE),
        (_shift(), _request(dropoff_window=TimeWindow(0, 1799)), Reason.ARRIVAL_TOO_LATE),
        (_shift(), _request(max_ride_s=1199), Reason.RIDE_TOO_LONG),
        (_shift(end_s=3599), _request(), Reason.SHIFT_END),
        (_shift(), _request(pickup_window=TimeWindow(10_001, 11_000)), Reason.OUTSIDE_SERVICE_HOURS),
        (
            _shift(end_s=5000, breaks=(Break("rest", TimeWindow(1000, 1700), 600),)),
            _request(pickup_window=TimeWindow(0, 1200)),
            Reason.BREAK,
        ),
    ],
)
def test_reason(shift: Shift, request_: Request, reason: Reason) -> None:
    answer = best_insertions(request_, [empty_tour(shift)], {}, _line())
    assert answer.candidates == ()
    assert [rejection.reason for rejection in answer.rejections] == [reason]


def test_reason_no_route() -> None:
    travel = _line()
    travel.seconds[1, 3] = UNREACHABLE
    answer = best_insertions(_request(), [empty_tour(_shift())], {}, travel)
    assert [rejection.reason for rejection in answer.rejections] == [Reason.NO_ROUTE]


def test_reason_promise_to_others() -> None:
    travel = _line()
    promised = _request(name="first", ends=(3, 0), pickup_window=TimeWindow(1800, 1800))
    first = best_insertions(promised, [empty_tour(_shift(end_s=4000))], {}, travel).candidates[0]
    other_way = _request(ends=(2, 1), pickup_window=TimeWindow(0, 1500), max_ride_s=700)
    answer = best_insertions(other_way, [first.tour], {"first": promised}, travel)
    assert answer.rejections[0].counts[Reason.PROMISE_TO_OTHERS] == 1


def test_a_late_tour_is_left_alone() -> None:
    travel = _line()
    promised = _request(name="first", pickup_window=TimeWindow(600, 700))
    tour = best_insertions(promised, [empty_tour(_shift())], {}, travel).candidates[0].tour
    late = type(tour)(tour.shift, tour.stops, not_before_s=2000)
    answer = best_insertions(_request(), [late], {"first": promised}, travel)
    assert [rejection.reason for rejection in answer.rejections] == [Reason.VEHICLE_UNAVAILABLE]


def test_folding_seats_give_way_to_a_wheelchair_and_come_back() -> None:
    travel = _line()
    shift = _shift(Layout(3), Layout(1, 1))
    known: dict[str, Request] = {}
    tour = empty_tour(shift)
    for name, load, start_s in (
        ("chair", Load(0, 1), 600),
        ("three", Load(3), 4200),
    ):
        request = _request(load, TimeWindow(start_s, start_s + 60), name=name)
        tour = best_insertions(request, [tour], known, travel).candidates[0].tour
        known[name] = request
    together = _request(Load(2), TimeWindow(600, 660), max_ride_s=1300)
    answer = best_insertions(together, [tour], known, travel)
    assert answer.rejections[0].counts.keys() >= {Reason.NO_SEAT}
    assert [stop.subject for stop in tour.stops if stop.action is Action.PICKUP] == ["chair", "three"]


def test_only_who_has_the_skill_is_asked() -> None:
    plain, skilled = _shift(), replace(_shift(), id="skilled", skills=frozenset({"ramp", "bus"}))
    request = replace(_request(), skills=frozenset({"ramp"}))
    answer = best_insertions(request, [empty_tour(plain), empty_tour(skilled)], {}, _line())
    assert [insertion.tour_index for insertion in answer.candidates] == [1]
    assert [rejection.reason for rejection in answer.rejections] == [Reason.VEHICLE_UNAVAILABLE]
