"""Vehicles that go on as another trip: which run may come next, and whether passengers may stay seated."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from timetable.schedule import NONE, Bools, Ints
from timetable.transit.source import TransferRule
from timetable.transit.walks import station_of

STAY_SEATED, GET_OFF = 4, 5


class Ends(NamedTuple):
    """First and last calls of runs, all (runs): seconds of the service day, and stops."""

    depart_s: Ints
    arrive_s: Ints
    first_stop: Ints
    last_stop: Ints


class Continuations(NamedTuple):
    """As in :class:`timetable.transit.compact.RunArrays`."""

    first: Ints
    run: Ints
    seated: Bools


def continuations(
    run_trip: Ints,
    run_days: Sequence[npt.NDArray[np.bool_]],
    run_block: Ints,
    ends: Ends,
    parent: Ints,
    rules: Iterable[TransferRule],
) -> Continuations:
    """What may follow each run, on every day the first that runs.

    Parameters
    ----------
    run_days
        By run, on which days its service runs.
    run_block
        By run; ``NONE`` without a block, and for trips by frequency, whose vehicles nobody tells.
    rules
        Of types 4 and 5; they prevail over blocks.
    """
    told: dict[tuple[int, int], bool] = {}
    runs_of_trip: dict[int, list[int]] = defaultdict(list)
    asked = [rule for rule in rules if rule.kind >= STAY_SEATED]
    wanted = {rule.from_trip for rule in asked} | {rule.to_trip for rule in asked}
    for run, trip in enumerate(run_trip.tolist()):
        if trip in wanted:
            runs_of_trip[trip].append(run)
    follow: dict[int, list[tuple[int, bool]]] = defaultdict(list)
    for rule in asked:
        pairs = [(a, b) for a in runs_of_trip[rule.from_trip] for b in runs_of_trip[rule.to_trip]]
        # A trip by frequency has many runs, and nobody tells which of them follows which.
        if len(pairs) == 1:
            told[pairs[0]] = rule.kind == STAY_SEATED
            if rule.kind == STAY_SEATED and ends.depart_s[pairs[0][1]] >= ends.arrive_s[pairs[0][0]]:
                follow[pairs[0][0]].append((pairs[0][1], True))
    blocks: dict[int, list[int]] = defaultdict(list)
    for run in np.flatnonzero(run_block != NONE).tolist():
        blocks[int(run_block[run])].append(run)
    for runs in blocks.values():
        runs.sort(key=lambda run: (ends.depart_s[run], ends.arrive_s[run]))
        for place, run in enumerate(runs):
            open_days = run_days[run].copy()
            for after, _ in follow[run]:
                open_days &= ~run_days[after]
            for after in runs[place + 1 :]:
                if not open_days.any():
                    break
                if ends.depart_s[after] < ends.arrive_s[run] or not (open_days & run_days[after]).any():
                    continue
                open_days &= ~run_days[after]
                same_place = station_of(parent, int(ends.last_stop[run])) == station_of(
                    parent, int(ends.first_stop[after])
                )
                follow[run].append((after, told.get((run, after), same_place)))
    counts = np.zeros(len(run_trip) + 1, dtype=np.int32)
    for run, afters in follow.items():
        counts[run + 1] = len(afters)
    chosen = [pair for run in sorted(follow) for pair in follow[run]]
    return Continuations(
        np.cumsum(counts, dtype=np.int32),
        np.array([run for run, _ in chosen], dtype=np.int32),
        np.array([seated for _, seated in chosen], dtype=np.bool_),
    )
