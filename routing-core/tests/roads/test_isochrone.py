"""What can be reached within a time."""

from pathlib import Path

import numpy as np
import pytest
import shapely
from road_cases import RESIDENTIAL_KMH, Map, degrees, snap
from routing_core.roads.changes import RoadChange
from routing_core.roads.isochrone import Isochrone
from routing_core.roads.router import Router

METRES_PER_SECOND = RESIDENTIAL_KMH / 3.6


@pytest.fixture
def router(tmp_path: Path) -> Router:
    """Four arms of a kilometre."""
    cross = Map({1: (-1000, 0), 2: (1000, 0), 3: (0, -1000), 4: (0, 1000), 5: (0, 0)})
    for way, end in enumerate((1, 2, 3, 4), start=11):
        cross.way(way, [end, 5])
    return cross.router(tmp_path)


def contains(router: Router, found: Isochrone, x_m: float, y_m: float) -> bool:
    latitude_deg, longitude_deg = degrees(x_m, y_m)
    return bool(found.area(router.network.graph, 20).contains(shapely.Point(longitude_deg, latitude_deg)))


def test_what_lies_within_the_time_is_reached_and_nothing_else(router: Router) -> None:
    reach_m = 60 * METRES_PER_SECOND
    found = router.isochrone(snap(router, -300, 0), 60)
    for x_m, y_m, beyond in ((1, 0, -300), (0, 1, 0), (0, -1, 0)):
        left_m = reach_m + beyond if x_m else reach_m - 300
        assert contains(router, found, x_m * (left_m - 5), y_m * (left_m - 5))
        assert not contains(router, found, x_m * (left_m + 40), y_m * (left_m + 40))
    assert contains(router, found, -300 - reach_m + 5, 0)
    assert not contains(router, found, -300, 60)


def test_its_stretches_end_where_the_travel_times_do(router: Router) -> None:
    origin = snap(router, -300, 0)
    graph = router.network.graph
    whole = {leg.arc for leg in router.isochrone(origin, 600).stretches if leg.end_fraction == 1}
    assert whole >= set(range(graph.arc_count)) - {origin.arc, int(graph.arc_reverse[origin.arc])}
    for seconds in (10, 30, 60, 120):
        for leg in router.isochrone(origin, seconds).stretches:
            assert 0 <= leg.start_fraction <= leg.end_fraction <= 1


def test_no_time_reaches_nothing_and_a_closed_road_is_none(router: Router) -> None:
    origin = snap(router, -300, 0)
    assert all(leg.start_fraction == leg.end_fraction for leg in router.isochrone(origin, 0).stretches)
    arc = snap(router, 0, 500).arc
    both = [arc, int(router.network.graph.arc_reverse[arc])]
    found = router.with_changes([RoadChange(both)]).isochrone(origin, 600)
    assert not {leg.arc for leg in found.stretches} & set(both)
    assert np.isfinite(shapely.bounds(found.area(router.network.graph, 20))).all()
