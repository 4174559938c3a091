"""A depot's local hours as seconds of a horizon."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from planning_cases import HOUR_S, grid, outlook
from routing_core.collection.model import Window
from waste.adapters.tour_solver import CollectionSolver
from waste.application.planning import plan_tours
from waste.domain.containers import OpeningSpan
from waste.domain.errors import WrongFieldError
from waste.domain.tours_depot import Depot, DepotContainer, DepotPlant, DepotSite, DepotTruck, Rest, instant
from waste.domain.tours_reasons import ReasonCode

BERLIN = ZoneInfo("Europe/Berlin")
WORKDAYS = frozenset(range(1, 6))
DRIVES = {"truck": grid([(0, 0), (1, 0), (2, 0)])}
TRUCK = DepotTruck(
    *("truck", "Kran", "truck", {"paper": 5000}, 5000, WORKDAYS, 6 * 60, 14 * 60),
    Rest(9 * 60, 11 * 60, 45),
    cents_per_km=100.0,
    cents_per_hour=3600.0,
    cents_per_tour=0.0,
    litres_per_100_km=40.0,
    litres_per_lift=0.2,
)
DEPOT = Depot(
    "yard",
    "Bauhof",
    53.0,
    13.0,
    BERLIN,
    (DepotSite("site", "Markt", 53.0, 13.0, hours=(OpeningSpan(frozenset({1, 2}), 420, 600),)),),
    (DepotContainer("c", "site", "paper", 1000, 0.1, 180, 0.1),),
    (
        DepotPlant(
            *("plant", "Anlage", 53.0, 13.0, frozenset({"paper"}), 900),
            hours=(OpeningSpan(frozenset({6}), 480, 720),),
        ),
    ),
    (TRUCK, replace(TRUCK, truck_id="robot", reserve=True, rest=None)),
    frozenset({date(2021, 6, 17)}),
)


def test_trucks_drive_on_their_weekdays_but_not_on_holidays_and_reserves_only_when_named() -> None:
    monday = date(2021, 6, 14)
    assert [(shift.truck_id, shift.day) for shift in DEPOT.shifts(monday, 7)] == [
        ("truck", day) for day in (0, 1, 2, 4)
    ]
    assert {shift.truck_id for shift in DEPOT.shifts(monday, 1, DEPOT.reserves)} == {"truck", "robot"}
    with pytest.raises(WrongFieldError, match="reserves is 'cart'"):
        DEPOT.shifts(monday, 1, frozenset({"cart"}))


def test_hours_are_windows_of_the_horizon_and_what_never_opens_is_no_plant() -> None:
    situation = DEPOT.situation(date(2021, 6, 14), 3, {"c": outlook()}, DRIVES)
    assert situation.pickups[0].windows == (
        Window(7 * HOUR_S, 10 * HOUR_S),
        Window(31 * HOUR_S, 34 * HOUR_S),
    )
    assert situation.plants == ()
    assert DEPOT.situation(date(2021, 6, 14), 6, {"c": outlook()}, DRIVES).plants[0].windows == (
        Window((5 * 24 + 8) * HOUR_S, (5 * 24 + 12) * HOUR_S),
    )
    assert situation.shifts[0].rest is not None
    assert situation.shifts[0].rest.window == Window(9 * HOUR_S, 11 * HOUR_S)


def test_a_site_that_stays_shut_is_not_taken_for_one_that_is_always_open() -> None:
    plant = replace(DEPOT.plants[0], hours=())
    friday = date(2021, 6, 18)
    depot = replace(DEPOT, plants=(plant,))
    situation = depot.situation(friday, 1, {"c": outlook()}, DRIVES, urgent=["c"])
    assert all(window.earliest_s >= 72 * HOUR_S for window in situation.pickups[0].windows)
    plan = plan_tours(situation, CollectionSolver(1.0, rounds=20))
    assert [tour.container_ids for tour in plan.tours if tour.container_ids] == []
    (left,) = plan.left
    assert left.reason.code is ReasonCode.CLOSED
    always = replace(DEPOT.sites[0], hours=())
    open_situation = replace(depot, sites=(always,)).situation(
        friday, 1, {"c": outlook()}, DRIVES, urgent=["c"]
    )
    assert open_situation.pickups[0].windows == ()


@pytest.mark.parametrize(
    ("saturday", "hours"), [(date(2021, 3, 27), 47), (date(2021, 10, 30), 49), (date(2021, 6, 19), 48)]
)
def test_days_on_which_clocks_change_have_fewer_or_more_hours(saturday: date, hours: int) -> None:
    (shift,) = [each for each in DEPOT.shifts(saturday, 3) if each.truck_id == "truck"]
    assert shift.window == Window((hours + 6) * HOUR_S, (hours + 14) * HOUR_S)
    begins = instant(saturday, shift.window.earliest_s, BERLIN)
    assert (begins.hour, begins.isoweekday()) == (6, 1)
    assert begins.astimezone(UTC) == datetime(
        begins.year, begins.month, begins.day, 6, tzinfo=BERLIN
    ).astimezone(UTC)


def test_containers_without_an_outlook_are_not_planned_for() -> None:
    assert DEPOT.situation(date(2021, 6, 14), 1, {}, DRIVES).pickups == ()


def test_a_container_at_no_site_is_refused() -> None:
    with pytest.raises(WrongFieldError, match=r"container\.site_id is 'nowhere'"):
        replace(DEPOT, containers=(DepotContainer("c", "nowhere", "paper", 1000, 0.1, 180, 0.1),))
