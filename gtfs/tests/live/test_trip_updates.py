import random
from collections.abc import Callable
from datetime import date

import numpy as np
import pytest
from google.transit import gtfs_realtime_pb2 as wire
from hypothesis import given
from hypothesis import strategies as st
from realtime_times import NOW, at, clock_s, trip_update
from timetable.live import message as wire_message
from timetable.live.message import RealtimeError, Told
from timetable.live.run_times import Calls, changed_calls
from timetable.live.trip_updates import read_trip_updates
from timetable.realtime import CallState, Overlay, RunState
from timetable.schedule import NONE, Schedule

Message = Callable[..., bytes]
Change = wire.TripUpdate.StopTimeUpdate
MONDAY = date(2026, 6, 1)


def read(data: bytes, schedule: Schedule, now_s: float = NOW) -> tuple[Overlay, Told]:
    return read_trip_updates(data, schedule, now_s)


def times(overlay: Overlay, run: int = 0) -> list[tuple[int, int]]:
    here = slice(overlay.first[run], overlay.first[run + 1])
    return list(zip(overlay.arrival_s[here].tolist(), overlay.departure_s[here].tolist(), strict=True))


def clocks(*pairs: tuple[str, str]) -> list[tuple[int, int]]:
    return [(clock_s(a), clock_s(b)) for a, b in pairs]


def test_a_delay_goes_on_to_later_calls_and_not_to_earlier_ones(schedule: Schedule, message: Message) -> None:
    def describe(feed: wire.FeedMessage) -> None:
        trip_update(feed, "t1").stop_time_update.add(stop_sequence=20).arrival.delay = 120

    overlay, told = read(message(describe), schedule)
    assert (told.used, told.unused) == (1, {})
    assert overlay.trip.tolist() == [schedule.trip_index["t1"]]
    assert overlay.day.tolist() == [MONDAY.toordinal()]
    assert overlay.state.tolist() == [RunState.RUNS]
    assert times(overlay) == clocks(("8:00", "8:00"), ("8:12", "8:13"), ("8:22", "8:23"), ("8:32", "8:32"))


def test_a_told_time_goes_before_a_delay_and_later_updates_before_carried_ones(
    schedule: Schedule, message: Message
) -> None:
    def describe(feed: wire.FeedMessage) -> None:
        update = trip_update(feed, "t1")
        first = update.stop_time_update.add(stop_id="a")
        first.departure.time, first.departure.delay = at("08:05"), 9999
        update.stop_time_update.add(stop_id="c").arrival.time = at("08:22")

    overlay, _ = read(message(describe), schedule)
    assert times(overlay) == clocks(("8:00", "8:05"), ("8:15", "8:16"), ("8:22", "8:23"), ("8:32", "8:32"))


def test_times_before_a_told_one_give_way_where_it_is_early(schedule: Schedule, message: Message) -> None:
    def describe(feed: wire.FeedMessage) -> None:
        trip_update(feed, "t1").stop_time_update.add(stop_id="c").arrival.time = at("08:05")

    overlay, _ = read(message(describe), schedule)
    assert times(overlay) == clocks(("8:00", "8:00"), ("8:05", "8:05"), ("8:05", "8:06"), ("8:15", "8:15"))


def test_skipped_calls_keep_the_delay_going_and_calls_without_data_end_it(
    schedule: Schedule, message: Message
) -> None:
    def describe(feed: wire.FeedMessage) -> None:
        update = trip_update(feed, "t1")
        update.stop_time_update.add(stop_id="a").departure.delay = 60
        update.stop_time_update.add(stop_id="b", schedule_relationship=Change.SKIPPED)
        update.stop_time_update.add(stop_id="d", schedule_relationship=Change.NO_DATA)

    overlay, _ = read(message(describe), schedule)
    assert overlay.call_state.tolist() == [
        CallState.SERVED,
        CallState.SKIPPED,
        CallState.SERVED,
        CallState.NO_DATA,
    ]
    assert times(overlay)[2:] == clocks(("8:21", "8:22"), ("8:30", "8:30"))


def test_another_platform_is_the_stop_that_is_served(schedule: Schedule, message: Message) -> None:
    def describe(feed: wire.FeedMessage) -> None:
        change = trip_update(feed, "t1").stop_time_update.add(stop_id="d")
        change.stop_time_properties.assigned_stop_id = "e"

    overlay, _ = read(message(describe), schedule)
    assert [schedule.stops.ids[stop] for stop in overlay.stop] == ["a", "b", "c", "e"]


def test_a_delay_of_the_whole_trip_is_that_of_each_call(schedule: Schedule, message: Message) -> None:
    overlay, _ = read(message(lambda feed: setattr(trip_update(feed, "t2"), "delay", 300)), schedule)
    assert times(overlay) == clocks(("9:05", "9:05"), ("9:35", "9:35"))


@pytest.mark.parametrize("kind", [wire.TripDescriptor.CANCELED, wire.TripDescriptor.DELETED])
def test_a_canceled_run_has_no_calls(schedule: Schedule, message: Message, kind: int) -> None:
    data = message(lambda feed: trip_update(feed, "t1", schedule_relationship=kind, start_date="20260602"))
    overlay, _ = read(data, schedule)
    assert (overlay.state.tolist(), overlay.first.tolist()) == ([RunState.CANCELED], [0, 0])
    assert overlay.day.tolist() == [date(2026, 6, 2).toordinal()]


@pytest.mark.parametrize("kind", [wire.TripDescriptor.ADDED, wire.TripDescriptor.NEW])
def test_an_added_run_has_the_calls_of_the_message(schedule: Schedule, message: Message, kind: int) -> None:
    def describe(feed: wire.FeedMessage) -> None:
        update = trip_update(feed, "extra", schedule_relationship=kind, route_id="bus")
        update.stop_time_update.add(stop_id="a").departure.time = at("08:40")
        update.stop_time_update.add(stop_id="nowhere").arrival.time = at("08:45")
        update.stop_time_update.add(stop_id="d").arrival.time = at("09:00")

    overlay, told = read(message(describe), schedule)
    assert (overlay.trip.tolist(), overlay.state.tolist()) == ([NONE], [RunState.ADDED])
    (run,) = overlay.added_runs
    assert (run.trip_id, run.route, run.day) == ("extra", 0, MONDAY)
    assert times(overlay) == clocks(("8:40", "8:40"), ("9:00", "9:00"))
    assert told.unused == {"unknown stop": 1}


def test_a_copy_of_a_trip_runs_at_its_own_time(schedule: Schedule, message: Message) -> None:
    def describe(feed: wire.FeedMessage) -> None:
        update = trip_update(feed, "t2", schedule_relationship=wire.TripDescriptor.DUPLICATED)
        update.trip_properties.trip_id = "t2-again"
        update.trip_properties.start_date = "20260601"
        update.trip_properties.start_time = "10:15:00"

    overlay, _ = read(message(describe), schedule)
    assert overlay.added_runs[0].trip_id == "t2-again"
    assert times(overlay) == clocks(("10:15", "10:15"), ("10:45", "10:45"))


def test_a_replaced_run_has_only_the_calls_of_the_message(schedule: Schedule, message: Message) -> None:
    def describe(feed: wire.FeedMessage) -> None:
        update = trip_update(feed, "t1", schedule_relationship=wire.TripDescriptor.REPLACEMENT)
        update.stop_time_update.add(stop_id="a").departure.time = at("08:02")
        update.stop_time_update.add(stop_id="e").arrival.time = at("08:40")

    overlay, _ = read(message(describe), schedule)
    assert overlay.trip.tolist() == [schedule.trip_index["t1"]]
    assert [schedule.stops.ids[stop] for stop in overlay.stop] == ["a", "e"]


def test_a_run_by_frequency_is_named_by_its_start(schedule: Schedule, message: Message) -> None:
    def describe(feed: wire.FeedMessage) -> None:
        update = trip_update(
            feed, "f", start_time="10:30:00", schedule_relationship=wire.TripDescriptor.UNSCHEDULED
        )
        update.stop_time_update.add(stop_sequence=2).arrival.delay = 60
        trip_update(feed, "f")

    overlay, told = read(message(describe), schedule)
    assert overlay.start_s.tolist() == [clock_s("10:30")]
    assert times(overlay) == clocks(("10:30", "10:30"), ("10:51", "10:51"))
    assert told.unused == {"several runs fit": 1}


def test_a_run_is_found_by_line_direction_and_start(schedule: Schedule, message: Message) -> None:
    def describe(feed: wire.FeedMessage) -> None:
        trip_update(
            feed, "", route_id="bus", direction_id=1, start_time="09:00:00", start_date="20260601"
        ).delay = 60
        trip_update(feed, "", route_id="bus", direction_id=0, start_time="09:00:00")
        trip_update(feed, "", route_id="tram", start_time="09:00:00")

    overlay, told = read(message(describe), schedule)
    assert overlay.trip.tolist() == [schedule.trip_index["t2"]]
    assert told.unused == {"does not run that day": 1, "unknown route": 1}


@pytest.mark.parametrize(
    ("now", "day"),
    [("2026-06-02T00:40", "20260601"), ("2026-06-06T00:40", "20260605"), ("2026-06-01T23:50", "20260601")],
)
def test_without_a_date_the_run_that_is_on_its_way_is_meant(
    schedule: Schedule, message: Message, now: str, day: str
) -> None:
    on, clock = now.split("T")
    now_s = at(clock, on)
    overlay, _ = read(message(lambda feed: trip_update(feed, "nacht"), now_s), schedule, now_s)
    assert overlay.day.tolist() == [date.fromisoformat(day).toordinal()]


@pytest.mark.parametrize(
    ("trip", "reason"),
    [
        ({"trip_id": "t9"}, "unknown trip"),
        ({"trip_id": "t1", "start_date": "20260606"}, "does not run that day"),
        ({"trip_id": "t1", "start_date": "2026-06-01"}, "date without meaning"),
        ({"trip_id": "t1", "start_date": "20270601"}, "date without meaning"),
        ({"trip_id": "f", "start_time": "tea time"}, "time without meaning"),
        ({"trip_id": ""}, "unknown trip"),
    ],
)
def test_what_the_timetable_does_not_have_is_counted(
    schedule: Schedule, message: Message, trip: dict[str, str], reason: str
) -> None:
    overlay, told = read(message(lambda feed: trip_update(feed, **trip)), schedule)
    assert (overlay.run_count, told.used, told.unused) == (0, 0, {reason: 1})
    assert list(told.examples) == [reason]


def test_a_run_that_is_told_twice_is_used_once(schedule: Schedule, message: Message) -> None:
    data = message(lambda feed: (trip_update(feed, "t1"), trip_update(feed, "t1")))
    overlay, told = read(data, schedule)
    assert (overlay.run_count, told.unused) == (1, {"told twice": 1})


def test_times_days_away_are_not_used(schedule: Schedule, message: Message) -> None:
    def describe(feed: wire.FeedMessage) -> None:
        trip_update(feed, "t1", start_date="20260601").stop_time_update.add(stop_id="b").arrival.time = at(
            "08:10", "2026-06-04"
        )

    overlay, told = read(message(describe), schedule)
    assert told.unused == {"time days away": 1}
    assert times(overlay)[1] == (clock_s("8:10"), clock_s("8:11"))


def test_on_the_day_of_the_change_of_clocks_times_count_from_noon_minus_twelve(
    schedule: Schedule, message: Message
) -> None:
    now_s = at("01:00", "2026-10-26")

    def describe(feed: wire.FeedMessage) -> None:
        trip_update(feed, "t1", start_date="20261026").stop_time_update.add(stop_id="b").arrival.time = at(
            "08:15", "2026-10-26"
        )

    overlay, _ = read(message(describe, now_s), schedule, now_s)
    assert times(overlay)[1] == (clock_s("8:15"), clock_s("8:16"))


@pytest.mark.parametrize(
    ("age_s", "stale"), [(0, False), (299, False), (301, True), (-30, False), (-120, True)]
)
def test_an_old_message_is_told_as_stale(
    schedule: Schedule, message: Message, age_s: int, stale: bool
) -> None:
    _, told = read(message(lambda _: None, NOW - age_s), schedule)
    assert (told.age_s, told.stale) == (age_s, stale)


def test_a_message_without_a_time_is_stale(schedule: Schedule, message: Message) -> None:
    assert read(message(lambda _: None, 0), schedule)[1].stale


@pytest.mark.parametrize("data", [b"\xff\xff\xff", b"<html>", b""])
def test_what_is_no_message_is_refused(schedule: Schedule, data: bytes) -> None:
    with pytest.raises(RealtimeError):
        read(data, schedule)


def test_differences_old_versions_and_floods_are_refused(
    schedule: Schedule, message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    def differs(feed: wire.FeedMessage) -> None:
        feed.header.incrementality = wire.FeedHeader.DIFFERENTIAL

    with pytest.raises(RealtimeError, match="incrementality"):
        read(message(differs), schedule)
    with pytest.raises(RealtimeError, match=r"gtfs_realtime_version: '7.1'"):
        read(message(lambda _: None, version="7.1"), schedule)
    monkeypatch.setattr(wire_message, "MOST_ENTITIES", 1)
    with pytest.raises(RealtimeError, match="2 of them"):
        read(message(lambda feed: (trip_update(feed, "t1"), trip_update(feed, "t2"))), schedule)
    monkeypatch.setattr(wire_message, "MOST_BYTES", 10)
    with pytest.raises(RealtimeError, match="at most 10"):
        read(message(lambda feed: trip_update(feed, "t1")), schedule)


@given(st.randoms(use_true_random=False))
def test_times_never_run_backwards_whatever_is_told(rng: random.Random) -> None:
    count = rng.randint(2, 8)
    planned = np.sort(np.array([rng.randint(0, 7200) for _ in range(2 * count)], dtype=np.int32))
    calls = Calls(np.arange(count, dtype=np.int32), planned[::2], planned[1::2], np.zeros(count, np.int8))
    names = [f"s{number}" for number in range(count)]
    update = wire.TripUpdate()
    for place in sorted(rng.sample(range(count), rng.randint(0, count))):
        change = update.stop_time_update.add(
            stop_sequence=place, schedule_relationship=rng.choice([0, 0, 0, 1, 2])
        )
        for event in (change.arrival, change.departure):
            if rng.random() < 0.6:
                event.time = max(1, 100_000 + int(planned[2 * place]) + rng.randint(-3000, 3000))
            elif rng.random() < 0.3:
                event.delay = rng.randint(-3000, 3000)
    told = Told(0, 0, stale=False)
    sequence = np.arange(count, dtype=np.int32)
    changed = changed_calls(
        calls, sequence, names, dict(zip(names, range(count), strict=True)), update, 100_000, told
    )
    both = np.column_stack((changed.arrival_s, changed.departure_s)).ravel()
    assert (np.diff(both) >= 0).all()
    if not update.stop_time_update:
        assert (both == planned).all()
