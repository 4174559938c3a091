"""Where in which run somebody at a fix could be: what the paths of a detection are made of."""

from dataclasses import dataclass

import numpy as np

from ticketing.domain.detect_runs import DETOUR_SHARE, EARLY_S, LATE_S, Flags, Numbers, Stretches
from ticketing.domain.detect_track import Floats, Track

ROAD_M = 20.0
"""Roads and tracks are this wide, and maps this wrong."""
STOP_M = 40.0
"""Within this of a stop, and the accuracy thrice more, a vehicle may be standing there."""
MOST_STOP_M = 250.0
GATE = 5.0
"""So many times the accuracy a fix may be off and still belong to a run, at a cost."""
SLACK_S, SLACK_SHARE = 30.0, 0.1
"""Nobody drives evenly from stop to stop: a vehicle may be this much off its even pace, and a share of the
time between the stops more, without being late."""
TOLD_EARLY_S, TOLD_LATE_S = 240.0, 300.0
"""The same as for runs nobody tells the delay of, for those whose delay is told."""
FIXES_AT_ONCE = 64
SECONDS_AT_ONCE = 600.0


@dataclass(frozen=True, slots=True)
class Options:
    """Places in runs that fixes may be seen from; sorted by fix, then run, then call. All (options).

    ``fix``, ``run``, ``call`` as in the stretches; ``share`` (0..1) of the way from that call to the next
    one's place in the stretch; ``beside_m`` how far beside, ``free_m`` how far that is usual; ``low_s`` and
    ``high_s``, how late the run is if the vehicle is seen here; ``start_m`` and ``end_m`` to the stops before
    and after.
    """

    fix: Numbers
    run: Numbers
    call: Numbers
    beside_m: Floats
    free_m: Floats
    low_s: Floats
    high_s: Floats
    start_m: Floats
    end_m: Floats

    def __len__(self) -> int:
        return self.fix.size


def options_of(track: Track, stretches: Stretches, stops: Floats, told: Flags) -> Options:
    """All places in runs that the fixes of a track fit to.

    Parameters
    ----------
    stops
        Metres east and north of the call of each stretch and the next one: (4, stretches).
    told
        Whether a run's delay is known: (runs).
    """
    parts: list[tuple[Numbers | Floats, ...]] = []
    start = 0
    while start < len(track):
        stop = start + 1
        while (
            stop < len(track)
            and stop - start < FIXES_AT_ONCE
            and track.time_s[stop] - track.time_s[start] <= SECONDS_AT_ONCE
        ):
            stop += 1
        parts.append(_batch(track, slice(start, stop), stretches, stops, told))
        start = stop
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = np.lexsort((columns[2], columns[1], columns[0]))
    return Options(*(column[order] for column in columns))


def _batch(
    track: Track, fixes: slice, stretches: Stretches, stops: Floats, told: Flags
) -> tuple[Numbers | Floats, ...]:
    time = track.time_s[fixes]
    accuracy = track.accuracy_m[fixes]
    reach = stretches.free_m + GATE * (accuracy.max() + ROAD_M)
    near = (stretches.from_s - EARLY_S <= time[-1]) & (stretches.until_s + LATE_S >= time[0])
    for one, other, among in (
        (stretches.east_m, stretches.to_east_m, track.east_m[fixes]),
        (stretches.north_m, stretches.to_north_m, track.north_m[fixes]),
    ):
        near &= np.minimum(one, other) - reach <= among.max()
        near &= np.maximum(one, other) + reach >= among.min()
    rows = np.flatnonzero(near)
    part = stretches.where(rows)
    along_east, along_north = part.to_east_m - part.east_m, part.to_north_m - part.north_m
    square = np.maximum(along_east**2 + along_north**2, 1e-6)
    east = track.east_m[fixes][:, None] - part.east_m
    north = track.north_m[fixes][:, None] - part.north_m
    share = np.clip((east * along_east + north * along_north) / square, 0.0, 1.0)
    beside = np.hypot(east - share * along_east, north - share * along_north)
    here_east, here_north, there_east, there_north = stops[:, rows]
    begin = np.hypot(track.east_m[fixes][:, None] - here_east, track.north_m[fixes][:, None] - here_north)
    end = np.hypot(track.east_m[fixes][:, None] - there_east, track.north_m[fixes][:, None] - there_north)
    free = np.minimum(DETOUR_SHARE * np.minimum(begin, end), part.free_m)
    spread = np.hypot(accuracy, ROAD_M)[:, None]
    due = part.due_s + share * (part.to_due_s - part.due_s)
    at_stop = np.minimum(STOP_M + 3 * accuracy, MOST_STOP_M)[:, None]
    opens = part.opens & (begin <= at_stop)
    closes = part.closes & (end <= at_stop)
    slack = SLACK_S + SLACK_SHARE * (part.to_due_s - part.due_s)
    first_due = np.where(opens, part.from_s, due - slack)
    last_due = np.where(closes, part.until_s, due + slack)
    # Whoever stands at the stop where a dwell ends may see the vehicle leave a little late, not the next
    # stop's.
    last_due = np.where(opens & ~closes, np.maximum(due, part.due_s) + slack, last_due)
    first_due = np.where(closes & ~opens, np.minimum(due, part.to_due_s) - slack, first_due)
    low, high = time[:, None] - last_due, time[:, None] - first_due
    early = np.where(told[part.run], TOLD_EARLY_S, EARLY_S)
    late = np.where(told[part.run], TOLD_LATE_S, LATE_S)
    fits = (beside <= free + GATE * spread) & (high >= -early) & (low <= late)
    fix, column = np.nonzero(fits)
    return (
        fix + fixes.start, part.run[column], part.call[column], beside[fits], free[fits], low[fits],
        high[fits], begin[fits], end[fits],
    )  # fmt: skip
