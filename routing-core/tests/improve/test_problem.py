"""What a plan costs."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
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
from routing_core.improve.problem import Costs, Problem, plan_cost, unserved_requests
from routing_core.travel import TravelMatrix

SECONDS = np.array([[0, 10, 20], [11, 0, 12], [21, 13, 0]], dtype=np.int32)
TRAVEL = TravelMatrix(SECONDS, SECONDS)
MATRIX: npt.NDArray[np.float64] = SECONDS.astype(np.float64) + 0.25
ALWAYS = TimeWindow(0, 1000)
RIDE = Request("ride", 1, 2, ALWAYS, ALWAYS, 1000, Load(1))
SHIFT = Shift("bus", Capacity((Layout(4),)), 0, 0, 0, 1000, (Break("rest", ALWAYS, 100),))
REST = Stop(Action.BREAK, "rest", 0, 100)
SERVED = Tour(SHIFT, (Stop(Action.PICKUP, "ride", 10, 10), REST, Stop(Action.DROPOFF, "ride", 122, 122)))


def test_driving_shifts_and_what_is_left_out_are_paid_for() -> None:
    plan = Plan((SERVED, Tour(SHIFT, (REST,))), {"ride": RIDE, "other": replace(RIDE, id="other")})
    problem = Problem(plan, TRAVEL, Costs(MATRIX, per_shift=100.0, unserved=1000.0))
    assert plan_cost(problem, plan) == 1000.0 + 100.0 + 10.25 + 12.25 + 21.25
    assert unserved_requests(plan) == ("other",)
    assert plan_cost(replace(problem, costs=replace(problem.costs, unserved=None)), plan) == 143.75


def test_who_did_not_show_up_is_served_and_was_driven_to() -> None:
    tour = Tour(SHIFT, (Stop(Action.NO_SHOW, "ride", 10, 20, done=True), REST))
    plan = Plan((tour,), {"ride": RIDE})
    assert plan_cost(Problem(plan, TRAVEL, Costs(MATRIX)), plan) == 10.25 + 11.25
    assert unserved_requests(plan) == ()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"matrix": np.zeros((2, 3))}, "not square"),
        ({"matrix": np.array([[np.nan]])}, "no finite number"),
        ({"matrix": MATRIX, "per_shift": -1.0}, r"per_shift is negative: -1\.0"),
        ({"matrix": MATRIX, "unserved": -2.0}, r"unserved is negative: -2\.0"),
    ],
)
def test_costs_that_make_no_sense_are_named(wrong: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Costs(**wrong)  # type: ignore[arg-type]  # wrong on purpose


def test_costs_are_over_the_places_of_the_travel() -> None:
    with pytest.raises(ValueError, match=r"\(1, 1\), travel \(3, 3\)"):
        Problem(Plan(()), TRAVEL, Costs(np.zeros((1, 1))))
