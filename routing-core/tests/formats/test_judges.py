"""Every judge: what routes cost, and for every rule routes that break just that one."""

from dataclasses import replace
from math import hypot

import format_cases as cases
import numpy as np
import pytest
from routing_core.formats.cordeau import read_cordeau_2006
from routing_core.formats.detect import Format, read_instance
from routing_core.formats.judge import judge
from routing_core.formats.judge_rides import judge_rides
from routing_core.formats.judge_visits import judge_visits
from routing_core.formats.judge_waste import judge_day, judge_period
from routing_core.formats.kim import read_kim
from routing_core.formats.li_lim import read_li_lim
from routing_core.formats.pvrpif import read_pvrpif
from routing_core.formats.solomon import read_solomon
from routing_core.formats.verdict import Verdict
from routing_core.formats.vrplib import read_cvrplib, read_mtvrptwr

RIDES = read_cordeau_2006(cases.CORDEAU.splitlines())
GOODS = read_li_lim(cases.LI_LIM.splitlines())
VISITS = read_solomon(cases.SOLOMON.splitlines())
TRIPS = read_mtvrptwr(cases.MTVRPTWR.splitlines())
DAY = read_kim(cases.KIM.splitlines())
PERIOD = read_pvrpif(cases.PVRPIF.splitlines())


def refused(verdict: Verdict, *said: str) -> None:
    """Just these faults, in this order."""
    assert not verdict.feasible
    assert len(verdict.faults) == len(said), verdict.faults
    for fault, expected in zip(verdict.faults, said, strict=True):
        assert expected in fault


def test_rides_cost_their_unrounded_distance() -> None:
    verdict = judge_rides(RIDES, [["1", "3"], ["2", "4"], []])

    assert verdict.feasible
    assert verdict.vehicle_count == 2
    assert verdict.cost == pytest.approx(5 + 5 + 10 + 8 + 6 + 2, abs=1e-12)


def test_rides_may_share_a_vehicle() -> None:
    verdict = judge_rides(RIDES, [["1", "2", "3", "4"]])

    assert verdict.feasible
    assert verdict.cost == pytest.approx(5 + 5 + 6 + hypot(6, 6) + 2, abs=1e-12)


def test_rides_must_be_served_once_and_in_order() -> None:
    refused(judge_rides(RIDES, [["1", "3"]]), "node 2 is visited 0 times", "node 4 is visited 0 times")
    refused(judge_rides(RIDES, [["3", "1"], ["2", "4"]]), "3 is not after 1")
    refused(judge_rides(RIDES, [["1", "2", "4"], ["3"]]), "3 is not after 1", "3 is not after 1")
    refused(judge_rides(RIDES, [["1", "3"], ["2", "4"], ["7"]]), "there is no node 7")
    refused(judge_rides(RIDES, [["1", "3", "0", "2", "4"]]), "depot 0 is visited")


def test_rides_need_room_and_vehicles() -> None:
    shared = [["1", "2", "3", "4"]]
    refused(judge_rides(replace(RIDES, capacity=2), shared), "3 are aboard after 2, 2 fit")
    refused(
        judge_rides(replace(RIDES, vehicle_count=1), [["1", "3"], ["2", "4"]]),
        "2 vehicles are used, there are 1",
    )


def test_rides_keep_windows() -> None:
    late = replace(RIDES, latest=np.array([100.0, 100, 10, 30, 100, 100]))
    refused(judge_rides(late, [["1", "2", "3", "4"]]), "2 is reached at 11, its window ends at 10")
    refused(
        judge_rides(replace(RIDES, latest=np.array([100.0, 100, 40, 30, 100, 9])), [["1", "3"], ["2", "4"]]),
        "5 is reached at 31",
        "5 is reached at 20",
    )


def test_a_ride_is_not_too_long_when_the_pickup_can_wait() -> None:
    # 1 waits for the dropoff to open at 20, wherever: aboard it would be 14, but the pickup may begin later.
    direct = [["1", "3"], ["2", "4"]]
    assert judge_rides(replace(RIDES, max_ride_time=6.0), direct).feasible
    refused(judge_rides(replace(RIDES, max_ride_time=5.9), direct), "begins with 2")


def test_a_ride_cannot_be_shortened_by_waiting_beyond_windows() -> None:
    early = replace(RIDES, latest=np.array([100.0, 6, 40, 30, 100, 100]))
    refused(judge_rides(replace(early, max_ride_time=12.9), [["1", "3"], ["2", "4"]]), "1 is reached at 6.1")
    assert judge_rides(replace(early, max_ride_time=13.0), [["1", "3"], ["2", "4"]]).feasible


def test_a_tour_lasts_from_leaving_as_late_as_possible() -> None:
    # 0 -> 1 -> 3 -> 5: 5 + 1 + 5 + 1 + 10 driving and service, with no need to wait.
    direct = [["1", "3"], ["2", "4"]]
    assert judge_rides(replace(RIDES, max_duration=22.0), direct).feasible
    refused(judge_rides(replace(RIDES, max_duration=21.9), direct), "begins with 1")


def test_goods_need_no_limit_on_rides() -> None:
    verdict = judge_rides(GOODS, [["1", "3"], ["2", "4"]])

    assert verdict.feasible
    assert verdict.cost == pytest.approx(36, abs=1e-12)
    refused(judge_rides(GOODS, [["1", "2", "4", "3"]]), "11 are aboard after 2, 10 fit")


def test_visits_cost_their_distance_in_the_rounding_of_the_format() -> None:
    assert judge_visits(VISITS, [["1"], ["2"]]) == Verdict(2, 26.0, ())
    assert judge_visits(read_cvrplib(cases.CVRPLIB.splitlines()), [["2"], ["3"]]) == Verdict(2, 18.0, ())
    assert judge_visits(TRIPS, [["2", "1", "3"]]) == Verdict(1, 188.0, ())


def test_visits_keep_their_rules() -> None:
    refused(judge_visits(VISITS, [["1"]]), "node 2 is visited 0 times")
    refused(judge_visits(VISITS, [["1"], ["2"], ["1"]]), "node 1 is visited 2 times", "3 vehicles are used")
    refused(judge_visits(VISITS, [["1", "2"]]), "the trip from 1 on carries 11, 10 fit")
    refused(judge_visits(VISITS, [["1", "0", "2"]]), "comes back to the depot")
    refused(judge_visits(VISITS, [["1"], ["2"], ["3"]]), "there is no node 3")
    heavy = replace(VISITS, capacity=11)
    assert judge_visits(heavy, [["1", "2"]]).feasible
    # Service at 2 begins at 20 when its window opens, and lasts 5.
    refused(
        judge_visits(replace(heavy, latest=np.array([100.0, 29, 40])), [["2", "1"]]), "1 is reached at 30"
    )
    refused(judge_visits(replace(heavy, latest=np.array([32.0, 50, 40])), [["1", "2"]]), "0 is reached at 33")


def test_a_trip_leaves_when_all_it_delivers_is_there() -> None:
    # First trip: released at 40, there at 54, back at 118; the second may leave at 120 and is there at 200.
    assert judge_visits(replace(TRIPS, latest=np.array([330.0, 54, 200])), [["2", "1", "3"]]).feasible
    refused(
        judge_visits(replace(TRIPS, latest=np.array([330.0, 54, 199])), [["2", "1", "3"]]),
        "3 is reached at 200, its window ends at 199",
    )
    refused(
        judge_visits(replace(TRIPS, latest=np.array([329.0, 53, 200])), [["2", "1", "3"]]),
        "2 is reached at 54",
        "1 is reached at 330",
    )
    one_trip = replace(TRIPS, capacity=11, latest=np.array([1000.0, 133, 600]))
    refused(judge_visits(one_trip, [["2", "3"]]), "2 is reached at 134")


def test_a_day_of_collection_costs_manhattan_miles() -> None:
    # 0 -> 2: 1 mile, 2 -> 1: 1, 1 -> 3: 2, 3 -> 1: 2, 1 -> 0: 2.
    assert judge_day(DAY, [["2", "1", "3", "1"]]) == Verdict(1, 8.0, ())


def test_a_day_of_collection_keeps_its_loads() -> None:
    refused(judge_day(DAY, [["2", "3", "1"]]), "11 yd are aboard after 3, 10 fit")
    refused(judge_day(DAY, [["2", "1", "3"]]), "comes back with 5 yd")
    refused(judge_day(replace(DAY, daily_cap_yd=10.0), [["2", "1", "3", "1"]]), "takes 11 yd, the cap is 10")
    refused(judge_day(replace(DAY, daily_stop_cap=1), [["2", "1", "3", "1"]]), "stops 2 times, 1 are allowed")
    refused(judge_day(DAY, [["2", "1"]]), "stop 3 is visited 0 times")
    refused(judge_day(DAY, [["2", "1", "3", "1"], ["9"]]), "there is no stop or plant 9")


def test_a_day_of_collection_keeps_its_windows() -> None:
    # At 30 mph: leaves at 6:00, at 3 at 6:04, at 1 at 6:13, at 2 at 6:25, waits until 7:00.
    route = [["3", "1", "2", "1"]]
    assert judge_day(DAY, route).feasible
    stops = (replace(DAY.stops[0], latest_s=6 * 3600 + 24 * 60, earliest_s=0), DAY.stops[1])
    refused(judge_day(replace(DAY, stops=stops), route), "2 is reached at 23100 s")
    # Back at 7:00 + 5 min, 2 min to the plant, 10 min there, 4 min home.
    back_s = 7 * 3600 + 21 * 60
    assert judge_day(replace(DAY, depot=replace(DAY.depot, latest_s=back_s)), route).feasible
    refused(judge_day(replace(DAY, depot=replace(DAY.depot, latest_s=back_s - 1)), route), "0 is reached at")


def test_lunch_is_held_between_eleven_and_twelve_where_the_truck_has_worked() -> None:
    def day(stop_earliest_s: int, service_s: int, back_s: int) -> Verdict:
        stop = replace(DAY.stops[0], earliest_s=stop_earliest_s, latest_s=24 * 3600, service_s=service_s)
        depot = replace(DAY.depot, latest_s=back_s)
        return judge_day(replace(DAY, depot=depot, stops=(stop,)), [["2", "1"]])

    # Service ends at 11:50, lunch until 12:50, 2 min, 10 min at the plant, 4 min home.
    assert day(11 * 3600, 50 * 60, 13 * 3600 + 6 * 60).feasible
    # One minute less is too little with lunch, though without it there would be an hour to spare.
    refused(day(11 * 3600, 50 * 60, 13 * 3600 + 5 * 60), "no time for lunch")
    # Service lasts from before eleven to after twelve: neither before nor after is lunch time.
    refused(day(10 * 3600, 2 * 3600 + 1, 15 * 3600), "no time for lunch")
    # Back at the depot by twelve, lunch is held there.
    assert day(11 * 3600 + 40 * 60, 4 * 60, 12 * 3600).feasible


def test_several_days_cost_minutes_of_driving() -> None:
    # Days 0 and 2: 0 -> 1 -> 3 -> 0 is 10 + 7 + 2; on day 1 0 -> 2 -> 3 -> 0 is 8 + 5 + 2.
    assert judge_period(PERIOD, [[["1", "3"]], [["2", "3"]], [["1", "3"]], []]) == Verdict(1, 53.0, ())


def test_several_days_keep_their_patterns() -> None:
    refused(judge_period(PERIOD, [[["1", "3"]], [["1", "3"]], [["2", "3"]], []]), "bin 1 is emptied by day")
    refused(judge_period(PERIOD, [[["1", "3"]], [], [["1", "3"]], []]), "bin 2 is emptied by day {}")
    twice = [[["1", "3", "1", "3"]], [["2", "3"]], [["1", "3"]], []]
    refused(judge_period(PERIOD, twice), "bin 1 is emptied by day {0: 2, 2: 1}")
    refused(judge_period(PERIOD, [[["1", "3"]], [["2", "3"]], [["1", "3"]]]), "the horizon has 4")


def test_tours_of_several_days_keep_their_rules() -> None:
    full = [[["1", "2", "3"]], [], [["1", "3"]], []]
    refused(judge_period(PERIOD, full), "day 0, the tour from 1 on: 11 are aboard after 2, 10 fit")
    refused(judge_period(PERIOD, [[["1", "3", "2"]], [], [["1", "3"]], []]), "comes back with 5 aboard")
    two = [[["1", "3"], ["2", "3"]], [], [["1", "3"]], []]
    refused(judge_period(PERIOD, two), "day 0 has 2 tours, there are 1 trucks")
    assert judge_period(replace(PERIOD, truck_count=2), two).feasible
    # 10 + 7 + 2 of driving, 5 at the bin, 3 at the plant.
    good = [[["1", "3"]], [["2", "3"]], [["1", "3"]], []]
    assert judge_period(replace(PERIOD, max_duration_min=27.0), good).feasible
    refused(judge_period(replace(PERIOD, max_duration_min=26.9), good), "it lasts 27 min", "it lasts 27 min")
    refused(judge_period(PERIOD, [[["1", "0", "3"]], [], [], []]), "there is no bin or plant 0")


ROUTES: dict[Format, tuple[list[list[list[str]]], float]] = {
    Format.CORDEAU_2006: ([[["1", "3"], ["2", "4"]]], 36),
    Format.CORDEAU_LAPORTE_2003: ([[["1", "3"], ["2", "4"]]], 36),
    Format.LI_LIM: ([[["1", "3"], ["2", "4"]]], 36),
    Format.SOLOMON: ([[["1"], ["2"]]], 26),
    Format.CVRPLIB: ([[["2"], ["3"]]], 18),
    Format.MTVRPTWR: ([[["2", "1", "3"]]], 188),
    Format.KIM_2006: ([[["2", "1", "3", "1"]]], 8),
    Format.PVRPIF: ([[["1", "3"]], [["2", "3"]], [["1", "3"]], []], 53),
}


@pytest.mark.parametrize("family", list(Format))
def test_one_judge_knows_all_formats(family: Format) -> None:
    days, cost = ROUTES[family]
    verdict = judge(read_instance(cases.FILES[family].splitlines()).content, days)

    assert verdict.feasible
    assert verdict.cost == pytest.approx(cost, abs=1e-12)
