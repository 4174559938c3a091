"""The likeliest way through a trace: on foot, waiting, in some vehicle, or in a run of the timetable.

Viterbi's algorithm over the modes of movement and, for every fix, the places in runs it may be seen from. A
place in a run says how late the run would be; this lateness is carried along the path, and moving it costs,
so that a car that is faster or slower than the timetable drifts out, while a bus that is six minutes late
stays. Boarding and alighting cost by the way to the stop.
"""

from dataclasses import dataclass

import numpy as np

from ticketing.domain.detect_modes import FIRST, FOOT, HALT, IN_RUN, MODES, RIDE, WAIT
from ticketing.domain.detect_options import Options
from ticketing.domain.detect_runs import Flags, Numbers, Runs
from ticketing.domain.detect_track import Floats, Track

IMPOSSIBLE = -1e9
BONUS = 0.3
"""What half a minute on a run's way is worth against any vehicle: runs are never quite on time."""
STEP_S = 30.0
"""Fixes that follow sooner repeat what the one before said, and count by the time between."""
RIDES_S, WAITS_S = 55.0, 86.0
"""Going on with a ride or a wait for this long costs 1, as it does in the model of the modes."""
DRIFT_S = 40.0
"""Moving the lateness by this much costs 1."""
LATE_COST_S, EARLY_COST_S = 180.0, 40.0
TOLD_COST_S = 60.0
BESIDE_MOST = 6.0
STOP_COST_M = 50.0
"""Getting on or off away from a stop costs 1 for every so many metres ..."""
STOP_COST_MOST, GAP_COST_MOST = 12.0, 2.5
"""... but not more than this, and less where nothing was seen for a while before or after."""
GAP_S = 90.0
STOP_FREE_M = 40.0
BOARD_COST = 2.5
BOARDS_FROM = np.array([-1.0, -0.5, -6.0, -6.0, -6.0])
ALIGHTS_TO = np.array([-0.7, -0.9, IMPOSSIBLE, IMPOSSIBLE, IMPOSSIBLE])
UNSCHEDULED_COST, ABOARD_COST = 3.0, 5.0
"""Whoever checked in rides in a vehicle of the timetable, not in a car; all the more if it was aboard."""
BEACON_WORTH = 4.0
ROAD_M = 20.0


@dataclass(frozen=True, slots=True)
class Costs:
    """What an option costs by itself, all (options): being there for half a minute, getting on, getting off,
    and the beacon heard; and whether a stop is near.
    """

    there: Floats
    board: Floats
    alight: Floats
    beacon: Floats
    at_stop: Flags


@dataclass(frozen=True, slots=True)
class Ridden:
    """A ride in one run: ``options``, one per fix from the boarding to the alighting; ``late_s`` of each."""

    run: int
    options: Numbers
    late_s: Floats


@dataclass(frozen=True, slots=True)
class Path:
    """``rides`` in the order of time; ``modes`` (fixes - 1) of all stretches, -1 where in a run."""

    rides: tuple[Ridden, ...]
    modes: Numbers


def costs_of(track: Track, options: Options, runs: Runs, known: frozenset[str]) -> Costs:
    """The costs of all options; ``known`` are the beacons of vehicles that have a run."""
    spread = np.hypot(track.accuracy_m[options.fix], ROAD_M)
    outside = np.maximum(options.beside_m - options.free_m, 0.0) / spread
    beside = np.minimum(outside**2 / 2, BESIDE_MOST)
    beside += 0.5 * (options.beside_m / (options.free_m + spread)) ** 2
    late = np.clip(0.0, options.low_s, options.high_s)
    by_clock = np.where(late > 0, late / LATE_COST_S, -late / EARLY_COST_S)
    prior = np.where(runs.told[options.run], np.abs(late) / TOLD_COST_S, by_clock)
    free = STOP_FREE_M + 2 * track.accuracy_m[options.fix]
    gaps = np.diff(track.time_s, prepend=-np.inf, append=np.inf) > GAP_S
    on, off = (
        np.minimum(np.maximum(way - free, 0.0) / STOP_COST_M, np.where(gap, GAP_COST_MOST, STOP_COST_MOST))
        for way, gap in (
            (options.start_m, gaps[options.fix]),
            (np.minimum(options.start_m, options.end_m), gaps[options.fix + 1]),
        )
    )
    heard = [fix.beacon for fix in track.fixes]
    # Whoever is aboard when the trace ends has not got off between two stops.
    off[options.fix == len(track) - 1] = 0.0
    beacon = np.zeros(len(options))
    if any(heard):
        for number, (fix, run) in enumerate(zip(options.fix, options.run, strict=True)):
            if heard[fix] and runs.vehicles[run] == heard[fix]:
                beacon[number] = -BEACON_WORTH
            elif heard[fix] in known:
                beacon[number] = BEACON_WORTH
    # Whoever is at a stop may as well be waiting there: it is no sign of a ride.
    at_stop = np.minimum(options.start_m, options.end_m) <= free
    there = np.where(at_stop, 0.0, beside - BONUS)
    return Costs(there, BOARD_COST + prior + on, off, beacon, at_stop)


@dataclass(frozen=True, slots=True)
class _Memory:
    """How Viterbi's algorithm came by its scores.

    ``mode_from`` (fixes, modes), the mode before; ``left_option`` (fixes, modes), the option whose alighting
    led to the mode, -1 if none; ``boards_from`` (fixes), the mode that boardings come from. ``reached``
    (options), the score of having ridden there; ``come_from`` the option before; ``late_s`` how late then;
    ``boards`` whether boarding there is better than having come there.
    """

    mode_from: Numbers
    left_option: Numbers
    boards_from: Numbers
    reached: Floats
    come_from: Numbers
    late_s: Floats
    boards: Flags

    @classmethod
    def of(cls, fixes: int, options: Options) -> "_Memory":
        """An empty one."""
        return cls(
            np.zeros((fixes, MODES), dtype=np.int64), np.full((fixes, MODES), -1, dtype=np.int64),
            np.zeros(fixes, dtype=np.int64), np.full(len(options), IMPOSSIBLE),
            np.full(len(options), -1, dtype=np.int64), np.zeros(len(options)),
            np.zeros(len(options), dtype=np.bool_),
        )  # fmt: skip

    def ridden(self, option: int, options: Options) -> Ridden:
        """The ride that ends at an option."""
        along = [option]
        while len(along) == 1 or not self.boards[along[-1]]:
            along.append(int(self.come_from[along[-1]]))
        ridden = np.array(along[::-1])
        return Ridden(int(options.run[option]), ridden, self.late_s[ridden])


class Search:
    """One pass over the fixes ``first`` to ``last``, both included."""

    def __init__(
        self, track: Track, seen: Floats, changes: list[Floats], options: Options, costs: Costs
    ) -> None:
        self._track, self._seen, self._changes = track, seen, changes
        self._options, self._costs = options, costs
        self._bounds = np.searchsorted(options.fix, np.arange(len(track) + 1))
        self._scheduled = len(options) > 0

    def advanced(self, fix: int, scores: Floats, late_s: Floats) -> tuple[Floats, Floats, Numbers]:
        """Scores, lateness and predecessors of a fix's options, each come from one of the fix before."""
        before = slice(self._bounds[fix - 1], self._bounds[fix])
        now = slice(self._bounds[fix], self._bounds[fix + 1])
        size = now.stop - now.start
        best, moved = np.full(size, IMPOSSIBLE), np.zeros(size)
        come_from = np.full(size, -1, dtype=np.int64)
        runs, calls = self._options.run, self._options.call
        if size == 0 or before.stop == before.start:
            return best, moved, come_from
        left = np.searchsorted(runs[before], runs[now], "left")
        right = np.searchsorted(runs[before], runs[now], "right")
        low, high = self._options.low_s[now], self._options.high_s[now]
        for step in range(int((right - left).max())):
            chosen = np.minimum(left + step, before.stop - before.start - 1)
            possible = (left + step < right) & (calls[before][chosen] <= calls[now])
            level = np.clip(late_s[chosen], low, high)
            score = np.where(possible, scores[chosen] - np.abs(level - late_s[chosen]) / DRIFT_S, IMPOSSIBLE)
            better = score > best
            best, moved = np.where(better, score, best), np.where(better, level, moved)
            come_from = np.where(better, chosen + before.start, come_from)
        share = min(1.0, (self._track.time_s[fix] - self._track.time_s[fix - 1]) / STEP_S)
        # A vehicle of no timetable and a wait pay for every moment that they go on; so does a run.
        lasts_s = self._track.time_s[fix] - self._track.time_s[fix - 1]
        wait, moving = self._seen[fix - 1, [WAIT, IN_RUN]]
        moving -= lasts_s / RIDES_S
        in_vehicle = np.where(self._costs.at_stop[now], max(moving, wait - lasts_s / WAITS_S), moving)
        worth = in_vehicle - share * self._costs.there[now] - self._costs.beacon[now]
        return np.where(come_from >= 0, best + worth, IMPOSSIBLE), moved, come_from

    def between(self, first: int, last: int) -> list[tuple[float, Ridden]]:
        """For every run that can be ridden all the way between two fixes, how well it fits, and where."""
        now = slice(self._bounds[first], self._bounds[first + 1])
        come_from: list[Numbers] = [np.full(now.stop - now.start, -1, dtype=np.int64)]
        scores = -self._costs.board[now]
        levels = [np.clip(0.0, self._options.low_s[now], self._options.high_s[now])]
        for fix in range(first + 1, last + 1):
            scores, level, before = self.advanced(fix, scores, levels[-1])
            levels.append(level)
            come_from.append(before)
        now = slice(self._bounds[last], self._bounds[last + 1])
        scores = scores - self._costs.alight[now]
        best: dict[int, int] = {}
        for row in np.argsort(scores, kind="stable")[::-1]:
            if scores[row] > IMPOSSIBLE / 2:
                best.setdefault(int(self._options.run[now.start + row]), int(row))
        found = []
        for run, row in best.items():
            options, late_s, option = [], [], now.start + row
            for fix in range(last, first - 1, -1):
                place = option - self._bounds[fix]
                options.append(option)
                late_s.append(levels[fix - first][place])
                option = int(come_from[fix - first][place])
            found.append((float(scores[row]), Ridden(run, np.array(options[::-1]), np.array(late_s[::-1]))))
        return found

    def outside(self, first: int, last: int, *, vehicle: bool = True) -> float:
        """How well a movement that is in no timetable fits between two fixes, to compare with the runs.

        Without ``vehicle`` on foot or by bicycle only.
        """
        modes = np.array([0.0, 0.0, IMPOSSIBLE, IMPOSSIBLE, IMPOSSIBLE if vehicle else 0.0])
        for fix in range(first + 1, last + 1):
            change = self._change(max(fix, 2)) if self._changes else np.zeros((MODES, MODES))
            if not vehicle:
                change = change.copy()
                change[:, [RIDE, HALT]] = IMPOSSIBLE
            modes = (modes[:, None] + change).max(axis=0) + self._seen[fix - 1, :MODES]
        return float(modes.max())

    def path(self) -> Path:
        """The likeliest path from the first fix to the last."""
        seen, modes = self._forward()
        count = len(self._track)
        rides: list[Ridden] = []
        stretch_modes = np.full(count - 1, -1, dtype=np.int64)
        fix, mode = count - 1, int(modes.argmax())
        last = slice(self._bounds[fix], self._bounds[fix + 1])
        # Whoever was still aboard at the end of the trace has not alighted in it.
        option = -1
        if last.stop > last.start and seen.reached[last].max() > modes[mode]:
            option = int(seen.reached[last].argmax()) + last.start
        while True:
            if option < 0:
                option = int(seen.left_option[fix, mode])
            if option >= 0:
                rides.append(seen.ridden(option, self._options))
                option = int(rides[-1].options[0])
                fix = int(self._options.fix[option])
                mode, option = int(seen.boards_from[fix]), -1
                if seen.left_option[fix, mode] >= 0:
                    continue  # Changed vehicles at this very fix.
            if fix == 0:
                return Path(tuple(reversed(rides)), stretch_modes)
            stretch_modes[fix - 1] = mode
            mode = int(seen.mode_from[fix, mode])
            fix -= 1

    def _forward(self) -> tuple["_Memory", Floats]:
        """The best scores of the modes at the last fix, and how they and all options were come by."""
        memory = _Memory.of(len(self._track), self._options)
        modes = FIRST - self._penalty()
        scores, levels = np.empty(0), np.empty(0)
        for fix in range(len(self._track)):
            now = slice(self._bounds[fix], self._bounds[fix + 1])
            if fix > 0:
                table = modes[:, None] + self._change(fix)
                memory.mode_from[fix] = table.argmax(axis=0)
                modes = table.max(axis=0) + self._seen[fix - 1, :MODES]
                memory.reached[now], memory.late_s[now], memory.come_from[now] = self.advanced(
                    fix, scores, levels
                )
            if now.stop == now.start:
                scores, levels = np.empty(0), np.empty(0)
                continue
            off = memory.reached[now] - self._costs.alight[now]
            best = int(off.argmax())
            left = off[best] + ALIGHTS_TO
            memory.left_option[fix] = np.where(left > modes, best + now.start, -1)
            modes = np.maximum(modes, left)
            memory.boards_from[fix] = (modes + BOARDS_FROM).argmax()
            on = (modes + BOARDS_FROM).max() - self._costs.board[now]
            memory.boards[now] = on > memory.reached[now]
            scores = np.maximum(on, memory.reached[now])
            due = np.clip(0.0, self._options.low_s[now], self._options.high_s[now])
            levels = np.where(memory.boards[now], due, memory.late_s[now])
            memory.late_s[now] = levels
        return memory, modes

    def _penalty(self) -> Floats:
        unlikely = np.zeros(MODES)
        if self._scheduled:
            unlikely[RIDE] = unlikely[HALT] = ABOARD_COST
        return unlikely

    def _change(self, fix: int) -> Floats:
        if fix == 1:
            same = np.full((MODES, MODES), IMPOSSIBLE)
            np.fill_diagonal(same, 0.0)
            return same
        change = self._changes[fix - 2]
        if self._scheduled:
            change = change.copy()
            change[[FOOT, WAIT], RIDE] -= UNSCHEDULED_COST
            change[[FOOT, WAIT], HALT] -= UNSCHEDULED_COST
        return change
