"""The rules of the profiles, on tags and on tiny maps."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from road_cases import RESIDENTIAL, Map, drive_m, drive_s, snap
from routing_core.roads.build import build_graph
from routing_core.roads.errors import BadProfile, BrokenExtract
from routing_core.roads.network import RoadNetwork
from routing_core.roads.osm import read_streets
from routing_core.roads.profile import OWN_PROFILES, Limits, load_profile
from routing_core.roads.router import Router
from routing_core.roads.tags import blocks, duration_s, exceeds, ferry_use, quantity, road_use

STREET = {"highway": "residential"}
PROFILES = {name: load_profile(name) for name in OWN_PROFILES}
Tags = Mapping[str, str]


def router_for(name: str, case: Map, folder: Path) -> Router:
    return Router(RoadNetwork(build_graph(read_streets(case.save(folder), PROFILES[name]))[0]))


@pytest.mark.parametrize(
    ("tags", "allowed"),
    [
        (STREET, "car minibus waste_truck walk wheelchair bike"),
        ({"highway": "motorway"}, "car minibus waste_truck"),
        ({"highway": "trunk"}, "car minibus waste_truck"),
        ({"highway": "trunk", "foot": "yes"}, "car minibus waste_truck walk wheelchair"),
        ({"highway": "footway"}, "walk wheelchair bike"),
        ({"highway": "footway", "bicycle": "no"}, "walk wheelchair"),
        ({"highway": "cycleway"}, "bike"),
        ({"highway": "cycleway", "foot": "designated"}, "walk wheelchair bike"),
        ({"highway": "steps"}, "walk"),
        ({"highway": "steps", "foot": "yes"}, "walk"),
        ({"highway": "path"}, "walk bike"),
        ({"highway": "path", "foot": "designated"}, "walk wheelchair bike"),
        ({"highway": "footway", "wheelchair": "no"}, "walk bike"),
        ({"highway": "footway", "surface": "sand"}, "walk bike"),
        ({"highway": "bridleway", "foot": "yes"}, "walk"),
        ({**STREET, "access": "private"}, ""),
        ({**STREET, "vehicle": "no"}, "walk wheelchair"),
        ({**STREET, "motor_vehicle": "no"}, "walk wheelchair bike"),
        ({**STREET, "motor_vehicle": "no", "psv": "yes"}, "minibus walk wheelchair bike"),
        ({**STREET, "hgv": "no"}, "car minibus walk wheelchair bike"),
        ({**STREET, "hgv": "destination"}, "car minibus waste_truck walk wheelchair bike"),
        ({**STREET, "bicycle": "dismount"}, "car minibus waste_truck walk wheelchair bike"),
        ({**STREET, "maxweight": "7.5"}, "car minibus walk wheelchair bike"),
        ({**STREET, "maxweight": "3.5 t"}, "car walk wheelchair bike"),
        ({**STREET, "maxweight": "32"}, "car minibus waste_truck walk wheelchair bike"),
        ({**STREET, "maxaxleload": "8"}, "car minibus walk wheelchair bike"),
        ({**STREET, "maxheight": "3.5"}, "car minibus walk wheelchair bike"),
        ({**STREET, "maxheight": "2.1 m"}, "car walk wheelchair bike"),
        ({**STREET, "maxwidth": "2"}, "car walk wheelchair bike"),
        ({**STREET, "maxlength": "10"}, "car minibus walk wheelchair bike"),
        ({**STREET, "maxheight": "default"}, "car minibus waste_truck walk wheelchair bike"),
        ({"highway": "track"}, "walk"),
        ({"highway": "track", "tracktype": "grade2"}, "car minibus waste_truck walk wheelchair bike"),
        ({"highway": "track", "tracktype": "grade4"}, "walk bike"),
        ({"highway": "construction"}, ""),
    ],
)
def test_who_may_go_where(tags: Tags, allowed: str) -> None:
    found = [name for name, profile in PROFILES.items() if road_use(tags, profile) is not None]
    assert found == allowed.split()


@pytest.mark.parametrize(
    ("profile", "tags", "forward", "backward"),
    [
        ("car", {"oneway": "yes"}, True, False),
        ("walk", {"oneway": "yes"}, True, True),
        ("walk", {"oneway:foot": "yes"}, True, False),
        ("walk", {"junction": "roundabout"}, True, True),
        ("bike", {"oneway": "yes"}, True, False),
        ("bike", {"oneway": "yes", "oneway:bicycle": "no"}, True, True),
        ("bike", {"oneway": "yes", "cycleway": "opposite_lane"}, True, True),
        ("car", {"oneway": "yes", "cycleway": "opposite_lane"}, True, False),
        ("waste_truck", {"oneway": "-1"}, False, True),
    ],
)
def test_directions(profile: str, tags: Tags, *, forward: bool, backward: bool) -> None:
    use = road_use({**STREET, **tags}, PROFILES[profile])
    assert use is not None
    assert (use.forward_kmh > 0, use.backward_kmh > 0) == (forward, backward)


@pytest.mark.parametrize(
    ("profile", "tags", "kmh"),
    [
        ("car", {"highway": "residential", "maxspeed": "50"}, 42.5),
        ("waste_truck", {"highway": "residential", "maxspeed": "50"}, 37.5),
        ("waste_truck", {"highway": "motorway"}, 80.0),
        ("walk", {"highway": "residential", "maxspeed": "30"}, 5.0),
        ("walk", {"highway": "steps"}, 2.5),
        ("bike", {"highway": "residential", "maxspeed": "30"}, 16.0),
        ("bike", {"highway": "footway"}, 4.0),
        ("bike", {"highway": "footway", "bicycle": "yes"}, 11.0),
        ("bike", {"highway": "cycleway", "bicycle": "dismount"}, 4.0),
        ("bike", {"highway": "residential", "surface": "cobblestone"}, 11.0),
    ],
)
def test_speeds(profile: str, tags: Tags, kmh: float) -> None:
    use = road_use(tags, PROFILES[profile])
    assert use is not None
    assert use.forward_kmh == pytest.approx(kmh)


def test_a_truck_turns_round_only_where_there_is_room() -> None:
    truck, car = PROFILES["waste_truck"], PROFILES["car"]
    for tags, room in (
        (STREET, False),
        ({**STREET, "width": "10"}, True),
        ({**STREET, "width": "wide"}, False),
        ({"highway": "motorway"}, True),
    ):
        use, by_car = road_use(tags, truck), road_use(tags, car)
        assert use is not None
        assert by_car is not None
        assert use.turns_round is room
        assert by_car.turns_round


@pytest.mark.parametrize(
    ("tags", "blocked"),
    [
        ({"barrier": "bollard"}, "car minibus waste_truck"),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, ""),
        ({"barrier": "gate", "access": "private"}, "car minibus waste_truck walk wheelchair bike"),
        ({"barrier": "gate", "access": "private", "foot": "yes"}, "car minibus waste_truck bike"),
        ({"barrier": "stile"}, "car minibus waste_truck wheelchair bike"),
        ({"barrier": "cycle_barrier", "bicycle": "dismount"}, "car minibus waste_truck wheelchair"),
        ({"barrier": "height_restrictor", "maxheight": "2.5"}, "minibus waste_truck"),
        ({"traffic_calming": "choker", "maxwidth": "2.2"}, "waste_truck"),
        ({"barrier": "kerb"}, ""),
    ],
)
def test_barriers(tags: Tags, blocked: str) -> None:
    assert [name for name, profile in PROFILES.items() if blocks(tags, profile)] == blocked.split()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7.5", 7.5),
        ("7.5 t", 7.5),
        ("3500 kg", 3.5),
        ("3.8m", 3.8),
        ("380 cm", 3.8),
        ("12'", 3.6576),
        ("12'6\"", 3.81),
        ("default", None),
        ("", None),
        ("3,5", None),
        ("5 st", None),
    ],
)
def test_quantities(text: str, value: float | None) -> None:
    assert quantity(text) == (None if value is None else pytest.approx(value))


def test_a_limit_as_large_as_the_vehicle_does_not_stop_it() -> None:
    assert not exceeds({"maxweight": "26"}, Limits(weight_t=26.0))
    assert exceeds({"maxweight": "25.9"}, Limits(weight_t=26.0))
    assert not exceeds({"maxweight": "1"}, Limits(height_m=4.0))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("25", 1500.0),
        ("00:20", 1200.0),
        ("01:30", 5400.0),
        ("00:12:30", 750.0),
        ("PT20M", 1200.0),
        ("PT1H5M", 3900.0),
        ("PT", None),
        ("", None),
        ("0", None),
        ("soon", None),
    ],
)
def test_durations(text: str, seconds: float | None) -> None:
    assert duration_s(text) == seconds


def test_who_is_taken_by_a_ferry() -> None:
    line = {"route": "ferry"}
    taken = [name for name, profile in PROFILES.items() if ferry_use(line, profile, 100.0) is not None]
    assert taken == ["walk", "wheelchair", "bike"]
    with_cars = {**line, "motor_vehicle": "yes", "maxweight": "20"}
    taken = [name for name, profile in PROFILES.items() if ferry_use(with_cars, profile, 100.0) is not None]
    assert taken == ["car", "minibus", "walk", "wheelchair", "bike"]
    assert ferry_use({**line, "foot": "no"}, PROFILES["walk"], 100.0) is None


def test_a_ferry_takes_as_long_as_it_says(tmp_path: Path) -> None:
    """Two banks, a kilometre apart, and no bridge."""
    case = Map({1: (-500, 0), 2: (0, 0), 3: (1000, 0), 4: (1500, 0)})
    case.way(11, [1, 2])
    case.way(12, [2, 3], {"route": "ferry", "motor_vehicle": "yes", "duration": "00:15"})
    case.way(13, [3, 4])
    router = router_for("car", case, tmp_path)
    seconds = drive_s(router, snap(router, -100, 0), snap(router, 1100, 0))
    assert seconds == pytest.approx(900 + 200 / 42.5 * 3.6, abs=1.1)
    # Nobody gets on in the middle of the lake.
    assert snap(router, 400, 0, limit_m=500).distance_m == pytest.approx(400, abs=1)


@pytest.mark.parametrize(
    ("tags", "bar", "kept_off"),
    [
        ({}, {}, ""),
        ({"maxweight": "12"}, {}, "waste_truck"),
        ({"maxweight": "3.5"}, {}, "minibus waste_truck"),
        ({"maxweight": "7500 kg"}, {}, "waste_truck"),
        ({"maxaxleload": "8"}, {}, "waste_truck"),
        ({"maxheight": "3.5"}, {}, "waste_truck"),
        ({"maxheight": "3.8"}, {}, ""),
        ({"maxheight": "2.5"}, {}, "minibus waste_truck"),
        ({"maxheight:physical": "8'"}, {}, "minibus waste_truck"),
        ({"maxwidth": "2.3"}, {}, "waste_truck"),
        ({"maxwidth": "2"}, {}, "minibus waste_truck"),
        ({"maxlength": "10"}, {}, "waste_truck"),
        ({"maxlength": "7"}, {}, "minibus waste_truck"),
        ({"maxheight": "none"}, {}, ""),
        ({}, {"barrier": "height_restrictor", "maxheight": "2.5"}, "minibus waste_truck"),
        ({}, {"barrier": "height_restrictor", "maxheight": "4"}, ""),
    ],
)
def test_who_is_too_large_takes_the_longer_way(tmp_path: Path, tags: Tags, bar: Tags, kept_off: str) -> None:
    """A short way over a bridge, or under a bar at its middle, and a longer one round it."""
    case = Map({1: (-100, 0), 2: (0, 0), 7: (100, 0), 3: (200, 0), 4: (300, 0), 5: (0, 300), 6: (200, 300)})
    case.way(11, [1, 2])
    case.way(12, [2, 7, 3], {**RESIDENTIAL, **tags})
    case.way(13, [3, 4])
    case.way(14, [2, 5, 6, 3])
    case.node_tags[7] = bar
    for profile in ("car", "minibus", "waste_truck"):
        router = router_for(profile, case, tmp_path)
        metres = drive_m(router, snap(router, -50, 0), snap(router, 250, 0))
        assert metres == (900 if profile in kept_off.split() else 300), profile


@pytest.mark.parametrize(
    ("profile", "width", "metres"),
    [("car", "5", 450), ("waste_truck", "5", 650), ("waste_truck", "10", 450)],
)
def test_turning_round_at_a_junction(tmp_path: Path, profile: str, width: str, metres: int) -> None:
    """Only straight on from 1 to 3; back to 4 by turning round at 3, or in the dead end at 5 or 6."""
    case = Map({1: (-100, 0), 2: (0, 0), 3: (200, 0), 4: (0, 300), 5: (300, 0), 6: (200, 300)})
    for way, ends in {11: [1, 2], 12: [2, 3], 13: [2, 4], 14: [3, 5], 15: [3, 6]}.items():
        case.way(way, ends, width=width)
    case.restrict("only_straight_on", 11, 2, 12)
    router = router_for(profile, case, tmp_path)
    assert drive_m(router, snap(router, -25, 0), snap(router, 0, 25)) == metres


@pytest.mark.parametrize(
    ("tags", "metres"),
    [
        ({"restriction": "no_left_turn"}, {"car": 400, "waste_truck": 400, "bike": 100}),
        ({"restriction": "no_left_turn", "except": "hgv"}, {"car": 400, "waste_truck": 100}),
        ({"restriction:hgv": "no_left_turn"}, {"car": 100, "waste_truck": 400}),
        ({"restriction:conditional": "no_left_turn @ (Mo-Fr)"}, {"car": 100}),
    ],
)
def test_restrictions_speak_to_some(tmp_path: Path, tags: Tags, metres: Mapping[str, int]) -> None:
    """From the west to the north; otherwise round at the end of the southern arm."""
    case = Map({1: (-150, 0), 2: (150, 0), 3: (0, -150), 4: (0, 150), 5: (0, 0)})
    for way, end in enumerate((1, 2, 3, 4), start=11):
        case.way(way, [end, 5], width="5")
    members = [("way", "from", 11), ("node", "via", 5), ("way", "to", 14)]
    case.relations.append((members, {"type": "restriction", **tags}))
    for profile, expected in metres.items():
        router = router_for(profile, case, tmp_path)
        assert drive_m(router, snap(router, -50, 0), snap(router, 0, 50)) == expected


def test_a_map_without_ways_for_a_profile(tmp_path: Path) -> None:
    paths = Map({1: (0, 0), 2: (100, 0)})
    paths.way(11, [1, 2], {"highway": "footway"})
    with pytest.raises(BrokenExtract, match="'waste_truck'"):
        read_streets(paths.save(tmp_path), PROFILES["waste_truck"])
    assert read_streets(paths.save(tmp_path), PROFILES["walk"]).streets


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("extends = 'boat'", "extends is 'boat'"),
        ("extends = 'car'\nwings = 2", "wings is unknown"),
        ("extends = 'car'\ntop_kmh = 'fast'", "top_kmh is 'fast', must be a number above 0"),
        ("extends = 'car'\ntop_kmh = -1", "top_kmh is -1"),
        ("extends = 'car'\naccess_keys = 'foot'", "access_keys is 'foot'"),
        ("extends = 'car'\naccess_keys = [1]", "access_keys is 1, must be a text"),
        ("extends = 'car'\nroundabouts_are_oneway = 1", "must be true or false"),
        ("extends = 'car'\nhighways = { track = { boardable = true } }", "highways.track.kmh is missing"),
        ("extends = 'car'\nlimits = { depth_m = 1 }", "limits.depth_m is unknown"),
        ("extends = 'car'\n[[speed_bands]]\nstart = '7'\nend = '08:00'\nshares = {}", "start is '7'"),
        ("top_kmh = 5", "access_keys is missing"),
        ("top_kmh =", "Invalid value"),
    ],
)
def test_a_broken_profile_is_named(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadProfile, match=why) as caught:
        load_profile(path)
    assert caught.value.source == str(path)


def test_an_own_profile(tmp_path: Path) -> None:
    path = tmp_path / "fire_engine.toml"
    path.write_text("extends = 'car'\n[limits]\nheight_m = 3.3\n", encoding="utf-8")
    profile = load_profile(path)
    assert profile.name == "fire_engine"
    assert profile.limits == Limits(height_m=3.3)
    assert profile.highways == PROFILES["car"].highways
    with pytest.raises(BadProfile, match="nowhere"):
        load_profile(tmp_path / "nowhere.toml")
