"""When a shared car can be had, and what a drive costs."""

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from car_office import DAYS, FREE, NOON, SHARED, ZONE, hours
from hypothesis import given, settings
from hypothesis import strategies as st
from journeys.adapters.car_file import read_cars
from journeys.domain.cars import (
    GRACE,
    Obstacle,
    Reservation,
    ReservationState,
    VolunteerHours,
    Window,
    free_until,
    obstacle,
)
from service_kit.json_fields import FieldError

DEMO = Path(__file__).parents[3] / "data" / "demo"
KILOMETRE = 1000


def reserved(window: Window, distance_m: int = 60 * KILOMETRE) -> Reservation:
    ready = window.end + FREE.charging(distance_m)
    return Reservation("r", FREE.id, window, ready, distance_m, ReservationState.RESERVED, "app", "anna")


def why_not(window: Window, *kept: Reservation, distance_m: int = 60 * KILOMETRE) -> Obstacle | None:
    return obstacle(FREE, window, distance_m, reservations=kept, zone=ZONE, now=NOON)


def test_between_two_drives_there_is_time_to_charge() -> None:
    kept = reserved(hours(1, 2))
    assert kept.ready == NOON + timedelta(hours=3)
    assert why_not(hours(2.5, 4), kept) is Obstacle.RESERVED
    assert why_not(hours(3, 4), kept) is None
    # And for whoever comes after: an hour of charging has to be over before the kept window begins.
    assert why_not(hours(-1, 0.5), kept) is Obstacle.RESERVED
    assert why_not(hours(-1.5, -0.5), kept) is None
    assert why_not(hours(-1, 0.5), kept, distance_m=20 * KILOMETRE) is None


def test_nobody_drives_farther_than_a_charge_takes() -> None:
    assert why_not(hours(0, 8), distance_m=300 * KILOMETRE) is None
    assert why_not(hours(0, 8), distance_m=300 * KILOMETRE + 1) is Obstacle.TOO_FAR


def test_who_does_not_say_how_far_is_taken_to_use_the_time() -> None:
    assert FREE.distance_m(hours(0, 1), 0) == 54 * KILOMETRE
    assert FREE.distance_m(hours(0, 72), 0) == FREE.range_m
    assert FREE.distance_m(hours(0, 1), 5 * KILOMETRE) == 5 * KILOMETRE


def test_volunteers_find_their_car_charged() -> None:
    """They drive from seven to twelve, which is from 5:00 to 10:00 UTC in summer."""

    def shared(start: float, end: float) -> Obstacle | None:
        return obstacle(SHARED, hours(start, end), 50 * KILOMETRE, reservations=(), zone=ZONE, now=NOON)

    assert shared(-7, -6) is Obstacle.VOLUNTEERS
    assert shared(-2, -1) is None
    assert shared(15, 16) is None
    assert shared(15.5, 16.5) is Obstacle.VOLUNTEERS


def test_volunteers_of_a_night_are_those_of_the_evening_before() -> None:
    night = VolunteerHours((True, False, False, False, False, False, False), 22 * 3600, 26 * 3600)
    monday = Window(datetime(2026, 6, 15, 20, tzinfo=UTC), datetime(2026, 6, 16, 0, tzinfo=UTC))
    tuesday_noon = datetime(2026, 6, 16, 12, tzinfo=UTC)
    assert list(night.windows(Window(monday.end - timedelta(minutes=1), tuesday_noon), ZONE)) == [monday]
    assert not list(night.windows(Window(monday.end, tuesday_noon), ZONE))


def test_hours_that_the_clock_leaves_out_hold_no_time() -> None:
    spring = datetime(2026, 3, 29, tzinfo=UTC)
    left_out = VolunteerHours(DAYS, 2 * 3600 + 1800, 3 * 3600)
    around = Window(spring, spring + timedelta(hours=12))
    assert not list(left_out.windows(around, ZONE))


def test_a_car_that_is_late_is_not_promised_for_now() -> None:
    kept = reserved(hours(-3, -2))
    assert why_not(hours(0, 1), kept) is Obstacle.RESERVED
    assert why_not(hours(1, 2), kept) is None
    forgotten = reserved(Window(NOON - GRACE - timedelta(hours=3), NOON - GRACE))
    assert why_not(hours(0, 1), forgotten) is None


def test_a_car_that_is_back_early_is_charged_for_what_was_driven() -> None:
    back = reserved(hours(-3, 3)).brought_back(NOON, 6 * KILOMETRE, FREE.charging(6 * KILOMETRE))
    assert back.ready == NOON + timedelta(minutes=6)
    assert why_not(hours(0.1, 1), back) is None
    assert free_until(FREE, NOON, GRACE, reservations=[back], zone=ZONE) is None


def test_a_car_stands_free_until_somebody_has_it() -> None:
    kept = [reserved(hours(3, 4)), reserved(hours(2, 3))]
    assert free_until(FREE, NOON, GRACE, reservations=kept, zone=ZONE) == NOON + timedelta(hours=2)
    assert free_until(FREE, NOON, GRACE, reservations=[], zone=ZONE) == NOON + GRACE
    assert free_until(FREE, NOON + timedelta(hours=2), GRACE, reservations=kept, zone=ZONE) is None


@pytest.mark.parametrize(
    ("returned_h", "driven_m", "cents"),
    [(1.0, 0, 300), (0.5, 0, 300), (1.01, 0, 375), (1.0, 1000, 315), (1.0, 66, 300), (1.0, 67, 301)],
)
def test_quarters_that_have_begun_and_metres_are_paid(returned_h: float, driven_m: int, cents: int) -> None:
    assert FREE.price_cents(hours(0, 1), NOON + timedelta(hours=returned_h), driven_m) == cents


spans = st.tuples(st.integers(0, 2000), st.integers(15, 400), st.integers(1, 300))


@settings(deadline=None)
@given(st.lists(spans, max_size=12))
def test_whatever_is_asked_nobody_has_it_while_another_does(asked: list[tuple[int, int, int]]) -> None:
    kept: list[Reservation] = []
    for start_min, length_min, kilometres in asked:
        start = NOON + timedelta(minutes=start_min)
        window = Window(start, start + timedelta(minutes=length_min))
        if why_not(window, *kept, distance_m=kilometres * KILOMETRE) is None:
            kept.append(reserved(window, kilometres * KILOMETRE))
    kept.sort(key=lambda each: each.window.start)
    for before, after in pairwise(kept):
        assert before.window.end + FREE.charging(before.distance_m) <= after.window.start
    assert bool(kept) == bool(asked)


def test_cars_of_the_demo_district_are_free_of_its_shifts() -> None:
    """A car that is a vehicle on demand too is nobody's while volunteers drive it."""
    found = read_cars(DEMO)
    assert found is not None
    fleet = json.loads((DEMO / "fleet.json").read_text("utf-8"))
    shifts = [
        (shift["vehicle_id"], *(int(shift[end][:2]) * 3600 for end in ("start", "end")))
        for shift in fleet["shifts"]
    ]
    shared = [(car, *hours) for car in found.cars for car_id, *hours in shifts if car_id == car.id]
    assert shared
    for car, start_s, end_s in shared:
        assert any(hours.start_s <= start_s and end_s <= hours.end_s for hours in car.hours), car.id


def written(folder: Path, change: Any) -> Path:
    content = json.loads((DEMO / "cars.json").read_text("utf-8"))
    change(content)
    (folder / "cars.json").write_text(json.dumps(content), "utf-8")
    return folder


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda file: file["cars"][0].pop("name"), "cars[0].name: is missing"),
        (lambda file: file["cars"][0].update(range_km=0), "cars[0].range_km: is 0"),
        (lambda file: file["cars"][0].update(charging_km_per_hour=1), "charging_km_per_hour: is 1"),
        (lambda file: file["cars"][0].update(colour="red"), "colour: is not known"),
        (lambda file: file["cars"].append(file["cars"][0]), "cars[0].id: is 'doerpsmobil-trollenhagen'"),
        (lambda file: file["cars"][0]["price"].update(currency="Euro"), "currency: is 'Euro'"),
        (lambda file: file["cars"][1]["volunteer_hours"][0].update(weekdays="12"), "weekdays: is '12'"),
        (lambda file: file["cars"][1]["volunteer_hours"][0].update(end="06:00"), "end: is '06:00'"),
        (lambda file: file["cars"][0]["place"].update(latitude_deg=91), "latitude_deg: is 91"),
        (lambda file: file["lender"].pop("email"), "lender.email: is missing"),
    ],
)
def test_mistakes_in_the_file_are_named(tmp_path: Path, change: Any, field: str) -> None:
    with pytest.raises(FieldError) as raised:
        read_cars(written(tmp_path, change))
    assert field in str(raised.value)


def test_a_district_may_have_no_cars(tmp_path: Path) -> None:
    assert read_cars(tmp_path) is None
