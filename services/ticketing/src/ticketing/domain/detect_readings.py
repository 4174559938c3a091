"""From a ride in a run to readings: which stops it was, and how likely."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import exp, hypot

import numpy as np
from timetable.schedule import Schedule

from ticketing.domain.delays import Delays
from ticketing.domain.detect_options import STOP_M, Options
from ticketing.domain.detect_path import Ridden
from ticketing.domain.detect_runs import Numbers, Runs, told_late_s
from ticketing.domain.detect_track import Floats, Track
from ticketing.domain.detection import Call, DetectedLeg, Reading

WALK_MPS = 1.5
HURRY_S = 60.0
"""Being this much too late for a stop costs 1."""
PER_STOP = 0.7
UNSEEN_PER_STOP = 0.4
"""For each stop farther on, if nothing was seen any more: little, as nobody knows."""
RODE_ON = 2.5
"""For having ridden on from the stop where the trace ends."""
AWAY_M = 100.0
READINGS = 5
LEAST_PROBABILITY = 0.01


@dataclass(frozen=True, slots=True)
class _Stop:
    """A call that somebody may have got on or off at: when, and what speaks against it."""

    call: int
    time_s: float
    cost: float


class Readings:
    """Readings of rides on one track."""

    def __init__(
        self, schedule: Schedule, track: Track, runs: Runs, options: Options, delays: Delays
    ) -> None:
        self._schedule, self._track, self._runs = schedule, track, runs
        self._options, self._delays = options, delays
        self._east_m, self._north_m = track.plane.east_north(schedule.stops.lon, schedule.stops.lat)

    def leg(self, weighed: Sequence[tuple[float, Ridden]], outside: float) -> DetectedLeg | None:
        """The leg that the rides, each in another run, are readings of; nothing if none is from stop to stop.

        Parameters
        ----------
        weighed
            Logarithm of how well each fits, and the ride.
        outside
            The same for a vehicle in no timetable.
        """
        top = max(weight for weight, _ in weighed)
        shares = [(exp(max(weight - top, -50.0)), ridden) for weight, ridden in weighed]
        outside_share = exp(np.clip(outside - top, -50.0, 50.0))
        total = sum(share for share, _ in shares) + outside_share
        readings: list[Reading] = []
        for share, ridden in shares:
            if share / total >= LEAST_PROBABILITY:
                readings += self._readings(ridden, share / total)
        if not readings:
            return None
        best = max(readings, key=lambda reading: reading.probability)
        if outside_share / total >= LEAST_PROBABILITY:
            readings.append(
                Reading(self._seen(best.board), self._seen(best.alight), outside_share / total, best.length_m)
            )
        merged = sorted(_merged(readings), key=lambda reading: -reading.probability)
        mine = next((reading for reading in merged if reading.trip_id), merged[0])
        return DetectedLeg(mine, tuple(other for other in merged if other is not mine)[:READINGS])

    def _seen(self, call: Call) -> Call:
        return replace(call, stop_id="", stop_name="")

    def _readings(self, ridden: Ridden, probability: float) -> list[Reading]:
        trip = int(self._runs.trip[ridden.run])
        calls = slice(int(self._schedule.trips.first[trip]), int(self._schedule.trips.first[trip + 1]))
        times = self._schedule.stop_times
        told = self._delays.of(self._schedule.trips.ids[trip], self._runs.days[ridden.run])
        base = self._runs.offset_s[ridden.run] + told_late_s(times.sequence[calls], told)
        boards = self._boards(ridden, calls, base + times.departure_s[calls])
        alights = self._alights(ridden, calls, base + times.arrival_s[calls])
        board_total = sum(exp(-stop.cost) for stop in boards)
        alight_total = sum(exp(-stop.cost) for stop in alights)
        readings = []
        for board in boards:
            for alight in alights:
                if board.call >= alight.call:
                    continue
                share = exp(-board.cost - alight.cost) / board_total / alight_total * probability
                if share >= LEAST_PROBABILITY / 4:
                    readings.append(self._reading(ridden.run, board, alight, share))
        return readings

    def _reading(self, run: int, board: _Stop, alight: _Stop, share: float) -> Reading:
        trip = int(self._runs.trip[run])
        late_s = alight.time_s - self._runs.offset_s[run] - self._schedule.stop_times.arrival_s[alight.call]
        stops = self._schedule.stop_times.stop[board.call : alight.call + 1]
        length = np.hypot(np.diff(self._east_m[stops]), np.diff(self._north_m[stops])).sum()
        route = int(self._schedule.trips.route[trip])
        return Reading(
            self._call(board), self._call(alight), share, float(length), self._schedule.trips.ids[trip],
            self._schedule.routes.ids[route], self._schedule.routes.name(route), self._runs.days[run],
            alight.call - board.call, round(late_s),
        )  # fmt: skip

    def _call(self, stop: _Stop) -> Call:
        place = int(self._schedule.stop_times.stop[stop.call])
        stops = self._schedule.stops
        return Call(
            datetime.fromtimestamp(stop.time_s, UTC), float(stops.lon[place]), float(stops.lat[place]),
            stops.ids[place], stops.names[place],
        )  # fmt: skip

    def _way_m(self, fix: int, call: int) -> float:
        stop = int(self._schedule.stop_times.stop[call])
        return hypot(
            self._track.east_m[fix] - self._east_m[stop], self._track.north_m[fix] - self._north_m[stop]
        )

    def _at_stop(self, fix: int, call: int) -> bool:
        return bool(self._way_m(fix, call) <= STOP_M + 2 * self._track.accuracy_m[fix])

    def _boards(self, ridden: Ridden, calls: slice, departs_s: Floats) -> list[_Stop]:
        option = ridden.options[0]
        fix, call = int(self._options.fix[option]), int(self._options.call[option])
        if self._at_stop(fix, call):
            return [_Stop(call, self._left_s(ridden, call, departs_s[call - calls.start]), 0.0)]
        time_s = self._track.time_s
        found = []
        for upstream in range(call, calls.start - 1, -1):
            leaves_s = min(departs_s[upstream - calls.start] + ridden.late_s[0], time_s[fix])
            cost = PER_STOP * (call - upstream)
            if fix == 0:
                cost = UNSEEN_PER_STOP * (call - upstream)
            else:
                ready_s = time_s[fix - 1] + self._way_m(fix - 1, upstream) / WALK_MPS
                cost += max(ready_s - leaves_s, 0.0) / HURRY_S
            found.append(_Stop(upstream, leaves_s, cost))
        return found

    def _left_s(self, ridden: Ridden, call: int, departs_s: float) -> float:
        """When the vehicle left the boarding stop: by its lateness, between the fixes that saw it."""
        fixes = self._options.fix[ridden.options]
        there = [position for position, fix in enumerate(fixes) if self._at_stop(int(fix), call)]
        last = 0
        while last + 1 < len(there) and there[last + 1] == there[last] + 1:
            last += 1
        stood, seen = there[last], min(there[last] + 1, len(fixes) - 1)
        return float(
            np.clip(
                departs_s + ridden.late_s[seen],
                self._track.time_s[fixes[stood]],
                self._track.time_s[fixes[seen]],
            )
        )

    def _alights(self, ridden: Ridden, calls: slice, arrives_s: Floats) -> list[_Stop]:
        option = ridden.options[-1]
        fix, call = int(self._options.fix[option]), int(self._options.call[option])
        last = fix == len(self._track) - 1
        found = []
        at = next((c for c in (call + 1, call) if self._at_stop(fix, c)), None)
        if at is not None:
            reached = self._reached_s(ridden, at, arrives_s[at - calls.start])
            found.append(_Stop(at, reached, 0.0))
            if not last:
                return found
        elif self._way_m(fix, call) < self._way_m(fix, call + 1):
            away = (self._way_m(fix, call) - STOP_M - self._track.accuracy_m[fix]) / AWAY_M
            time_s = (
                self._track.time_s[fix]
                if last
                else min(self._track.time_s[fix], arrives_s[call - calls.start] + ridden.late_s[-1])
            )
            found.append(_Stop(call, float(time_s), away if not last else away + 1.0))
        start = call + 1 if at is None else at + 1
        for count, downstream in enumerate(range(start, calls.stop)):
            arrives = max(arrives_s[downstream - calls.start] + ridden.late_s[-1], self._track.time_s[fix])
            if last:
                cost = UNSEEN_PER_STOP * count + (RODE_ON if at is not None else 0.0)
            else:
                walked_s = self._way_m(fix + 1, downstream) / WALK_MPS
                cost = PER_STOP * count
                cost += max(arrives + walked_s - self._track.time_s[fix + 1], 0.0) / HURRY_S
            found.append(_Stop(downstream, float(arrives), cost))
        return found

    def _reached_s(self, ridden: Ridden, call: int, arrives_s: float) -> float:
        """When the vehicle reached the alighting stop: by its lateness, between the fixes that saw it."""
        fixes: Numbers = self._options.fix[ridden.options]
        first = len(fixes) - 1
        while first > 0 and self._at_stop(int(fixes[first - 1]), call):
            first -= 1
        return float(
            np.clip(
                arrives_s + ridden.late_s[max(first - 1, 0)],
                self._track.time_s[fixes[max(first - 1, 0)]],
                self._track.time_s[fixes[first]],
            )
        )


def _merged(readings: Sequence[Reading]) -> list[Reading]:
    """Readings that cost the same are one: the same line between the same stops."""
    by_price: dict[tuple[str, str, str], list[Reading]] = {}
    for reading in readings:
        key = reading.route_id, reading.board.stop_id, reading.alight.stop_id
        by_price.setdefault(key, []).append(reading)
    merged = []
    for same in by_price.values():
        likeliest = max(same, key=lambda reading: reading.probability)
        merged.append(replace(likeliest, probability=min(sum(r.probability for r in same), 1.0)))
    return merged
