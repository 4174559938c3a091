"""The checker finds each kind of broken rule, and only that one."""

from dataclasses import replace

import numpy as np
import pytest
from routing_core.fleet.check import Rule, check
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
from routing_core.travel import UNREACHABLE, TravelMatrix

SECONDS = np.array([[0, 600, 900], [600, 0, 300], [900, 300, 0]], dtype=np.int32)
TRAVEL = TravelMatrix(SECONDS, SECONDS * 15)
REST = Break("rest", TimeWindow(4000, 5000), 900)
SHIFT = Shift("bus", Capacity((Layout(2), Layout(1, 1))), 0, 0, 0, 8000, (REST,))
RIDE = Request("ride", 1, 2, TimeWindow(700, 1300), TimeWindow(1000, 2000), 400, Load(1), 30, 20)
OTHER = Request("other", 1, 2, TimeWindow(700, 1300), TimeWindow(1000, 2000), 500, Load(1), 30, 20)
PICKUP = Stop(Action.PICKUP, "ride", 1000, 1030)
DROPOFF = Stop(Action.DROPOFF, "ride", 1330, 1350)
PAUSE = Stop(Action.BREAK, "rest", 4000, 4900)
GOOD = Plan((Tour(SHIFT, (PICKUP, DROPOFF, PAUSE)),), {"ride": RIDE, "other": OTHER})


def _with(*stops: Stop, **changes: object) -> Plan:
    tour = replace(GOOD.tours[0], stops=stops, **changes)  # type: ignore[arg-type]  # field by name
    return replace(GOOD, tours=(tour,))


def _later(stop: Stop, by_s: int) -> Stop:
    return replace(stop, start_s=stop.start_s + by_s, departure_s=stop.departure_s + by_s)


def test_a_good_plan_has_no_violation() -> None:
    assert check(GOOD, TRAVEL) == ()


@pytest.mark.parametrize(
    ("plan", "rule", "excess", "as_well"),
    [
        (_with(PAUSE, Stop(Action.PICKUP, "nobody", 5000, 5000)), Rule.UNKNOWN_REQUEST, 1, set()),
        (_with(PICKUP, PAUSE), Rule.PAIRING, 1, {Rule.BREAK_ABOARD}),
        (
            _with(_later(PICKUP, -401), DROPOFF, PAUSE),
            Rule.TRAVEL_TIME,
            1,
            {Rule.PICKUP_WINDOW, Rule.RIDE_TIME},
        ),
        (_with(replace(PICKUP, departure_s=1029), DROPOFF, PAUSE), Rule.SERVICE_TIME, 1, set()),
        (_with(_later(PICKUP, 301), _later(DROPOFF, 301), PAUSE), Rule.PICKUP_WINDOW, 1, set()),
        (_with(_later(PICKUP, 300), _later(DROPOFF, 671), PAUSE), Rule.DROPOFF_WINDOW, 1, {Rule.RIDE_TIME}),
        (_with(PICKUP, _later(DROPOFF, 101), PAUSE), Rule.RIDE_TIME, 1, set()),
        (_with(PICKUP, DROPOFF), Rule.BREAK_MISSING, 1, set()),
        (_with(PICKUP, DROPOFF, _later(PAUSE, 1001)), Rule.BREAK_WINDOW, 1, set()),
        (_with(PICKUP, DROPOFF, PAUSE, not_before_s=1000), Rule.TRAVEL_TIME, 600, set()),
        (_with(PICKUP, replace(DROPOFF, done=True), PAUSE), Rule.ORDER, 1, set()),
    ],
)
def test_a_broken_rule_is_named_with_its_excess(
    plan: Plan, rule: Rule, excess: int, as_well: set[Rule]
) -> None:
    violations = check(plan, TRAVEL)
    assert (rule, excess) in [(violation.rule, violation.excess) for violation in violations]
    assert {violation.rule for violation in violations} == {rule, *as_well}


def test_back_too_late() -> None:
    short = replace(SHIFT, end_s=5799)
    violations = check(replace(GOOD, tours=(replace(GOOD.tours[0], shift=short),)), TRAVEL)
    assert [(v.rule, v.excess) for v in violations] == [(Rule.SHIFT_END, 1)]


def test_too_long_on_the_road() -> None:
    # Leaves at 1000 - 600 and is back at 4900 + 900.
    longest = replace(SHIFT, max_duration_s=5400)
    plan = replace(GOOD, tours=(replace(GOOD.tours[0], shift=longest),))
    assert check(plan, TRAVEL) == ()
    shorter = replace(SHIFT, max_duration_s=5399)
    violations = check(replace(GOOD, tours=(replace(GOOD.tours[0], shift=shorter),)), TRAVEL)
    assert [(v.rule, v.excess) for v in violations] == [(Rule.DURATION, 1)]


def test_no_way() -> None:
    seconds = SECONDS.copy()
    seconds[1, 2] = UNREACHABLE
    violations = check(GOOD, TravelMatrix(seconds, seconds))
    assert [v.rule for v in violations] == [Rule.TRAVEL_TIME]


def test_a_load_that_fits_no_layout() -> None:
    chair = replace(OTHER, load=Load(1, 1), max_ride_s=600)
    plan = Plan(
        (
            Tour(
                SHIFT,
                (
                    PICKUP,
                    Stop(Action.PICKUP, "other", 1030, 1060),
                    _later(DROPOFF, 30),
                    Stop(Action.DROPOFF, "other", 1380, 1400),
                    PAUSE,
                ),
            ),
        ),
        {"ride": RIDE, "other": chair},
    )
    assert [(v.rule, v.subject, v.excess) for v in check(plan, TRAVEL)] == [(Rule.CAPACITY, "other", 2)]


def test_a_skill_the_shift_does_not_have() -> None:
    skilled = replace(RIDE, skills=frozenset({"ramp", "bus"}))
    tour = replace(GOOD.tours[0], shift=replace(SHIFT, skills=frozenset({"bus"})))
    plan = Plan((tour,), {**GOOD.requests, "ride": skilled})
    assert [(v.rule, v.subject, v.excess) for v in check(plan, TRAVEL)] == [(Rule.SKILL, "ride", 1)]
    whole = replace(tour, shift=replace(tour.shift, skills=frozenset({"bus", "ramp"})))
    assert check(replace(plan, tours=(whole,)), TRAVEL) == ()


def test_the_same_ride_in_two_tours() -> None:
    second = Tour(replace(SHIFT, id="bus2"), (PICKUP, DROPOFF, PAUSE))
    violations = check(Plan((*GOOD.tours, second), GOOD.requests), TRAVEL)
    assert [(v.rule, v.shift_id) for v in violations] == [(Rule.SERVED_TWICE, "bus2")] * 2


def test_nobody_is_aboard_in_a_break() -> None:
    request = replace(
        RIDE, pickup_window=TimeWindow(3000, 3970), dropoff_window=TimeWindow(0, 8000), max_ride_s=2000
    )
    stops = (_later(PICKUP, 2970), PAUSE, Stop(Action.DROPOFF, "ride", 5200, 5220))
    violations = check(Plan((Tour(SHIFT, stops),), {"ride": request}), TRAVEL)
    assert [(v.rule, v.excess) for v in violations] == [(Rule.BREAK_ABOARD, 1)]


def test_a_no_show_takes_no_seat_and_moves_the_vehicle() -> None:
    stops = (Stop(Action.NO_SHOW, "ride", 1000, 1400, done=True), replace(PAUSE, start_s=4000))
    assert check(_with(*stops, locked_count=1, not_before_s=1400), TRAVEL) == ()
