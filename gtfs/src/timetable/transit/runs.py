"""Trips as runs and runs as patterns: those that serve the same calls of the same line lie together."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from timetable.schedule import Bytes, Ints, Offsets
from timetable.transit.compiled import compiled

Hashes = npt.NDArray[np.uint64]


class Calls(NamedTuple):
    """Calls of all trips; those of trip t are ``first[t]`` up to, not including, ``first[t + 1]``."""

    first: Offsets
    stop: Ints
    alight: Ints
    board: Ints
    pickup: Bytes
    dropoff: Bytes
    arrival_s: Ints
    departure_s: Ints


class Sorted(NamedTuple):
    """Runs by pattern; ``example`` (patterns) is a run, before sorting, that has the pattern's calls.

    ``order`` (runs), runs in their new order; ``run_first`` (patterns + 1).
    """

    order: Offsets
    run_first: Ints
    example: Offsets


def sorted_runs(calls: Calls, route: Ints, run_trip: Ints, run_shift_s: Ints) -> Sorted:
    """Sort runs by their line and the calls they serve, then by first departure, then by last arrival.

    A line's patterns lie together because a search looks at them together: what it needs next is then near in
    memory.

    Parameters
    ----------
    route
        By trip.
    run_trip, run_shift_s
        By run: its trip, and what is added to the trip's times.
    """
    low, high = _hashes(
        calls.first, calls.stop, calls.alight, calls.board, calls.pickup, calls.dropoff, route
    )
    begin, end = calls.first[run_trip], calls.first[run_trip + 1] - 1
    first_s = calls.departure_s[begin] + run_shift_s
    last_s = calls.arrival_s[end] + run_shift_s
    by_calls = (run_trip, last_s, first_s, high[run_trip], low[run_trip])
    order = np.lexsort((*by_calls, route[run_trip])).astype(np.int64)
    keys = np.stack([low[run_trip][order], high[run_trip][order]])
    begins = np.flatnonzero(np.r_[True, (np.diff(keys.astype(np.int64)) != 0).any(axis=0)])
    run_first = np.r_[begins, len(order)].astype(np.int32)
    if len(order) == 0:
        return Sorted(order, np.zeros(1, dtype=np.int32), np.empty(0, dtype=np.int64))
    # Two hashes of 64 bits tell calls apart; that they never meet by chance is still looked at.
    stray = _first_stray(
        calls.first, calls.stop, calls.alight, calls.board, calls.pickup, calls.dropoff, route,
        run_trip[order], run_first,
    )  # fmt: skip
    if stray >= 0:
        raise ArithmeticError(f"trips {stray} and another have the same hashes and different calls")
    return Sorted(order, run_first, order[run_first[:-1]])


@compiled
def _hashes(
    first: Offsets, stop: Ints, alight: Ints, board: Ints, pickup: Bytes, dropoff: Bytes, route: Ints
) -> tuple[Hashes, Hashes]:
    count = len(first) - 1
    low, high = np.empty(count, np.uint64), np.empty(count, np.uint64)
    for trip in range(count):
        a = np.uint64(route[trip] + 1) * np.uint64(0x9E3779B97F4A7C15)
        b = np.uint64(first[trip + 1] - first[trip]) * np.uint64(0xC2B2AE3D27D4EB4F)
        for call in range(first[trip], first[trip + 1]):
            for value in (
                np.int64(stop[call]), np.int64(alight[call]), np.int64(board[call]),
                np.int64(pickup[call]) * 8 + np.int64(dropoff[call]),
            ):  # fmt: skip
                word = np.uint64(value + 2)
                a = (a ^ word) * np.uint64(0x100000001B3)
                a ^= a >> np.uint64(29)
                b = (b + word) * np.uint64(0xD6E8FEB86659FD93)
                b ^= b >> np.uint64(32)
        low[trip], high[trip] = a, b
    return low, high


@compiled
def _first_stray(
    first: Offsets,
    stop: Ints,
    alight: Ints,
    board: Ints,
    pickup: Bytes,
    dropoff: Bytes,
    route: Ints,
    run_trip: Ints,
    run_first: Ints,
) -> int:
    for pattern in range(len(run_first) - 1):
        model = run_trip[run_first[pattern]]
        length = first[model + 1] - first[model]
        for run in range(run_first[pattern] + 1, run_first[pattern + 1]):
            trip = run_trip[run]
            if first[trip + 1] - first[trip] != length or route[trip] != route[model]:
                return int(trip)
            for place in range(length):
                here, there = first[trip] + place, first[model] + place
                if (
                    stop[here] != stop[there]
                    or alight[here] != alight[there]
                    or board[here] != board[there]
                    or pickup[here] != pickup[there]
                    or dropoff[here] != dropoff[there]
                ):
                    return int(trip)
    return -1


@compiled
def times_of_runs(
    first: Offsets,
    arrival_s: Ints,
    departure_s: Ints,
    run_trip: Ints,
    run_shift_s: Ints,
    times_first: Offsets,
    arrivals: Ints,
    departures: Ints,
) -> None:
    """Fill ``arrivals`` and ``departures`` with the shifted times of runs, from ``times_first`` on."""
    for run in range(len(run_trip)):
        trip = run_trip[run]
        at = times_first[run]
        for call in range(first[trip], first[trip + 1]):
            arrivals[at] = arrival_s[call] + run_shift_s[run]
            departures[at] = departure_s[call] + run_shift_s[run]
            at += 1
