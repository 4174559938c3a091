from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from road_cases import RESIDENTIAL_KMH, Map, degrees, drive_m, drive_s, snap
from routing_core.roads.errors import ForeignPoint, NoWay
from routing_core.roads.graph import RoadGraph
from routing_core.roads.network import RoadNetwork
from routing_core.roads.router import Route, Router
from routing_core.roads.sphere import great_circle_m
from routing_core.travel import UNREACHABLE

METRES_PER_SECOND = RESIDENTIAL_KMH / 3.6


def cross() -> Map:
    """Four arms of 300 m that meet at node 5: west 11, east 12, south 13, north 14."""
    cross = Map({1: (-300, 0), 2: (300, 0), 3: (0, -300), 4: (0, 300), 5: (0, 0)})
    for way, end in enumerate((1, 2, 3, 4), start=11):
        cross.way(way, [end, 5])
    return cross


def block() -> Map:
    """A square of 200 m driven clockwise only, with a two-way stub of 100 m at its south-west corner."""
    block = Map({1: (0, 0), 2: (0, 200), 3: (200, 200), 4: (200, 0), 5: (-100, 0)})
    block.way(11, [1, 2, 3, 4, 1], oneway="yes")
    block.way(12, [1, 5])
    return block


def corners(route: Route) -> list[tuple[float, float]]:
    return [(float(latitude_deg), float(longitude_deg)) for latitude_deg, longitude_deg in route.geometry]


def length_m(route: Route) -> float:
    return sum(great_circle_m(*start, *end) for start, end in pairwise(corners(route)))


def ends_at(route: Route, x_m: float, y_m: float) -> bool:
    return great_circle_m(*corners(route)[-1], *degrees(x_m, y_m)) < 0.1


def passes(route: Route, x_m: float, y_m: float) -> bool:
    return any(great_circle_m(*point, *degrees(x_m, y_m)) < 0.1 for point in corners(route))


def test_straight_on(tmp_path: Path) -> None:
    router = cross().router(tmp_path)
    west, east = snap(router, -200, 10), snap(router, 100, -10)
    route = router.route(west, east)
    assert route.metres == 300
    assert route.seconds == np.ceil(300 / METRES_PER_SECOND)
    assert great_circle_m(*corners(route)[0], *degrees(-200, 0)) < 0.1
    assert ends_at(route, 100, 0)
    assert passes(route, 0, 0)


def test_the_same_point(tmp_path: Path) -> None:
    router = cross().router(tmp_path)
    point = snap(router, -200, 0)
    route = router.route(point, point)
    assert (route.seconds, route.metres) == (0, 0)
    assert route.geometry.shape == (2, 2)


@pytest.mark.parametrize(("start_m", "end_m"), [(-250, -50), (-50, -250)])
def test_both_ways_along_one_road(tmp_path: Path, start_m: float, end_m: float) -> None:
    router = cross().router(tmp_path)
    start, end = snap(router, start_m, 0), snap(router, end_m, 0)
    route = router.route(start, end)
    assert route.metres == 200
    assert length_m(route) == pytest.approx(200, abs=0.1)
    assert ends_at(route, end_m, 0)


def test_back_along_a_one_way_street_is_once_round_the_block(tmp_path: Path) -> None:
    router = block().router(tmp_path)
    early, late = snap(router, 0, 50), snap(router, 0, 150)
    assert drive_m(router, early, late) == 100
    assert drive_m(router, late, early) == 700
    route = router.route(late, early)
    assert length_m(route) == pytest.approx(700, abs=0.2)
    assert passes(route, 200, 200)
    assert ends_at(route, 0, 50)


def test_a_two_way_road_is_left_and_reached_by_both_ends(tmp_path: Path) -> None:
    ring = Map({1: (0, 0), 2: (400, 0), 3: (400, 400), 4: (0, 400)})
    ring.way(11, [1, 2])
    ring.way(12, [2, 3], maxspeed="30")
    ring.way(13, [3, 4])
    ring.way(14, [4, 1], maxspeed="30")
    router = ring.router(tmp_path)
    near_west, near_east = snap(router, 100, 0), snap(router, 300, 0)
    assert drive_m(router, near_west, snap(router, 100, 400)) == 600
    assert drive_m(router, near_east, snap(router, 300, 400)) == 600
    assert drive_m(router, snap(router, 300, 400), near_east) == 600
    assert drive_m(router, snap(router, 100, 400), near_west) == 600


def test_no_left_turn(tmp_path: Path) -> None:
    """From the west to the north only by turning round somewhere else."""
    case = cross()
    case.restrict("no_left_turn", 11, 5, 14)
    router = case.router(tmp_path)
    west, north = snap(router, -100, 0), snap(router, 0, 100)
    assert drive_m(router, west, snap(router, 100, 0)) == 200
    assert drive_m(router, west, snap(router, 0, -100)) == 200
    assert drive_m(router, snap(router, 100, 0), north) == 200
    # Into another arm, round at its end, and back.
    route = router.route(west, north)
    assert route.metres == 100 + 600 + 100
    assert length_m(route) == pytest.approx(800, abs=0.2)


def test_only_straight_on(tmp_path: Path) -> None:
    case = cross()
    case.restrict("only_straight_on", 11, 5, 12)
    router = case.router(tmp_path)
    west = snap(router, -100, 0)
    assert drive_m(router, west, snap(router, 100, 0)) == 200
    for x_m, y_m in ((0, 100), (0, -100)):
        route = router.route(west, snap(router, x_m, y_m))
        assert route.metres == 800
        assert passes(route, 300, 0)
    assert drive_m(router, snap(router, 0, 100), snap(router, 0, -100)) == 200


def test_restrictions_from_two_sides_do_not_mix(tmp_path: Path) -> None:
    case = cross()
    case.restrict("no_left_turn", 11, 5, 14)
    case.restrict("no_right_turn", 11, 5, 13)
    case.restrict("no_left_turn", 12, 5, 13)
    router = case.router(tmp_path)
    west, east, south, north = (snap(router, *place) for place in ((-100, 0), (100, 0), (0, -100), (0, 100)))
    points = [west, east, south, north]
    expected = [[0, 200, 1400, 800], [200, 0, 800, 200], [200, 200, 0, 200], [200, 200, 200, 0]]
    assert router.travel_matrix(points).metres.tolist() == expected


def two_junctions() -> Map:
    """From the west only straight on at node 2; then node 3, with arms of 300 m east and north."""
    case = Map({1: (-100, 0), 2: (0, 0), 3: (200, 0), 4: (0, 300), 5: (500, 0), 6: (200, 300)})
    for way, ends in {11: [1, 2], 12: [2, 3], 13: [2, 4], 14: [3, 5], 15: [3, 6]}.items():
        case.way(way, ends)
    case.restrict("only_straight_on", 11, 2, 12)
    return case


def test_turning_round_at_the_next_junction(tmp_path: Path) -> None:
    router = two_junctions().router(tmp_path)
    assert drive_m(router, snap(router, -50, 0), snap(router, 0, 100)) == 50 + 400 + 100


def test_no_turning_round_where_turns_are_restricted(tmp_path: Path) -> None:
    case = two_junctions()
    case.restrict("no_left_turn", 12, 3, 15)
    router = case.router(tmp_path)
    assert drive_m(router, snap(router, -50, 0), snap(router, 0, 100)) == 50 + 200 + 600 + 200 + 100


def test_turning_round_where_nothing_else_is_left(tmp_path: Path) -> None:
    case = two_junctions()
    case.restrict("no_left_turn", 12, 3, 15)
    case.restrict("no_straight_on", 12, 3, 14)
    router = case.router(tmp_path)
    assert drive_m(router, snap(router, -50, 0), snap(router, 0, 100)) == 50 + 400 + 100


def test_geometry_follows_the_bends(tmp_path: Path) -> None:
    case = Map({1: (0, 0), 2: (100, 50), 3: (200, -50), 4: (300, 0), 5: (300, 300)})
    case.way(11, [1, 2, 3, 4])
    case.way(12, [5, 4], maxspeed="30")
    router = case.router(tmp_path)
    route = router.route(snap(router, 0, 0), snap(router, 300, 200))
    assert passes(route, 100, 50)
    assert passes(route, 200, -50)
    assert passes(route, 300, 0)
    assert len(route.geometry) == 5
    assert length_m(route) == pytest.approx(route.metres, abs=0.6)


def test_rows_and_routes_agree(tmp_path: Path) -> None:
    router = block().router(tmp_path)
    points = [snap(router, *place) for place in ((0, 50), (0, 150), (200, 100), (100, 0), (-50, 0))]
    matrix = router.travel_matrix(points)
    assert matrix.seconds.dtype == matrix.metres.dtype == np.int32
    assert matrix.seconds.flags.c_contiguous
    for row, point in enumerate(points):
        seconds, metres = router.times_from(point, points)
        assert np.array_equal(seconds, matrix.seconds[row])
        assert np.array_equal(metres, matrix.metres[row])
        for column, other in enumerate(points):
            route = router.route(point, other)
            assert route.seconds == matrix.seconds[row, column]
            assert route.metres == matrix.metres[row, column]
            assert length_m(route) == pytest.approx(route.metres, abs=1)


def test_no_points_at_all(tmp_path: Path) -> None:
    router = block().router(tmp_path)
    assert router.travel_matrix([]).seconds.shape == (0, 0)
    assert router.times_from(snap(router, 0, 50), [])[0].shape == (0,)


def test_threads_share_a_router(tmp_path: Path) -> None:
    network = block().network(tmp_path)
    router = Router(network)
    points = [snap(router, 0, y_m) for y_m in range(10, 200, 10)]
    expected = Router(network).travel_matrix(points).seconds
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: router.travel_matrix(points).seconds, range(40)))
    assert all(np.array_equal(answer, expected) for answer in answers)


def test_points_of_another_network_are_refused(tmp_path: Path) -> None:
    router = block().router(tmp_path)
    point = snap(router, -50, 0)
    for arc in (-1, router.network.graph.arc_count, 10**9):
        with pytest.raises(ForeignPoint, match=f"arc is {arc}"):
            router.travel_matrix([point, replace(point, arc=arc)])
    with pytest.raises(ForeignPoint, match="arc"):
        router.route(point, replace(point, arc=int(router.network.graph.arc_reverse[point.arc])))
    for fraction in (-0.1, 1.1, float("nan")):
        with pytest.raises(ForeignPoint, match="fraction"):
            router.times_from(replace(point, fraction=fraction), [point])


def test_no_way_is_said(tmp_path: Path) -> None:
    """A graph is connected when built; one that is not still gets true answers."""
    here = cross().network(tmp_path).graph
    links, nodes, arcs, points = len(here.link_arc), here.node_count, here.arc_count, here.first_point[-1]
    counted_on = {
        "first_link": (here.first_link[1:], links),
        "link_arc": (here.link_arc, arcs),
        "link_head": (here.link_head, nodes),
        "node_longitude_e7": (here.node_longitude_e7, 100_000),
        "arc_head": (here.arc_head, nodes),
        "arc_reverse": (here.arc_reverse, arcs),
        "first_name_byte": (here.first_name_byte[:0], 0),
        "name_bytes": (here.name_bytes[:0], 0),
        "first_point": (here.first_point[1:], points),
        "point_longitude_e7": (here.point_longitude_e7, 100_000),
    }
    arrays = {}
    for array in fields(RoadGraph):
        first = getattr(here, array.name)
        second, further = counted_on.get(array.name, (first, 0))
        arrays[array.name] = np.append(first, (second + further).astype(first.dtype))
    twice = RoadGraph(**arrays)
    router = Router(RoadNetwork(twice))
    point = snap(router, 100, 0)
    far = router.snap(point.latitude_deg, point.longitude_deg + 0.01, 10)
    assert drive_s(router, point, far) == UNREACHABLE
    assert drive_m(router, point, far) == UNREACHABLE
    with pytest.raises(NoWay):
        router.route(point, far)


def test_warm_up_changes_no_answer(tmp_path: Path) -> None:
    router = cross().router(tmp_path)
    router.warm_up()
    assert drive_m(router, snap(router, -200, 0), snap(router, 100, 0)) == 300
