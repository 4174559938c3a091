"""What is different from the timetable now: plain arrays that a search lays over a schedule.

An overlay is complete and forgets nothing half-way: for every run that a feed tells about it has a row for
every call, with times that delays were carried along to, so that whoever uses it copies and never works out.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum

import numpy as np

from timetable.schedule import Bytes, Ints, Offsets


class RunState(IntEnum):
    """What became of a run: as planned or with other times, not at all, or one that no timetable has."""

    RUNS = 0
    CANCELED = 1
    ADDED = 2


class CallState(IntEnum):
    """What became of a call: served, passed by, or served at a time nobody knows."""

    SERVED = 0
    SKIPPED = 1
    NO_DATA = 2


@dataclass(frozen=True, slots=True)
class AddedRun:
    """A run that the timetable does not have.

    Parameters
    ----------
    trip_id
        Its own id, as the feed gives it.
    route
        The line's number in the schedule, ``NONE`` where the feed tells none that is known.
    day
        The service day its times count from.
    """

    trip_id: str
    route: int
    day: date


@dataclass(frozen=True, slots=True)
class Overlay:
    """All that is different from a schedule, at one instant.

    Calls of run r are ``first[r]`` up to, not including, ``first[r + 1]``; in the order of travel.

    Parameters
    ----------
    told_at_s
        When the source told it, Unix seconds; 0 where it does not say.
    trip
        The trip's number in the schedule, ``NONE`` for an added run; shape (runs).
    added
        The added run's number in ``added_runs``, ``NONE`` for others; shape (runs).
    day
        The service day, as ``date.toordinal``; shape (runs).
    start_s
        For a run by frequency, its departure at the first stop, seconds after the start of the service day;
        ``NONE`` for a run by clock; shape (runs).
    state
        See :class:`RunState`; shape (runs).
    first
        Shape (runs + 1). A canceled run has no calls.
    stop
        The stop's number in the schedule, already the one that is served where the platform changed;
        shape (calls).
    arrival_s, departure_s
        Seconds after the start of the service day, never running backwards within a run; shape (calls).
    call_state
        See :class:`CallState`; shape (calls). Times of a call that is not served only keep the order.
    added_runs
        Runs that the timetable does not have.
    """

    told_at_s: int
    trip: Ints
    added: Ints
    day: Ints
    start_s: Ints
    state: Bytes
    first: Offsets
    stop: Ints
    arrival_s: Ints
    departure_s: Ints
    call_state: Bytes
    added_runs: tuple[AddedRun, ...] = field(default=())

    @property
    def run_count(self) -> int:
        return len(self.trip)


def no_changes() -> Overlay:
    """Everything runs as planned."""
    none: Ints = np.empty(0, dtype=np.int32)
    small: Bytes = np.empty(0, dtype=np.int8)
    return Overlay(
        told_at_s=0, trip=none, added=none, day=none, start_s=none, state=small,
        first=np.zeros(1, dtype=np.int64), stop=none, arrival_s=none, departure_s=none, call_state=small,
    )  # fmt: skip
