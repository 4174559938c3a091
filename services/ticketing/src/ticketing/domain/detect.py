"""Detection: what was ridden, by the trace of a phone that only checked in.

A pure function of the trace, the timetable and what is known of delays. Without a timetable the rides in any
vehicle are found, with the times but without the stops.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import exp

import numpy as np
from timetable.schedule import Schedule

from ticketing.domain.delays import Delays
from ticketing.domain.detect_modes import HALT, RIDE, evidence, step_changes
from ticketing.domain.detect_options import Options, options_of
from ticketing.domain.detect_path import Path, Search, costs_of
from ticketing.domain.detect_readings import Readings
from ticketing.domain.detect_runs import Runs, runs_near
from ticketing.domain.detect_track import Track, track_of
from ticketing.domain.detection import Call, DetectedLeg, Detection, Reading
from ticketing.domain.trace import Fix, Trace

SHORTEST_M = 150.0
SLOWEST_MPS = 1.5
SILENCE = timedelta(hours=3)
UNMATCHED_GAP_S = 60.0
LEAST_LIKELY = 0.1
"""A movement that is by far more likely on foot or by bicycle is no ride."""


def detect(trace: Trace, schedule: Schedule | None = None, delays: Delays | None = None) -> Detection:
    """Find the rides in a trace.

    Parameters
    ----------
    trace
        Positions in the order of time; gaps are allowed.
    schedule
        The timetable; without one every ride is unmatched.
    delays
        What is known of delays and vehicles on the days of the trace.

    Returns
    -------
    Detection
        Legs on trips of the timetable with alternatives, and rides in other vehicles. Neither overlap.
    """
    legs: list[DetectedLeg] = []
    unmatched: list[Reading] = []
    for fixes in _without_silence(trace.fixes):
        found = _detected(fixes, schedule, delays or Delays())
        legs += found.legs
        unmatched += found.unmatched
    return Detection(tuple(legs), tuple(unmatched))


def _without_silence(fixes: Sequence[Fix]) -> list[Sequence[Fix]]:
    """The stretches of a trace between long silences: nobody is in one vehicle over those."""
    cuts = [place for place in range(1, len(fixes)) if fixes[place].time - fixes[place - 1].time > SILENCE]
    return [fixes[begin:end] for begin, end in pairwise([0, *cuts, len(fixes)])]


def _detected(fixes: Sequence[Fix], schedule: Schedule | None, delays: Delays) -> Detection:
    track = track_of(fixes)
    if len(track) < 2:
        return Detection((), ())
    seen, changes = evidence(track), step_changes(track)
    if schedule is None:
        nothing = np.empty(0)
        none = np.empty(0, dtype=np.int64)
        options = Options(none, none, none, nothing, nothing, nothing, nothing, nothing, nothing)
        costs = costs_of(
            track, options, Runs(none, (), none, np.empty(0, dtype=np.bool_), ()), delays.vehicles
        )
        search = Search(track, seen, changes, options, costs)
        return Detection((), _unmatched(track, search, search.path()))
    runs, stretches = runs_near(schedule, track, delays)
    east, north = track.plane.east_north(schedule.stops.lon, schedule.stops.lat)
    here = schedule.stop_times.stop[stretches.call]
    there = schedule.stop_times.stop[stretches.call + 1]
    options = options_of(
        track, stretches, np.stack([east[here], north[here], east[there], north[there]]), runs.told
    )
    costs = costs_of(track, options, runs, delays.vehicles)
    search = Search(track, seen, changes, options, costs)
    path = search.path()
    readings = Readings(schedule, track, runs, options, delays)
    legs = [
        readings.leg(search.between(*span), search.outside(*span))
        for span in _spans(track, search, path, options)
    ]
    return Detection(tuple(leg for leg in legs if leg is not None), _unmatched(track, search, path))


def _spans(track: Track, search: Search, path: Path, options: Options) -> list[tuple[int, int]]:
    """First and last fix of every ride that went anywhere; boarding the same vehicle again is riding on."""
    spans: list[tuple[int, int, int]] = []
    for ridden in path.rides:
        first, last = int(options.fix[ridden.options[0]]), int(options.fix[ridden.options[-1]])
        part = slice(first, last + 1)
        away = np.hypot(track.east_m[part] - track.east_m[first], track.north_m[part] - track.north_m[first])
        if away.max() < SHORTEST_M:
            continue
        if spans and spans[-1][0] == ridden.run:
            whole = search.between(spans[-1][1], last)
            if any(other.run == ridden.run for _, other in whole):
                first = spans.pop()[1]
        spans.append((ridden.run, first, last))
    return [(first, last) for _, first, last in spans]


def _unmatched(track: Track, search: Search, path: Path) -> tuple[Reading, ...]:
    """Rides in vehicles of no timetable, without what stood still at either end."""
    vehicle = np.isin(path.modes, (RIDE, HALT))
    edges = np.flatnonzero(np.diff(np.r_[False, vehicle, False]))
    found = []
    for begin, end in edges.reshape(-1, 2):
        moving = np.flatnonzero(path.modes[begin:end] == RIDE) + begin
        if moving.size and (ride := _ride(track, search, int(moving[0]), int(moving[-1]))):
            found.append(ride)
    return tuple(found)


def _ride(track: Track, search: Search, first: int, last: int) -> Reading | None:
    """The ride over stretches ``first`` to ``last``; nothing if it is too short, slow or doubtful for one."""
    way = np.hypot(np.diff(track.east_m[first : last + 2]), np.diff(track.north_m[first : last + 2]))
    lasts = np.diff(track.time_s[first : last + 2])
    apart = np.hypot(
        track.east_m[last + 1] - track.east_m[first], track.north_m[last + 1] - track.north_m[first]
    )
    if apart < SHORTEST_M or way.sum() < SLOWEST_MPS * lasts.sum():
        return None
    board_s, alight_s = track.time_s[first], track.time_s[last + 1]
    usual = lasts <= UNMATCHED_GAP_S
    if way[usual].sum() > 0:
        # A gap at either end holds the ride's rest, and stops, waits or a walk: half of those are taken for
        # the ride's, which is never more wrong than half of what is not known.
        speed = way[usual].sum() / lasts[usual].sum()
        if not usual[-1]:
            alight_s -= max(lasts[-1] - way[-1] / speed, 0.0) / 2
        if not usual[0]:
            board_s += max(lasts[0] - way[0] / speed, 0.0) / 2
    board, alight = (
        Call(datetime.fromtimestamp(float(time_s), UTC), track.fixes[fix].lon, track.fixes[fix].lat)
        for time_s, fix in ((board_s, first), (alight_s, last + 1))
    )
    worse = search.outside(first, last + 1, vehicle=False) - search.outside(first, last + 1)
    likely = 1 / (1 + exp(worse))
    return Reading(board, alight, likely, float(apart)) if likely >= LEAST_LIKELY else None
