"""Times of one run after a message: what it tells, and what follows from it for the other calls.

A delay goes on to the calls after it until the message tells something else; it says nothing about the calls
before. Told times stand; where they contradict the planned times of other calls, those give way.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from google.transit import gtfs_realtime_pb2 as wire

from timetable.live.message import Told
from timetable.realtime import CallState
from timetable.schedule import NONE, Bytes, Ints

Update = wire.TripUpdate.StopTimeUpdate
UNKNOWN_STOP, UNKNOWN_CALL, IMPLAUSIBLE = "unknown stop", "unknown call", "time days away"
MOST_AWAY_S = 36 * 3600
"""A time so far from the planned one is a mistake of the message."""


@dataclass(slots=True)
class Calls:
    """The calls of a run, all (calls); times are seconds after the start of the service day."""

    stop: Ints
    arrival_s: Ints
    departure_s: Ints
    state: Bytes


def changed_calls(
    planned: Calls, sequence: Ints, stop_ids: Sequence[str], stop_index: dict[str, int],
    update: wire.TripUpdate, day_start_s: float, told: Told,
) -> Calls:  # fmt: skip
    """Return the calls of a run as a trip update leaves them.

    Parameters
    ----------
    planned
        The calls as planned; they are not changed.
    sequence
        The feed's numbers of the calls; shape (calls).
    stop_ids
        Ids of all stops by number.
    stop_index
        Numbers of all stops by id.
    update
        What the message tells.
    day_start_s
        Unix seconds that times count from.
    told
        Where calls that do not fit are counted.
    """
    calls = Calls(
        planned.stop.copy(), planned.arrival_s.copy(), planned.departure_s.copy(), planned.state.copy()
    )
    names = [stop_ids[stop] for stop in planned.stop.tolist()]
    known = np.zeros(len(names), dtype=np.bool_)
    delay_s, no_data, place = int(update.delay), False, 0
    for change in update.stop_time_update:
        at = _place(change, sequence, names, place)
        if at == NONE:
            told.leave(UNKNOWN_CALL, f"{update.trip.trip_id} {change.stop_id or change.stop_sequence}")
            continue
        _carry(calls, slice(place, at), delay_s, no_data=no_data)
        known[place:at] = known[place:at] | bool(delay_s)
        no_data = change.schedule_relationship == Update.NO_DATA
        delay_s = _set(calls, at, change, 0 if no_data else delay_s, day_start_s, told)
        known[at] = not no_data
        assigned = change.stop_time_properties.assigned_stop_id
        if assigned in stop_index:
            calls.stop[at] = stop_index[assigned]
        elif assigned:
            told.leave(UNKNOWN_STOP, assigned)
        place = at + 1
    _carry(calls, slice(place, len(names)), delay_s, no_data=no_data)
    known[place:] |= bool(delay_s)
    _put_in_order(calls, known)
    return calls


def _place(change: Update, sequence: Ints, names: list[str], start: int) -> int:
    """The call that an update means, at or after ``start``: by its number, else by its stop."""
    if change.HasField("stop_sequence"):
        at = int(np.searchsorted(sequence, change.stop_sequence))
        if start <= at < len(names) and int(sequence[at]) == change.stop_sequence:
            return at
    # Some sources count calls anew; the stop is right all the same.
    for at in range(start, len(names)):
        if change.stop_id and names[at] == change.stop_id:
            return at
    return NONE


def _carry(calls: Calls, where: slice, delay_s: int, *, no_data: bool) -> None:
    calls.arrival_s[where] += delay_s
    calls.departure_s[where] += delay_s
    if no_data:
        calls.state[where] = CallState.NO_DATA


def _set(calls: Calls, at: int, change: Update, delay_s: int, day_start_s: float, told: Told) -> int:
    """Give one call its times; return the delay that later calls have from it."""
    if change.schedule_relationship == Update.SKIPPED:
        calls.state[at] = CallState.SKIPPED
    if change.schedule_relationship in {Update.SKIPPED, Update.NO_DATA}:
        if change.schedule_relationship == Update.NO_DATA:
            calls.state[at] = CallState.NO_DATA
        calls.arrival_s[at] += delay_s
        calls.departure_s[at] += delay_s
        return delay_s
    planned = int(calls.arrival_s[at]), int(calls.departure_s[at])
    arrival = _event(change, "arrival", planned[0], day_start_s, told)
    departure = _event(change, "departure", planned[1], day_start_s, told)
    if arrival is None and departure is None:
        arrival, departure = planned[0] + delay_s, planned[1] + delay_s
    elif departure is None and arrival is not None:
        # It stands as long as planned, and may make up for a delay by standing less: that is not told.
        departure = planned[1] + arrival - planned[0]
    elif arrival is None and departure is not None:
        arrival = min(planned[0] + delay_s, departure)
    if arrival is None or departure is None:
        return delay_s
    calls.arrival_s[at], calls.departure_s[at] = arrival, max(arrival, departure)
    return int(calls.departure_s[at]) - planned[1]


def _event(change: Update, name: str, planned_s: int, day_start_s: float, told: Told) -> int | None:
    if not change.HasField("arrival" if name == "arrival" else "departure"):
        return None
    event = change.arrival if name == "arrival" else change.departure
    if event.HasField("time") and event.time:
        at_s = round(event.time - day_start_s)
    elif event.HasField("delay"):
        at_s = planned_s + event.delay
    else:
        return None
    if abs(at_s - planned_s) > MOST_AWAY_S:
        told.leave(IMPLAUSIBLE, f"{change.stop_id or change.stop_sequence}: {name} {at_s - planned_s:+d} s")
        return None
    return at_s


def _put_in_order(calls: Calls, known: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> None:
    """Make times run forwards: planned times before a told one are no later, all others no earlier."""
    times = np.column_stack((calls.arrival_s, calls.departure_s)).ravel()
    fixed = np.repeat(known, 2)
    last = int(np.flatnonzero(fixed)[0]) if fixed.any() else 0
    if last:
        times[:last] = np.minimum(times[:last], times[last])
    times = np.maximum.accumulate(times)
    calls.arrival_s[:], calls.departure_s[:] = times[0::2], times[1::2]
