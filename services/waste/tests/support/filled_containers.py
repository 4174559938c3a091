"""Containers that fill and are emptied by rules a test knows."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from waste.domain.fill_days import Calendar
from waste.domain.readings_series import Floats, LevelSeries, level_series

BERLIN = ZoneInfo("Europe/Berlin")
BEGIN = datetime(2026, 1, 5, tzinfo=BERLIN)
"""A Monday, midnight."""


def simulated(
    daily_share: Sequence[float],
    days: int,
    *,
    seed: int = 1,
    weekdays: Sequence[float] = (1, 1, 1, 1, 1, 1, 1),
    every: timedelta = timedelta(days=1),
    emptied_at: float = 0.8,
    noise: float = 0.0,
) -> LevelSeries:
    """Gamma-distributed filling from one reading to the next; emptied at one of the first two past a level.

    Parameters
    ----------
    daily_share
        Of each container on a usual day.
    weekdays
        How much of that comes in from Monday on.
    """
    rng = np.random.default_rng(seed)
    count = round(days * timedelta(days=1) / every)
    moments = [BEGIN.astimezone(UTC) + number * every for number in range(count)]
    container, at_s, level = [], [], []
    for index, rate in enumerate(daily_share):
        now = rng.uniform(0, 0.5)
        for moment in moments:
            container.append(index)
            at_s.append(round(moment.timestamp()))
            level.append(float(np.clip(now + rng.normal(0, noise), 0, 1)))
            if now >= emptied_at and rng.random() < 0.8:
                now = 0.0
            mean = rate * weekdays[moment.astimezone(BERLIN).weekday()] * (every / timedelta(days=1))
            now = min(1.0, now + rng.gamma(2.0, mean / 2.0))
    return level_series(container, at_s, level, len(daily_share))


def berlin(country: str = "") -> Calendar:
    """Days of a place on this clock."""
    return Calendar(BERLIN, country)


def changed_after(series: LevelSeries, at_s: int, seed: int = 5) -> LevelSeries:
    """The same up to an instant, and anything after it."""
    later = series.at_s > at_s
    anything: Floats = np.random.default_rng(seed).uniform(0, 1, len(series.at_s))
    return LevelSeries(
        series.container,
        series.at_s,
        np.where(later, anything, series.level_share),
        series.reported,
        series.container_count,
    )
