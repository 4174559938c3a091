"""What realtime tells, laid over a timetable: runs left out, and runs with other times, other calls, or all
new.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np

from timetable.realtime import AddedRun, CallState, Overlay, RunState
from timetable.schedule import NONE, Bools, Ints, Offsets
from timetable.transit.bounds import slack_of
from timetable.transit.compact import Timetable


class LaidRows(NamedTuple):
    """Rows to add to a window, all (rows); ``times`` is where their times begin, ``day`` a place in its
    days.
    """

    pattern: Ints
    run: Ints
    day: Ints
    times: Offsets
    shift_s: Ints


@dataclass(frozen=True)
class Laid:
    """An overlay in the numbers of a timetable.

    Patterns that no run has in the timetable – calls passed by, other platforms, added runs – have numbers
    after the timetable's; their calls are ``pattern_first``, ``stop``, ``alight``, ``board``. Runs that were
    added have numbers after the timetable's, in the order of ``added``.

    Parameters
    ----------
    out_run, out_day
        Runs and ``date.toordinal`` of days that do not run as the timetable has them.
    run, day_ordinal, pattern, zone, times_first, shape
        By laid run; ``times_first`` has one more.
    strangers
        How many runs of the overlay no timetable knows; they changed nothing.
    slack
        By what the timetable's least times are multiplied to hold for laid runs as well, from 1 to 0.
    """

    out_run: Ints
    out_day: Ints
    run: Ints
    day_ordinal: Ints
    pattern: Ints
    zone: Ints
    trip: Ints
    times_first: Offsets
    arrival_s: Ints
    departure_s: Ints
    pattern_first: Ints
    stop: Ints
    alight: Ints
    board: Ints
    added: tuple[AddedRun, ...]
    added_route: Ints
    strangers: int
    slack: float

    @property
    def run_count(self) -> int:
        return len(self.run)

    def changed_on(self, days: Sequence[date], run_count: int) -> Bools:
        """Shape (days, runs): which runs are not as the timetable has them."""
        changed = np.zeros((len(days), run_count), dtype=np.bool_)
        place = {day.toordinal(): number for number, day in enumerate(days)}
        for run, ordinal in zip(self.out_run.tolist(), self.out_day.tolist(), strict=True):
            if ordinal in place:
                changed[place[ordinal], run] = True
        return changed

    def rows(self, days: Sequence[date], starts: Ints, trip_fits: Bools, strict: bool) -> LaidRows:
        """Rows for a window with these days, which start at ``starts`` (zones, days).

        Nobody tells what added runs take along; where ``strict``, they are left out.
        """
        place = {day.toordinal(): number for number, day in enumerate(days)}
        keep = np.array([ordinal in place for ordinal in self.day_ordinal.tolist()], dtype=np.bool_)
        fits = trip_fits[self.trip]
        keep &= np.where(self.trip == NONE, not strict, fits)
        chosen = np.flatnonzero(keep)
        day = np.array([place[ordinal] for ordinal in self.day_ordinal[chosen].tolist()], dtype=np.int32)
        return LaidRows(
            self.pattern[chosen], self.run[chosen], day, self.times_first[chosen],
            starts[self.zone[chosen], day],
        )  # fmt: skip


def nothing_laid(timetable: Timetable) -> Laid:
    """Everything runs as planned."""
    return lay(timetable, ())


def lay(timetable: Timetable, overlays: Sequence[tuple[int, Overlay]]) -> Laid:
    """Lay overlays over a timetable, each with the number of its feed.

    Raises
    ------
    ValueError
        Where a feed's number or a stop is none of the timetable's, or times of a run go backwards.
    """
    work = _Work(timetable)
    for feed, overlay in overlays:
        if not 0 <= feed < len(timetable.feeds.stop) - 1:
            raise ValueError(f"feed: {feed} of {len(timetable.feeds.stop) - 1}")
        for number in range(overlay.run_count):
            work.add(feed, overlay, number)
    return work.done()


class _Work:
    def __init__(self, timetable: Timetable) -> None:
        self._timetable = timetable
        self._out: dict[tuple[int, int], None] = {}
        self._rows: list[tuple[int, int, int, int, int]] = []
        self._stops: list[Ints] = []
        self._arrival_s: list[Ints] = []
        self._departure_s: list[Ints] = []
        self._patterns: list[tuple[Ints, Ints, Ints]] = []
        self._added: list[AddedRun] = []
        self._added_route: list[int] = []
        self._strangers = 0

    def add(self, feed: int, overlay: Overlay, number: int) -> None:
        day = int(overlay.day[number])
        trip = int(overlay.trip[number])
        known = trip != NONE
        run = NONE
        if known:
            trip += int(self._timetable.feeds.trip[feed])
            run = self._run_of(trip, int(overlay.start_s[number]))
            if run == NONE:
                self._strangers += 1
                return
            self._out[run, day] = None
        if overlay.state[number] == RunState.CANCELED:
            return
        calls = slice(int(overlay.first[number]), int(overlay.first[number + 1]))
        arrival_s, departure_s = overlay.arrival_s[calls], overlay.departure_s[calls]
        if len(arrival_s) < 2:
            self._strangers += not known
            return
        if (arrival_s > departure_s).any() or (departure_s[:-1] > arrival_s[1:]).any():
            name = trip if known else overlay.added_runs[int(overlay.added[number])].trip_id
            raise ValueError(f"arrival_s: times of run {name!r} go backwards")
        stop = overlay.stop[calls] + self._timetable.feeds.stop[feed]
        begin, end = self._timetable.feeds.stop[feed : feed + 2]
        if not begin <= stop.min() <= stop.max() < end:
            raise ValueError(f"stop: one of {overlay.stop[calls].tolist()} is none of the feed's")
        skipped = overlay.call_state[calls] == CallState.SKIPPED
        if known:
            zone = int(self._timetable.trips.zone[trip])
            pattern = self._pattern(int(self._timetable.run_pattern[run]), stop, skipped)
        else:
            extra = overlay.added_runs[int(overlay.added[number])]
            route = NONE if extra.route == NONE else extra.route + int(self._timetable.feeds.route[feed])
            run = len(self._timetable.runs.trip) + len(self._added)
            self._added.append(extra)
            self._added_route.append(route)
            # All of a feed keep one clock, unless its agencies disagree: then the first trip's is taken.
            zone = int(self._timetable.trips.zone[self._timetable.feeds.trip[feed]])
            pattern = self._pattern(NONE, stop, skipped)
        self._rows.append((run, day, pattern, zone, trip))
        self._stops.append(stop)
        self._arrival_s.append(arrival_s)
        self._departure_s.append(departure_s)

    def _run_of(self, trip: int, start_s: int) -> int:
        trips, runs = self._timetable.trips, self._timetable.runs
        for run in trips.run[trips.run_first[trip] : trips.run_first[trip + 1]].tolist():
            if start_s in {NONE, int(runs.departure_s[runs.times_first[run]])}:
                return int(run)
        return NONE

    def _pattern(self, planned: int, stop: Ints, skipped: Bools) -> int:
        """The timetable's pattern where the calls are as planned, otherwise a new one."""
        patterns = self._timetable.patterns
        alight, board = stop, stop
        if planned != NONE:
            calls = slice(int(patterns.first[planned]), int(patterns.first[planned + 1]))
            if calls.stop - calls.start == len(stop):
                same = patterns.stop[calls] == stop
                if same.all() and not skipped.any():
                    return planned
                # Where a platform changed, the planned call still tells whether people get on or off.
                alight = np.where(same | (patterns.alight[calls] == NONE), patterns.alight[calls], stop)
                board = np.where(same | (patterns.board[calls] == NONE), patterns.board[calls], stop)
        none = np.int32(NONE)
        self._patterns.append((stop, np.where(skipped, none, alight), np.where(skipped, none, board)))
        return len(patterns.route) + len(self._patterns) - 1

    def done(self) -> Laid:
        def joined(parts: Sequence[Ints]) -> Ints:
            return np.concatenate([np.empty(0, dtype=np.int32), *parts]).astype(np.int32)

        out = np.array(list(self._out), dtype=np.int32).reshape(-1, 2)
        run, day, pattern, zone, trip = np.array(self._rows, dtype=np.int32).reshape(-1, 5).T.copy()
        first = np.cumsum([0, *map(len, self._arrival_s)], dtype=np.int64)
        arrival_s, departure_s = joined(self._arrival_s), joined(self._departure_s)
        ride_s = np.append(arrival_s[1:] - departure_s[:-1], np.int32(0)).astype(np.int32)
        slack = slack_of(self._timetable.hops, joined(self._stops), ride_s, first)
        stop, alight, board = (joined([part[column] for part in self._patterns]) for column in range(3))
        return Laid(
            np.ascontiguousarray(out[:, 0]), np.ascontiguousarray(out[:, 1]), run, day, pattern, zone, trip,
            first, arrival_s, departure_s,
            np.cumsum([0, *(len(part[0]) for part in self._patterns)], dtype=np.int32),
            stop, alight, board, tuple(self._added), np.array(self._added_route, dtype=np.int32),
            self._strangers, slack,
        )  # fmt: skip
