"""How long it takes at least between parts of the map, whatever the time: what lets a search leave places
out.

Stops are parted into cells of about equal count, and the least time from each cell to each other one is
worked out once, over the fastest rides between neighbouring stops and all walks, without ever waiting.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from timetable.schedule import NONE, Floats, Ints, Offsets
from timetable.transit.compact import Bounds, Changes, Hops, PatternArrays, PointArrays, RunArrays
from timetable.transit.compiled import compiled

MOST_CELLS = 512
STOPS_PER_CELL = 4
"""Where there are few stops there are no more cells than are of use."""
UNREACHED_S = 2**29


class _Edges(NamedTuple):
    first: Ints
    to: Ints
    seconds: Ints


def fastest_hops(patterns: PatternArrays, runs: RunArrays, stop_count: int) -> Hops:
    """The fastest ride between neighbouring calls, by stop; where vehicles go on as another trip, none at
    all.
    """
    fastest = _fastest_by_call(
        patterns.first, patterns.run_first, runs.times_first, runs.arrival_s, runs.departure_s
    )
    ends = np.zeros(len(patterns.stop), dtype=np.bool_)
    ends[patterns.first[1:] - 1] = True
    start = np.flatnonzero(~ends)
    from_stop, to_stop, seconds = patterns.stop[start], patterns.stop[start + 1], fastest[start]
    seated = np.flatnonzero(runs.next_seated)
    before = np.repeat(np.arange(len(runs.trip)), np.diff(runs.next_first))[seated]
    of_pattern = np.repeat(np.arange(len(patterns.route)), np.diff(patterns.run_first))
    last = patterns.stop[patterns.first[of_pattern[before] + 1] - 1]
    following = patterns.stop[patterns.first[of_pattern[runs.next_run[seated]]]]
    edges = _packed(
        np.concatenate([from_stop, last]), np.concatenate([to_stop, following]),
        np.concatenate([seconds, np.zeros(len(seated), dtype=np.int32)]), stop_count,
    )  # fmt: skip
    return Hops(*edges)


def least_times(hops: Hops, changes: Changes, points: PointArrays, lon: Floats, lat: Floats) -> Bounds:
    """Part the stops into cells, and find the least time between any two stops of each pair of cells."""
    stop_count = len(lon)
    count = max(1, min(MOST_CELLS, stop_count // STOPS_PER_CELL))
    cell = np.zeros(stop_count, dtype=np.int32)
    place = np.stack([np.nan_to_num(lon) * np.cos(np.radians(np.nan_to_num(lat).mean())), np.nan_to_num(lat)])
    _part(place, np.arange(stop_count), 0, count, cell)
    alight = np.repeat(np.arange(len(points.alight_stop)), np.diff(changes.first))
    rides = np.repeat(np.arange(stop_count, dtype=np.int32), np.diff(hops.first))
    edges = _packed(
        np.concatenate([rides, points.alight_stop[alight]]),
        np.concatenate([hops.to, points.board_stop[changes.to]]),
        np.concatenate([hops.seconds, changes.seconds]),
        stop_count,
    )
    return Bounds(cell, _between_cells(*edges, cell, count))


def _packed(start: Ints, to: Ints, seconds: Ints, count: int) -> _Edges:
    """Edges by where they start, the shortest of several between the same two."""
    key = start.astype(np.int64) * count + to
    order = np.lexsort((seconds, key))
    kept = order[np.r_[True, np.diff(key[order]) != 0]] if len(order) else order
    first = np.searchsorted(start[kept], np.arange(count + 1)).astype(np.int32)
    return _Edges(first, to[kept].astype(np.int32), seconds[kept].astype(np.int32))


def _part(place: Floats, chosen: Offsets, first: int, count: int, cell: Ints) -> None:
    """Halve the stops along the longer side of their box until each part is a cell."""
    if count == 1:
        cell[chosen] = first
        return
    side = int(np.argmax(np.ptp(place[:, chosen], axis=1)))
    left = count // 2
    order = chosen[np.argsort(place[side, chosen], kind="stable")]
    middle = len(order) * left // count
    _part(place, order[:middle], first, left, cell)
    _part(place, order[middle:], first + left, count - left, cell)


@compiled
def _fastest_by_call(
    first: Ints, run_first: Ints, times_first: Offsets, arrival_s: Ints, departure_s: Ints
) -> Ints:
    """By call, the fewest seconds of any run to the next one."""
    fastest = np.full(first[-1], UNREACHED_S, np.int32)
    for pattern in range(len(first) - 1):
        for run in range(run_first[pattern], run_first[pattern + 1]):
            at = times_first[run] - first[pattern]
            for call in range(first[pattern], first[pattern + 1] - 1):
                seconds = arrival_s[at + call + 1] - departure_s[at + call]
                fastest[call] = min(fastest[call], seconds)
    return fastest


@compiled
def _between_cells(first: Ints, to: Ints, seconds: Ints, cell: Ints, count: int) -> npt.NDArray[np.int32]:
    """Dijkstra's algorithm from all stops of a cell at once, for every cell."""
    stop_count = len(first) - 1
    least = np.full((count, count), UNREACHED_S, np.int32)
    reached = np.empty(stop_count, np.int32)
    size_most = len(to) + stop_count + 1
    heap_s, heap_stop = np.empty(size_most, np.int32), np.empty(size_most, np.int32)
    for start in range(count):
        reached[:] = UNREACHED_S
        size = 0
        for stop in range(stop_count):
            if cell[stop] == start:
                reached[stop] = 0
                heap_s[size], heap_stop[size] = 0, stop
                size += 1
        while size > 0:
            now, stop = heap_s[0], heap_stop[0]
            size -= 1
            _sink(heap_s, heap_stop, size)
            if now > reached[stop]:
                continue
            least[start, cell[stop]] = min(least[start, cell[stop]], now)
            for edge in range(first[stop], first[stop + 1]):
                then = now + seconds[edge]
                if then < reached[to[edge]]:
                    reached[to[edge]] = then
                    _rise(heap_s, heap_stop, size, then, to[edge])
                    size += 1
    return least


@compiled
def _sink(heap_s: Ints, heap_stop: Ints, size: int) -> None:
    """Take the first out: put the last in its place and let it sink."""
    value, stop = heap_s[size], heap_stop[size]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and heap_s[below + 1] < heap_s[below]:
            below += 1
        if heap_s[below] >= value:
            break
        heap_s[at], heap_stop[at] = heap_s[below], heap_stop[below]
        at = below
    heap_s[at], heap_stop[at] = value, stop


@compiled
def _rise(heap_s: Ints, heap_stop: Ints, size: int, value: int, stop: int) -> None:
    """Put one more in."""
    at = size
    while at > 0:
        above = (at - 1) // 2
        if heap_s[above] <= value:
            break
        heap_s[at], heap_stop[at] = heap_s[above], heap_stop[above]
        at = above
    heap_s[at], heap_stop[at] = value, stop


def slack_of(hops: Hops, stop: Ints, ride_s: Ints, first: Offsets) -> float:
    """How much the least times have to be shortened, from 1 to 0, to hold for rides of these runs as well.

    Parameters
    ----------
    stop
        Calls of all runs; those of run r are ``first[r]`` up to, not including, ``first[r + 1]``.
    ride_s
        Seconds from each call to the next one; meaningless at the last call of a run.
    """
    slack = 1.0
    ends = np.zeros(len(stop), dtype=np.bool_)
    ends[first[1:] - 1] = True
    start = np.flatnonzero(~ends)
    sources = np.repeat(np.arange(len(hops.first) - 1, dtype=np.int64), np.diff(hops.first))
    known = sources * len(hops.first) + hops.to
    asked = stop[start].astype(np.int64) * len(hops.first) + stop[start + 1]
    place = np.minimum(np.searchsorted(known, asked), len(known) - 1)
    seconds = np.where(known[place] == asked, hops.seconds[place], NONE)
    if (seconds == NONE).any():
        return 0.0
    slower = seconds > 0
    if slower.any():
        slack = min(slack, float((ride_s[start][slower] / seconds[slower]).min()))
    return max(0.0, slack)
