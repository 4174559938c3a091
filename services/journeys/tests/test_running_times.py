"""Where trains are: what real time tells of trips, at the two stops of a ride."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from google.transit import gtfs_realtime_pb2 as wire
from journeys.adapters.district_folder import read_timetable
from journeys.adapters.running_times import RunningTimes
from journeys.domain.connection import RunningRide, ScheduledRide
from little_district import FEED, write_feed
from timetable.live.trip_updates import read_trip_updates
from timetable.realtime import Overlay
from timetable.schedule_reading import read_schedule

DAY = date(2026, 3, 10)
EIGHT_S = round(datetime(2026, 3, 10, 8, tzinfo=ZoneInfo("Europe/Berlin")).timestamp())
RIDE = ScheduledRide("t1", DAY, "w", "Westend", "e", "Ostend", "7", EIGHT_S, EIGHT_S + 300)
Describe = Callable[[wire.TripUpdate], object]


class Line:
    """One bus line, and what is told of it; with a second platform at its end."""

    def __init__(self, folder: Path) -> None:
        stops = FEED["stops.txt"] + "e2,Ostend,53.5002,13.2399\n"
        feed = write_feed(folder / "timetable.gtfs.zip", {**FEED, "stops.txt": stops})
        self.schedule, _ = read_schedule(feed)
        self.laid: Sequence[tuple[int, Overlay]] = ()
        self.times = RunningTimes(read_timetable(folder, folder / "var"), lambda: self.laid)

    def tell(self, describe: Describe, *, trip_id: str = "t1", day: str = "20260310") -> None:
        feed = wire.FeedMessage()
        feed.header.gtfs_realtime_version = "2.0"
        feed.header.timestamp = EIGHT_S - 600
        update = feed.entity.add(id="e1").trip_update
        update.trip.trip_id, update.trip.start_date = trip_id, day
        describe(update)
        overlay, _ = read_trip_updates(feed.SerializeToString(), self.schedule, EIGHT_S - 600)
        self.laid = ((0, overlay),)


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Line:
    return Line(tmp_path_factory.mktemp("line"))


def late(minutes: int) -> Describe:
    def describe(update: wire.TripUpdate) -> None:
        change = update.stop_time_update.add(stop_id="w")
        change.arrival.delay = change.departure.delay = 60 * minutes

    return describe


def cancelled(update: wire.TripUpdate) -> None:
    update.trip.schedule_relationship = wire.TripDescriptor.CANCELED


def passes_by(update: wire.TripUpdate) -> None:
    change = update.stop_time_update.add(stop_id="e")
    change.schedule_relationship = wire.TripUpdate.StopTimeUpdate.SKIPPED


def at_another_platform(update: wire.TripUpdate) -> None:
    change = update.stop_time_update.add(stop_id="e")
    change.arrival.delay = change.departure.delay = 120
    change.stop_time_properties.assigned_stop_id = "e2"


def test_nothing_is_told_of_it(line: Line) -> None:
    line.laid = ()
    assert line.times.now(RIDE) is None


def test_a_delay_at_both_ends_and_a_later_one(line: Line) -> None:
    line.tell(late(4))
    assert line.times.now(RIDE) == RunningRide(EIGHT_S + 240, EIGHT_S + 540)
    line.tell(late(7))
    assert line.times.now(RIDE) == RunningRide(EIGHT_S + 420, EIGHT_S + 720)


def test_another_day_or_trip_is_another_ride(line: Line) -> None:
    line.tell(late(4), day="20260311")
    assert line.times.now(RIDE) is None
    line.tell(late(4))
    assert line.times.now(replace(RIDE, trip_id="t2")) is None
    assert line.times.now(replace(RIDE, alight_stop_id="f", alight_label="Fern")) is None


@pytest.mark.parametrize("describe", [cancelled, passes_by])
def test_a_ride_that_is_none_any_more(line: Line, describe: Describe) -> None:
    line.tell(describe)
    assert line.times.now(RIDE) == RunningRide(EIGHT_S, EIGHT_S + 300, runs=False)


def test_another_platform_is_the_same_station(line: Line) -> None:
    line.tell(at_another_platform)
    assert line.times.now(RIDE) == RunningRide(EIGHT_S, EIGHT_S + 420)
