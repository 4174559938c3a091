"""Roads that are closed, slow, or slower at some times of day."""

from pathlib import Path

import numpy as np
import pytest
from road_cases import Map, drive_m, drive_s, snap
from routing_core.roads.bands import RoutersByTime
from routing_core.roads.changes import RoadChange
from routing_core.roads.errors import BadChange, NoWay
from routing_core.roads.profile import SpeedBand
from routing_core.roads.router import Router
from routing_core.travel import UNREACHABLE


def two_ways_round() -> Map:
    """From west to east 400 m straight on, or 800 m by the north; a stub of 100 m at either end."""
    roads = Map({1: (0, 0), 2: (400, 0), 3: (0, 200), 4: (400, 200), 5: (-100, 0), 6: (500, 0)})
    roads.way(11, [1, 2])
    roads.way(12, [1, 3, 4, 2])
    roads.way(13, [5, 1])
    roads.way(14, [2, 6])
    return roads


@pytest.fixture
def router(tmp_path: Path) -> Router:
    return two_ways_round().router(tmp_path)


def arcs_at(router: Router, x_m: float, y_m: float) -> list[int]:
    """Both directions of the road at a place."""
    arc = snap(router, x_m, y_m).arc
    return [arc, int(router.network.graph.arc_reverse[arc])]


def test_a_closed_road_is_driven_round_and_the_old_router_knows_nothing(router: Router) -> None:
    ends = snap(router, -50, 0), snap(router, 450, 0)
    closed = router.with_changes([RoadChange(arcs_at(router, 200, 0))])
    assert drive_m(router, *ends) == 500
    assert drive_m(closed, *ends) == 900
    assert closed.route(*ends).metres == 900
    assert drive_m(closed.with_changes([]), *ends) == 500


def test_one_direction_may_be_closed(router: Router) -> None:
    west, east = snap(router, -50, 0), snap(router, 450, 0)
    eastwards = router.route(west, east).legs[1].arc
    closed = router.with_changes([RoadChange([eastwards])])
    assert (drive_m(closed, west, east), drive_m(closed, east, west)) == (900, 500)


def test_behind_the_only_road_there_is_no_way_and_that_is_said(router: Router) -> None:
    west, east, behind = snap(router, -50, 0), snap(router, 350, 0), snap(router, 499, 0)
    closed = router.with_changes([RoadChange(arcs_at(router, 450, 0))])
    seconds, metres = closed.times_from(west, [east, behind])
    assert seconds[0] < UNREACHABLE
    assert (seconds[1], metres[1]) == (UNREACHABLE, UNREACHABLE)
    assert closed.times([west], [behind]).tolist() == [[UNREACHABLE]]
    with pytest.raises(NoWay):
        closed.route(west, behind)


def test_the_slowest_of_several_changes_counts(router: Router) -> None:
    arcs = arcs_at(router, 200, 0)
    ends = snap(router, 100, 0), snap(router, 300, 0)
    changed = router.with_changes([RoadChange(arcs, 0.8), RoadChange(arcs, 0.5), RoadChange(arcs, 1.0)])
    usual_ms = router.network.graph.arc_ms[arcs[0]] / 2
    assert drive_s(router, *ends) == np.ceil(usual_ms / 1000)
    assert drive_s(changed, *ends) == np.ceil(usual_ms * 2 / 1000)
    assert drive_m(changed, *ends) == 200


def test_a_slow_road_is_left_where_another_is_quicker(router: Router) -> None:
    ends = snap(router, -50, 0), snap(router, 450, 0)
    arcs = arcs_at(router, 200, 0)
    assert drive_m(router.with_changes([RoadChange(arcs, 0.6)]), *ends) == 500
    assert drive_m(router.with_changes([RoadChange(arcs, 0.4)]), *ends) == 900


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (RoadChange([0], 1.5), "speed_share"),
        (RoadChange([0], -0.1), "speed_share"),
        (RoadChange([0], float("nan")), "speed_share"),
        (RoadChange([10_000]), "arcs"),
        (RoadChange([-1]), "arcs"),
    ],
)
def test_changes_that_are_none(router: Router, change: RoadChange, why: str) -> None:
    with pytest.raises(BadChange, match=why):
        router.with_changes([change])


def test_each_time_of_day_has_its_speeds(router: Router) -> None:
    band = SpeedBand("07:00", "09:00", {"residential": 0.5})
    by_time = RoutersByTime(router, [band])
    ends = snap(router, -50, 0), snap(router, 450, 0)
    usual_s = drive_s(router, *ends)
    assert drive_s(by_time.at(6 * 3600), *ends) == usual_s
    assert 2 * usual_s - 1 <= drive_s(by_time.at(8 * 3600), *ends) <= 2 * usual_s
    assert by_time.at(8 * 3600) is by_time.at(8 * 3600 + 1)
    closed = by_time.with_changes([RoadChange(arcs_at(router, 200, 0))])
    assert [drive_m(closed.at(hour * 3600), *ends) for hour in (6, 8)] == [900, 900]
    assert drive_s(closed.at(8 * 3600), *ends) > drive_s(closed.at(6 * 3600), *ends)
    with pytest.raises(BadChange, match="second_of_day"):
        by_time.at(24 * 3600)
