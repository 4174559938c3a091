"""What is stored is mapped: processes that drive on the same roads hold them in memory once."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
from road_cases import Map, drive_s, snap
from routing_core.roads.changes import RoadChange
from routing_core.roads.elimination import Hierarchy
from routing_core.roads.graph import RoadGraph
from routing_core.roads.network import RoadNetwork
from routing_core.roads.router import Router

SMAPS = Path("/proc/self/smaps")
LINE = re.compile(
    r"^[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \d+ *(?P<path>.*)$|^(?P<key>\w+): +(?P<kib>\d+) kB$", re.MULTILINE
)


def held_kib(folder: Path) -> dict[str, dict[str, int]]:
    """For each file below the folder that this process has mapped, what the kernel says of its pages."""
    held: dict[str, dict[str, int]] = {}
    pages: dict[str, int] = {}
    for found in LINE.finditer(SMAPS.read_text()):
        if found["key"] is None:
            # What belongs to no file has no path, and its pages are not those of the file before.
            path = Path(found["path"])
            pages = held.setdefault(path.stem, {}) if path.is_relative_to(folder) else {}
        else:
            pages[found["key"]] = pages.get(found["key"], 0) + int(found["kib"])
    return held


@pytest.mark.skipif(not SMAPS.exists(), reason="the kernel does not tell of its pages")
def test_driving_copies_no_page_of_the_stored_roads(tmp_path: Path) -> None:
    side = range(12)
    town = Map({100 * x + y: (x * 90, y * 90) for x in side for y in side})
    for number in side:
        town.way(1000 + number, [100 * number + y for y in side])
        town.way(2000 + number, [100 * x + number for x in side])
    folder = tmp_path / "roads"
    town.network(tmp_path).save(folder, {"source": "made up"})

    router = Router(RoadNetwork.load(folder))
    origin, destination = snap(router, 10, 0), snap(router, 980, 990)
    usual_s = drive_s(router, origin, destination)
    slow = router.with_changes([RoadChange(range(len(router.network.graph.arc_ms)), 0.5)])
    assert drive_s(slow, origin, destination) == pytest.approx(2 * usual_s, abs=2)
    assert router.route(origin, destination).seconds == usual_s
    router.travel_matrix([origin, destination])

    held = held_kib(folder)
    assert {field.name for kind in (RoadGraph, Hierarchy) for field in fields(kind)} <= held.keys()
    # A page that is written to is copied, and is the process's own from then on.
    assert {name: pages["Anonymous"] for name, pages in held.items() if pages["Anonymous"]} == {}

    router.network.graph.arc_ms[0] += 1
    assert held_kib(folder)["arc_ms"]["Anonymous"] > 0
