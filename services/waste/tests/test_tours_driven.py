"""Replays: tours driven with real loads, schedules with the rarest days that suffice, books that learn."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from planning_cases import DAY_S, HOUR_S, QUICK, grid, outlook, pickup, plant, shift
from waste.application.replaying import ByPlan, BySchedule, World, play
from waste.domain.tours import PlannedRest, PlannedStop, PlannedTour, Prices, TruckShift
from waste.domain.tours_demand import Demand, brought_by, draw_demand
from waste.domain.tours_depot import Depot, DepotContainer, DepotPlant, DepotSite, DepotTruck
from waste.domain.tours_driven import Containers, Drive, Ledger
from waste.domain.tours_footprint import kg_co2e
from waste.domain.tours_outlook import RateBook
from waste.domain.tours_schedule import SETTLING_DAYS, cadences, own_intervals, rounds

TRAVEL = grid([(0, 0), (1, 0), (2, 0), (4, 0)])
MONDAY = date(2021, 6, 14)
PRICES = Prices()
FULL = outlook(1.0)
PICKUPS = {name: pickup(name, place, FULL) for name, place in (("a", 2), ("b", 3))}
PLANTS = {"plant": plant(1)}


def driven(
    own: TruckShift, tour: PlannedTour, levels: dict[str, float]
) -> tuple[Ledger, set[str], Containers]:
    containers = Containers(dict(levels), dict.fromkeys(levels, 0.0))
    ledger = Ledger()
    drive = Drive(own, TRAVEL, PICKUPS, PLANTS, PRICES)
    emptied = drive.follow(tour, containers, ledger, counted=True)
    return ledger, emptied, containers


def tour_of(*names: str, leaves_s: int = 6 * HOUR_S, rest: PlannedRest | None = None) -> PlannedTour:
    stops = tuple(
        PlannedStop(None, name, 0, 0, 0, 0) if name == "plant" else PlannedStop(name, None, 0, 0, 0, 0)
        for name in names
    )
    return PlannedTour("truck", 0, leaves_s, leaves_s, stops, rest, 0, 0, 0.0)


def test_a_tour_is_driven_as_planned_where_everything_fits() -> None:
    ledger, emptied, _ = driven(shift(), tour_of("a", "b", "plant"), {"a": 0.8, "b": 0.6})
    assert emptied == {"a", "b"}
    assert (ledger.metres, ledger.lifts, ledger.missed) == (2000 + 2000 + 3000 + 1000, 2, 0)
    assert ledger.weight_kg == pytest.approx(140.0)
    assert ledger.lifted_share == pytest.approx(1.4)
    assert ledger.work_s == 8 * 90 + 2 * (180 + PRICES.site_s) + 900
    assert ledger.fuel_l == pytest.approx(8 * 0.4 + 2 * 0.2)
    assert kg_co2e(ledger.fuel_l) == pytest.approx(3.6 * 3.24)


def test_a_truck_that_is_full_drives_to_the_plant_first() -> None:
    small = shift(chambers={"paper": 1000})
    ledger, emptied, _ = driven(small, tour_of("a", "b", "plant"), {"a": 0.8, "b": 0.6})
    assert emptied == {"a", "b"}
    assert ledger.metres == 2000 + 1000 + 3000 + 3000 + 1000
    # More than any truck holds is still emptied, into an empty one.
    assert driven(small, tour_of("a"), {"a": 1.4, "b": 0.0})[1] == {"a"}


def test_what_would_end_after_the_shift_is_missed() -> None:
    short = shift(hours=(6, 6.6))
    ledger, emptied, _ = driven(short, tour_of("a", "b", "plant"), {"a": 0.8, "b": 0.6})
    assert emptied == {"a"}
    assert ledger.missed == 1


def test_a_rest_takes_its_time() -> None:
    rest = PlannedRest(0, 0, 1800)
    ledger, _, _ = driven(shift(), tour_of("a", "plant", rest=rest), {"a": 0.8, "b": 0.0})
    assert ledger.work_s == 4 * 90 + 180 + PRICES.site_s + 900 + 1800


def test_overflow_is_counted_by_day_and_by_time_it_began() -> None:
    containers = Containers({"a": 0.7}, {"a": 0.2})
    ledger = Ledger()
    for _ in range(3):
        containers.end_day(ledger, counted=True)
    assert (ledger.overflow_days, ledger.overflows) == (2, 1)
    containers.emptied_at["a"] = 0.5
    containers.end_day(ledger, counted=True)
    assert containers.level_share["a"] == pytest.approx(0.1)
    assert ledger.overflow_days == 3
    containers.end_day(ledger, counted=False)
    assert ledger.overflow_days == 3


@given(st.floats(-DAY_S, 2 * DAY_S), st.floats(0, DAY_S))
def test_what_is_brought_grows_through_the_day(at: float, later: float) -> None:
    assert 0.0 <= brought_by(at) <= brought_by(at + later) <= 1.0


CONTAINERS = tuple(
    DepotContainer(f"c{number}", "site", "paper", 1000, 0.1, 180, share)
    for number, share in enumerate((0.01, 0.05, 0.1, 0.3))
)
DEPOT = Depot(
    "yard",
    "Bauhof",
    53.0,
    13.0,
    ZoneInfo("Europe/Berlin"),
    (DepotSite("site", "Markt", 53.01, 13.0),),
    CONTAINERS,
    (DepotPlant("plant", "Anlage", 53.0, 13.0, frozenset({"paper"}), 900),),
    (
        DepotTruck(
            *("truck", "Kran", "truck", {"paper": 5000}, 5000, frozenset(range(1, 6)), 6 * 60, 14 * 60, None),
            cents_per_km=100.0,
            cents_per_hour=3600.0,
            cents_per_tour=0.0,
            litres_per_100_km=40.0,
            litres_per_lift=0.2,
        ),
    ),
)
DRIVES = {"truck": TRAVEL}


def test_equal_seeds_bring_the_same_and_other_courses_the_same_on_average() -> None:
    first = draw_demand(CONTAINERS, MONDAY, 700, seed=5)
    again = draw_demand(CONTAINERS, MONDAY, 700, seed=5)
    assert np.array_equal(first.brought_share, again.brought_share)
    assert np.array_equal(first.noise_share, again.noise_share, equal_nan=True)
    other = draw_demand(CONTAINERS, MONDAY, 700, seed=5, course=1)
    assert not np.array_equal(first.brought_share, other.brought_share)
    ratio = other.brought_share.mean(axis=1) / first.brought_share.mean(axis=1)
    assert ratio == pytest.approx(np.ones(4), rel=0.15)
    assert 0.02 < np.isnan(first.noise_share).mean() < 0.2
    assert (first.brought_share > 0).all()


def steady(day_count: int) -> Demand:
    brought = np.repeat([[each.usual_share_per_day] for each in CONTAINERS], day_count, axis=1)
    return Demand(brought, np.zeros_like(brought), np.zeros(len(CONTAINERS)))


def test_days_on_the_menu_come_more_and_more_often() -> None:
    for weekday in (1, 2):
        year = [MONDAY + timedelta(days=number) for number in range(420)]
        counts = [sum(cadence.is_on(day) for day in year) for cadence in cadences(weekday)]
        assert counts == sorted(set(counts))
        assert counts[4] == 60
        assert counts[-1] == 300


def test_own_intervals_are_the_rarest_that_suffice_and_rounds_follow_the_busiest() -> None:
    demand = steady(SETTLING_DAYS + 364)
    own = own_intervals(DEPOT, demand, MONDAY, 0.0)
    visits = {
        each.container_id: sum(
            each.container_id in own.due(MONDAY + timedelta(days=day)) for day in range(420)
        )
        for each in CONTAINERS
    }
    # Full after 100, 20, 10 and 3.3 days: every sixth week, every second, every week, thrice a week.
    assert list(visits.values()) == [10, 30, 60, 180]
    together = rounds(DEPOT, demand, MONDAY, 0.0)
    assert {len(together.due(MONDAY + timedelta(days=day))) for day in range(7)} == {0, 4}
    assert sum(bool(together.due(MONDAY + timedelta(days=day))) for day in range(420)) == 180
    assert len(set(rounds(DEPOT, demand, MONDAY, 1.0).cadence_of.values())) == 1


def test_a_book_learns_what_is_brought_and_is_unsure_after_silence() -> None:
    book = RateBook(0.05)
    book.read(0.0)
    assert book.share_per_day == 0.05
    for day in range(1, 8):
        book.read(0.1 * day)
    assert 0.07 < book.share_per_day < 0.1
    seen = book.outlook(5)
    assert seen.level_share == pytest.approx(0.7)
    assert list(seen.mean_share) == sorted(seen.mean_share)
    assert list(seen.overflow_probability) == sorted(seen.overflow_probability)
    for _ in range(3):
        book.read(None)
    silent = book.outlook(5)
    assert silent.mean_share[0] == pytest.approx(0.7 + 4 * book.share_per_day)
    assert silent.overflow_probability[0] > seen.overflow_probability[0]


def test_a_book_that_was_told_of_a_lift_learns_nothing_wrong_from_it() -> None:
    book = RateBook(0.1)
    book.read(0.8)
    book.emptied(0.4)
    assert book.outlook(1).mean_share[0] == pytest.approx(0.1)
    book.read(0.06)
    assert book.share_per_day == pytest.approx(0.1)
    # Somebody else emptied it: that is no amount that was brought.
    book.read(0.9)
    before = book.share_per_day
    book.read(0.0)
    assert book.share_per_day <= before
    assert book.outlook(1).mean_share[0] < 0.3


def test_a_container_never_read_has_no_level() -> None:
    assert RateBook(0.1).outlook(3).level_share is None


def world(days: int, settling: int) -> World:
    return World(DEPOT, DRIVES, MONDAY, steady(days), settling)


def test_plans_visit_less_often_than_rounds_and_nothing_is_lost() -> None:
    days, settling = 42, 14
    stage = world(days, settling)
    schedule = rounds(DEPOT, steady(SETTLING_DAYS + 364), MONDAY, 0.0)
    fixed = play(stage, BySchedule(stage, QUICK, schedule))
    planned = play(stage, ByPlan(stage, QUICK, Prices()))
    assert planned.lifts < fixed.lifts
    assert planned.metres <= fixed.metres
    assert planned.overflow_days <= fixed.overflow_days
    brought_kg = 1000 * 0.1 * sum(each.usual_share_per_day for each in CONTAINERS) * (days - settling)
    assert fixed.weight_kg == pytest.approx(brought_kg, abs=4 * 100)
    assert planned.weight_kg == pytest.approx(brought_kg, abs=4 * 100)


def test_settling_days_are_played_but_not_counted() -> None:
    stage = world(10, 10)
    assert play(stage, ByPlan(stage, QUICK, Prices())) == Ledger()
