"""Ways of trucks: by their own graph, slower and on fewer roads without a driver."""

from pathlib import Path

import numpy as np
import pytest
from routing_core.travel import UNREACHABLE
from waste.adapters.truck_roads import GraphRoads, VehicleKind
from waste.application.ports_planning import RoadPlace
from waste.domain.errors import WrongFieldError

DEMO = Path(__file__).parents[3] / "data" / "demo"
PLACES = [RoadPlace(53.5714, 13.2802), RoadPlace(53.5587, 13.2596, curb=True), RoadPlace(53.5649, 13.2740)]


@pytest.fixture(scope="module")
def roads() -> GraphRoads:
    graph = DEMO / "roads_truck"
    return GraphRoads(
        {
            "truck": VehicleKind(graph),
            "slow": VehicleKind(graph, top_kmh=15.0),
            "barred": VehicleKind(graph, closed_highways=frozenset({"residential", "service"})),
            "car": VehicleKind(DEMO / "roads"),
        }
    )


def test_a_truck_drives_longer_than_a_car_and_a_slow_one_longer_still(roads: GraphRoads) -> None:
    car, truck, slow = (roads.matrix(kind, PLACES) for kind in ("car", "truck", "slow"))
    apart = ~np.eye(len(PLACES), dtype=np.bool_)
    assert (truck.seconds[apart] > car.seconds[apart]).all()
    assert (slow.seconds[apart] > truck.seconds[apart]).all()
    assert (slow.seconds[apart] >= slow.metres[apart] / 15 * 3.6 * 0.99).all()
    assert (np.diag(truck.seconds) == 0).all()


def test_closed_roads_are_not_used_at_all(roads: GraphRoads) -> None:
    open_, barred = roads.matrix("truck", PLACES), roads.matrix("barred", PLACES)
    assert (barred.seconds >= open_.seconds).all()
    assert (barred.seconds >= UNREACHABLE).any()


@pytest.mark.parametrize(
    ("kind", "place", "told"),
    [
        ("tram", PLACES[0], "kind is 'tram': must be one of barred, car, slow, truck"),
        ("truck", RoadPlace(53.44, 13.12), "for vehicles of kind truck"),
    ],
)
def test_unknown_kinds_and_places_without_roads_are_refused(
    roads: GraphRoads, kind: str, place: RoadPlace, told: str
) -> None:
    with pytest.raises(WrongFieldError, match=told):
        roads.matrix(kind, [place])


def test_a_kind_that_cannot_drive_is_refused() -> None:
    with pytest.raises(WrongFieldError, match="closed_highways is 'canal'"):
        VehicleKind(DEMO, closed_highways=frozenset({"canal"}))
    with pytest.raises(WrongFieldError, match=r"top_kmh is 0\.0"):
        VehicleKind(DEMO, top_kmh=0.0)
