"""The search against a plain one that shares no code with it, on random questions over real and made-up
feeds.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from plain_transit import Feed, Found, Graph
from realtime_changes import overlay_of, random_changes
from rural_feed import FIRST_DAY, write_rural_feed
from timetable.schedule import Schedule
from timetable.transit.building import build_timetable
from timetable.transit.journeys import Journey, LegKind
from timetable.transit.query import Query, Reach
from timetable.transit.search import TransitSearch
from timetable.transit.source import read_source

DEMO = Path(__file__).parents[3] / "data" / "demo" / "timetable.gtfs.zip"
CLOCKS_GO_FORWARD = FIRST_DAY + timedelta(6)
MOST = 8
STARTS, GOALS = 34, 10
"""Of each of three worlds: 1,020 questions from one place to another."""


@dataclass
class World:
    """A feed with both searches over it; ``stops`` are asked about, ``day`` is when."""

    path: Path
    schedule: Schedule
    search: TransitSearch
    graph: Graph
    day: date
    stops: list[str]

    def at_s(self, rng: random.Random) -> int:
        """Any second of the day."""
        noon = datetime(self.day.year, self.day.month, self.day.day, 12, tzinfo=ZoneInfo("Europe/Berlin"))
        return round(noon.timestamp()) + rng.randint(-43_200, 43_200)

    def near(self, rng: random.Random) -> dict[str, int]:
        """Two stops and how far away they are."""
        return {stop: rng.randrange(600) for stop in rng.sample(self.stops, 2)}

    def reach(self, near: Mapping[str, int]) -> Reach:
        index = self.search.timetable.stop_index
        return Reach.of([index[stop] for stop in near], list(near.values()))

    def query(self, at_s: int, access: Mapping[str, int], egress: Mapping[str, int]) -> Query:
        return Query(at_s, self.reach(access), self.reach(egress), most_boardings=MOST)


@cache
def world(path: Path, day: date) -> World:
    source = read_source(path)
    assert not list(source.findings)
    graph = Graph(Feed(path), day - timedelta(2), day + timedelta(2))
    stops = sorted({call.stop for run in graph.runs for call in run.calls})
    return World(path, source.schedule, TransitSearch(build_timetable([source])), graph, day, stops)


@pytest.fixture(params=["demo", "rural", "rural when clocks change"])
def any_world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> World:
    if request.param == "demo":
        return world(DEMO, date(2021, 6, 16))
    seed, day = (1, FIRST_DAY + timedelta(2)) if request.param == "rural" else (2, CLOCKS_GO_FORWARD)
    folder = tmp_path_factory.getbasetemp() / f"rural{seed}"
    if not folder.exists():
        write_rural_feed(folder, seed)
    return world(folder, day)


def told(journeys: list[Journey], at_s: int, *, leave: bool) -> list[Found]:
    """What is compared, after every journey was found to fit together."""
    for journey in journeys:
        assert_rides_fit(journey)
    return [
        Found(at_s if leave else journey.depart_s, journey.arrive_s if leave else at_s, journey.boardings)
        for journey in journeys
    ]


def assert_rides_fit(journey: Journey) -> None:
    """Each leg begins where and not before the one before it ends."""
    assert journey.legs[0].kind is LegKind.ACCESS
    assert journey.legs[-1].kind is LegKind.EGRESS
    for before, after in zip(journey.legs[:-1], journey.legs[1:], strict=True):
        assert after.depart_s >= before.arrive_s
        assert after.from_stop == before.to_stop or after.stays_seated


def test_departures_and_arrivals(any_world: World) -> None:
    rng = random.Random(1)
    found = 0
    for _ in range(STARTS):
        at_s, access = any_world.at_s(rng), any_world.near(rng)
        counts = any_world.graph.departing(at_s, access, MOST)
        for _ in range(GOALS):
            egress = any_world.near(rng)
            expected = any_world.graph.earliest(counts, at_s, egress)
            journeys = any_world.search.departing(any_world.query(at_s, access, egress))
            assert told(journeys, at_s, leave=True) == expected
            found += len(expected)
    assert found > STARTS * GOALS / 2


def test_latest_departures(any_world: World) -> None:
    rng = random.Random(2)
    found = 0
    for _ in range(30):
        at_s, access, egress = any_world.at_s(rng), any_world.near(rng), any_world.near(rng)
        expected = any_world.graph.latest(at_s, access, egress, MOST)
        journeys = any_world.search.arriving(any_world.query(at_s, access, egress))
        assert told(journeys, at_s, leave=False) == expected
        found += len(expected)
    assert found > 15


def test_ranges(any_world: World) -> None:
    rng = random.Random(3)
    found = 0
    for _ in range(5):
        at_s, access, egress = any_world.at_s(rng), any_world.near(rng), any_world.near(rng)
        expected = any_world.graph.within(at_s, 2 * 3600, access, egress, MOST)
        journeys = any_world.search.departing_within(any_world.query(at_s, access, egress), 2 * 3600)
        assert [Found(j.depart_s, j.arrive_s, j.boardings) for j in journeys] == expected
        found += len(expected)
    assert found > 3


def test_one_to_all(any_world: World) -> None:
    rng = random.Random(4)
    timetable = any_world.search.timetable
    for _ in range(3):
        at_s, access = any_world.at_s(rng), any_world.near(rng)
        times = any_world.search.times_from(at_s, any_world.reach(access))
        counts = any_world.graph.departing(at_s, access, MOST)
        for name in any_world.stops:
            by_vehicle = any_world.graph.earliest(counts, at_s, {name: 0})
            if by_vehicle:
                assert 0 <= times.at_s[timetable.stop_index[name]] <= by_vehicle[-1].arrive_s
        single = any_world.search.departing(any_world.query(at_s, access, {any_world.stops[0]: 0}))
        if single and times.boardings[timetable.stop_index[any_world.stops[0]]] == single[-1].boardings:
            assert times.at_s[timetable.stop_index[any_world.stops[0]]] <= single[-1].arrive_s


def test_delays_cancellations_and_added_runs(any_world: World) -> None:
    """Answers change at once, backwards as well, and are as before when everything runs again."""
    rng = random.Random(5)
    graph, search = any_world.graph, any_world.search
    planned = [run for run in graph.runs if abs((run.key[1] - any_world.day).days) <= 1]
    changed, added = random_changes(planned, rng, any_world.stops)
    asked = [(any_world.at_s(rng), any_world.near(rng), any_world.near(rng)) for _ in range(25)]
    before = [told(search.departing(any_world.query(*one)), one[0], leave=True) for one in asked]
    late = Graph(graph.feed, graph.first, graph.last, changed, added)
    assert search.lay([(0, overlay_of(changed, added, any_world.schedule))]) == 0
    during = []
    for at_s, access, egress in asked:
        expected = late.earliest(late.departing(at_s, access, MOST), at_s, egress)
        journeys = search.departing(any_world.query(at_s, access, egress))
        during.append(told(journeys, at_s, leave=True))
        assert during[-1] == expected
        expected = late.latest(at_s, access, egress, MOST)
        assert told(search.arriving(any_world.query(at_s, access, egress)), at_s, leave=False) == expected
    assert during != before
    search.lay([])
    assert [told(search.departing(any_world.query(*one)), one[0], leave=True) for one in asked] == before
