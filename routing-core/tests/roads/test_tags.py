from collections.abc import Mapping

import pytest
from routing_core.roads.profile import load_profile
from routing_core.roads.tags import RoadUse, blocks, road_use, speed_limit_kmh

CAR = load_profile("car")


def road(**tags: str) -> RoadUse:
    read = road_use({key.replace("__", ":"): value for key, value in tags.items()}, CAR)
    assert read is not None
    return read


@pytest.mark.parametrize(
    ("text", "kmh"),
    [
        ("50", 50.0),
        (" 70 ", 70.0),
        ("30 km/h", 30.0),
        ("30 mph", 48.28032),
        ("DE:urban", 50.0),
        ("DE:rural", 100.0),
        ("DE:30", 30.0),
        ("DE:zone30", 30.0),
        ("DE:zone:20", 20.0),
        ("walk", 7.0),
        ("none", 1000.0),
        ("", None),
        ("0", None),
        ("fast", None),
        ("30|50", None),
        ("²", None),
    ],
)
def test_speed_limits(text: str, kmh: float | None) -> None:
    assert speed_limit_kmh(text) == (None if kmh is None else pytest.approx(kmh))


@pytest.mark.parametrize(
    ("tags", "kmh"),
    [
        ({"highway": "residential"}, 28.0),
        ({"highway": "residential", "maxspeed": "50"}, 42.5),
        ({"highway": "secondary", "source:maxspeed": "DE:urban"}, 42.5),
        ({"highway": "secondary", "maxspeed": "70", "source:maxspeed": "DE:rural"}, 59.5),
        ({"highway": "motorway", "maxspeed": "none"}, 100.0),
        ({"highway": "living_street"}, 7.0),
        ({"highway": "residential", "maxspeed": "walk"}, 7.0),
        ({"highway": "unclassified", "surface": "cobblestone"}, 30.0),
        ({"highway": "residential", "surface": "cobblestone"}, 28.0),
        ({"highway": "track", "tracktype": "grade1"}, 25.0),
        ({"highway": "track", "tracktype": "grade2"}, 15.0),
        ({"highway": "service", "service": "driveway"}, 10.0),
        ({"highway": "residential", "access": "destination"}, 10.0),
    ],
)
def test_speeds_are_imputed_and_capped(tags: Mapping[str, str], kmh: float) -> None:
    read = road_use(tags, CAR)
    assert read is not None
    assert read.forward_kmh == pytest.approx(kmh)


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {"highway": "footway"},
        {"highway": "construction"},
        {"highway": "residential", "area": "yes"},
        {"highway": "residential", "access": "no"},
        {"highway": "residential", "access": "private"},
        {"highway": "residential", "motor_vehicle": "agricultural"},
        {"highway": "residential", "motorcar": "no", "access": "yes"},
        {"highway": "track"},
        {"highway": "track", "tracktype": "grade4"},
        {"highway": "service", "service": "parking_space"},
        {"highway": "primary", "oneway": "reversible"},
    ],
)
def test_closed_to_cars(tags: Mapping[str, str]) -> None:
    assert road_use(tags, CAR) is None


def test_the_most_specific_access_decides() -> None:
    assert road_use({"highway": "residential", "access": "no", "motor_vehicle": "yes"}, CAR) is not None
    assert road_use({"highway": "residential", "vehicle": "no", "motorcar": "permissive"}, CAR) is not None


@pytest.mark.parametrize(
    ("tags", "forward", "backward"),
    [
        ({"highway": "residential"}, True, True),
        ({"highway": "residential", "oneway": "yes"}, True, False),
        ({"highway": "residential", "oneway": "-1"}, False, True),
        ({"highway": "residential", "junction": "roundabout"}, True, False),
        ({"highway": "residential", "junction": "roundabout", "oneway": "no"}, True, True),
        ({"highway": "motorway"}, True, False),
        ({"highway": "motorway_link"}, True, True),
        ({"highway": "residential", "oneway": "no"}, True, True),
    ],
)
def test_directions(tags: Mapping[str, str], *, forward: bool, backward: bool) -> None:
    read = road_use(tags, CAR)
    assert read is not None
    assert (read.forward_kmh > 0, read.backward_kmh > 0) == (forward, backward)


def test_each_direction_has_its_own_limit() -> None:
    read = road(highway="primary", maxspeed__forward="100", maxspeed__backward="60")
    assert read.forward_kmh == pytest.approx(85.0)
    assert read.backward_kmh == pytest.approx(51.0)


def test_nobody_boards_at_a_motorway() -> None:
    assert not road(highway="motorway").boardable
    assert not road(highway="trunk_link").boardable
    assert road(highway="primary").boardable


@pytest.mark.parametrize(
    ("tags", "blocked"),
    [
        ({"barrier": "bollard"}, True),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, False),
        ({"barrier": "gate"}, False),
        ({"barrier": "gate", "access": "private"}, True),
        ({"barrier": "gate", "access": "customers"}, False),
        ({"highway": "crossing"}, False),
    ],
)
def test_barriers(tags: Mapping[str, str], *, blocked: bool) -> None:
    assert blocks(tags, CAR) is blocked
