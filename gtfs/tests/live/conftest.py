"""A small timetable, and messages about it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from google.transit import gtfs_realtime_pb2 as wire
from realtime_times import NOW
from timetable.schedule import Schedule
from timetable.schedule_reading import read_schedule

FILES = {
    "agency": "agency_id,agency_name,agency_url,agency_timezone\nland,Landkreis Bus,https://land.example.org,"
    "Europe/Berlin\n",
    "stops": "stop_id,stop_name,stop_lat,stop_lon\na,Amtsplatz,53.50,13.20\nb,Bahnhof,53.52,13.22\n"
    "c,Dorfkrug,53.54,13.24\nd,Dorfteich,53.56,13.26\ne,Ersatzhalt,53.561,13.261\n",
    "routes": "route_id,agency_id,route_short_name,route_type\nbus,land,12,3\ntakt,land,13,3\n",
    "trips": "route_id,service_id,trip_id,direction_id\nbus,alltag,t1,0\nbus,alltag,t2,1\n"
    "bus,alltag,nacht,0\ntakt,alltag,f,0\n",
    "stop_times": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    "t1,08:00:00,08:00:00,a,10\nt1,08:10:00,08:11:00,b,20\nt1,08:20:00,08:21:00,c,30\nt1,08:30:00,08:30:00,d,40\n"
    "t2,09:00:00,09:00:00,d,1\nt2,09:30:00,09:30:00,a,2\n"
    "nacht,24:30:00,24:30:00,a,1\nnacht,25:00:00,25:00:00,d,2\n"
    "f,06:00:00,06:00:00,a,1\nf,06:20:00,06:20:00,b,2\n",
    "frequencies": "trip_id,start_time,end_time,headway_secs,exact_times\nf,10:00:00,12:00:00,1800,1\n",
    "calendar": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
    "alltag,1,1,1,1,1,0,0,20260101,20261231\n",
    "feed_info": "feed_publisher_name,feed_publisher_url,feed_lang\nLandkreis,https://land.example.org,de\n",
}


@pytest.fixture(scope="session")
def feed_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The timetable as a folder."""
    folder = tmp_path_factory.mktemp("feed")
    for name, content in FILES.items():
        (folder / f"{name}.txt").write_text(content, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def schedule(feed_folder: Path) -> Schedule:
    """The timetable as it is read."""
    return read_schedule(feed_folder)[0]


Describe = Callable[[wire.FeedMessage], None]


@pytest.fixture
def message() -> Callable[..., bytes]:
    """Make a message of what a function adds to it, told at 08:00 on a Monday."""

    def made(describe: Describe, told_at_s: int = NOW, version: str = "2.0") -> bytes:
        feed = wire.FeedMessage()
        feed.header.gtfs_realtime_version = version
        feed.header.timestamp = told_at_s
        describe(feed)
        return feed.SerializeToString()

    return made
