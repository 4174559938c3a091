"""From feeds to a compact timetable, step by step, each told as it begins."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from timetable.schedule import NONE, Ints
from timetable.transit.bounds import fastest_hops, least_times
from timetable.transit.changing import Points, Rules, make_changes, make_points
from timetable.transit.compact import Changes, PatternArrays, RunArrays, Timetable, TripArrays
from timetable.transit.merging import Merged, merged
from timetable.transit.runs import Calls, sorted_runs, times_of_runs
from timetable.transit.source import Source
from timetable.transit.vehicles import Ends, continuations
from timetable.transit.walks import (
    PLATFORM,
    STATION,
    Walks,
    station_of,
    stations_with_pathways,
    straight_walk_s,
    walks_in_stations,
)

NOT_AT_ALL = 1
"""GTFS's pickup and drop-off type of a call where nobody gets on or off."""


@dataclass(frozen=True, slots=True)
class Progress:
    """One step of building, when it is done: what was made, seconds it took, and bytes that its arrays
    have.
    """

    step: str
    seconds: float
    made_bytes: int


class _Runs(NamedTuple):
    trip: Ints
    shift_s: Ints


def build_timetable(
    sources: Sequence[Source],
    walks: Walks | None = None,
    step_free_walks: Walks | None = None,
    tell: Callable[[Progress], None] = lambda _: None,
) -> Timetable:
    """Build a timetable for searching from one or several feeds.

    Parameters
    ----------
    sources
        Feeds, read; stops, routes and trips are numbered in their order.
    walks
        Ways between stops of these numbers, from a road network or elsewhere, on top of those in stations.
    step_free_walks
        The same for who cannot use stairs; those of ``walks`` if not given.
    tell
        Called after every step.

    Raises
    ------
    ValueError
        If no feed is given, two have the same prefix, or walks name stops that are not there.
    """
    prefixes = [source.prefix for source in sources]
    if not prefixes or len(set(prefixes)) < len(prefixes):
        raise ValueError(
            f"prefixes: {prefixes!r} – at least one feed is needed, each with a prefix of its own"
        )
    clock = _Clock(tell)
    feed = merged(sources)
    stop_count = len(feed.stops.lon)
    given = [part for part in (walks, step_free_walks) if part is not None]
    for part in given:
        stops = np.concatenate([part.from_stop, part.to_stop])
        if len(stops) and not 0 <= stops.min() <= stops.max() < stop_count:
            raise ValueError(f"walks: stops {stops.min()} to {stops.max()}, but there are {stop_count}")
    clock.done("feeds joined", feed.calls)
    family = _families(feed)
    rules = Rules.of(feed.rules, lambda stop: family.get(stop, [stop]))
    call_trip = np.repeat(np.arange(len(feed.trip_route), dtype=np.int32), np.diff(feed.calls.first))
    points = make_points(rules, call_trip, feed.calls.stop, feed.trip_route, stop_count)
    changes = _changes(feed, rules, points, walks, step_free=False)
    free_walks = walks if step_free_walks is None else step_free_walks
    step_free = _changes(feed, rules, points, free_walks, step_free=True)
    clock.done("changes", (*changes, *step_free))
    calls = feed.calls._replace(
        alight=np.where(feed.calls.dropoff == NOT_AT_ALL, np.int32(NONE), points.alight),
        board=np.where(feed.calls.pickup == NOT_AT_ALL, np.int32(NONE), points.board),
    )
    patterns, runs = _patterns(feed, calls, _all_runs(feed))
    clock.done("patterns", (*patterns, *runs))
    hops = fastest_hops(patterns, runs, stop_count)
    bounds = least_times(hops, changes, points.arrays, feed.stops.lon, feed.stops.lat)
    clock.done("bounds", (*hops, *bounds))
    by_trip = np.argsort(runs.trip, kind="stable").astype(np.int32)
    run_first = np.searchsorted(runs.trip[by_trip], np.arange(len(feed.trip_route) + 1)).astype(np.int32)
    trips = TripArrays(
        feed.trip_route, feed.trip_service, feed.trip_zone, feed.trip_wheelchair, feed.trip_bikes,
        run_first, by_trip,
    )  # fmt: skip
    return Timetable(
        np.array([feed.first_day_ordinal]), feed.runs_on, feed.route_kind, feed.headsign, feed.stops, trips,
        patterns, runs, points.arrays, changes, step_free, hops, bounds,
        feed.names, feed.feeds,
    )  # fmt: skip


class _Clock:
    def __init__(self, tell: Callable[[Progress], None]) -> None:
        self._tell, self._began = tell, time.perf_counter()

    def done(self, step: str, arrays: Sequence[object]) -> None:
        now = time.perf_counter()
        made = sum(array.nbytes for array in arrays if isinstance(array, np.ndarray))
        self._tell(Progress(step, now - self._began, made))
        self._began = now


def _families(feed: Merged) -> dict[int, list[int]]:
    """Of every station or platform with parts: itself and all of them."""
    found: dict[int, list[int]] = {}
    for stop, parent in enumerate(feed.stops.parent.tolist()):
        while parent != NONE:
            found.setdefault(parent, [parent]).append(stop)
            parent = int(feed.stops.parent[parent])  # noqa: PLW2901 # up to the root
    return found


def _changes(feed: Merged, rules: Rules, points: Points, walks: Walks | None, *, step_free: bool) -> Changes:
    stops = feed.stops
    in_stations = walks_in_stations(
        stops.lon, stops.lat, stops.parent, stops.kind.tolist(), feed.pathways, step_free=step_free
    )
    every = [in_stations] if walks is None else [in_stations, walks]
    told = stations_with_pathways(stops.parent, feed.pathways)

    def straight_s(start: int, end: int) -> int | None:
        if stops.kind[start] not in {PLATFORM, STATION} or stops.kind[end] not in {PLATFORM, STATION}:
            return None
        station = station_of(stops.parent, start)
        # Where pathways tell of no way between two platforms, a straight line is none.
        if station in told and station == station_of(stops.parent, end):
            return None
        return straight_walk_s(stops.lon, stops.lat, start, end)

    joined = Walks(*(np.concatenate(columns) for columns in zip(*every, strict=True)))
    return make_changes(rules, points, joined, straight_s, len(stops.lon))


def _all_runs(feed: Merged) -> _Runs:
    """Every trip with two calls once, or as often as its frequencies say."""
    lengths = np.diff(feed.calls.first)
    trip, start_s, end_s, headway_s = feed.often
    by_clock = lengths >= 2
    by_clock[trip] = False
    trips = [np.flatnonzero(by_clock).astype(np.int32)]
    shifts = [np.zeros(len(trips[0]), dtype=np.int32)]
    for number in np.flatnonzero(lengths[trip] >= 2):
        departs_s = np.arange(start_s[number], end_s[number], headway_s[number], dtype=np.int32)
        trips.append(np.full(len(departs_s), trip[number], dtype=np.int32))
        shifts.append(departs_s - feed.calls.departure_s[feed.calls.first[trip[number]]])
    return _Runs(np.concatenate(trips), np.concatenate(shifts))


def _patterns(feed: Merged, calls: Calls, every: _Runs) -> tuple[PatternArrays, RunArrays]:
    found = sorted_runs(calls, feed.trip_route, every.trip, every.shift_s)
    trip, shift_s = every.trip[found.order], every.shift_s[found.order]
    lengths = np.diff(calls.first)
    times_first = np.r_[0, np.cumsum(lengths[trip])].astype(np.int64)
    arrival_s, departure_s = (np.empty(times_first[-1], dtype=np.int32) for _ in range(2))
    times_of_runs(
        calls.first, calls.arrival_s, calls.departure_s, trip, shift_s, times_first, arrival_s, departure_s
    )
    example = every.trip[found.example]
    first = np.r_[0, np.cumsum(lengths[example])].astype(np.int32)
    parts = [np.arange(calls.first[one], calls.first[one + 1]) for one in example]
    chosen = np.concatenate([*parts, np.empty(0, dtype=np.int64)]).astype(np.int64)
    patterns = PatternArrays(
        first, feed.trip_route[example], found.run_first, calls.stop[chosen], calls.alight[chosen],
        calls.board[chosen], calls.pickup[chosen], calls.dropoff[chosen],
    )  # fmt: skip
    often = np.isin(trip, feed.often[0])
    ends = Ends(
        departure_s[times_first[:-1]], arrival_s[times_first[1:] - 1],
        calls.stop[calls.first[trip]], calls.stop[calls.first[trip + 1] - 1],
    )  # fmt: skip
    block = np.where(often, np.int32(NONE), feed.trip_block[trip])
    days = feed.runs_on[feed.trip_service[trip]] if (block != NONE).any() else feed.runs_on[:0]
    after = continuations(trip, list(days), block, ends, feed.stops.parent, feed.rules)
    return patterns, RunArrays(trip, shift_s, times_first, arrival_s, departure_s, *after)
