"""Changing on foot between stops of two timetables, over stairs and without."""

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from journeys.adapters.district_folder import JourneyArea, read_journey_area
from journeys.adapters.stop_walks import MOST_WALKED_M, walks_between
from journeys.application.planning import PlanJourneys, Sources
from journeys.application.question import Question, Travellers
from journeys.application.ways import Ways
from journeys.domain.journey import Journey, Mode
from journeys.domain.places import Point
from little_district import FEED, write_feed, write_map
from rail_town import FAR, TRAIN, WEST, leaving
from routing_core.places import gazetteer
from routing_core.places.osm import read_places
from routing_core.roads.build import build_graph
from routing_core.roads.network import RoadNetwork
from routing_core.roads.osm import read_streets
from routing_core.roads.profile import load_profile
from timetable.transit.source import read_source

BUS = {
    **FEED,
    "stops.txt": "stop_id,stop_name,stop_lat,stop_lon\nw,Westend,53.5001,13.2001\nu,Unten,53.5001,13.2200\n"
    "n,Nirgends,,\n",
    "stop_times.txt": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    "t1,08:00:00,08:00:00,w,1\nt1,08:05:00,08:05:00,u,2\n",
}
RAIL = {
    **TRAIN,
    "stops.txt": "stop_id,stop_name,stop_lat,stop_lon\ne,Oben,53.5041,13.2200\nc,Großstadt,53.5200,13.5000\n",
}
ROADS = {"roads": "car", "roads_walk": "walk", "roads_wheelchair": "wheelchair"}


class Nothing:
    """No rides, and no prices."""

    def covered(self, start: Point, ends: object) -> list[bool]:  # noqa: ARG002
        return [False for _ in list(ends)]  # type: ignore[call-overload]

    def offers(self, wishes: object) -> list[None]:
        return [None for _ in list(wishes)]  # type: ignore[call-overload]

    def release(self, offers: object) -> None:
        pass

    def quotes(self, journeys: object, *_: object) -> list[None]:
        return [None for _ in list(journeys)]  # type: ignore[call-overload]


def with_stairs(extract: Path) -> Path:
    """The map, with stairs up from the middle of the southern street to the one above."""
    tree = ET.parse(extract)  # noqa: S314 # our own
    way = ET.SubElement(tree.getroot(), "way", id="200", version="1")
    for node in ("5", "14"):
        ET.SubElement(way, "nd", ref=node)
    ET.SubElement(way, "tag", k="highway", v="steps")
    tree.write(extract)
    return extract


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stairs")
    extract = with_stairs(write_map(folder / "map.osm"))
    write_feed(folder / "bus.gtfs.zip", BUS)
    write_feed(folder / "rail.gtfs.zip", RAIL)
    for name, profile in ROADS.items():
        graph, _ = build_graph(read_streets(extract, load_profile(profile)))
        RoadNetwork(graph).save(folder / name, {})
    gazetteer.save_places(read_places(extract), folder / gazetteer.FILE)
    return folder


@pytest.fixture(scope="module")
def area(folder: Path) -> JourneyArea:
    return read_journey_area(folder, folder / "var")


def asked(area: JourneyArea, question: Question) -> tuple[Journey, ...]:
    nothing = Nothing()
    sources = Sources(
        area.scheduled, area.walking, area.wheeling, area.driving, area.cycling, nothing, nothing
    )
    return PlanJourneys(sources)(question).journeys


def test_one_walks_from_the_bus_of_one_timetable_to_the_train_of_another(area: JourneyArea) -> None:
    (journey,) = asked(area, leaving(WEST, FAR, "07:50"))
    bus, walk, train = [leg for leg in journey.legs if leg.length_m > 50 or leg.mode is not Mode.WALK]
    assert (bus.mode, walk.mode, train.mode) == (Mode.TRANSIT, Mode.WALK, Mode.TRANSIT)
    assert (bus.end.label, train.start.label) == ("Unten", "Oben")
    # 445 m of stairs at 2.5 km/h, and the few metres beside.
    assert walk.arrive_s - walk.depart_s == pytest.approx(641 + 20, abs=30)


def test_nobody_in_a_wheelchair_is_sent_up_the_stairs(area: JourneyArea) -> None:
    question = replace(leaving(WEST, FAR, "07:50"), travellers=Travellers(0, wheelchairs=1))
    assert asked(area, question) == ()
    lower, upper = Point(53.5001, 13.2190), Point(53.5041, 13.2190)
    up = replace(question, start=lower, goal=upper, max_walk_m=5000)
    assert [leg.length_m for leg in asked(area, up)[0].legs] == pytest.approx([2900], abs=100)
    on_foot = replace(up, travellers=Travellers(1))
    assert [leg.length_m for leg in asked(area, on_foot)[0].legs] == pytest.approx([578], abs=30)


def test_a_stop_without_a_place_and_stops_too_far_away_are_not_walked_to(area: JourneyArea) -> None:
    stops = area.scheduled.timetable.stop_index
    assert {"bus:n", "bus:u", "rail:e"} <= stops.keys()
    train, city = stops["rail:e"], stops["rail:c"]
    assert list(area.walking.between_stops([train, city], MOST_WALKED_M)) == []


def test_beyond_the_map_one_changes_from_feed_to_feed_by_guess(area: JourneyArea, folder: Path) -> None:
    sources = [read_source(folder / f"{name}.gtfs.zip", f"{name}:") for name in ("bus", "rail")]
    none = np.full(len(area.scheduled.latitude_deg), 10.0)
    latitude_deg = np.array([10.0, 10.1, np.nan, 10.1018, 10.3])
    # Both stops are on no road; 200 m lie between them.
    beyond = Ways(Mode.WALK, area.walking.router, latitude_deg, none)
    walks = walks_between(sources, beyond, may_guess=True)
    assert sorted(zip(walks.from_stop, walks.to_stop, strict=True)) == [(1, 3), (3, 1)]
    assert walks.seconds.tolist() == pytest.approx([200 * 1.3 / 1.2] * 2, abs=2)
    assert len(walks_between(sources, beyond, may_guess=False).seconds) == 0
    (both,) = [read_source(folder / "bus.gtfs.zip", "")]
    assert (
        len(walks_between([both], Ways(Mode.WALK, area.walking.router, none, none), may_guess=True)[0]) == 0
    )


def test_other_roads_make_another_timetable(folder: Path, area: JourneyArea, tmp_path: Path) -> None:
    kept = {path.name for path in (folder / "var").glob("timetable-*.bin")}
    assert len(kept) == 1
    read_journey_area(folder, folder / "var")
    assert {path.name for path in (folder / "var").glob("timetable-*.bin")} == kept
    for name in (*ROADS, gazetteer.FILE, "bus.gtfs.zip", "rail.gtfs.zip"):
        (tmp_path / name).symlink_to(folder / ("roads" if name in ROADS else name))
    other = read_journey_area(tmp_path, folder / "var")
    assert len(list((folder / "var").glob("timetable-*.bin"))) == 2
    question = leaving(WEST, FAR, "07:50")
    assert asked(area, question) != asked(other, question) == ()
