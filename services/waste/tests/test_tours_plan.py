"""Plans: every rule kept, every container answered for, with the reason that holds."""

import random
from dataclasses import replace

import pytest
from planning_cases import DAY_S, HOUR_S, QUICK, faults_of, grid, outlook, pickup, plant, shift, with_days
from routing_core.collection.model import Lunch, Window
from waste.application.planning import plan_tours
from waste.domain.errors import WrongFieldError
from waste.domain.tours import Left, Pickup, Situation, TourPlan
from waste.domain.tours_reasons import ReasonCode

URGENTLY = outlook(1.0, per_day=0.1)
SLOWLY = outlook(0.05, per_day=0.005)


def planned(situation: Situation) -> TourPlan:
    plan = plan_tours(situation, QUICK)
    assert plan.faults == ()
    for tour in plan.tours:
        assert faults_of(situation, tour) == []
    taken = [container for tour in plan.of_day(0) for container in tour.container_ids]
    left = [entry.container_id for entry in plan.left]
    assert sorted(taken + left) == sorted(each.container_id for each in situation.pickups)
    return plan


def situation_of(pickups: list[Pickup], places: list[tuple[float, float]], **more: object) -> Situation:
    """Yard at place 0, the plant at place 1."""
    given: dict[str, object] = {
        "pickups": tuple(pickups),
        "plants": (plant(1),),
        "shifts": (shift(),),
        "drives": {"truck": grid(places), "robot": grid(places)},
        "day_count": 1,
    }
    return Situation(**(given | more))  # type: ignore[arg-type]  # fields by name


def left_of(plan: TourPlan, name: str) -> Left:
    (found,) = [entry for entry in plan.left if entry.container_id == name]
    return found


PLACES = [(0.0, 0.0), (2.0, 0.0), (1.0, 1.0), (1.0, 3.0), (8.0, 8.0)]


@pytest.mark.parametrize("seed", range(4))
def test_random_depots_get_tours_that_keep_every_rule(seed: int) -> None:
    draw = random.Random(seed)
    places = [(draw.uniform(0, 12), draw.uniform(0, 12)) for _ in range(14)]
    pickups = []
    for number in range(24):
        level = draw.uniform(0, 1.1)
        each = pickup(
            f"c{number}",
            draw.randrange(2, 14),
            outlook(level, per_day=draw.uniform(0.02, 0.2)),
            fraction=draw.choice(["glass", "paper", "glass_green"]),
            volume_l=draw.choice([1000, 2500]),
        )
        windows = tuple(
            Window(day * DAY_S + 7 * HOUR_S, day * DAY_S + draw.randrange(8, 13) * HOUR_S) for day in range(3)
        )
        pickups.append(replace(each, windows=windows if draw.random() < 0.3 else (), urgent=number == 0))
    rest = Lunch(Window(9 * HOUR_S, 11 * HOUR_S), 45 * 60)
    glass = shift("glass", chambers={"glass": 6000, "glass_green": 5000})
    small = replace(shift("small", chambers={"paper": 4000}), payload_kg=350, stop_cap=6)
    shifts = [*with_days(glass, 3), *with_days(small, 3), replace(shift("late", hours=(10, 18)), day=0)]
    shifts = [
        replace(each, rest=rest) if each.day == 0 and each.truck_id == "glass" else each for each in shifts
    ]
    opening = tuple(Window(day * DAY_S + 6 * HOUR_S, day * DAY_S + 15 * HOUR_S) for day in (0, 2))
    situation = Situation(
        tuple(pickups),
        (replace(plant(1, "glass", "glass_green", "paper"), windows=opening),),
        tuple(shifts),
        {"truck": grid(places)},
        3,
    )
    plan = planned(situation)
    assert plan.tours
    # The plant is closed on the second day: whatever is collected has to wait for it.
    assert not plan.of_day(1)


def test_who_overflows_is_visited_and_who_can_wait_is_not() -> None:
    plan = planned(situation_of([pickup("full", 2, URGENTLY), pickup("empty", 4, SLOWLY)], PLACES))
    (tour,) = plan.tours
    assert tour.container_ids == ("full",)
    assert tour.stops[-1].plant_id == "plant"
    reason = tour.stops[0].reason
    assert reason is not None
    assert reason.code is ReasonCode.RISK
    assert reason.figures["level_percent"] == 100.0
    assert left_of(plan, "empty").reason.code is ReasonCode.CAN_WAIT
    assert tour.metres == 2000 + 2000 + 2000
    assert tour.fuel_l == pytest.approx(6 * 0.4 + 0.2)


def test_what_lies_on_the_way_is_taken_along_before_it_has_to_be() -> None:
    half = outlook(0.6, per_day=0.05, probability=[0, 0, 0, 0.05, 0.1, 0.3, 0.6, 0.9, 1, 1])
    beside, far = pickup("beside", 2, half), pickup("far", 4, half)
    plan = planned(situation_of([replace(pickup("full", 2, URGENTLY)), beside, far], PLACES))
    (tour,) = plan.tours
    assert set(tour.container_ids) == {"full", "beside"}
    (reason,) = [stop.reason for stop in tour.stops if stop.container_id == "beside"]
    assert reason is not None
    assert reason.code is ReasonCode.ON_THE_WAY
    assert reason.figures["visit_euro"] < reason.figures["waiting_euro"] < reason.figures["usual_euro"]
    told = left_of(plan, "far").reason
    assert told.code is ReasonCode.DETOUR
    assert told.figures["visit_euro"] >= told.figures["waiting_euro"]


def test_the_day_on_which_less_is_driven_is_chosen() -> None:
    # One is full today, its neighbour tomorrow: nobody drives there twice.
    soon = outlook(0.9, per_day=0.06)
    situation = situation_of(
        [pickup("full", 4, URGENTLY), pickup("soon", 4, soon)],
        PLACES,
        shifts=with_days(shift(), 3),
        day_count=3,
    )
    plan = planned(situation)
    assert [(tour.day, set(tour.container_ids)) for tour in plan.tours] == [(0, {"full", "soon"})]


def test_what_goes_better_on_a_later_day_is_told_so() -> None:
    later = outlook(0.5, per_day=0.1, probability=[0, 0, 0.9, 1, 1, 1, 1, 1, 1, 1])
    situation = situation_of([pickup("later", 2, later)], PLACES, shifts=with_days(shift(), 4), day_count=4)
    plan = planned(situation)
    assert [tour.day for tour in plan.tours] == [2]
    entry = left_of(plan, "later")
    assert (entry.day, entry.reason.code) == (2, ReasonCode.LATER)
    assert entry.reason.figures["probability_percent"] == 0.0


def test_a_container_without_a_reading_is_planned_by_what_is_usual() -> None:
    unknown = replace(URGENTLY, level_share=None)
    plan = planned(situation_of([pickup("unknown", 2, unknown)], PLACES))
    (stop, _) = plan.tours[0].stops
    assert stop.reason is not None
    assert stop.reason.english.startswith("level not known; ")
    assert stop.reason.german.startswith("Füllstand nicht bekannt; ")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"shifts": (shift(chambers={"glass": 1000}),)}, ReasonCode.NO_TRUCK),
        ({"shifts": ()}, ReasonCode.NO_TRUCK),
        ({"plants": ()}, ReasonCode.NO_PLANT),
        ({"plants": (plant(1, "glass"),)}, ReasonCode.NO_PLANT),
        ({"shifts": (shift(hours=(6, 6.1)),)}, ReasonCode.NO_ROOM),
        ({"shifts": (shift(chambers={"paper": 500}),)}, ReasonCode.NO_ROOM),
    ],
)
def test_why_nobody_comes(change: dict[str, object], code: ReasonCode) -> None:
    plan = planned(situation_of([pickup("full", 2, URGENTLY)], PLACES, **change))
    assert plan.tours == ()
    assert left_of(plan, "full").reason.code is code
    assert left_of(plan, "full").reason.english
    assert left_of(plan, "full").reason.german


def test_a_closed_site_and_a_truck_that_does_not_get_there() -> None:
    closed = replace(pickup("closed", 2, URGENTLY), windows=(Window(16 * HOUR_S, 18 * HOUR_S),))
    narrow = replace(pickup("narrow", 3, URGENTLY), truck_kinds=frozenset({"van"}))
    plan = planned(situation_of([closed, narrow], PLACES))
    assert left_of(plan, "closed").reason.code is ReasonCode.CLOSED
    assert left_of(plan, "narrow").reason.code is ReasonCode.NO_TRUCK


def test_a_vehicle_without_a_driver_has_its_own_ways() -> None:
    ways = grid(PLACES)
    seconds = ways.seconds.copy()
    seconds[:, 3] = seconds[3, :] = 2**30
    seconds[3, 3] = 0
    robot = replace(shift("robot", kind="robot", hours=(0, 23)), cents_per_hour=0.0, cents_per_tour=0.0)
    situation = situation_of(
        [pickup("near", 2, URGENTLY), pickup("main road", 3, URGENTLY)],
        PLACES,
        shifts=(robot,),
        drives={"robot": replace(ways, seconds=seconds)},
    )
    plan = planned(situation)
    assert plan.tours[0].container_ids == ("near",)
    assert left_of(plan, "main road").reason.code is ReasonCode.NO_TRUCK


def test_what_is_urgent_goes_first_whatever_it_costs() -> None:
    urgent = replace(pickup("urgent", 4, SLOWLY), urgent=True)
    plan = planned(situation_of([urgent, pickup("full", 2, URGENTLY)], PLACES))
    assert set(plan.tours[0].container_ids) == {"urgent", "full"}
    reasons = {stop.container_id: stop.reason.code for stop in plan.tours[0].stops if stop.reason}
    assert reasons["urgent"] is ReasonCode.URGENT


def test_a_fraction_more_than_a_truck_holds_takes_two_trips() -> None:
    pickups = [pickup(f"c{number}", 2 + number % 2, URGENTLY, volume_l=3000) for number in range(5)]
    plan = planned(situation_of(pickups, PLACES))
    (tour,) = plan.tours
    assert len(tour.container_ids) == 5
    assert sum(1 for stop in tour.stops if stop.plant_id) == 2


def test_equal_questions_get_equal_answers_and_progress_runs_to_the_end() -> None:
    draw = random.Random(7)
    places = [(draw.uniform(0, 9), draw.uniform(0, 9)) for _ in range(10)]
    pickups = [pickup(f"c{number}", 2 + number % 8, outlook(draw.uniform(0.3, 1))) for number in range(16)]
    situation = situation_of(pickups, places, shifts=with_days(shift(), 3), day_count=3)
    heard: list[float] = []
    once = plan_tours(situation, QUICK, seed=3, progress=heard.append)
    assert once == plan_tours(situation, QUICK, seed=3)
    assert heard == sorted(heard)
    assert (heard[0], heard[-1]) == (0.0, 1.0)


def test_planning_ends_when_progress_says_so() -> None:
    def cancelled(share: float) -> None:
        raise InterruptedError(share)

    with pytest.raises(InterruptedError):
        plan_tours(situation_of([pickup("full", 2, URGENTLY)], PLACES), QUICK, progress=cancelled)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"day_count": 0}, "day_count is 0"),
        ({"day_count": 11}, "pickups.outlook.mean_share is 10"),
        ({"shifts": (shift(), shift())}, "shifts.truck_id is 'truck': is twice on day 0"),
        ({"shifts": (shift(day=1),)}, "shifts.day is 1"),
        ({"shifts": (shift(kind="boat"),)}, "shifts.kind is 'boat'"),
    ],
)
def test_a_situation_that_cannot_be_is_refused(change: dict[str, object], told: str) -> None:
    with pytest.raises(WrongFieldError, match=told):
        situation_of([pickup("full", 2, URGENTLY)], PLACES, **change)


def test_one_container_twice_is_refused() -> None:
    with pytest.raises(WrongFieldError, match=r"pickups.container_id is 'full': must be unique"):
        situation_of([pickup("full", 2, URGENTLY), pickup("full", 3, URGENTLY)], PLACES)
