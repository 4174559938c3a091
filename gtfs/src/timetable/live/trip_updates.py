"""Trip updates to an overlay over the timetable."""

from collections.abc import Iterable
from datetime import date

import numpy as np
from google.transit import gtfs_realtime_pb2 as wire

from timetable.live.matching import WRONG_TIME, Matcher, NoMatchError, Run
from timetable.live.message import Told, parse_message
from timetable.live.run_times import IMPLAUSIBLE, MOST_AWAY_S, UNKNOWN_STOP, Calls, Update, changed_calls
from timetable.realtime import AddedRun, CallState, Overlay, RunState
from timetable.schedule import NONE, Schedule
from timetable.schedule_stop_times import seconds

Trip = wire.TripDescriptor
CANCELED = {Trip.CANCELED, Trip.DELETED}
MADE_NEW = {Trip.ADDED, Trip.NEW}
TWICE, TOO_FEW_CALLS, UNSUPPORTED = "told twice", "fewer than two calls", "relationship that is not read"


class _Rows:
    """Runs of an overlay as they are collected."""

    def __init__(self) -> None:
        self.runs: list[tuple[int, int, int, int, int]] = []
        self.calls: list[Calls] = []
        self.added: list[AddedRun] = []
        self.seen: set[object] = set()

    def add(self, run: Run, state: RunState, calls: Calls | None) -> None:
        self.runs.append((run.trip, NONE, run.day.toordinal(), run.start_s, state))
        self.calls.append(calls if calls is not None else _no_calls())

    def add_new(self, run: AddedRun, calls: Calls) -> None:
        self.runs.append((NONE, len(self.added), run.day.toordinal(), NONE, RunState.ADDED))
        self.added.append(run)
        self.calls.append(calls)

    def overlay(self, told_at_s: int) -> Overlay:
        runs = np.array(self.runs, dtype=np.int32).reshape(-1, 5)
        counts = [len(calls.stop) for calls in self.calls]
        whole = [_no_calls(), *self.calls]
        return Overlay(
            told_at_s=told_at_s,
            trip=runs[:, 0].copy(), added=runs[:, 1].copy(), day=runs[:, 2].copy(), start_s=runs[:, 3].copy(),
            state=runs[:, 4].astype(np.int8),
            first=np.concatenate(([0], np.cumsum(counts, dtype=np.int64))).astype(np.int64),
            stop=np.concatenate([calls.stop for calls in whole]),
            arrival_s=np.concatenate([calls.arrival_s for calls in whole]),
            departure_s=np.concatenate([calls.departure_s for calls in whole]),
            call_state=np.concatenate([calls.state for calls in whole]),
            added_runs=tuple(self.added),
        )  # fmt: skip


def _no_calls() -> Calls:
    none = np.empty(0, dtype=np.int32)
    return Calls(none, none, none, np.empty(0, dtype=np.int8))


def read_trip_updates(data: bytes, schedule: Schedule, now_s: float) -> tuple[Overlay, Told]:
    """Read the trip updates of a message.

    Parameters
    ----------
    data
        The GTFS-Realtime message.
    schedule
        The timetable that it is about.
    now_s
        The time now, Unix seconds.

    Returns
    -------
    tuple
        What is different from the timetable, and what of the message was not used. A message that is stale is
        read all the same: whether to use it is for the caller to say.

    Raises
    ------
    RealtimeError
        If the message cannot be used at all.
    """
    message, told = parse_message(data, now_s)
    matcher, rows = Matcher(schedule, now_s), _Rows()
    for entity in message.entity:
        if entity.is_deleted or not entity.HasField("trip_update"):
            continue
        update = entity.trip_update
        try:
            _read(update, matcher, rows, told)
        except NoMatchError as error:
            told.leave(str(error), update.trip.trip_id or update.trip.route_id or entity.id)
        else:
            told.used += 1
    return rows.overlay(told.told_at_s), told


def _read(update: wire.TripUpdate, matcher: Matcher, rows: _Rows, told: Told) -> None:
    kind = update.trip.schedule_relationship
    if kind in MADE_NEW and update.trip.trip_id not in matcher.schedule.trip_index:
        _read_new(update, matcher, rows, told)
        return
    if kind == Trip.DUPLICATED:
        _read_copy(update, matcher, rows, told)
        return
    run = matcher.run(update.trip)
    _once(rows, run)
    if kind in CANCELED:
        rows.add(run, RunState.CANCELED, None)
    elif kind == Trip.REPLACEMENT or kind in MADE_NEW:
        rows.add(run, RunState.RUNS, _told_calls(update, matcher, run.day, told))
    elif kind in {Trip.SCHEDULED, Trip.UNSCHEDULED}:
        rows.add(run, RunState.RUNS, _changed(update, matcher, run, told))
    else:
        raise NoMatchError(UNSUPPORTED)


def _once(rows: _Rows, key: object) -> None:
    if key in rows.seen:
        raise NoMatchError(TWICE)
    rows.seen.add(key)


def _planned(matcher: Matcher, trip: int, start_s: int) -> tuple[Calls, slice]:
    """Calls of a trip as planned, and their rows in the schedule."""
    first, end = matcher.schedule.trips.first[trip : trip + 2].tolist()
    times = matcher.schedule.stop_times
    shift = 0 if start_s == NONE else start_s - int(times.departure_s[first])
    here = slice(first, end)
    return Calls(
        times.stop[here], times.arrival_s[here] + np.int32(shift), times.departure_s[here] + np.int32(shift),
        np.full(end - first, CallState.SERVED, dtype=np.int8),
    ), here  # fmt: skip


def _changed(update: wire.TripUpdate, matcher: Matcher, run: Run, told: Told) -> Calls:
    planned, here = _planned(matcher, run.trip, run.start_s)
    schedule = matcher.schedule
    return changed_calls(
        planned, schedule.stop_times.sequence[here], schedule.stops.ids, schedule.stop_index, update,
        matcher.start_of(run.day), told,
    )  # fmt: skip


def _read_new(update: wire.TripUpdate, matcher: Matcher, rows: _Rows, told: Told) -> None:
    day = matcher.day(update.trip.start_date) or _day_of_times(update.stop_time_update, matcher)
    calls = _told_calls(update, matcher, day, told)
    _once(rows, (update.trip.trip_id, day))
    route = matcher.route_index.get(update.trip.route_id, NONE)
    rows.add_new(AddedRun(update.trip.trip_id, route, day), calls)


def _day_of_times(updates: Iterable[Update], matcher: Matcher) -> date:
    for update in updates:
        if time := update.departure.time or update.arrival.time:
            return matcher.local_day(time)
    raise NoMatchError(WRONG_TIME)


def _told_calls(update: wire.TripUpdate, matcher: Matcher, day: date, told: Told) -> Calls:
    """Calls of a run that the timetable does not have: stops and times are the message's alone."""
    stops, times = [], []
    for change in update.stop_time_update:
        stop = matcher.schedule.stop_index.get(
            change.stop_time_properties.assigned_stop_id or change.stop_id, NONE
        )
        arrives, departs = change.arrival.time, change.departure.time
        if change.schedule_relationship in {Update.SKIPPED, Update.NO_DATA}:
            continue
        if stop == NONE or not (arrives or departs):
            told.leave(UNKNOWN_STOP if stop == NONE else WRONG_TIME, change.stop_id)
            continue
        start = matcher.start_of(day)
        at_s = [round((time or other) - start) for time, other in ((arrives, departs), (departs, arrives))]
        if any(abs(second) > 24 * 3600 + MOST_AWAY_S for second in at_s):
            told.leave(IMPLAUSIBLE, change.stop_id)
            continue
        stops.append(stop)
        times += at_s
    if len(stops) < 2:
        raise NoMatchError(TOO_FEW_CALLS)
    ordered = np.maximum.accumulate(np.array(times, dtype=np.int32))
    served = np.full(len(stops), CallState.SERVED, dtype=np.int8)
    return Calls(np.array(stops, dtype=np.int32), ordered[0::2].copy(), ordered[1::2].copy(), served)


def _read_copy(update: wire.TripUpdate, matcher: Matcher, rows: _Rows, told: Told) -> None:
    """A run of the timetable once more, at another time or on another day."""
    copy = update.trip_properties
    number = matcher.schedule.trip_index.get(update.trip.trip_id, NONE)
    day = matcher.day(copy.start_date or update.trip.start_date)
    start_s = seconds(copy.start_time)
    if number == NONE:
        raise NoMatchError("unknown trip")
    if day is None or start_s < 0 or not copy.trip_id:
        raise NoMatchError(WRONG_TIME)
    _once(rows, (copy.trip_id, day))
    run = Run(number, day, start_s)
    route = int(matcher.schedule.trips.route[number])
    rows.add_new(AddedRun(copy.trip_id, route, day), _changed(update, matcher, run, told))
