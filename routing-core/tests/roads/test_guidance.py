"""What a driver is told."""

from pathlib import Path

import pytest
from road_cases import Map, snap
from routing_core.roads.errors import UnknownLanguage
from routing_core.roads.guidance import LANGUAGES, Instruction
from routing_core.roads.router import Router


def told(router: Router, origin: tuple[float, float], destination: tuple[float, float]) -> list[Instruction]:
    route = router.route(snap(router, *origin), snap(router, *destination))
    return list(router.instructions(route, "en"))


def crossing() -> Map:
    """Village Street from west to east over a crossing; a lane north, one south-east, and a track's end."""
    roads = Map({1: (-300, 0), 2: (0, 0), 3: (300, 0), 4: (0, 300), 5: (100, -250), 6: (-100, 300)})
    roads.way(11, [1, 2, 3], name="Village Street")
    roads.way(12, [2, 4], name="North Lane")
    roads.way(13, [2, 5], name="South Lane")
    roads.way(14, [4, 6], name="Field Lane")
    return roads


@pytest.mark.parametrize(
    ("destination", "kind", "text"),
    [
        ((0, 200), "left", "Turn left onto North Lane"),
        ((80, -200), "right", "Turn right onto South Lane"),
    ],
)
def test_turns_at_a_crossing(tmp_path: Path, destination: tuple[float, float], kind: str, text: str) -> None:
    depart, turn, arrive = told(crossing().router(tmp_path), (-200, 0), destination)
    assert (depart.kind, depart.text) == ("depart", "Drive off to the east on Village Street")
    assert (turn.kind, turn.text) == (kind, text)
    assert (arrive.kind, arrive.text, arrive.metres) == ("arrive", "You have arrived", 0)
    assert depart.metres == 200


def test_turns_are_told_apart_by_how_sharp_they_are(tmp_path: Path) -> None:
    roads = Map({1: (-300, 0), 2: (0, 0), 3: (300, 0), 4: (200, 170), 5: (250, -250)})
    roads.way(11, [1, 2, 3])
    roads.way(12, [2, 4])
    roads.way(13, [2, 5])
    router = roads.router(tmp_path)
    ways = {
        "slight_left": ((-200, 0), (150, 128)),
        "slight_right": ((-200, 0), (200, -200)),
        "sharp_right": ((200, -200), (200, 0)),
        "sharp_left": ((200, 0), (200, -200)),
        "left": ((150, 128), (200, -200)),
    }
    assert {kind: told(router, *ends)[1].kind for kind, ends in ways.items()} == {kind: kind for kind in ways}


def test_straight_on_over_a_crossing_nothing_is_told(tmp_path: Path) -> None:
    depart, arrive = told(crossing().router(tmp_path), (-200, 0), (200, 0))
    assert (depart.metres, arrive.metres) == (400, 0)


def test_a_new_name_straight_on_is_told_without_a_turn(tmp_path: Path) -> None:
    roads = Map({1: (-300, 0), 2: (0, 0), 3: (300, 0), 4: (0, 300)})
    roads.way(11, [1, 2], name="Village Street")
    roads.way(12, [2, 3], name="Mill Street")
    roads.way(13, [2, 4], name="North Lane")
    _, onward, _ = told(roads.router(tmp_path), (-200, 0), (200, 0))
    assert (onward.kind, onward.text) == ("continue", "Go on along Mill Street")


def bend() -> Map:
    """Three streets that go over into one another with nothing branching off, and a nameless bit."""
    roads = Map({1: (-300, 0), 2: (0, 0), 3: (0, 200), 4: (100, 200), 5: (400, 200)})
    roads.way(11, [1, 2], name="Village Street")
    roads.way(12, [2, 3], name="Mill Street")
    roads.way(13, [3, 4])
    roads.way(14, [4, 5], name="Field Lane")
    return roads


@pytest.mark.parametrize(
    ("ends", "names", "metres"),
    [
        (((-200, 0), (300, 200)), ["Village Street", "Mill Street", "Field Lane", ""], [200, 300, 200, 0]),
        (((300, 200), (-200, 0)), ["Field Lane", "Mill Street", "Village Street", ""], [300, 200, 200, 0]),
        (((0, 100), (300, 200)), ["Mill Street", "Field Lane", ""], [200, 200, 0]),
        (((0, 50), (0, 150)), ["Mill Street", ""], [100, 0]),
        (((50, 200), (80, 200)), ["", ""], [30, 0]),
        (((0, 100), (0, 100)), ["Mill Street", ""], [0, 0]),
    ],
)
def test_a_street_that_becomes_another_one_is_called_by_both_names(
    tmp_path: Path, ends: tuple[tuple[float, float], ...], names: list[str], metres: list[int]
) -> None:
    router = bend().router(tmp_path)
    assert router.network.graph.arc_count == 2
    origin, destination = ends
    instructions = told(router, origin, destination)
    assert [one.name for one in instructions] == names
    assert [one.metres for one in instructions] == pytest.approx(metres, abs=1)
    assert {one.kind for one in instructions[1:-1]} <= {"continue"}
    assert sum(one.metres for one in instructions) == pytest.approx(
        router.route(snap(router, *origin), snap(router, *destination)).metres, abs=2
    )


def test_exits_of_a_roundabout_are_counted(tmp_path: Path) -> None:
    ring = {1: (20, 0), 2: (0, 20), 3: (-20, 0), 4: (0, -20)}
    roads = Map({**ring, 5: (300, 0), 6: (0, 300), 7: (-300, 0), 8: (0, -300)})
    roads.way(11, [1, 2, 3, 4, 1], junction="roundabout", oneway="yes")
    for way, name in enumerate(("East Road", "North Road", "West Road", "South Road"), start=1):
        roads.way(20 + way, [way, way + 4], name=name)
    router = roads.router(tmp_path)
    for destination, exit_number, name in (
        ((200, 0), 1, "East Road"),
        ((0, 200), 2, "North Road"),
        ((-200, 0), 3, "West Road"),
    ):
        _, roundabout, _ = told(router, (0, -200), destination)
        assert (roundabout.kind, roundabout.exit_number, roundabout.name) == ("roundabout", exit_number, name)
        assert roundabout.text == f"At the roundabout take exit {exit_number} onto {name}"


def test_ferries_are_told(tmp_path: Path) -> None:
    roads = Map({1: (-300, 0), 2: (0, 0), 3: (500, 0), 4: (800, 0)})
    lake = {"route": "ferry", "motor_vehicle": "yes", "duration": "00:10", "name": "Lake Ferry"}
    roads.way(11, [1, 2])
    roads.way(12, [2, 3], lake)
    roads.way(13, [3, 4])
    texts = [one.text for one in told(roads.router(tmp_path), (-200, 0), (700, 0))]
    assert texts == ["Drive off to the east", "Take the ferry Lake Ferry", "You have arrived"]


def test_every_language_says_the_same_things_and_others_are_refused(tmp_path: Path) -> None:
    router = crossing().router(tmp_path)
    route = router.route(snap(router, -200, 0), snap(router, 0, 200))
    by_language = [router.instructions(route, language) for language in LANGUAGES]
    assert len({tuple(one.kind for one in told) for told in by_language}) == 1
    assert len({told[1].text for told in by_language}) == len(LANGUAGES)
    with pytest.raises(UnknownLanguage, match="'la'"):
        router.instructions(route, "la")


def test_lengths_add_up(tmp_path: Path) -> None:
    router = crossing().router(tmp_path)
    route = router.route(snap(router, -200, 0), snap(router, -50, 300))
    instructions = router.instructions(route, "de")
    assert abs(sum(one.metres for one in instructions) - route.metres) <= len(instructions)
    assert route.seconds <= sum(one.seconds for one in instructions) <= route.seconds + len(instructions)
