"""What is to be expected of a container, from a level each morning and the depot's books.

A plain forecast for replays and for containers without a history: the rate is the mean of what was seen to be
brought, shrunk towards the books; its deviation that of single days.
"""

from math import erfc, sqrt

from waste.domain.tours import Outlook

BOOKS_DAYS = 7.0
"""The books weigh as much as so many days."""
KEPT = 0.97
"""Of the weight of what was seen, from day to day."""
USUAL_VARIATION = 0.75
"""Of single days, before anything was seen: deviation over mean."""
NOISE_SHARE = 0.02
"""Readings are off by that much."""


class RateBook:
    """One container's book of levels."""

    def __init__(self, usual_share_per_day: float) -> None:
        self._usual = usual_share_per_day
        self._days = 0.0
        self._sum = 0.0
        self._squares = 0.0
        self._level: float | None = None
        self._age_days = 0

    @property
    def share_per_day(self) -> float:
        """What is brought on a usual day."""
        return (BOOKS_DAYS * self._usual + self._sum) / (BOOKS_DAYS + self._days)

    @property
    def deviation_share(self) -> float:
        """Of what is brought on single days."""
        expected = USUAL_VARIATION * self.share_per_day
        variance = (BOOKS_DAYS * expected**2 + self._squares) / (BOOKS_DAYS + self._days)
        return sqrt(variance)

    def read(self, level_share: float | None) -> None:
        """Take down a morning's reading; None where there is none."""
        self._age_days += 1
        self._days *= KEPT
        self._sum *= KEPT
        self._squares *= KEPT
        if level_share is None:
            return
        if self._level is not None and level_share >= self._level - 3 * NOISE_SHARE:
            brought = level_share - self._level
            rate = brought / self._age_days
            self._squares += self._age_days * (rate - self.share_per_day) ** 2
            self._sum += brought
            self._days += self._age_days
        self._level, self._age_days = level_share, 0

    def emptied(self, day_share: float) -> None:
        """It was emptied today, when ``day_share`` of the day's amount was there."""
        # Reckoned back to the morning, so that tomorrow's reading tells of a whole day.
        self._level = -day_share * self.share_per_day
        self._age_days = 0

    def outlook(self, day_count: int) -> Outlook:
        """Before the day's first lift: the end of today and of the days after it."""
        rate, deviation = self.share_per_day, self.deviation_share
        known = self._level if self._level is not None else 0.5
        begin = max(0.0, known + self._age_days * rate)
        means = [begin + (day + 1) * rate for day in range(day_count)]
        probabilities = [
            erfc((1.0 - mean) / sqrt(2.0 * ((self._age_days + day + 1) * deviation**2 + NOISE_SHARE**2))) / 2
            for day, mean in enumerate(means)
        ]
        level = None if self._level is None else begin
        return Outlook(level, tuple(means), tuple(probabilities), rate, deviation)
