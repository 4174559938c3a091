"""The timetable as arrays: what is read, filled in, left out and found wrong."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from timetable.schedule import NONE, Schedule
from timetable.schedule_days import runs_on, starts
from timetable.schedule_reading import read_schedule
from timetable.schedule_stop_times import seconds
from timetable.tables import FeedError

DEMO = Path(__file__).parents[2] / "data" / "neubrandenburg" / "vbb-neubrandenburg-2021.gtfs.zip"
SMALL = {
    "agency.txt": "agency_id,agency_name,agency_url,agency_timezone\nA,Bus,https://bus.example,Europe/Berlin\n",
    "stops.txt": "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\n"
    "S,Station,53.0,13.0,1,\na,Market,53.0,13.0,,S\nb,Mill,53.0,13.01,,\nc,School,53.0,13.03,,\n",
    "routes.txt": "route_id,agency_id,route_short_name,route_type\nr,A,12,3\n",
    "trips.txt": "route_id,service_id,trip_id,direction_id\nr,week,t1,0\nr,sunday,t2,1\n",
    "stop_times.txt": "trip_id,stop_sequence,stop_id,arrival_time,departure_time,drop_off_type\n"
    "t1,5,c,25:06:00,25:06:00,\nt1,1,a,24:58:00,25:00:00,1\nt1,3,b,,,\n"
    "t2,1,c,9:00:00,,\nt2,2,a,9:10:00,9:10:00,\n",
    "calendar.txt": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,"
    "start_date,end_date\n"
    "week,1,1,1,1,1,0,0,20260323,20260403\n",
    "calendar_dates.txt": "service_id,date,exception_type\nweek,20260401,2\nsunday,20260329,1\n",
}


def feed(folder: Path, changes: Mapping[str, str] = {}) -> Path:
    for name, text in {**SMALL, **changes}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def small(folder: Path, changes: Mapping[str, str] = {}) -> Schedule:
    schedule, findings = read_schedule(feed(folder, changes))
    assert not list(findings)
    return schedule


def test_calls_are_sorted_and_run_past_midnight(tmp_path: Path) -> None:
    schedule = small(tmp_path)
    times = schedule.stop_times
    assert schedule.trips.first.tolist() == [0, 3, 5]
    assert [schedule.stops.ids[stop] for stop in times.stop] == ["a", "b", "c", "c", "a"]
    assert times.arrival_s[0] == 24 * 3600 + 58 * 60
    assert times.departure_s[0] == 25 * 3600
    assert times.sequence.tolist() == [1, 3, 5, 1, 2]
    assert times.dropoff.tolist() == [1, 0, 0, 0, 0]
    assert schedule.stops.station(schedule.stop_index["a"]) == schedule.stop_index["S"]
    assert schedule.stops.station(schedule.stop_index["b"]) == schedule.stop_index["b"]
    assert schedule.routes.name(0) == "12"


def test_a_blank_time_is_due_by_distance(tmp_path: Path) -> None:
    times = small(tmp_path).stop_times
    # A third of the way from 25:00 to 25:06.
    assert times.arrival_s[1] == times.departure_s[1] == 25 * 3600 + 120


def test_one_time_of_a_call_stands_for_both(tmp_path: Path) -> None:
    times = small(tmp_path).stop_times
    assert times.arrival_s[3] == times.departure_s[3] == 9 * 3600


def test_days_are_the_calendar_with_its_exceptions(tmp_path: Path) -> None:
    services = small(tmp_path).services
    assert services.ids == ("week", "sunday")
    assert services.on(date(2026, 3, 31)).tolist() == [True, False]
    assert services.on(date(2026, 4, 1)).tolist() == [False, False]
    assert services.on(date(2026, 3, 29)).tolist() == [False, True]
    assert services.on(date(2027, 1, 1)).tolist() == [False, False]


@pytest.mark.parametrize(
    ("day", "start"),
    [
        (date(2026, 3, 28), datetime(2026, 3, 27, 23, tzinfo=UTC)),
        (date(2026, 3, 29), datetime(2026, 3, 28, 22, tzinfo=UTC)),
        (date(2026, 10, 25), datetime(2026, 10, 24, 23, tzinfo=UTC)),
    ],
)
def test_a_day_starts_twelve_hours_before_noon(tmp_path: Path, day: date, start: datetime) -> None:
    assert starts(small(tmp_path), day) == start


def test_trips_by_frequency_run_at_every_headway(tmp_path: Path) -> None:
    schedule = small(
        tmp_path,
        {"frequencies.txt": "trip_id,start_time,end_time,headway_secs\nt2,08:00:00,09:00:00,1200\n"},
    )
    runs = runs_on(schedule, date(2026, 3, 29))
    assert runs.trip.tolist() == [1, 1, 1]
    assert runs.shift_s.tolist() == [-3600, -2400, -1200]
    assert runs_on(schedule, date(2026, 3, 30)).trip.tolist() == [0]


def test_shapes_are_sorted_by_sequence(tmp_path: Path) -> None:
    schedule = small(
        tmp_path,
        {
            "trips.txt": "route_id,service_id,trip_id,shape_id\nr,week,t1,x\nr,sunday,t2,\n",
            "shapes.txt": "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\nx,53,13.03,7\nx,53,13,2\n",
        },
    )
    assert schedule.shapes.lon.tolist() == [13.0, 13.03]
    assert schedule.trips.shape.tolist() == [0, NONE]


@pytest.mark.parametrize(
    ("file", "old", "new", "where", "trips_left"),
    [
        ("stop_times.txt", "9:10:00,9:10:00", "8:10:00,8:10:00", ("stop_times.txt", "arrival_time"), 1),
        ("stop_times.txt", "9:00:00", "9:60:00", ("stop_times.txt", "arrival_time"), 1),
        ("stop_times.txt", "t2,1,c", "t2,1,z", ("stop_times.txt", "stop_id"), 1),
        ("stop_times.txt", "t2,2,a", "t2,1,a", ("stop_times.txt", "stop_sequence"), 1),
        ("trips.txt", "r,sunday", "q,sunday", ("trips.txt", "route_id"), 1),
        ("calendar_dates.txt", "20260329,1", "20260329,3", ("calendar_dates.txt", "exception_type"), 1),
        ("calendar_dates.txt", "20260401,2", "2026-04-01,2", ("calendar_dates.txt", "date"), 2),
        ("stops.txt", "53.0,13.03", "530,13.03", ("stops.txt", "stop_lat"), 2),
    ],
)
def test_what_is_wrong_is_found_and_left_out(
    tmp_path: Path, file: str, old: str, new: str, where: tuple[str, str], trips_left: int
) -> None:
    assert old in SMALL[file]
    schedule, findings = read_schedule(feed(tmp_path, {file: SMALL[file].replace(old, new)}))
    assert where in {(finding.file, finding.field) for finding in findings.errors}
    assert np.count_nonzero(np.diff(schedule.trips.first) >= 2) == trips_left


def test_a_feed_without_trips_is_none(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="no trip with two calls"):
        read_schedule(feed(tmp_path, {"stop_times.txt": SMALL["stop_times.txt"].splitlines()[0] + "\n"}))


def test_an_unknown_zone_is_named(tmp_path: Path) -> None:
    agency = SMALL["agency.txt"].replace("Europe/Berlin", "Europe/Atlantis")
    with pytest.raises(FeedError, match="agency_timezone"):
        read_schedule(feed(tmp_path, {"agency.txt": agency}))


@given(st.integers(0, 168 * 3600))
@settings(max_examples=50)
def test_clock_times_are_read_as_they_are_written(second: int) -> None:
    assert seconds(f"{second // 3600}:{second // 60 % 60:02}:{second % 60:02}") == second


def test_the_demo_timetable_is_whole() -> None:
    schedule, findings = read_schedule(DEMO)
    assert not list(findings)
    assert len(schedule.trips.ids) == 593
    assert schedule.stop_times.stop.size == 9291
    times = schedule.stop_times
    inside = np.ones(times.stop.size - 1, dtype=bool)
    inside[schedule.trips.first[1:-1] - 1] = False
    assert (times.arrival_s[1:] >= times.departure_s[:-1])[inside].all()
    assert (times.departure_s >= times.arrival_s).all()
