"""From the wire to the answer: a message is read, laid over the timetable, and asked about."""

from collections.abc import Callable
from pathlib import Path

import pytest
from google.transit import gtfs_realtime_pb2 as wire
from realtime_times import NOW, at, trip_update
from timetable.live.trip_updates import read_trip_updates
from timetable.transit.building import build_timetable
from timetable.transit.query import Query, Reach
from timetable.transit.search import TransitSearch
from timetable.transit.source import Source, read_source

Message = Callable[..., bytes]
Describe = Callable[[wire.FeedMessage], object]
Change = wire.TripUpdate.StopTimeUpdate


@pytest.fixture(scope="module")
def source(feed_folder: Path) -> Source:
    return read_source(feed_folder)


@pytest.fixture(scope="module")
def search(source: Source) -> TransitSearch:
    return TransitSearch(build_timetable([source]))


def late(feed: wire.FeedMessage) -> None:
    trip_update(feed, "t1").stop_time_update.add(stop_id="b").arrival.delay = 120


def canceled(feed: wire.FeedMessage) -> None:
    trip_update(feed, "t1", schedule_relationship=wire.TripDescriptor.CANCELED)


def skipped(feed: wire.FeedMessage) -> None:
    trip_update(feed, "t1").stop_time_update.add(stop_id="d", schedule_relationship=Change.SKIPPED)


def moved(feed: wire.FeedMessage) -> None:
    change = trip_update(feed, "t1").stop_time_update.add(stop_id="d")
    change.stop_time_properties.assigned_stop_id = "e"


def added(feed: wire.FeedMessage) -> None:
    update = trip_update(feed, "extra", schedule_relationship=wire.TripDescriptor.NEW, route_id="bus")
    update.stop_time_update.add(stop_id="a").departure.time = at("08:05")
    update.stop_time_update.add(stop_id="d").arrival.time = at("08:25")


TONIGHT = at("01:00", "2026-06-02")


@pytest.mark.parametrize(
    ("describe", "arrives_s"),
    [
        (lambda _: None, at("08:30")),
        (late, at("08:32")),
        (canceled, TONIGHT),
        (skipped, TONIGHT),
        (moved, TONIGHT),
        (added, at("08:25")),
    ],
    ids=["as planned", "late", "canceled", "skipped", "moved", "added"],
)
def test_the_next_answer_knows_what_the_message_told(
    source: Source, search: TransitSearch, message: Message, describe: Describe, arrives_s: int
) -> None:
    overlay, _ = read_trip_updates(message(describe), source.schedule, NOW)
    assert search.lay([(0, overlay)]) == 0
    stops = source.schedule.stop_index
    journeys = search.departing(Query(NOW, Reach.of([stops["a"]]), Reach.of([stops["d"]])))
    assert [journey.arrive_s for journey in journeys] == [arrives_s]
