"""Levels at every local midnight, and what happened on the days between."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from waste.domain.fill_days import Calendar
from waste.domain.lifts import find_lifts
from waste.domain.readings_series import Bools, Floats, Ints, LevelSeries

STALE_S = 24 * 3600
"""A level this old does not tell the one at midnight."""

CLOSE_S = 3 * 3600
"""Readings further apart do not tell in which hour something was thrown in."""

HOURS = 24
WEEK = 7


@dataclass(frozen=True)
class DailyLevels:
    """Containers by days.

    Parameters
    ----------
    first_day
        The day that begins at the first midnight.
    level_share
        At each midnight, NaN where no reading of the 24 hours before tells it; shape (containers, days + 1).
    lifted
        Whether a container was emptied on a day, shape (containers, days).
    doubtful
        Whether a day's step tells nothing about filling, shape (containers, days).
    filled_share
        What came in by weekday (Monday first) and hour of the local day, where readings stand close enough to
        tell; shape (containers, 7, 24).
    """

    first_day: date
    level_share: Floats
    lifted: Bools
    doubtful: Bools
    filled_share: Floats

    @property
    def day_count(self) -> int:
        """Of days between two midnights."""
        return int(self.level_share.shape[1]) - 1

    def day(self, index: int) -> date:
        """The day that begins at a midnight."""
        return self.first_day + timedelta(days=index)


def daily_levels(series: LevelSeries, calendar: Calendar, until_s: int) -> DailyLevels:
    """What is known at an instant, by days that were over by then.

    Parameters
    ----------
    until_s
        Nothing after it is looked at.
    """
    known = series.until(until_s)
    first_day = calendar.day_of(int(known.at_s.min())) if len(known.at_s) else calendar.day_of(until_s)
    day_count = max(0, (calendar.day_of(until_s) - first_day).days)
    midnights = calendar.midnights_s(first_day, day_count + 1)
    shape = (series.container_count, day_count)
    level = np.full((shape[0], day_count + 1), np.nan)
    # The last of a container's readings up to each midnight: later ones overwrite earlier ones.
    at_midnight = np.searchsorted(midnights, known.at_s)
    within = at_midnight <= day_count
    where = known.container[within], at_midnight[within]
    fresh = midnights[where[1]] - known.at_s[within] < STALE_S
    level[where[0][fresh], where[1][fresh]] = known.level_share[within][fresh]
    falls = find_lifts(known)
    lifted, doubtful = np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
    step_day = at_midnight - 1
    counts = within & (step_day >= 0)
    for marks, flags in ((lifted, falls.lifted), (doubtful, falls.doubtful)):
        marked = counts & flags
        marks[known.container[marked], step_day[marked]] = True
    return DailyLevels(
        first_day, level, lifted, doubtful, _filled(known, falls.lifted | falls.doubtful, calendar)
    )


def _filled(series: LevelSeries, no_filling: Bools, calendar: Calendar) -> Floats:
    """By container, weekday and hour: rises less the noise's falls, each in the hour of its middle."""
    filled = np.zeros((series.container_count, WEEK, HOURS))
    step_s = np.diff(series.at_s, prepend=0)
    told = ~series.first & ~no_filling & (step_s <= CLOSE_S)
    if not told.any():
        return filled
    middle = series.at_s[told] - step_s[told] // 2
    weekday, hour = local_hours(middle, calendar)
    rise = np.diff(series.level_share, prepend=0.0)[told]
    np.add.at(filled, (series.container[told], weekday, np.minimum(hour.astype(np.int64), HOURS - 1)), rise)
    return filled


def local_hours(at_s: Ints, calendar: Calendar) -> tuple[Ints, Floats]:
    """Weekday (Monday 0) and hours since local midnight, 0..24, of instants: shape (n,) each.

    A day of 23 or 25 hours is stretched to 24, so that its hours have the shares of a usual day.
    """
    first = calendar.day_of(int(at_s.min()))
    count = (calendar.day_of(int(at_s.max())) - first).days + 2
    midnights = calendar.midnights_s(first, count)
    day = np.searchsorted(midnights, at_s, side="right") - 1
    hours = (at_s - midnights[day]) / (midnights[day + 1] - midnights[day]) * HOURS
    return (first.weekday() + day) % WEEK, hours
