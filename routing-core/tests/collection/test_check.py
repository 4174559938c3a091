"""The checker: for each rule a plan that breaks just that rule, and the same plan without the fault."""

import re
from dataclasses import replace

import pytest
from collection_cases import line_matrix
from routing_core.collection.check import check
from routing_core.collection.model import (
    CollectionProblem,
    Lunch,
    Plant,
    Stop,
    Tour,
    Truck,
    Visit,
    Window,
    plan_cost,
)

TRUCK = Truck("T", 0, 0, (10, 5), Window(0, 1000), count=1)
STOPS = (Stop("a", 2, (4, 1), 10), Stop("b", 3, (4, 2), 10))
PLANTS = (Plant("p", 1, 20),)
PROBLEM = CollectionProblem(STOPS, PLANTS, (TRUCK,), (line_matrix(0, 100, 30, 60),))
# 0 -> a at 30 -> b at 30 + 10 + 30 -> plant at 70 + 10 + 40 -> back at 120 + 20 + 100.
TOUR = Tour(0, 0, 0, (Visit(0, 30), Visit(1, 70), Visit(0, 120, True)), 240)


def with_truck(**changes: object) -> CollectionProblem:
    """The problem with another truck."""
    return replace(PROBLEM, trucks=(replace(TRUCK, **changes),))  # type: ignore[arg-type]  # as replace does


def with_stop(**changes: object) -> CollectionProblem:
    """The problem with another first stop."""
    return replace(PROBLEM, stops=(replace(STOPS[0], **changes), STOPS[1]))  # type: ignore[arg-type]


def test_a_plan_that_keeps_every_rule_has_no_faults() -> None:
    assert check(PROBLEM, [TOUR]) == ()
    assert plan_cost(PROBLEM, (TOUR,)) == 200.0


@pytest.mark.parametrize(
    ("problem", "tours", "said"),
    [
        (PROBLEM, [replace(TOUR, truck=1)], "has truck 1"),
        (PROBLEM, [replace(TOUR, day=1)], "is on day 1"),
        (PROBLEM, [replace(TOUR, visits=())], "has no visits"),
        (PROBLEM, [replace(TOUR, visits=(*TOUR.visits, Visit(1, 230, True)))], "visits plant 1"),
        (PROBLEM, [TOUR, TOUR], "2 trucks T drive on day 0, there are 1"),
        (PROBLEM, [], "stop a is not visited"),
        (
            replace(PROBLEM, day_count=2, stops=(replace(STOPS[0], patterns=((1,),)), STOPS[1])),
            [TOUR],
            r"stop a is visited on days \(0,\)",
        ),
        (with_truck(capacity=(7, 5)), [TOUR], r"\[8, 3\] is aboard after b"),
        (with_truck(capacity=(10, 2)), [TOUR], r"\[8, 3\] is aboard after b"),
        (PROBLEM, [replace(TOUR, visits=TOUR.visits[:2])], r"comes back with \[8, 3\] aboard"),
        (with_truck(daily_cap=(7, 9)), [TOUR], r"takes \[8, 3\] in the day"),
        (with_truck(stop_cap=1), [TOUR], "it stops 2 times, 1 are allowed"),
        (with_truck(shift=Window(1, 1000)), [TOUR], "leaves at 0 s, the shift begins at 1 s"),
        (with_truck(shift=Window(0, 239)), [TOUR], "is back at 240 s, the shift ends at 239 s"),
        (with_truck(max_duration_s=239), [TOUR], "lasts 240 s, 239 s are allowed"),
        (PROBLEM, [replace(TOUR, leaves_s=1)], "a begins at 30 s, the truck arrives at 31 s"),
        (with_stop(service_s=11), [TOUR], "b begins at 70 s, the truck arrives at 71 s"),
        (PROBLEM, [replace(TOUR, back_s=239)], "is back at 239 s, it can be at 240 s"),
        (with_stop(windows=(Window(0, 29), Window(31, 50))), [TOUR], "a begins at 30 s, outside"),
        (with_stop(release_s=1), [TOUR], "a is released at 1 s, its trip began at 0 s"),
        (PROBLEM, [replace(TOUR, lunch_after=0)], "lunch_after is 0, lunch_s is None"),
        (PROBLEM, [replace(TOUR, lunch_after=0, lunch_s=40)], "this truck has none"),
        (with_truck(lunch=Lunch(Window(0, 200), 60)), [TOUR], "back at 240 s without lunch by 200 s"),
    ],
)
def test_each_broken_rule_is_named(problem: CollectionProblem, tours: list[Tour], said: str) -> None:
    faults = check(problem, tours)
    assert any(re.search(said, fault) for fault in faults), faults
    # Without tours no stop is visited; a fault of the fleet stands for itself.
    assert len(faults) == (1 if tours else len(STOPS))


LUNCH = with_truck(lunch=Lunch(Window(50, 100), 60))
WITH_LUNCH = replace(
    TOUR,
    visits=(Visit(0, 30), Visit(1, 140), Visit(0, 190, True)),
    back_s=310,
    lunch_after=0,
    lunch_s=50,
)


def test_a_rest_after_a_visit_keeps_the_rules() -> None:
    assert check(LUNCH, [WITH_LUNCH]) == ()


@pytest.mark.parametrize(
    ("tour", "said"),
    [
        (replace(WITH_LUNCH, lunch_s=49), "outside of its window"),
        (replace(WITH_LUNCH, visits=(Visit(0, 41), *WITH_LUNCH.visits[1:])), "work at a ends at 51 s"),
        (replace(WITH_LUNCH, visits=(Visit(0, 30), Visit(1, 139), Visit(0, 190, True))), "arrives at 140"),
        (replace(WITH_LUNCH, lunch_after=3), "lunch after visit 3, there are 3"),
    ],
)
def test_a_rest_has_a_window_and_takes_its_time(tour: Tour, said: str) -> None:
    (fault,) = check(LUNCH, [tour])
    assert said in fault


def test_what_is_left_out_costs_its_prize() -> None:
    problem = with_stop(prize=9.5)
    tour = replace(TOUR, visits=TOUR.visits[1:])
    assert check(problem, [tour]) == ()
    assert plan_cost(problem, (tour,)) == 209.5


def test_a_trip_after_a_plant_begins_when_its_load_is_there() -> None:
    problem = replace(PROBLEM, stops=(STOPS[0], replace(STOPS[1], release_s=150)))
    tour = Tour(0, 0, 0, (Visit(0, 30), Visit(0, 110, True), Visit(1, 190), Visit(0, 240, True)), 360)
    assert check(problem, [tour]) == ()
    (fault,) = check(problem, [replace(tour, visits=(*tour.visits[:2], Visit(1, 189), tour.visits[3]))])
    assert "b is released at 150 s, its trip began at 149 s" in fault


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"trucks": ()}, "trucks"),
        ({"stops": (replace(STOPS[0], place=4),)}, r"stops\[0\].place is 4"),
        ({"stops": (replace(STOPS[0], load=(1,)),)}, r"stops\[0\].load"),
        ({"stops": (replace(STOPS[0], windows=()),)}, r"stops\[0\].windows"),
        ({"stops": (replace(STOPS[0], patterns=((1,),)),)}, r"stops\[0\].patterns"),
        ({"stops": (replace(STOPS[0], prize=-1.0),)}, r"stops\[0\].prize is -1"),
        ({"trucks": (replace(TRUCK, daily_cap=(1,)),)}, r"trucks\[0\].daily_cap"),
        ({"trucks": (replace(TRUCK, matrix=1),)}, r"trucks\[0\].matrix is 1"),
    ],
)
def test_a_wrong_field_is_named(changes: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        replace(PROBLEM, **changes)  # type: ignore[arg-type]  # as replace does


def test_a_window_must_not_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="5 to 4"):
        Window(5, 4)
