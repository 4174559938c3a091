"""In the middle of a day: urgent containers, a breakdown, what drivers were told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from planning_cases import HOUR_S, QUICK, faults_of, grid, outlook
from routing_core.collection.model import Window
from waste.application.planning import plan_tours
from waste.domain.tours import Told, TourPlan
from waste.domain.tours_depot import Depot, DepotContainer, DepotPlant, DepotSite, DepotTruck
from waste.domain.tours_reasons import ReasonCode

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


@dataclass(frozen=True)
class UnderWay:
    """A truck in the middle of its day: free at a site (0 is the yard), with containers ahead."""

    truck_id: str
    at: int
    free_s: int
    ahead: tuple[str, ...]
    aboard_l: int = 0
    left_yard: bool = True
    broken: bool = False


def replanned(
    trucks: Sequence[UnderWay], urgent: Sequence[str] = (), **more: Any
) -> tuple[TourPlan, Mapping[str, tuple[str, ...]]]:
    names = [*urgent, *(name for each in trucks for name in each.ahead)]
    whole = {shift.truck_id: shift for shift in DEPOT.shifts(MONDAY, 1)}
    going = [each for each in trucks if not each.broken]
    shifts = [
        replace(
            whole[each.truck_id],
            start_place=each.at,
            window=Window(each.free_s, whole[each.truck_id].window.latest_s),
            aboard_l={"paper": each.aboard_l},
            aboard_kg=each.aboard_l // 10,
            on_road=each.left_yard,
        )
        for each in going
    ]
    situation = DEPOT.situation(
        MONDAY,
        1,
        dict.fromkeys(names, LATE),
        DRIVES,
        urgent=urgent,
        shifts=shifts,
        told=Told({each.truck_id: each.ahead for each in going}, **more),
    )
    plan = plan_tours(situation, QUICK)
    assert plan.faults == ()
    for tour in plan.tours:
        assert faults_of(situation, tour) == []
    return plan, {tour.truck_id: tour.container_ids for tour in plan.tours}


ONE = UnderWay("one", 1, 7 * HOUR_S, ("c2", "c3", "c4"))
TWO = UnderWay("two", 0, 7 * HOUR_S, ("c7", "c8"), left_yard=False)


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
    late = replace(TWO, at=8, free_s=14 * HOUR_S - 45 * 60, ahead=("c8",), left_yard=True)
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
    own = replace(ONE, at=8, ahead=("c2",), left_yard=True)
    _, free = replanned([own, near], move_cents=0.0, order_cents=0.0)
    _, locked = replanned([own, near], locked=frozenset({"c2"}), move_cents=0.0, order_cents=0.0)
    assert "c2" in locked["one"]
    assert sorted(name for order in free.values() for name in order) == ["c2", "c3", "c4"]


def test_what_is_aboard_is_brought_to_a_plant_before_more_is_taken_than_fits() -> None:
    full = replace(ONE, aboard_l=4900)
    plan, orders = replanned([full])
    (tour,) = plan.tours
    assert [stop.plant_id for stop in tour.stops].index("plant") == 0
    assert sorted(orders["one"]) == ["c2", "c3", "c4"]
    assert tour.stops[-1].plant_id == "plant"


def test_a_loaded_truck_with_nothing_ahead_unloads_and_an_empty_one_drives_home() -> None:
    plan, _ = replanned([replace(ONE, ahead=(), aboard_l=900)])
    assert [stop.plant_id for stop in plan.tours[0].stops] == ["plant"]
    plan, _ = replanned([replace(ONE, at=4, ahead=())])
    assert (plan.tours[0].stops, plan.tours[0].metres) == ((), 4000)
    plan, _ = replanned([replace(TWO, ahead=())])
    assert plan.tours == ()


def test_tomorrows_tour_stays_tomorrow_where_its_driver_was_told_so() -> None:
    (tomorrow,) = [shift for shift in DEPOT.shifts(MONDAY, 2) if (shift.truck_id, shift.day) == ("two", 1)]
    (today,) = [shift for shift in DEPOT.shifts(MONDAY, 1) if shift.truck_id == "one"]
    still = outlook(0.4, per_day=0.01)
    situation = DEPOT.situation(
        MONDAY,
        2,
        {"c2": LATE, "c7": still, "c8": still},
        DRIVES,
        shifts=[today, tomorrow],
        told=Told({"one": ("c2",), "two": ("c7", "c8")}, frozenset({"c8"}), 3000.0, 300.0),
    )
    plan = plan_tours(situation, QUICK)
    assert {(tour.truck_id, tour.day): tour.container_ids for tour in plan.tours} == {
        ("one", 0): ("c2",),
        ("two", 1): ("c7", "c8"),
    }
