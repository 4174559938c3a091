"""In which hours of the day a container fills."""

from dataclasses import dataclass

import numpy as np

from waste.domain.daily_levels import HOURS, local_hours
from waste.domain.fill_days import Calendar, Fleet
from waste.domain.readings_series import Floats, Ints

EVEN_FILLS = 1.0
"""Before anything is told, all hours are alike: it counts as much as one full container."""

ALIKE_FILLS = 2.0
"""What the hours of all containers of a kind count for one of them, in full containers."""


@dataclass(frozen=True)
class DayHours:
    """Shares of a day's filling.

    Parameters
    ----------
    until
        By the beginning of each hour, 0 at midnight to 1 at the next; shape (containers, weekdays, 25).
    """

    until: Floats

    def over(self, container: Ints, at_s: Ints, calendar: Calendar) -> Floats:
        """How much of its day's filling was over at each instant, 0..1; shape (n,) each."""
        weekday, hours = local_hours(at_s, calendar)
        low = np.minimum(hours.astype(np.int64), HOURS - 1)
        shares = self.until[container, weekday]
        index = np.arange(len(container))
        share: Floats = shares[index, low] + (hours - low) * (shares[index, low + 1] - shares[index, low])
        return share


def fit_day_hours(filled_share: Floats, fleet: Fleet) -> DayHours:
    """Each container's hours, drawn to its kind's, from what came in: shape (containers, 7, 24).

    Falls within an hour are noise; they are set off against rises before anything is counted.
    """
    weekdays = filled_share.shape[1]
    overall = np.maximum(filled_share.sum(axis=(0, 1)), 0.0) + EVEN_FILLS / HOURS
    overall /= overall.sum()
    by_kind = np.zeros((max(1, len(fleet.kinds)), *filled_share.shape[1:]))
    np.add.at(by_kind, fleet.kind, filled_share)
    by_kind = np.maximum(by_kind, 0.0) + EVEN_FILLS * overall
    by_kind /= by_kind.sum(axis=-1, keepdims=True)
    shares = np.maximum(filled_share, 0.0) + ALIKE_FILLS / weekdays * by_kind[fleet.kind]
    shares /= shares.sum(axis=-1, keepdims=True)
    until = np.concatenate((np.zeros((*shares.shape[:2], 1)), np.cumsum(shares, axis=-1)), axis=-1)
    return DayHours(until / until[..., -1:])
