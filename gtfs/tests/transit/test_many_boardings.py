"""Journeys of more boardings than a search knows about beforehand."""

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest
from plain_transit import Feed, Graph
from timetable.transit.building import build_timetable
from timetable.transit.network import MOST_BOARDINGS
from timetable.transit.query import Query, Reach
from timetable.transit.search import TransitSearch
from timetable.transit.source import read_source
from transit_worlds import rural_world

AT_S = int(datetime(2021, 6, 16, 5, 30, tzinfo=UTC).timestamp())
BETWEEN_S, RIDE_S = 600, 300


@pytest.fixture
def chain(tmp_path: Path) -> Path:
    """One short line after the other, each from where the one before ends, and a slow one all the way."""
    ends = range(MOST_BOARDINGS)
    files = {
        "agency.txt": ["agency_name,agency_url,agency_timezone", "A,https://a.example,UTC"],
        "stops.txt": [
            "stop_id,stop_name,stop_lat,stop_lon",
            *(f"s{end},S{end},{53.5 + 0.1 * end},13.2" for end in range(MOST_BOARDINGS + 1)),
        ],
        "routes.txt": [
            "route_id,route_short_name,route_type", *(f"r{end},{end},3" for end in ends), "slow,S,3"
        ],
        "calendar_dates.txt": ["service_id,date,exception_type", "d,20210616,1"],
        "trips.txt": ["route_id,service_id,trip_id", *(f"r{end},d,t{end}" for end in ends), "slow,d,slow"],
        "stop_times.txt": [
            "trip_id,arrival_time,departure_time,stop_id,stop_sequence",
            *(
                f"t{end},{clock},{clock},s{end + last},{last}"
                for end in ends
                for last in (0, 1)
                for clock in [_clock(BETWEEN_S * end + RIDE_S * last)]
            ),
            "slow,06:00:00,06:00:00,s0,0", f"slow,20:00:00,20:00:00,s{MOST_BOARDINGS},1",
        ],
    }  # fmt: skip
    for name, rows in files.items():
        (tmp_path / name).write_text("\n".join(rows) + "\n", encoding="utf-8")
    return tmp_path


def _clock(seconds: int) -> str:
    return f"{6 + seconds // 3600:02}:{seconds // 60 % 60:02}:00"


def test_each_count_of_boardings_counts(chain: Path) -> None:
    search = TransitSearch(build_timetable([read_source(chain)]))
    day = datetime(2021, 6, 16, tzinfo=UTC).date()
    graph = Graph(Feed(chain), day, day)
    counts = graph.departing(AT_S, {"s0": 0}, MOST_BOARDINGS)
    index = search.timetable.stop_index
    for most in range(1, MOST_BOARDINGS + 1):
        for end in range(1, MOST_BOARDINGS + 1):
            query = Query(AT_S, Reach.of([index["s0"]]), Reach.of([index[f"s{end}"]]), most_boardings=most)
            found = [(journey.arrive_s, journey.boardings) for journey in search.departing(query)]
            expected = graph.earliest(counts, AT_S, {f"s{end}": 0})
            assert found == [(one.arrive_s, one.boardings) for one in expected if one.boardings <= most]


def test_one_to_all_goes_on_to_the_last_boarding(chain: Path) -> None:
    search = TransitSearch(build_timetable([read_source(chain)]))
    index = search.timetable.stop_index
    times = search.times_from(AT_S, Reach.of([index["s0"]]))
    begins_s = int(datetime(2021, 6, 16, 6, tzinfo=UTC).timestamp())
    for end in range(1, MOST_BOARDINGS + 1):
        stop = index[f"s{end}"]
        assert times.boardings[stop] == end
        assert times.at_s[stop] == begins_s + BETWEEN_S * (end - 1) + RIDE_S


def test_what_nothing_leads_to_is_not_reached(chain: Path) -> None:
    search = TransitSearch(build_timetable([read_source(chain)]))
    index = search.timetable.stop_index
    assert search.departing(Query(AT_S, Reach.of([index["s3"]]), Reach.of([index["s2"]]))) == []
    assert search.arriving(Query(AT_S + 7200, Reach.of([index["s3"]]), Reach.of([index["s2"]]))) == []


def test_a_narrow_first_go_loses_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What it leaves out is found by the second one."""
    world = rural_world(tmp_path_factory.getbasetemp(), 1, 2)
    search = TransitSearch(world.search.timetable, promising=1)
    rng = random.Random(6)
    several = 0
    for _ in range(12):
        at_s, access = world.at_s(rng), world.near(rng)
        counts = world.graph.departing(at_s, access, MOST_BOARDINGS)
        for _ in range(10):
            egress = world.near(rng)
            expected = world.graph.earliest(counts, at_s, egress)
            found = search.departing(world.query(at_s, access, egress))
            assert [(one.arrive_s, one.boardings) for one in found] == [
                (one.arrive_s, one.boardings) for one in expected
            ]
            several += len(expected) > 1
    assert several > 10
