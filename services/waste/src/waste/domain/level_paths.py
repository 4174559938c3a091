"""Probabilities of levels on coming midnights."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

import numpy as np

from waste.domain.daily_levels import DailyLevels
from waste.domain.fill_steps import spread
from waste.domain.filling import FREEZES, THAWS, Filling
from waste.domain.readings_series import Bools, Floats, Ints


class Emptied(Enum):
    """What is taken to happen until the day that is forecast."""

    NEVER = "never"
    """Nobody empties: what a planner decides by."""
    AS_USUAL = "as usual"
    """The depot empties as it did so far: what a sensor will tell."""
    NOT_YET = "not yet"
    """It is known that nobody did: what can be compared with readings where nobody did."""


@dataclass
class Paths:
    """Where levels are taken to be: weights of nodes for a sensor that measures and for one that is stuck.

    Parameters
    ----------
    moving, stuck
        Together the probability of each node, shape (containers, starts, nodes) each.
    """

    moving: Floats
    stuck: Floats

    @classmethod
    def from_levels(cls, level_share: Floats, frozen: Floats, node_count: int) -> "Paths":
        """Beginning at levels, shape (containers,)."""
        weight = spread(level_share, node_count)[:, None, :]
        return cls(weight * (1 - frozen)[:, None, None], weight * frozen[:, None, None])

    def copy(self) -> "Paths":
        """The same, to go on elsewhere."""
        return Paths(self.moving.copy(), self.stuck.copy())

    @property
    def weight(self) -> Floats:
        """Probability of each node, shape (containers, starts, nodes)."""
        whole = self.moving + self.stuck
        share: Floats = whole / whole.sum(axis=-1, keepdims=True)
        return share

    def go(self, step: Floats, part: Floats | None = None) -> None:
        """On by a day.

        Parameters
        ----------
        step
            Shape (containers, nodes, nodes).
        part
            How much of the day's filling is still to come, 0..1, shape (containers,); all of it if not given.
        """
        moving = self.moving * (1 - FREEZES) + self.stuck * THAWS
        stuck = self.stuck * (1 - THAWS) + self.moving * FREEZES
        on = moving @ step
        if part is None:
            self.moving, self.stuck = on, stuck
        else:
            share = part[:, None, None]
            self.moving = (1 - share) * self.moving + share * on
            self.stuck = (1 - share) * self.stuck + share * stuck


def day_step(filling: Filling, day: date, container: Ints, emptied: Emptied) -> Floats:
    """A day's steps of some containers, shape (n, nodes, nodes); without the lifts that did not happen."""
    step, lift = filling.on(day, container)
    if emptied is Emptied.NEVER:
        return step
    stayed: Floats = step * (1 - lift)[..., None]
    if emptied is Emptied.NOT_YET:
        return stayed
    return stayed + lift[..., None] * filling.steps.after_lift[None]


@dataclass(frozen=True)
class Midnight:
    """One midnight, foretold from each of the midnights before it.

    Parameters
    ----------
    index
        Of the midnight.
    weight
        Probability of each node, foretold 1, 2, … days before; shape (containers, horizon, nodes).
    usable
        Whether the level then and now is known, and, where that was asked for, nobody emptied in between;
        shape (containers, horizon).
    """

    index: int
    weight: Floats
    usable: Bools


def foretold(
    filling: Filling,
    levels: DailyLevels,
    container: Ints,
    midnights: tuple[int, int],
    *,
    horizon: int,
    emptied: Emptied,
) -> Iterator[Midnight]:
    """All forecasts of a length from 1 to ``horizon`` days from each midnight of a span, by target.

    A forecast sees its container's level on its own midnight, and what ``filling`` was fitted from.
    """
    nodes = filling.steps.node_count
    share = levels.level_share[container]
    frozen = filling.frozen(levels)[container]
    changed = (levels.lifted | levels.doubtful)[container]
    shape = (len(container), horizon, nodes)
    first, last = midnights
    paths = Paths(np.full(shape, 1 / nodes), np.zeros(shape))
    usable = np.zeros(shape[:2], np.bool_)
    for day in range(first, min(last + horizon, levels.day_count)):
        begun = Paths.from_levels(share[:, day], frozen[:, day], nodes)
        paths.moving = np.concatenate((begun.moving, paths.moving[:, :-1]), axis=1)
        paths.stuck = np.concatenate((begun.stuck, paths.stuck[:, :-1]), axis=1)
        started = ~np.isnan(share[:, day]) if day <= last else np.zeros(len(container), np.bool_)
        usable = np.concatenate((started[:, None], usable[:, :-1]), axis=1)
        if emptied is Emptied.NOT_YET:
            usable &= ~changed[:, day, None]
        paths.go(day_step(filling, levels.first_day + timedelta(days=day), container, emptied))
        known = ~np.isnan(share[:, day + 1])
        yield Midnight(day + 1, paths.weight, usable & known[:, None])
