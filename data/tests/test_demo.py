"""The demo district is what its recipe makes, and a place where one can ride."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import osmium
import pytest
import shapely
from onebox.district import District, Place, load_district
from pooling.adapters.outline import Position
from routing_core.roads.network import RoadNetwork
from routing_core.roads.router import Router
from routing_core.roads.snap import RoadPoint
from routing_core.roads.sphere import great_circle_m
from routing_core.travel import UNREACHABLE

ROOT = Path(__file__).parents[2]
EXTRACT = ROOT / "data" / "neubrandenburg" / "neubrandenburg.osm.bz2"
SNAP_LIMIT_M = 150.0
STOP_WITHIN_M = 400.0
LONGEST_DRIVE_S = 3600


@pytest.fixture(scope="module")
def district() -> District:
    return load_district(ROOT / "data" / "demo")


@pytest.fixture(scope="module")
def router(district: District) -> Router:
    return Router(RoadNetwork.load(district.graph_path))


@pytest.fixture(scope="module")
def areas(district: District) -> dict[str, shapely.Polygon]:
    return {
        zone.id: shapely.Polygon([(corner.longitude_deg, corner.latitude_deg) for corner in zone.boundary])
        for zone in district.zones
    }


def on_road(router: Router, position: Position) -> RoadPoint:
    return router.snap(position.latitude_deg, position.longitude_deg, SNAP_LIMIT_M)


def zones_of(areas: dict[str, shapely.Polygon], *positions: Position) -> set[str]:
    points = [shapely.Point(position.longitude_deg, position.latitude_deg) for position in positions]
    return {zone_id for zone_id, area in areas.items() if all(area.contains(point) for point in points)}


def ends(district: District) -> Iterator[Place]:
    for request in district.requests:
        yield from (request.pickup, request.dropoff)


def test_what_is_committed_is_what_is_made() -> None:
    made = subprocess.run(
        [sys.executable, ROOT / "data" / "make.py", "--check"], capture_output=True, text=True, check=False
    )
    assert (made.returncode, made.stdout, made.stderr) == (0, "", "")


def test_the_district_has_what_a_day_needs(district: District) -> None:
    assert len(district.zones) >= 3
    assert len(district.vehicles) >= 8
    kinds = Counter(vehicle.kind for vehicle in district.vehicles)
    assert kinds["buergerbus"] >= 2
    assert kinds["doerpsmobil"] >= 1
    assert len(district.requests) >= 250
    assert {shift.vehicle_id for shift in district.shifts} == {vehicle.id for vehicle in district.vehicles}
    assert {vehicle.zone_id for vehicle in district.vehicles} == {zone.id for zone in district.zones}


def test_somebody_rides_at_four_in_the_morning(district: District) -> None:
    assert min(shift.start_s for shift in district.shifts) <= 3.5 * 3600
    dawn = [
        request
        for request in district.requests
        if request.dropoff_window is not None and request.dropoff_window.earliest_s <= 4.25 * 3600
    ]
    assert len(dawn) >= 3
    assert all(request.call_s < 0 for request in dawn)


def test_no_vehicle_is_on_two_shifts_at_once(district: District) -> None:
    for one, other in combinations(district.shifts, 2):
        if one.vehicle_id == other.vehicle_id:
            assert one.end_s <= other.start_s or other.end_s <= one.start_s


def test_breaks_lie_within_their_shift(district: District) -> None:
    for shift in district.shifts:
        for rest in shift.breaks:
            assert shift.start_s <= rest.start_window.earliest_s
            assert rest.start_window.latest_s + rest.duration_s <= shift.end_s
        if shift.end_s - shift.start_s > 6 * 3600:
            assert sum(rest.duration_s for rest in shift.breaks) >= 30 * 60, shift.id


def test_every_wheelchair_finds_a_place_in_every_zone(district: District) -> None:
    for zone in district.zones:
        layouts = [
            layout
            for vehicle in district.vehicles
            if vehicle.zone_id == zone.id
            for layout in vehicle.layouts
        ]
        assert max(layout.wheelchair_place_count for layout in layouts) >= 2


def test_zones_are_shapes_that_overlap(areas: dict[str, shapely.Polygon]) -> None:
    assert all(area.is_valid for area in areas.values())
    assert all(one.intersects(other) for one, other in combinations(areas.values(), 2))


def test_zones_of_virtual_stops(district: District, areas: dict[str, shapely.Polygon]) -> None:
    for stop in district.virtual_stops:
        assert set(stop.zone_ids) == zones_of(areas, stop.position), stop.id
    assert len({stop.name for stop in district.virtual_stops}) == len(district.virtual_stops)


def test_virtual_stops_stand_on_the_road_and_reach_each_other(district: District, router: Router) -> None:
    points = []
    for stop in district.virtual_stops:
        point = on_road(router, stop.position)
        assert point.distance_m < 0.5, stop.id
        points.append(point)
    assert router.travel_matrix(points).seconds.max() < LONGEST_DRIVE_S


def test_every_settlement_has_a_stop(district: District, areas: dict[str, shapely.Polygon]) -> None:
    settlements = {
        str(node.tags["name"]): Position(node.lat, node.lon)
        for node in osmium.FileProcessor(str(EXTRACT), osmium.osm.NODE).with_filter(
            osmium.filter.KeyFilter("place")
        )
        if isinstance(node, osmium.osm.Node)
        and node.tags["place"] in ("town", "suburb", "village", "hamlet")
        and "name" in node.tags
    }
    assert len(settlements) > 60
    for name, centre in settlements.items():
        assert zones_of(areas, centre), name
        nearest_m = min(
            great_circle_m(
                *(centre.latitude_deg, centre.longitude_deg),
                *(stop.position.latitude_deg, stop.position.longitude_deg),
            )
            for stop in district.virtual_stops
        )
        assert nearest_m <= STOP_WITHIN_M, name


def test_shifts_start_and_end_on_the_road(district: District, router: Router) -> None:
    for shift in district.shifts:
        assert on_road(router, shift.start.position).distance_m < 1
        assert on_road(router, shift.end.position).distance_m < 1


def test_every_request_can_be_driven(district: District, router: Router) -> None:
    points = [on_road(router, end.position) for end in ends(district)]
    for pickup, dropoff in zip(points[::2], points[1::2], strict=True):
        seconds, metres = router.times_from(pickup, [dropoff])
        assert 60 < seconds[0] < LONGEST_DRIVE_S < UNREACHABLE
        direct_m = great_circle_m(
            pickup.latitude_deg, pickup.longitude_deg, dropoff.latitude_deg, dropoff.longitude_deg
        )
        assert metres[0] >= direct_m - 1


def test_most_requests_stay_within_one_zone(district: District, areas: dict[str, shapely.Polygon]) -> None:
    outside = sum(
        not zones_of(areas, request.pickup.position, request.dropoff.position)
        for request in district.requests
    )
    assert 0 < outside <= 0.03 * len(district.requests)


def test_people_call_before_they_ride(district: District) -> None:
    for request in district.requests:
        window = request.pickup_window or request.dropoff_window
        assert window is not None
        assert window.earliest_s - request.call_s >= 30 * 60, request.id
        assert window.earliest_s >= district.service_day_start_s, request.id
    assert [request.call_s for request in district.requests] == sorted(
        request.call_s for request in district.requests
    )


def test_people_travel_for_all_the_reasons_a_village_knows(district: District) -> None:
    kinds = Counter(request.kind for request in district.requests)
    expected = {"apprentice", "commuter", "pupil", "shopper", "doctor", "wheelchair", "evening", "train"}
    assert set(kinds) == expected
    assert min(kinds.values()) >= 10
    for request in district.requests:
        assert (request.wheelchair_count > 0) == (request.kind == "wheelchair")
