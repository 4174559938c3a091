from math import inf, nan
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from road_cases import Map, degrees, drive_m, snap
from routing_core.roads.errors import BadCoordinate, NoRoadNearby
from routing_core.roads.network import RoadNetwork
from routing_core.roads.snap import Approach
from routing_core.roads.sphere import great_circle_m


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> RoadNetwork:
    """A road of 40 m north, 200 m east, and 100 m north, and a motorway 40 m south of its middle part."""
    bend = Map({1: (0, 0), 2: (200, 0), 3: (200, 100), 4: (0, -40), 5: (200, -40)})
    bend.way(11, [1, 2, 3])
    bend.way(12, [4, 5], {"highway": "motorway", "oneway": "no"})
    bend.way(13, [1, 4])
    return bend.network(tmp_path_factory.mktemp("bend"))


def test_a_place_is_projected(network: RoadNetwork) -> None:
    point = network.snap(*degrees(150, 30), limit_m=100)
    assert great_circle_m(point.latitude_deg, point.longitude_deg, *degrees(150, 0)) < 0.1
    assert point.distance_m == pytest.approx(30, abs=0.1)
    length_m = network.graph.arc_cm[point.arc] / 100
    assert length_m == pytest.approx(340, abs=0.1)
    assert point.fraction * length_m == pytest.approx(150, abs=0.1)


def test_the_limit_is_kept(network: RoadNetwork) -> None:
    assert network.snap(*degrees(100, 60), limit_m=60.1).distance_m == pytest.approx(60, abs=0.1)
    with pytest.raises(NoRoadNearby, match="60 m away, more than 59 m") as caught:
        network.snap(*degrees(100, 60), limit_m=59)
    assert caught.value.distance_m == pytest.approx(60, abs=0.1)
    assert caught.value.limit_m == 59


def test_nobody_boards_at_the_motorway(network: RoadNetwork) -> None:
    point = network.snap(*degrees(100, -39), limit_m=50)
    assert great_circle_m(point.latitude_deg, point.longitude_deg, *degrees(100, 0)) < 0.1
    with pytest.raises(NoRoadNearby):
        network.snap(*degrees(100, -60), limit_m=50)


def test_a_motorway_alone_has_no_place_to_board(tmp_path: Path) -> None:
    motorway = Map({1: (0, 0), 2: (500, 0)})
    motorway.way(11, [1, 2], {"highway": "motorway", "oneway": "no"})
    with pytest.raises(NoRoadNearby) as caught:
        motorway.network(tmp_path).snap(*degrees(100, 0), limit_m=50)
    assert caught.value.distance_m == inf


@pytest.mark.parametrize(
    ("latitude_deg", "longitude_deg", "field"),
    [
        (nan, 13.0, "latitude_deg"),
        (91.0, 13.0, "latitude_deg"),
        (-inf, 13.0, "latitude_deg"),
        (53.0, 180.5, "longitude_deg"),
        (53.0, nan, "longitude_deg"),
    ],
)
def test_no_place_on_earth(
    network: RoadNetwork, latitude_deg: float, longitude_deg: float, field: str
) -> None:
    with pytest.raises(BadCoordinate, match=field) as caught:
        network.snap(latitude_deg, longitude_deg, limit_m=50)
    assert caught.value.field == field


def test_a_place_far_away_says_how_far(network: RoadNetwork) -> None:
    with pytest.raises(NoRoadNearby) as caught:
        network.snap(52.52, 13.4, limit_m=300)
    assert caught.value.distance_m == pytest.approx(110_000, rel=0.02)


@settings(deadline=None)
@given(st.floats(-150, 350), st.floats(-150, 250))
def test_what_is_snapped_stays(network: RoadNetwork, x_m: float, y_m: float) -> None:
    """Snapping again moves a point by no more than rounding; equal places give equal points."""
    point = network.snap(*degrees(x_m, y_m), limit_m=1000)
    assert point == network.snap(*degrees(x_m, y_m), limit_m=1000)
    again = network.snap(point.latitude_deg, point.longitude_deg, limit_m=1)
    assert again.distance_m <= 0.1
    moved_m = great_circle_m(again.latitude_deg, again.longitude_deg, point.latitude_deg, point.longitude_deg)
    assert moved_m < 0.1


def test_points_can_be_keys(network: RoadNetwork) -> None:
    points = {network.snap(*degrees(x_m, 10), limit_m=50) for x_m in (50, 50, 60)}
    assert len(points) == 2


@pytest.mark.parametrize(
    ("side_m", "from_west_m", "from_east_m"), [(-8, 100, 1100), (8, 1100, 100), (0, 100, 100)]
)
def test_the_curb_decides_from_where_a_container_is_come_to(
    tmp_path: Path, side_m: float, from_west_m: int, from_east_m: int
) -> None:
    """Who drives on the right comes from the west to what lies south, else turns at the road's end."""
    roads = Map({1: (-500, 0), 2: (500, 0)})
    roads.way(11, [1, 2])
    router = roads.router(tmp_path)
    container = router.snap(*degrees(0, side_m), 50, curb=True)
    assert (container.approach is Approach.EITHER) == (side_m == 0)
    assert drive_m(router, snap(router, -100, 0), container) == from_west_m
    assert drive_m(router, snap(router, 100, 0), container) == from_east_m


def test_a_one_way_street_is_served_on_both_sides(tmp_path: Path) -> None:
    roads = Map({1: (0, 0), 2: (0, 200), 3: (200, 200), 4: (200, 0)})
    roads.way(11, [1, 2, 3, 4, 1], oneway="yes")
    router = roads.router(tmp_path)
    sides = [router.snap(*degrees(100, y_m), 50, curb=True) for y_m in (192, 208)]
    assert [side.approach for side in sides] == [Approach.ALONG] * 2
