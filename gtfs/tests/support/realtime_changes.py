"""Random delays, cancellations, passed calls and added runs: as the plain search and as an overlay have
them.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from plain_transit import Call, Key, Run
from timetable.realtime import AddedRun, CallState, Overlay, RunState
from timetable.schedule import NONE, Schedule
from timetable.schedule_days import starts


def random_changes(
    runs: Sequence[Run], rng: random.Random, stops: Sequence[str]
) -> tuple[dict[Key, Run | None], list[Run]]:
    """Change about half of the runs, and add one for every ten."""
    changed: dict[Key, Run | None] = {}
    added: list[Run] = []
    for run in runs:
        chance = rng.random()
        if chance < 0.1:
            changed[run.key] = None
        elif chance < 0.35:
            changed[run.key] = _late(run, rng)
        elif chance < 0.45:
            passed = rng.randrange(len(run.calls))
            calls = [
                replace(call, on=False, off=False) if i == passed else call
                for i, call in enumerate(run.calls)
            ]
            changed[run.key] = replace(run, calls=tuple(calls))
        elif chance < 0.5:
            moved = rng.randrange(len(run.calls))
            stop = rng.choice(stops)
            calls = [replace(call, stop=stop) if i == moved else call for i, call in enumerate(run.calls)]
            changed[run.key] = replace(run, calls=tuple(calls))
        elif chance < 0.6:
            by_s = rng.randint(-3600, 3600)
            calls = [Call(call.stop, call.arrive_s + by_s, call.depart_s + by_s) for call in run.calls]
            added.append(
                Run((f"extra{len(added)}", run.key[1], 0), {"trip_id": f"extra{len(added)}"}, tuple(calls))
            )
    return changed, added


def _late(run: Run, rng: random.Random) -> Run:
    late_from = rng.randrange(len(run.calls))
    by_s = rng.choice((60, 300, 1200, 5400))
    calls = [
        replace(call, arrive_s=call.arrive_s + by_s, depart_s=call.depart_s + by_s)
        if i >= late_from
        else call
        for i, call in enumerate(run.calls)
    ]
    return replace(run, calls=tuple(calls))


def overlay_of(changed: Mapping[Key, Run | None], added: Sequence[Run], schedule: Schedule) -> Overlay:
    """The same changes as an overlay."""
    often = set(schedule.frequencies.trip.tolist())
    rows, first = [], [0]
    calls: list[tuple[int, int, int, int]] = []
    extra: list[AddedRun] = []
    for key, run in [*changed.items(), *((run.key, run) for run in added)]:
        trip_id, day, clock_s = key
        trip = schedule.trip_index.get(trip_id, NONE)
        state = RunState.ADDED if trip == NONE else RunState.RUNS if run else RunState.CANCELED
        start_s = clock_s if trip in often else NONE
        rows.append((trip, len(extra) if trip == NONE else NONE, day.toordinal(), start_s, state))
        if trip == NONE:
            extra.append(AddedRun(trip_id, NONE, day))
        if run is not None:
            begin_s = round(starts(schedule, day).timestamp())
            calls += [
                (
                    schedule.stop_index[call.stop], call.arrive_s - begin_s, call.depart_s - begin_s,
                    CallState.SERVED
                    if call.on or call.off or _never(schedule, trip, place)
                    else CallState.SKIPPED,
                )
                for place, call in enumerate(run.calls)
            ]  # fmt: skip
        first.append(len(calls))
    trips, numbers, ordinals, begins, states = np.array(rows, dtype=np.int32).reshape(-1, 5).T.copy()
    stop, arrival_s, departure_s, call_state = np.array(calls, dtype=np.int32).reshape(-1, 4).T.copy()
    return Overlay(
        0, trips, numbers, ordinals, begins, states.astype(np.int8), np.array(first, dtype=np.int64),
        stop, arrival_s, departure_s, call_state.astype(np.int8), tuple(extra),
    )  # fmt: skip


def _never(schedule: Schedule, trip: int, place: int) -> bool:
    """Whether nobody gets on or off at a call even as planned."""
    if trip == NONE:
        return False
    call = int(schedule.trips.first[trip]) + place
    return bool(schedule.stop_times.pickup[call] == 1 and schedule.stop_times.dropoff[call] == 1)
