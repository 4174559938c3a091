"""A closure on the demo district's roads, from the dispatcher's call to the plan."""

import itertools
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import grpc
import live as live_town
import pytest
import shapely
from landlinie.network.v1 import road_change_pb2, road_change_service_pb2, road_change_service_pb2_grpc
from landlinie.pooling.v1 import plan_pb2
from live import PATIENCE_S, Live, position, refusal
from pooling.adapters import road_messages
from pooling.adapters.roads import RoutedRoads
from pooling.domain.places import Point, point
from pooling.domain.road_changes import RoadChange
from pooling.domain.zone import VirtualStop, Zone
from routing_core.roads.network import RoadNetwork
from routing_core.roads.router import Router
from service_kit import consumers
from service_kit.embedded_bus import EmbeddedBus
from town import clock_time

DEMO = Path(__file__).parents[3] / "data" / "demo" / "roads"
TOWN, VILLAGE = (53.5570, 13.2610), (53.4955, 13.3100)


@pytest.fixture(scope="module")
def router() -> Router:
    return Router(RoadNetwork.load(DEMO))


@pytest.fixture(scope="module")
def ends(router: Router) -> tuple[Point, Point]:
    """Two places half an hour's walk and some minutes' drive apart."""
    found = [router.snap(*place, 2000.0) for place in (TOWN, VILLAGE)]
    origin, destination = (point(place.latitude_deg, place.longitude_deg) for place in found)
    return origin, destination


@pytest.fixture(scope="module")
def barrier(router: Router, ends: tuple[Point, Point]) -> tuple[Point, Point]:
    """A line across the middle of the usual way."""
    way = router.route(*(router.snap(end.latitude_deg, end.longitude_deg, 5.0) for end in ends))
    middle = len(way.geometry) // 2
    north, west = (float(degrees) for degrees in way.geometry[middle : middle + 2].mean(axis=0))
    here, there = point(north - 0.0005, west - 0.0008), point(north + 0.0005, west + 0.0008)
    return here, there


@pytest.fixture
def live(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, router: Router, ends: tuple[Point, Point]
) -> Iterator[Live]:
    monkeypatch.setattr(consumers, "_POLL_S", 0.02)
    monkeypatch.setattr(live_town, "LineRouter", lambda: router)
    monkeypatch.setattr(live_town, "CHURCH", VirtualStop("church", "Kirche", ends[0]))
    monkeypatch.setattr(live_town, "ROAD", ends)
    corners = ((53.3, 13.0), (53.3, 13.6), (53.8, 13.6), (53.8, 13.0), (53.3, 13.0))
    live = Live(tmp_path, zones=[Zone("nord", "Nord", tuple(Point(*corner) for corner in corners))])
    yield live
    live.close()


def until(holds: Callable[[], bool]) -> None:
    """Wait for what has to come."""
    patience = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < patience
        time.sleep(0.02)


def closed(barrier: tuple[Point, Point]) -> road_change_pb2.RoadChange:
    return road_change_pb2.RoadChange(path=[position(place) for place in barrier], note="Vollsperrung")


def test_ways_lead_round_a_closure_until_it_is_over(
    router: Router, ends: tuple[Point, Point], barrier: tuple[Point, Point]
) -> None:
    roads = RoutedRoads(router)
    usual = roads.travel_matrix(ends)
    now = clock_time("08:00")
    closure = RoadChange("c", barrier, 0.0, now, now + timedelta(hours=1))
    assert roads.touches_roads(barrier)
    at_sea = (Point(54.9, 12.0), Point(54.9, 12.1))
    assert not roads.touches_roads(at_sea)
    roads.change([closure, RoadChange("sea", at_sea, 0.0, now, None)])
    assert roads.travel_matrix(ends).seconds[0, 1] > usual.seconds[0, 1]
    roads.change([])
    assert (roads.travel_matrix(ends).seconds == usual.seconds).all()


@pytest.mark.network
def test_a_closure_reported_by_the_dispatcher_changes_plans(
    live: Live, ends: tuple[Point, Point], barrier: tuple[Point, Point], tmp_path: Path
) -> None:
    stub = road_change_service_pb2_grpc.RoadChangeServiceStub(live.channel)
    live.add_bus()
    live.ride(*ends, "08:00")
    usual = live.stops()
    request = road_change_service_pb2.ReportRoadChangeRequest(request_id="c1", road_change=closed(barrier))
    change = stub.ReportRoadChange(request).road_change
    assert stub.ReportRoadChange(request).road_change == change
    assert list(change.path) == [position(place) for place in barrier]
    until(lambda: live.stops() != usual)
    assert live.stops()[1].arrival_time.ToDatetime() > usual[1].arrival_time.ToDatetime()
    listed = stub.ListRoadChanges(road_change_service_pb2.ListRoadChangesRequest()).road_changes
    assert list(listed) == [change]
    lift = road_change_service_pb2.LiftRoadChangeRequest(
        request_id="c2", road_change_id=change.road_change_id
    )
    stub.LiftRoadChange(lift)
    until(lambda: live.stops() == usual)
    assert stub.ListRoadChanges(road_change_service_pb2.ListRoadChangesRequest()).road_changes == []
    bus = EmbeddedBus(tmp_path / "events.sqlite")
    until(lambda: len(list(bus.read([road_messages.TOPIC]))) == 2)
    bus.close()


@pytest.mark.network
def test_the_path_on_the_map_leads_round_a_closure(
    live: Live, ends: tuple[Point, Point], barrier: tuple[Point, Point]
) -> None:
    stub = road_change_service_pb2_grpc.RoadChangeServiceStub(live.channel)
    live.add_bus()
    live.ride(*ends, "08:00")

    def legs() -> list[plan_pb2.TourLeg]:
        asked = plan_pb2.GetPlanPathsRequest(zone_id="nord")
        return [leg for tour in live.stub.GetPlanPaths(asked).tours for leg in tour.legs]

    def crosses(leg: plan_pb2.TourLeg) -> bool:
        line = shapely.LineString(positions_of(leg.polyline))
        return bool(line.intersects(shapely.LineString(barrier)))

    usual = {leg.stop_id: leg for leg in legs()}
    pickup, dropoff = live.stops()
    ride = usual[dropoff.stop_id]
    assert ride.departure_time.ToDatetime() >= pickup.departure_time.ToDatetime()
    assert ride.arrival_time.ToDatetime() == dropoff.arrival_time.ToDatetime()
    first, last = (positions_of(ride.polyline)[end] for end in (0, -1))
    for shown, end in ((first, ends[0]), (last, ends[1])):
        assert shown == pytest.approx((end.latitude_deg, end.longitude_deg), abs=2e-5)
    assert crosses(ride)

    stub.ReportRoadChange(
        road_change_service_pb2.ReportRoadChangeRequest(request_id="c1", road_change=closed(barrier))
    )
    until(lambda: not any(crosses(leg) for leg in legs()))
    assert {leg.stop_id for leg in legs()} == set(usual)


def positions_of(line: str) -> list[tuple[float, float]]:
    """Read an encoded polyline, as its specification tells."""
    numbers, value, shift = list[int](), 0, 0
    for character in line:
        chunk = ord(character) - 63
        value |= (chunk & 0x1F) << shift
        shift += 5
        if chunk < 0x20:
            numbers.append(~(value >> 1) if value & 1 else value >> 1)
            value = shift = 0
    latitudes, longitudes = (list(itertools.accumulate(numbers[start::2])) for start in (0, 1))
    return [(lat / 1e5, lon / 1e5) for lat, lon in zip(latitudes, longitudes, strict=True)]


@pytest.mark.network
def test_everything_wrong_with_a_report_is_said_at_once(live: Live) -> None:
    stub = road_change_service_pb2_grpc.RoadChangeServiceStub(live.channel)
    change = road_change_pb2.RoadChange(
        road_change_id="mine",
        path=[position(Point(95.0, 13.0))],
        speed_share=float("nan"),
        start_time=live.stamp("09:00"),
        end_time=live.stamp("08:00"),
        note="x" * 201,
    )
    request = road_change_service_pb2.ReportRoadChangeRequest(road_change=change)
    code, error = refusal(lambda: stub.ReportRoadChange(request))
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert {(fault.field, fault.reason) for fault in error.violations} == {
        ("request_id", "FIELD_MISSING"),
        ("road_change.road_change_id", "FIELD_NOT_SETTABLE"),
        ("road_change.path", "PATH_INVALID"),
        ("road_change.path[0].latitude_deg", "POSITION_INVALID"),
        ("road_change.speed_share", "SPEED_SHARE_INVALID"),
        ("road_change.end_time", "WINDOW_REVERSED"),
        ("road_change.note", "TEXT_TOO_LONG"),
    }


@pytest.mark.network
def test_a_change_that_is_not_there_cannot_be_lifted(live: Live) -> None:
    stub = road_change_service_pb2_grpc.RoadChangeServiceStub(live.channel)
    lift = road_change_service_pb2.LiftRoadChangeRequest(request_id="c", road_change_id="nobody")
    code, error = refusal(lambda: stub.LiftRoadChange(lift))
    assert (code, error.reason) == (grpc.StatusCode.NOT_FOUND, "ROAD_CHANGE_NOT_FOUND")
