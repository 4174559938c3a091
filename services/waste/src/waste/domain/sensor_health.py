"""Whether a sensor can be believed: is it heard of, does it move when it should, how long will it last.

Everything is judged by the device's own history. A device that reports hourly is silent after hours, one that
sleeps at night is not silent in the morning, and one whose frames are often lost is given more time. A level
that stays is a sensor that is stuck only where this device does not usually repeat itself like that, and the
container should have filled meanwhile; an empty one that nobody uses is not, nor a full one, which cannot get
fuller.
"""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import nlargest
from itertools import pairwise

RHYTHM = timedelta(days=14)
RHYTHM_GAPS = 200
"""The rhythm is that of two weeks, or of so many gaps where that is longer."""
FEWEST_GAPS = 5
USUAL_LIMIT = timedelta(hours=26)
"""How long a device of which little is known may be silent: one that reports daily, and two hours."""
SHORTEST_LIMIT = timedelta(hours=1)
LONGEST_LIMIT = timedelta(days=7)

SHORTEST_RUN = timedelta(hours=24)
FEWEST_REPEATS = 6
UNLIKELY = 1e-4
"""A run of equal values that the device's own history makes less likely than this is none of chance."""
EMPTY_SHARE = 0.05
FULL_SHARE = 0.95
MISSED_GAIN_SHARE = 0.10
MISSED_GAIN_EMPTY_SHARE = 0.30
"""What must be missing for an empty container: it may well stay empty for some days."""
LOW_BATTERY_SHARE = 0.2
LOW_BATTERY_V = 2.8
"""Lithium cells of 3.6 V, which such sensors have, keep their voltage for years and fall within weeks."""


def silence_limit(heard_at: Sequence[datetime]) -> timedelta:
    """How long after its last frame a device counts as silent.

    Twice the third longest of its latest gaps: nights and lost frames come back and are rhythm, one or two
    outages are none.

    Parameters
    ----------
    heard_at
        Instants of its frames, oldest first.
    """
    if len(heard_at) <= FEWEST_GAPS:
        return USUAL_LIMIT
    begin = min(bisect_left(heard_at, heard_at[-1] - RHYTHM), max(0, len(heard_at) - RHYTHM_GAPS - 1))
    gaps = nlargest(3, (after - before for before, after in pairwise(heard_at[begin:])))
    return min(max(2 * gaps[2], SHORTEST_LIMIT), LONGEST_LIMIT)


def is_silent(heard_at: Sequence[datetime], now: datetime) -> bool | None:
    """Whether a device has not been heard of for longer than its rhythm explains; None where it never was."""
    if not heard_at:
        return None
    return now - heard_at[-1] > silence_limit(heard_at)


@dataclass(frozen=True, slots=True)
class LevelSeen:
    """One level that a device told.

    Parameters
    ----------
    raw
        The value as it was measured, a distance or a share: levels are rounded, and clamped at both ends.
    level_share
        The level it means, 0 to 1.
    """

    at: datetime
    raw: float
    level_share: float


def is_stuck(
    levels: Sequence[LevelSeen],
    *,
    lifted_at: Sequence[datetime] = (),
    gain_share_per_day: float | None = None,
) -> bool | None:
    """Whether a device repeats itself though its container has changed.

    Parameters
    ----------
    levels
        Oldest first.
    lifted_at
        Emptyings that somebody reported; those worked out from the levels prove nothing here.
    gain_share_per_day
        How fast such a container fills where its own history does not tell.

    Returns
    -------
    None where too little is known.
    """
    if not levels:
        return None
    run_begin = _run_begin(levels)
    run, before = levels[run_begin:], levels[: run_begin + 1]
    last = run[-1]
    span = last.at - run[0].at
    # It was emptied, and looks as it did: said by a person, so nothing has to be likely or not.
    if last.level_share > EMPTY_SHARE and any(run[0].at < lift < last.at for lift in lifted_at):
        return True
    if span < SHORTEST_RUN or len(run) <= FEWEST_REPEATS:
        return False if len(levels) > FEWEST_REPEATS else None
    if last.level_share >= FULL_SHARE:
        return False
    rate = _usual_gain(before, gain_share_per_day)
    if rate is None:
        return None
    empty = last.level_share <= EMPTY_SHARE
    missed = rate * (span / timedelta(days=1))
    if missed < (MISSED_GAIN_EMPTY_SHARE if empty else MISSED_GAIN_SHARE):
        return False
    return (len(run) - 1) * math.log(_repeat_share(before, empty=empty)) < math.log(UNLIKELY)


def _run_begin(levels: Sequence[LevelSeen]) -> int:
    index = len(levels) - 1
    while index > 0 and levels[index - 1].raw == levels[index].raw:
        index -= 1
    return index


def _repeat_share(levels: Sequence[LevelSeen], *, empty: bool) -> float:
    """How often the device repeated itself before, at such a level; an even chance where nothing is known."""
    at_such = [(one, other) for one, other in pairwise(levels) if (one.level_share <= EMPTY_SHARE) is empty]
    repeated = sum(one.raw == other.raw for one, other in at_such)
    return (repeated + 1) / (len(at_such) + 2)


def _usual_gain(levels: Sequence[LevelSeen], otherwise: float | None) -> float | None:
    """Share a day by which the level rose, emptyings left out."""
    if len(levels) < 2 or levels[-1].at - levels[0].at < timedelta(days=3):
        return otherwise
    days = (levels[-1].at - levels[0].at) / timedelta(days=1)
    # What goes up by trembling comes down by it, and is no gain; a fall of a tenth at once is an emptying.
    net = sum(
        other.level_share - one.level_share
        for one, other in pairwise(levels)
        if other.level_share - one.level_share > -0.1
    )
    return max(net, 0.0) / days


def battery_low(battery_share: float | None, battery_v: float | None) -> bool | None:
    """Whether a battery is nearly empty; None where the device does not tell."""
    if battery_share is not None:
        return battery_share <= LOW_BATTERY_SHARE
    return None if battery_v is None else battery_v <= LOW_BATTERY_V
