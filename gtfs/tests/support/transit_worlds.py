"""Feeds with both searches over them, made once for all tests of a run."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from plain_transit import Feed, Graph
from rural_feed import FIRST_DAY, write_rural_feed
from timetable.schedule import Schedule
from timetable.transit.building import build_timetable
from timetable.transit.query import Query, Reach
from timetable.transit.search import TransitSearch
from timetable.transit.source import read_source

DEMO = Path(__file__).parents[3] / "data" / "demo" / "timetable.gtfs.zip"
MOST = 8


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
        """The same for the search."""
        index = self.search.timetable.stop_index
        return Reach.of([index[stop] for stop in near], list(near.values()))

    def query(
        self, at_s: int, access: Mapping[str, int], egress: Mapping[str, int], most: int = MOST
    ) -> Query:
        """A question for the search."""
        return Query(at_s, self.reach(access), self.reach(egress), most_boardings=most)


@cache
def demo_world() -> World:
    """The demo district's real trains on a Wednesday."""
    return _world(DEMO, date(2021, 6, 16))


@cache
def rural_world(folder: Path, seed: int, day_number: int) -> World:
    """A made-up feed, some days after its first."""
    return _world(write_rural_feed(folder / f"rural{seed}", seed), FIRST_DAY + timedelta(day_number))


def _world(path: Path, day: date) -> World:
    source = read_source(path)
    assert not list(source.findings)
    graph = Graph(Feed(path), day - timedelta(2), day + timedelta(2))
    stops = sorted({call.stop for run in graph.runs for call in run.calls})
    return World(path, source.schedule, TransitSearch(build_timetable([source])), graph, day, stops)
