"""Emptyings found in levels.

A lift is a fall beyond the sensor's noise that is no echo gone astray. A single stray echo reads too full or
too empty: so the fall counts from the lower of the two levels before it, and the level after it must stand by
it.
"""

from dataclasses import dataclass

import numpy as np

from waste.domain.readings_series import Bools, Floats, LevelSeries

SMALLEST_FALL = 0.1
"""A smaller fall is waste that settles."""

NOISES = 4.0
"""So many standard deviations of the sensor's noise are beyond it."""

WITNESS_S = 12 * 3600
"""A level further away says nothing of an echo: a container may have filled up in between."""

SMALL_STEP = 0.15
"""Falls below it tell the noise: waste settles less than that."""


@dataclass(frozen=True)
class Falls:
    """What the step from the level before to each level was, shape (n,) each.

    Parameters
    ----------
    lifted
        The container was emptied.
    doubtful
        The level fell beyond noise, and it is not, or not yet, known to be a lift: nothing is to be learned
        from the step.
    """

    lifted: Bools
    doubtful: Bools


def find_lifts(series: LevelSeries) -> Falls:
    """Where containers were emptied; it looks one level ahead, so a last fall may be doubtful."""
    level, count = series.level_share, len(series.at_s)
    if count == 0:
        return Falls(np.zeros(0, np.bool_), np.zeros(0, np.bool_))
    index = np.arange(count)
    first = series.first
    before = np.where(first, index, index - 1)
    # The one before that, where it is near enough in time to be a witness.
    second = np.where(first | first[before], before, before - 1)
    near = series.at_s[before] - series.at_s[second] <= WITNESS_S
    stood = np.minimum(level[before], np.where(near, level[second], level[before]))
    fall = stood - level
    needed = _needed(series)
    beyond = ~first & (fall >= needed)
    last = np.append(first[1:], True)
    after = np.where(last, index, index + 1)
    far = series.at_s[after] - series.at_s > WITNESS_S
    stands = ~last & (far | (level[after] <= stood - fall / 2))
    lifted = (beyond & stands) | series.reported
    plain_fall = ~first & (level[before] - level >= needed)
    return Falls(lifted, plain_fall & ~lifted)


def _needed(series: LevelSeries) -> Floats:
    """How far each level's container has to fall, by the noise in its small steps; shape (n,)."""
    step = np.diff(series.level_share, prepend=0.0)
    small = ~series.first & (np.abs(step) < SMALL_STEP)
    falls = np.where(small, np.minimum(step, 0.0), 0.0)
    count = np.bincount(series.container[small], minlength=series.container_count)
    squares = np.bincount(series.container, falls**2, series.container_count)
    # Half of the steps that are noise alone fall; each has the noise of two levels in it.
    noise = np.sqrt(2 * squares / np.maximum(count, 1) / 2)
    needed: Floats = np.maximum(SMALLEST_FALL, NOISES * noise)[series.container]
    return needed
