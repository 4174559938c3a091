"""Runs of a timetable as stretches on a plane with their times: where vehicles were due, and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
from timetable.schedule import NONE, Schedule
from timetable.schedule_days import runs_on, starts

from ticketing.domain.delays import Delays, TripDelay
from ticketing.domain.detect_track import Floats, Plane, Track

Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

EARLY_S = 120
LATE_S = 1800
"""A run is looked for this much around its times; nobody tells detection of a bus that is later."""
LAYOVER_S = 600
"""A vehicle may stand ready at its first stop this long before it leaves."""
DETOUR_SHARE, DETOUR_M = 0.25, 400.0
"""Without a shape a vehicle may be beside the straight line by this share of the way to the nearer stop."""
DAYS_BEFORE = 2
"""Trips of service days before may still be under way: clock times run past 24:00, and once more."""


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs that were under way while the trace was made.

    ``trip`` (runs), number in the schedule; ``days``, their service days; ``offset_s`` (runs), the epoch
    second that the trip's stop times count from, without delay; ``told`` (runs), whether the delay is known;
    ``vehicles``, beacons aboard, empty where not known.
    """

    trip: Numbers
    days: tuple[date, ...]
    offset_s: Numbers
    told: Flags
    vehicles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stretches:
    """Straight pieces of runs; one from call to call without a shape, several with. All (stretches).

    ``run`` and ``call``, the number of the stop time it comes after; ``east_m``, ``north_m``, ``to_east_m``,
    ``to_north_m`` its ends; ``due_s`` when it begins, a stop's dwell having ended, and ``to_due_s`` when it
    ends, the next dwell not begun; ``from_s`` and ``until_s`` the same with both dwells. ``free_m`` is how
    far beside it a vehicle may be at most; ``opens`` and ``closes`` whether it begins and ends at a stop.
    """

    run: Numbers
    call: Numbers
    east_m: Floats
    north_m: Floats
    to_east_m: Floats
    to_north_m: Floats
    due_s: Floats
    to_due_s: Floats
    from_s: Floats
    until_s: Floats
    free_m: Floats
    opens: Flags
    closes: Flags

    def where(self, chosen: Flags | Numbers) -> "Stretches":
        """Return some of them."""
        return Stretches(*(getattr(self, name)[chosen] for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class _Called:
    """Calls with a next one: ``run``, ``call`` (calls); ``late_s`` (2, calls), there and at the next."""

    run: Numbers
    call: Numbers
    late_s: Floats


def runs_near(schedule: Schedule, track: Track, delays: Delays) -> tuple[Runs, Stretches]:
    """All runs whose times and way come near a track of two fixes or more."""
    begin_s, end_s = track.time_s[0], track.time_s[-1]
    trips, offsets, days = _under_way(schedule, begin_s, end_s)
    times = schedule.stop_times
    first, after = schedule.trips.first[trips], schedule.trips.first[trips + 1]
    lengths = after - first - 1
    run = np.repeat(np.arange(trips.size), lengths)
    call = np.arange(run.size) - np.repeat(np.cumsum(lengths) - lengths, lengths) + first[run]
    east, north = track.plane.east_north(schedule.stops.lon, schedule.stops.lat)
    here, there = times.stop[call], times.stop[call + 1]
    margin = DETOUR_M + 3 * track.accuracy_m.max()
    near = _overlaps(east[here], east[there], track.east_m, margin)
    near &= _overlaps(north[here], north[there], track.north_m, margin)
    near &= offsets[run] + times.departure_s[call + 1] + LATE_S >= begin_s
    near &= offsets[run] + times.arrival_s[call] - LAYOVER_S - EARLY_S <= end_s
    used, run = np.unique(run[near], return_inverse=True)
    call = call[near]
    late = [delays.of(schedule.trips.ids[trips[number]], days[number]) for number in used] if delays else []
    runs = Runs(
        trips[used],
        tuple(days[number] for number in used),
        offsets[used],
        np.array([bool(known) for known in late], dtype=bool) if late else np.zeros(used.size, dtype=bool),
        tuple(next((delay.vehicle for delay in known if delay.vehicle), "") for known in late)
        or ("",) * used.size,
    )
    late_s = np.zeros((2, call.size))
    for number in np.flatnonzero(runs.told):
        rows = np.flatnonzero(run == number)
        late_s[0, rows] = told_late_s(times.sequence[call[rows]], late[number])
        late_s[1, rows] = told_late_s(times.sequence[call[rows] + 1], late[number])
    return runs, _stretches(schedule, track.plane, runs, _Called(run, call, late_s))


def told_late_s(sequences: npt.NDArray[np.int32], delays: Sequence[TripDelay]) -> Floats:
    """How late a trip is told to be at calls with these sequence numbers: (calls)."""
    late_s = np.zeros(sequences.size)
    for delay in delays:
        late_s[sequences >= delay.from_sequence] = delay.delay_s
    return late_s


def _under_way(schedule: Schedule, begin_s: float, end_s: float) -> tuple[Numbers, Numbers, list[date]]:
    zone = ZoneInfo(schedule.timezone)
    day = datetime.fromtimestamp(begin_s, zone).date() - timedelta(DAYS_BEFORE)
    last = datetime.fromtimestamp(end_s + LAYOVER_S + EARLY_S, zone).date() + timedelta(1)
    firsts, afters = schedule.trips.first[:-1], schedule.trips.first[1:]
    trips, offsets, days = [], [], []
    while day <= last:
        runs = runs_on(schedule, day)
        offset = int(starts(schedule, day).timestamp()) + runs.shift_s.astype(np.int64)
        leaves = offset + schedule.stop_times.departure_s[firsts[runs.trip]]
        arrives = offset + schedule.stop_times.arrival_s[afters[runs.trip] - 1]
        there = (leaves - LAYOVER_S - EARLY_S <= end_s) & (arrives + LATE_S >= begin_s)
        trips.append(runs.trip[there].astype(np.int64))
        offsets.append(offset[there])
        days += [day] * int(there.sum())
        day += timedelta(1)
    return np.concatenate(trips), np.concatenate(offsets), days


def _overlaps(one: Floats, other: Floats, among: Floats, margin: float) -> Flags:
    low, high = among.min() - margin, among.max() + margin
    found: Flags = (np.minimum(one, other) <= high) & (np.maximum(one, other) >= low)
    return found


def _stretches(schedule: Schedule, plane: Plane, runs: Runs, called: _Called) -> Stretches:
    """All stretches of the calls, bent along shapes where the feed has them."""
    run, call, (late_s, next_late_s) = called.run, called.call, called.late_s
    times = schedule.stop_times
    east, north = plane.east_north(schedule.stops.lon, schedule.stops.lat)
    here, there = times.stop[call], times.stop[call + 1]
    offset = runs.offset_s[run]
    dwell_from = offset + times.arrival_s[call] + late_s
    dwell_from[call == schedule.trips.first[runs.trip[run]]] -= LAYOVER_S
    straight = Stretches(
        run, call, east[here], north[here], east[there], north[there],
        offset + times.departure_s[call] + late_s, offset + times.arrival_s[call + 1] + next_late_s,
        dwell_from, offset + times.departure_s[call + 1] + next_late_s,
        np.full(run.size, DETOUR_M), np.ones(run.size, dtype=bool), np.ones(run.size, dtype=bool),
    )  # fmt: skip
    shaped = schedule.trips.shape[runs.trip[run]] != NONE
    if not shaped.any():
        return straight
    shapes = schedule.trips.shape[runs.trip[run]]
    ways: dict[tuple[int, int, int], _Way] = {}
    bent = []
    for row in np.flatnonzero(shaped):
        key = int(shapes[row]), int(here[row]), int(there[row])
        if key not in ways:
            ways[key] = _way(schedule, plane, *key)
        bent.append(_bent(straight.where(np.array([row])), ways[key]))
    parts = [straight.where(~shaped), *bent]
    return Stretches(*(np.concatenate([getattr(p, name) for p in parts]) for name in Stretches.__slots__))


@dataclass(frozen=True, slots=True)
class _Way:
    """The piece of a shape between two stops: its points, and the share of its length up to each."""

    east_m: Floats
    north_m: Floats
    share: Floats


def _way(schedule: Schedule, plane: Plane, shape: int, here: int, there: int) -> _Way:
    """The piece of a shape between the points nearest to two stops."""
    part = slice(schedule.shapes.first[shape], schedule.shapes.first[shape + 1])
    east, north = plane.east_north(schedule.shapes.lon[part], schedule.shapes.lat[part])
    stops = np.array([here, there])
    stop_east, stop_north = plane.east_north(schedule.stops.lon[stops], schedule.stops.lat[stops])
    inner = slice(0, 0)
    if east.size:
        start = int(np.hypot(east - stop_east[0], north - stop_north[0]).argmin())
        end = start + int(np.hypot(east[start:] - stop_east[1], north[start:] - stop_north[1]).argmin())
        inner = slice(start + 1, end)
    points_east = np.r_[stop_east[0], east[inner], stop_east[1]]
    points_north = np.r_[stop_north[0], north[inner], stop_north[1]]
    length = np.r_[0.0, np.cumsum(np.hypot(np.diff(points_east), np.diff(points_north)))]
    share = length / length[-1] if length[-1] > 0 else np.linspace(0.0, 1.0, length.size)
    return _Way(points_east, points_north, share)


def _bent(straight: Stretches, way: _Way) -> Stretches:
    """One straight stretch as those along the way between its stops."""
    due = straight.due_s + way.share * (straight.to_due_s - straight.due_s)
    count = due.size - 1
    opens, closes = np.arange(count) == 0, np.arange(count) == count - 1
    return Stretches(
        np.repeat(straight.run, count), np.repeat(straight.call, count),
        way.east_m[:-1], way.north_m[:-1], way.east_m[1:], way.north_m[1:], due[:-1], due[1:],
        np.where(opens, straight.from_s, due[:-1]), np.where(closes, straight.until_s, due[1:]),
        np.zeros(count), opens, closes,
    )  # fmt: skip
