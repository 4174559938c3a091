"""Levels of many containers as columns, in order of container and time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from waste.domain.errors import WrongFieldError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class LevelSeries:
    """Levels of many containers, ordered by container, then by time; made by :func:`level_series`.

    Parameters
    ----------
    container
        Index of each level's container, shape (n,).
    at_s
        When it was measured, seconds since 1970 in UTC, shape (n,).
    level_share
        0..1, shape (n,).
    reported
        Whether somebody told of a lift since the container's level before, shape (n,).
    container_count
        Containers there are, with levels or without.
    """

    container: Ints
    at_s: Ints
    level_share: Floats
    reported: Bools
    container_count: int

    @property
    def first(self) -> Bools:
        """Whether a level is its container's first, shape (n,)."""
        changes: Bools = np.diff(self.container, prepend=-1) != 0
        return changes

    def until(self, at_s: int) -> "LevelSeries":
        """What was known at an instant."""
        known = self.at_s <= at_s
        return LevelSeries(
            self.container[known],
            self.at_s[known],
            self.level_share[known],
            self.reported[known],
            self.container_count,
        )


def level_series(
    container: npt.ArrayLike,
    at_s: npt.ArrayLike,
    level_share: npt.ArrayLike,
    container_count: int,
    lifts: Sequence[tuple[int, int]] = (),
) -> LevelSeries:
    """Levels in any order as a series; of two at one instant the one that came later stands.

    Parameters
    ----------
    container, at_s, level_share
        As in :class:`LevelSeries`, shape (n,) each; a level that is NaN is left out.
    lifts
        Reported: container and second.

    Raises
    ------
    WrongFieldError
        A level is no share, or a container is none of those there are.
    """
    which = np.asarray(container, np.int64)
    when = np.asarray(at_s, np.int64)
    level = np.asarray(level_share, np.float64)
    if not which.shape == when.shape == level.shape or which.ndim != 1:
        raise WrongFieldError("level_share", level.shape, f"one for each of {which.shape} containers")
    told = ~np.isnan(level)
    wrong = told & ~((level >= 0) & (level <= 1))
    if wrong.any():
        raise WrongFieldError("level_share", float(level[wrong][0]), "a share from 0 to 1")
    unknown = (which < 0) | (which >= container_count)
    if unknown.any():
        raise WrongFieldError("container", int(which[unknown][0]), f"an index below {container_count}")
    order = np.flatnonzero(told)[np.lexsort((when[told], which[told]))]
    which, when, level = which[order], when[order], level[order]
    again = (np.diff(which, append=-1) == 0) & (np.diff(when, append=-1) == 0)
    which, when, level = which[~again], when[~again], level[~again]
    reported = np.zeros(len(which), np.bool_)
    for index, second in lifts:
        low, high = np.searchsorted(which, (index, index + 1))
        place = low + np.searchsorted(when[low:high], second)
        if low < place < high:
            reported[place] = True
    return LevelSeries(which, when, level, reported, container_count)
