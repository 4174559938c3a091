"""Transfers, pathways, vehicles that go on, wheelchairs and bicycles, on feeds small enough to see
through.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from timetable.transit.building import build_timetable
from timetable.transit.journeys import Journey, LegKind, local_time
from timetable.transit.query import Query, QueryError, Reach
from timetable.transit.search import TransitSearch
from timetable.transit.source import read_source
from timetable.transit.walks import Walks
from timetable.transit.window import Filter

Rows = Sequence[str]
FIRST, SECOND = ("first", "a", "8:00", "x1", "8:10"), ("second", "x2", "8:13", "b", "8:30")
"""Trips: id, where and when they leave, where and when they arrive."""
LATER = ("later", "x2", "8:43", "b", "9:00")
STATION: Rows = (
    "a,A,53.5,13.2,0,,", "x,X,53.6,13.2,1,,", "x1,X1,53.6,13.2,0,x,", "x2,X2,53.6005,13.2,0,x,",
    "b,B,53.7,13.2,0,,",
)  # fmt: skip


def feed(
    folder: Path,
    trips: Sequence[tuple[str, str, str, str, str]] = (FIRST, SECOND, LATER),
    more: Mapping[str, Rows] | None = None,
    *,
    stops: Rows = STATION,
    trip_columns: Mapping[str, str] | None = None,
    zone: str = "Europe/Berlin",
) -> Path:
    """A feed for one day, and whatever other files are given, header first."""
    folder.mkdir(exist_ok=True)
    columns = trip_columns or {}
    files: dict[str, Rows] = {
        "agency.txt": ("agency_name,agency_url,agency_timezone", f"A,https://a.example,{zone}"),
        "stops.txt": (
            "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station,wheelchair_boarding", *stops
        ),
        "routes.txt": ("route_id,route_short_name,route_type", *(f"r-{trip[0]},1,3" for trip in trips)),
        "calendar_dates.txt": ("service_id,date,exception_type", "s,20210616,1"),
        "trips.txt": (
            "route_id,service_id,trip_id,block_id,wheelchair_accessible,bikes_allowed",
            *(f"r-{trip[0]},s,{trip[0]},{columns.get(trip[0], ',,')}" for trip in trips),
        ),
        "stop_times.txt": (
            "trip_id,arrival_time,departure_time,stop_id,stop_sequence",
            *(f"{name},{leave}:00,{leave}:00,{start},1" for name, start, leave, _, _ in trips),
            *(f"{name},{arrive}:00,{arrive}:00,{end},2" for name, _, _, end, arrive in trips),
        ),
        **(more or {}),
    }  # fmt: skip
    for name, rows in files.items():
        (folder / name).write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def searched(path: Path, walks: Walks | None = None) -> TransitSearch:
    source = read_source(path)
    assert not list(source.findings)
    return TransitSearch(build_timetable([source], walks))


def journeys(
    search: TransitSearch, needs: Filter | None = None, start: str = "a", end: str = "b"
) -> list[Journey]:
    index = search.timetable.stop_index
    at_s = int(datetime(2021, 6, 16, 5, 30, tzinfo=UTC).timestamp())
    query = Query(at_s, Reach.of([index[start]]), Reach.of([index[end]]), needs or Filter())
    return search.departing(query)


def last_trip(search: TransitSearch, needs: Filter | None = None) -> str | None:
    found = journeys(search, needs)
    return search.timetable.names.trip_ids.at(found[0].rides[-1].trip) if found else None


TRANSFERS = (
    "from_stop_id,to_stop_id,from_trip_id,to_trip_id,from_route_id,to_route_id,transfer_type,"
    "min_transfer_time"
)


def test_platforms_are_joined_by_a_straight_walk(tmp_path: Path) -> None:
    search = searched(feed(tmp_path))
    journey = journeys(search)[0]
    change = journey.legs[2]
    # 0.0005 degrees of latitude are 55.6 m, a third more on foot at 1.2 m/s: 61 s.
    assert (change.kind, change.walk_s, change.arrive_s - change.depart_s) == (LegKind.CHANGE, 61, 61)
    assert last_trip(search) == "second"
    assert (journey.boardings, journey.walk_s) == (2, 61)
    assert local_time(search.timetable, journey.legs[-1].to_stop, journey.arrive_s).isoformat() == (
        "2021-06-16T08:30:00+02:00"
    )


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (["x,x,,,,,2,600"], "later"),
        (["x,x,,,,,2,600", "x1,x2,,,,,2,180"], "second"),
        (["x1,x2,,,,,3,"], None),
        (["x1,x2,first,second,,,3,"], "later"),
        (["x1,x2,,,,,3,", "x1,x2,,,r-first,r-later,2,60"], "later"),
        (["x1,x2,,,,,2,900", "x1,x2,,second,,,1,"], "second"),
        (["x1,x2,first,second,,,2,900", "x1,x2,,,r-first,r-second,1,"], "later"),
        (["x2,x1,,,,,3,"], "second"),
    ],
)
def test_the_rule_that_names_most_prevails(tmp_path: Path, rules: list[str], expected: str | None) -> None:
    assert last_trip(searched(feed(tmp_path, more={"transfers.txt": [TRANSFERS, *rules]}))) == expected


def test_walks_of_a_road_network_join_stops(tmp_path: Path) -> None:
    stops = [row for row in STATION if not row.startswith("x,")]
    path = feed(tmp_path, stops=[row.replace(",0,x,", ",0,,") for row in stops])
    assert last_trip(searched(path)) is None
    index = searched(path).timetable.stop_index
    assert last_trip(searched(path, walks=Walks.of([(index["x1"], index["x2"], 170)]))) == "second"
    assert last_trip(searched(path, walks=Walks.of([(index["x1"], index["x2"], 190)]))) == "later"


def test_pathways_say_how_long_it_takes_and_whether_there_are_stairs(tmp_path: Path) -> None:
    header = "pathway_id,from_stop_id,to_stop_id,pathway_mode,is_bidirectional,traversal_time,length"
    stairs = {"pathways.txt": [header, "p,x1,x2,2,1,150,"]}
    rides = dict.fromkeys(("first", "second", "later"), ",1,1")
    search = searched(feed(tmp_path / "stairs", more=stairs, trip_columns=rides))
    assert last_trip(search) == "second"
    assert last_trip(search, Filter(wheelchair=True)) is None
    both = {"pathways.txt": [*stairs["pathways.txt"], "lift,x1,x2,5,1,400,"]}
    assert (
        last_trip(searched(feed(tmp_path / "lift", more=both, trip_columns=rides)), Filter(wheelchair=True))
        == "later"
    )
    through = {"pathways.txt": [header, "q,x1,hall,1,0,,120", "r,hall,x2,6,0,30,"]}
    stops = [*STATION, "hall,H,53.6,13.2,3,x,"]
    found = journeys(searched(feed(tmp_path / "hall", more=through, stops=stops)))
    assert found[0].legs[2].walk_s == 130


def test_only_vehicles_and_stops_that_fit(tmp_path: Path) -> None:
    columns = {"first": ",1,1", "second": ",2,0", "later": ",1,1"}
    search = searched(feed(tmp_path / "trips", trip_columns=columns))
    assert last_trip(search) == "second"
    assert last_trip(search, Filter(wheelchair=True)) == "later"
    assert last_trip(search, Filter(bike=True)) == "later"
    closed = [row + "2" if row.startswith("x,") else row for row in STATION]
    search = searched(feed(tmp_path / "stops", stops=closed, trip_columns=dict.fromkeys(columns, ",1,1")))
    assert last_trip(search) == "second"
    assert last_trip(search, Filter(wheelchair=True)) is None


def test_who_stays_seated_boards_once(tmp_path: Path) -> None:
    columns = {"first": "block,,", "second": "block,,"}
    forbidden = {"transfers.txt": [TRANSFERS, "x1,x2,,,,,3,"]}
    search = searched(feed(tmp_path / "seated", more=forbidden, trip_columns=columns))
    (journey,) = journeys(search)
    assert journey.boardings == 1
    assert [leg.stays_seated for leg in journey.rides] == [False, True]
    off = {"transfers.txt": [*forbidden["transfers.txt"], ",,first,second,,,5,"]}
    assert journeys(searched(feed(tmp_path / "off", more=off, trip_columns=columns))) == []
    told = {"transfers.txt": [*forbidden["transfers.txt"], ",,first,later,,,4,"]}
    assert journeys(searched(feed(tmp_path / "told", more=told)))[0].rides[-1].stays_seated


def test_feeds_with_clocks_of_their_own(tmp_path: Path) -> None:
    """One feed's trip leaves at 7:13 in London, which is 8:13 in Berlin; a walk joins the two."""
    berlin = read_source(feed(tmp_path / "berlin", (FIRST,)), "de:")
    london_trip = ("second", "x2", "7:13", "b", "7:30")
    london = read_source(feed(tmp_path / "london", (london_trip,), zone="Europe/London"), "uk:")
    ids = [f"de:{name}" for name in berlin.schedule.stops.ids] + [
        f"uk:{name}" for name in london.schedule.stops.ids
    ]
    walks = Walks.of([(ids.index("de:x1"), ids.index("uk:x2"), 100)])
    search = TransitSearch(build_timetable([berlin, london], walks))
    (journey,) = journeys(search, start="de:a", end="uk:b")
    assert [search.timetable.names.trip_ids.at(leg.trip) for leg in journey.rides] == [
        "de:first",
        "uk:second",
    ]
    arrival = local_time(search.timetable, journey.legs[-1].to_stop, journey.arrive_s)
    assert arrival.isoformat() == "2021-06-16T07:30:00+01:00"
    with pytest.raises(ValueError, match="prefixes"):
        build_timetable([berlin, berlin])


def test_what_is_wrong_in_transfers_and_pathways_is_told(tmp_path: Path) -> None:
    more = {
        "transfers.txt": [
            TRANSFERS, "x1,nowhere,,,,,2,60", "x1,x2,,,,,9,", "x1,x2,,,,,2,soon", "x1,,,,,,2,60"
        ],
        "pathways.txt": [
            "pathway_id,from_stop_id,to_stop_id,pathway_mode,is_bidirectional,traversal_time",
            "p,x1,x2,0,1,5", "q,x1,x2,1,3,5", "r,x1,y,1,1,5", "t,x1,x2,1,1,-5",
        ],
    }  # fmt: skip
    findings = list(read_source(feed(tmp_path, more=more)).findings)
    assert [(one.file, one.row, one.field) for one in findings] == [
        ("transfers.txt", 2, "to_stop_id"), ("transfers.txt", 3, "transfer_type"),
        ("transfers.txt", 4, "min_transfer_time"), ("transfers.txt", 5, "to_stop_id"),
        ("pathways.txt", 2, "pathway_mode"), ("pathways.txt", 3, "is_bidirectional"),
        ("pathways.txt", 4, "to_stop_id"), ("pathways.txt", 5, "traversal_time"),
    ]  # fmt: skip


def test_questions_without_meaning(tmp_path: Path) -> None:
    search = searched(feed(tmp_path))
    at_s = int(datetime(2021, 6, 16, tzinfo=UTC).timestamp())
    here = Reach.of([0])
    for query, message in (
        (Query(at_s, here, here, most_boardings=9), "most_boardings: 9"),
        (Query(at_s, Reach.of([99]), here), "access: stops 99 to 99 of 5"),
        (Query(at_s, here, Reach.of([0], [-1])), "egress: -1 seconds"),
        (Query(at_s + 10**9, here, here), f"at_s: {at_s + 10**9}"),
        (Query(at_s, here, here, direct_s=-1), "direct_s: -1"),
    ):
        with pytest.raises(QueryError, match=message):
            search.departing(query)
    with pytest.raises(QueryError, match="range_s: 86401"):
        search.departing_within(Query(at_s, here, here), 86_401)
