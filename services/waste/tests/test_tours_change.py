"""In the middle of a day: urgent containers, a breakdown, what drivers were told."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from planning_cases import HOUR_S, QUICK, faults_of, grid, outlook
from waste.application.planning import plan_tours
from waste.domain.errors import WrongFieldError
from waste.domain.tours import TourPlan
from waste.domain.tours_depot import Depot, DepotContainer, DepotPlant, DepotSite, DepotTruck
from waste.domain.tours_reasons import ReasonCode
from waste.domain.tours_under_way import UnderWay, rest_of_day

MONDAY = date(2021, 6, 14)
# Sites along a road, the plant beside the yard.
SITE_KM = {f"s{number}": (float(number), 0.0) for number in range(1, 9)}
DRIVES = {"truck": grid([(0.0, 0.0), *SITE_KM.values(), (0.0, 1.0)])}
LATE = outlook(0.95, per_day=0.1)


def truck(name: str) -> DepotTruck:
    return DepotTruck(
        *(name, name, "truck", {"paper": 5000}, 5000, frozenset(range(1, 6)), 6 * 60, 14 * 60, None),
        cents_per_km=100.0,
        cents_per_hour=3600.0,
        cents_per_tour=1000.0,
        litres_per_100_km=40.0,
        litres_per_lift=0.2,
    )


DEPOT = Depot(
    "yard",
    "Bauhof",
    53.0,
    13.0,
    ZoneInfo("Europe/Berlin"),
    tuple(DepotSite(name, name, 53.0, 13.0) for name in SITE_KM),
    tuple(DepotContainer(f"c{name[1:]}", name, "paper", 1000, 0.1, 180, 0.1) for name in SITE_KM),
    (DepotPlant("plant", "Anlage", 53.0, 13.0, frozenset({"paper"}), 900),),
    (truck("one"), truck("two")),
)


def replanned(
    trucks: Sequence[UnderWay], urgent: Sequence[str] = (), **more: object
) -> tuple[TourPlan, Mapping[str, tuple[str, ...]]]:
    names = [*urgent, *(name for each in trucks for name in each.ahead)]
    situation = rest_of_day(
        DEPOT,
        MONDAY,
        trucks,
        dict.fromkeys(names, LATE),
        DRIVES,
        urgent=urgent,
        **more,  # type: ignore[arg-type]  # fields by name
    )
    plan = plan_tours(situation, QUICK)
    assert plan.faults == ()
    for tour in plan.tours:
        own = [each for each in situation.shifts if each.truck_id == tour.truck_id]
        if not own[0].aboard_kg:
            assert faults_of(situation, tour) == []
    return plan, {tour.truck_id: tour.container_ids for tour in plan.tours}


ONE = UnderWay("one", "s1", 7 * HOUR_S, ("c2", "c3", "c4"))
TWO = UnderWay("two", None, 7 * HOUR_S, ("c7", "c8"), left_yard=False)


def test_an_urgent_container_gets_in_and_the_rest_stays_as_told() -> None:
    plan, orders = replanned([ONE, TWO], urgent=["c5"])
    assert [name for name in orders["one"] if name != "c5"] == ["c2", "c3", "c4"]
    assert [name for name in orders["two"] if name != "c5"] == ["c7", "c8"]
    assert sum("c5" in order for order in orders.values()) == 1
    (reason,) = [stop.reason for tour in plan.tours for stop in tour.stops if stop.container_id == "c5"]
    assert reason is not None
    assert reason.code is ReasonCode.URGENT
    assert plan.left == ()


def test_what_was_told_out_of_order_stays_so_unless_changing_it_pays() -> None:
    # Three kilometres too far: dearer than a telling, cheaper than two.
    zigzag = replace(ONE, ahead=("c4", "c2", "c3"))
    _, kept = replanned([zigzag], order_cents=2000.0)
    assert kept["one"] == ("c4", "c2", "c3")
    _, changed = replanned([zigzag], order_cents=0.0)
    assert changed["one"] != ("c4", "c2", "c3")


def test_after_a_breakdown_another_truck_takes_over() -> None:
    plan, orders = replanned([replace(ONE, broken=True), TWO])
    assert set(orders) == {"two"}
    assert set(orders["two"]) == {"c2", "c3", "c4", "c7", "c8"}
    assert [name for name in orders["two"] if name in TWO.ahead] == ["c7", "c8"]
    assert plan.left == ()


def test_what_no_truck_has_time_for_is_told() -> None:
    broken = replace(ONE, broken=True)
    late = replace(TWO, at="s8", free_s=14 * HOUR_S - 45 * 60, ahead=("c8",), left_yard=True)
    plan, orders = replanned([broken, late])
    assert "c8" in orders["two"]
    missing = {"c2", "c3", "c4"} - set(orders["two"])
    assert {left.container_id: left.reason.code for left in plan.left} == dict.fromkeys(
        missing, ReasonCode.NO_ROOM
    )
    assert missing


def test_a_locked_container_stays_with_its_truck() -> None:
    # Truck two drives past c2 anyway, and nobody minds being told something else.
    near = replace(TWO, ahead=("c3", "c4"))
    own = replace(ONE, at="s8", ahead=("c2",), left_yard=True)
    _, free = replanned([own, near], move_cents=0.0, order_cents=0.0)
    _, locked = replanned([own, near], locked=["c2"], move_cents=0.0, order_cents=0.0)
    assert "c2" in locked["one"]
    assert sorted(name for order in free.values() for name in order) == ["c2", "c3", "c4"]


def test_what_is_aboard_is_brought_to_a_plant_before_more_is_taken_than_fits() -> None:
    full = replace(ONE, aboard_l={"paper": 4900}, aboard_kg=490)
    plan, orders = replanned([full])
    (tour,) = plan.tours
    assert [stop.plant_id for stop in tour.stops].index("plant") == 0
    assert sorted(orders["one"]) == ["c2", "c3", "c4"]
    assert tour.stops[-1].plant_id == "plant"


def test_a_loaded_truck_with_nothing_ahead_unloads_and_an_empty_one_drives_home() -> None:
    plan, _ = replanned([replace(ONE, ahead=(), aboard_l={"paper": 900}, aboard_kg=90)])
    assert [stop.plant_id for stop in plan.tours[0].stops] == ["plant"]
    plan, _ = replanned([replace(ONE, at="s4", ahead=())])
    assert (plan.tours[0].stops, plan.tours[0].metres) == ((), 4000)
    plan, _ = replanned([replace(TWO, ahead=())])
    assert plan.tours == ()


@pytest.mark.parametrize(
    ("trucks", "urgent", "told"),
    [
        ([replace(ONE, truck_id="three")], [], "trucks.truck_id is 'three'"),
        ([replace(ONE, at="s99")], [], "place is 's99'"),
        ([replace(ONE, ahead=("c99",))], [], "container_id is 'c99'"),
        ([ONE], ["c98"], "container_id is 'c98'"),
    ],
)
def test_what_the_depot_does_not_know_is_refused(
    trucks: list[UnderWay], urgent: list[str], told: str
) -> None:
    with pytest.raises(WrongFieldError, match=told):
        replanned(trucks, urgent)
