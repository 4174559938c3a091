"""Forecasts judged on the last part of each container's time, next to simple ones.

Every forecast is made at a midnight for the midnights 1, 2, … days later. What it was fitted from, and what
its quantiles were calibrated on, was known at its fit; what it starts from was known at its midnight.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from waste.domain.calibration import quantiles, upwards
from waste.domain.daily_levels import DailyLevels, daily_levels
from waste.domain.errors import WrongFieldError
from waste.domain.fill_days import DAY, Calendar, Fleet
from waste.domain.forecast import AT_ONCE, fit
from waste.domain.level_paths import Emptied, foretold
from waste.domain.readings_series import Bools, Floats, Ints, LevelSeries

PROBABILITIES = (0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.975)
HORIZON_DAYS = 7
TEST_SHARE = 0.3
REFIT_DAYS = 28
SLACK = 1e-6
"""Quantiles are kept in single precision."""

FEWEST_ERRORS = 20
"""A container with fewer errors of its own has everybody's."""

Quantiles = npt.NDArray[np.float32]
"""Levels of the midnight foretold, from so many days before: shape (containers, midnights, horizon,
probabilities)."""


@dataclass(frozen=True)
class Trial:
    """What is to be foretold.

    Parameters
    ----------
    levels
        All of them: the truth.
    begins
        Index of the first midnight from which each container's forecasts count, shape (containers,); one past
        the last where there are none.
    fits
        Midnights at which methods may learn anew, ascending.
    """

    series: LevelSeries
    fleet: Fleet
    calendar: Calendar
    levels: DailyLevels
    begins: Ints
    fits: tuple[int, ...]

    def known(self, midnight: int) -> DailyLevels:
        """What was known at a midnight."""
        return daily_levels(self.series, self.calendar, self.midnight_s(midnight))

    def midnight_s(self, midnight: int) -> int:
        """When it was, seconds since 1970."""
        return self.calendar.midnight_s(self.levels.day(midnight))

    def blocks(self) -> list[tuple[int, int]]:
        """First and last midnight from which is forecast with each fit."""
        ends = (*self.fits[1:], self.levels.day_count)
        return [(fitted, end - 1) for fitted, end in zip(self.fits, ends, strict=True)]

    def counted(self, emptied: Emptied) -> Bools:
        """Which forecasts are judged, shape (containers, midnights, horizon).

        Both levels are known; where it is asked for, nobody emptied in between.
        """
        share, count = self.levels.level_share, self.levels.day_count + 1
        known = ~np.isnan(share)
        changed = np.cumsum(self.levels.lifted | self.levels.doubtful, axis=1)
        changed = np.concatenate((np.zeros((len(share), 1), np.int64), changed), axis=1)
        judged = np.zeros((*share.shape, HORIZON_DAYS), np.bool_)
        for ahead in range(1, min(HORIZON_DAYS, count - 1) + 1):
            start = np.arange(count - ahead)
            both = known[:, :-ahead] & known[:, ahead:] & (start >= self.begins[:, None])
            if emptied is Emptied.NOT_YET:
                both &= changed[:, ahead:] == changed[:, :-ahead]
            judged[:, ahead:, ahead - 1] = both
        return judged


def trial(series: LevelSeries, fleet: Fleet, calendar: Calendar) -> Trial:
    """The last 30 % of each container's time.

    Raises
    ------
    WrongFieldError
        There is too little to learn from or to judge by.
    """
    if not len(series.at_s):
        raise WrongFieldError("readings", 0, "at least one")
    last_day = calendar.day_of(int(series.at_s.max()))
    end_s = int(series.at_s.max())
    if calendar.midnight_s(last_day) < end_s:
        # The last day counts as over: its last reading is what it ended with.
        end_s = calendar.midnight_s(last_day + DAY)
    levels = daily_levels(series, calendar, end_s)
    known = ~np.isnan(levels.level_share)
    count = known.shape[1]
    first = np.where(known.any(axis=1), known.argmax(axis=1), count)
    last = count - 1 - known[:, ::-1].argmax(axis=1)
    begins = np.where(first < count, np.ceil(first + (1 - TEST_SHARE) * (last - first)), count).astype(
        np.int64
    )
    # Containers with a few days only would be judged by nothing learned.
    begins[last - first < 2 * HORIZON_DAYS] = count
    if begins.min() >= levels.day_count:
        raise WrongFieldError(
            "readings", f"{levels.day_count} days", f"more than {2 * HORIZON_DAYS} of one container"
        )
    fits = tuple(range(int(begins.min()), levels.day_count, REFIT_DAYS))
    return Trial(series, fleet, calendar, levels, begins, fits)


def ours(given: Trial, emptied: Emptied, critical_share: float = 1.0) -> tuple[Quantiles, Floats]:
    """By :mod:`waste.domain.forecast`.

    Returns
    -------
    quantiles
        As of every method.
    reached
        Probability that the level is critical at that midnight, shape (containers, midnights, horizon).
    """
    found = _nothing(given)
    reached = np.full(found.shape[:3], np.nan)
    asked = np.array(PROBABILITIES)
    for first, last in given.blocks():
        now = datetime.fromtimestamp(given.midnight_s(first), UTC)
        learned = fit(given.series, given.fleet, given.calendar, now)
        read = np.array(
            [learned.calibrations[emptied].told(ahead, asked) for ahead in range(1, HORIZON_DAYS + 1)]
        )
        everyone = np.arange(given.fleet.count)
        for low in range(0, len(everyone), AT_ONCE):
            some = everyone[low : low + AT_ONCE]
            for midnight in foretold(
                learned.filling, given.levels, some, (first, last), horizon=HORIZON_DAYS, emptied=emptied
            ):
                told = quantiles(midnight.weight, np.broadcast_to(read, (len(some), *read.shape)))
                # From another block's midnights it tells nothing; those it has not seen keep what they have.
                starts = midnight.index - np.arange(1, HORIZON_DAYS + 1)
                mine = np.flatnonzero((starts >= first) & (starts <= last))
                found[low : low + len(some), midnight.index, mine] = told[:, mine]
                for ahead in mine:
                    chance = upwards(midnight.weight[:, ahead], critical_share)
                    held = learned.calibrations[emptied].held(int(ahead) + 1, 1 - chance)
                    reached[low : low + len(some), midnight.index, ahead] = 1 - held
    return found, reached


def last_value(given: Trial, emptied: Emptied) -> Quantiles:
    """The level stays; quantiles by how wrong that was for the container so far."""
    return _by_errors(given, emptied, lambda known: np.zeros(known.level_share.shape[0]))


def linear(given: Trial, emptied: Emptied) -> Quantiles:
    """The level goes on by the container's mean daily filling; quantiles by how wrong that was so far."""
    return _by_errors(given, emptied, mean_filling)


def mean_filling(known: DailyLevels) -> Floats:
    """What came in on a day without a lift, by container."""
    rise = np.diff(known.level_share, axis=1)
    told = ~np.isnan(rise) & ~known.lifted & ~known.doubtful
    filled: Floats = np.where(told, rise, 0.0).sum(axis=1) / np.maximum(told.sum(axis=1), 1)
    return filled


@dataclass(frozen=True)
class Score:
    """How good quantiles were; levels in hundredths of a full container.

    Parameters
    ----------
    count
        Of forecasts that were judged.
    pinball
        Mean of the quantile loss over all probabilities.
    by_days
        The same by days ahead.
    covered
        Share of levels not above the quantile, by its probability.
    within
        Share of levels within the central interval, by its probability.
    """

    count: int
    pinball: float
    by_days: tuple[float, ...]
    covered: Mapping[float, float]
    within: Mapping[float, float]


def score(given: Trial, told: Quantiles, emptied: Emptied) -> Score:
    """Judge quantiles by what came."""
    judged = given.counted(emptied) & ~np.isnan(told[..., 0])
    come = np.broadcast_to(given.levels.level_share[..., None], judged.shape)[judged]
    quantile = told[judged].astype(np.float64)
    asked = np.array(PROBABILITIES)
    over = come[:, None] - quantile
    loss = 100 * np.maximum(asked * over, (asked - 1) * over).mean(axis=1)
    ahead = np.nonzero(judged)[2]
    held = come[:, None] <= quantile + SLACK
    inside = come[:, None] >= quantile - SLACK
    column = {probability: number for number, probability in enumerate(PROBABILITIES)}
    return Score(
        count=len(come),
        pinball=_mean(loss),
        by_days=tuple(_mean(loss[ahead == days]) for days in range(HORIZON_DAYS)),
        covered={probability: _mean(held[:, column[probability]]) for probability in (0.8, 0.95)},
        within={
            probability: _mean(held[:, column[high]] & inside[:, column[low]])
            for probability, low, high in ((0.8, 0.1, 0.9), (0.95, 0.025, 0.975))
        },
    )


@dataclass(frozen=True)
class Reached:
    """How good probabilities of a critical level were.

    Parameters
    ----------
    told, happened
        Mean probability, and how often it was so.
    skill
        1 - the mean squared error by that of telling the mean every time (Brier's skill); above 0 is better.
    """

    told: float
    happened: float
    skill: float


def score_reached(given: Trial, told: Floats, emptied: Emptied, critical_share: float = 1.0) -> Reached:
    """Judge probabilities of a critical level by what came."""
    judged = given.counted(emptied) & ~np.isnan(told)
    come = (
        np.broadcast_to(given.levels.level_share[..., None], judged.shape)[judged] >= critical_share - SLACK
    )
    probability = told[judged]
    happened = _mean(come)
    plain = happened * (1 - happened)
    error = _mean((probability - come) ** 2)
    return Reached(_mean(probability), happened, 1 - error / plain if plain else float("nan"))


def _by_errors(given: Trial, emptied: Emptied, daily: Callable[[DailyLevels], Floats]) -> Quantiles:
    found = _nothing(given)
    for first, last in given.blocks():
        known = given.known(first)
        rate = daily(known)
        before = Trial(
            given.series, given.fleet, given.calendar, known, np.zeros(given.fleet.count, np.int64), (0,)
        ).counted(emptied)
        for ahead in range(1, HORIZON_DAYS + 1):
            line = np.clip(known.level_share + rate[:, None] * ahead, 0, 1)
            error = np.full(known.level_share.shape, np.nan)
            error[:, ahead:] = known.level_share[:, ahead:] - line[:, :-ahead]
            error[~before[:, :, ahead - 1]] = np.nan
            wrong = _error_quantiles(error)
            starts = np.arange(first, min(last, given.levels.day_count - ahead) + 1)
            level = np.clip(given.levels.level_share[:, starts] + rate[:, None] * ahead, 0, 1)
            found[:, starts + ahead, ahead - 1] = np.clip(level[..., None] + wrong[:, None], 0, 1)
    return found


def _error_quantiles(error: Floats) -> Floats:
    """Of each container's errors, or everybody's where it has few; shape (containers, probabilities)."""
    told = error[~np.isnan(error)]
    everybody = np.quantile(told, PROBABILITIES) if len(told) else np.zeros(len(PROBABILITIES))
    rows = [
        np.quantile(own, PROBABILITIES) if len(own) >= FEWEST_ERRORS else everybody
        for own in (row[~np.isnan(row)] for row in error)
    ]
    return np.array(rows)


def _nothing(given: Trial) -> Quantiles:
    return np.full((*given.levels.level_share.shape, HORIZON_DAYS, len(PROBABILITIES)), np.nan, np.float32)


def _mean(values: Floats | Bools) -> float:
    return float(values.mean()) if len(values) else float("nan")
