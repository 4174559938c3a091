"""How many cars a recycling yard will have in the next hours: its usual day, and how today differs from it.

The usual day is the mean of that half hour on that weekday, leaning on all weekdays where little was seen.
What today is above or below fades with every half hour as it faded in the past. Counts are worked with as
square roots, whose scatter does not grow with the count. The band is what forecasts made in the same way in
the past were off by, each without the day that it was about (conformal prediction: Vovk, Gammerman, Shafer,
Algorithmic Learning in a Random World, 2005).
"""

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import fmean

from waste.domain.yard_hours import OpeningHours

SLOT = timedelta(minutes=30)
STEPS = 24
"""Half hours that are forecast."""
SMOOTH = 0.4
"""Weight of the latest half hour in what a day is felt above its usual."""
LEAN = 2.0
"""How many days of a weekday all weekdays together are worth."""
FEWEST_MISSES = 30
PLAIN_SCATTER = 0.5
"""Of a square root of a Poisson count; stands in until there is a past to learn from."""
LOWER, UPPER = 0.1, 0.9

_Slot = tuple[int, int]
"""ISO weekday, and half hour of the local day."""


@dataclass(frozen=True, slots=True)
class YardSlot:
    """What is expected at an instant.

    Parameters
    ----------
    expected_cars, lower_80_cars, upper_80_cars
        On average; and what eight in ten lie between.
    """

    at: datetime
    expected_cars: float
    lower_80_cars: float
    upper_80_cars: float


class YardForecast:
    """A yard's usual week, learned from its past.

    Parameters
    ----------
    counted
        Instant and cars, as :func:`waste.domain.yard.occupancies` yields them, in any order.
    hours
        Only what was counted while the yard was open counts.
    """

    def __init__(self, counted: Sequence[tuple[datetime, float]], hours: OpeningHours) -> None:
        self._hours = hours
        self._days = _by_day(counted, hours)
        self._sums: dict[_Slot, tuple[float, int]] = defaultdict(lambda: (0.0, 0))
        self._all: dict[int, tuple[float, int]] = defaultdict(lambda: (0.0, 0))
        for day, roots in self._days.items():
            for slot, root in roots.items():
                total, count = self._sums[day.isoweekday(), slot]
                self._sums[day.isoweekday(), slot] = (total + root, count + 1)
                total, count = self._all[slot]
                self._all[slot] = (total + root, count + 1)
        over = [self._over_usual(day, roots) for day, roots in self._days.items()]
        self._kept = _kept(over)
        self._misses = _misses(over, self._kept)

    def ahead(
        self, now: datetime, today: Sequence[tuple[datetime, float]] = (), steps: int = STEPS
    ) -> list[YardSlot]:
        """Forecast the next half hours at which the yard is open; those it never was before are left out.

        Parameters
        ----------
        today
            Instant and cars, as counted up to now; without any the usual day is told.
        """
        day, slot = self._local(now)
        over = self._felt_now(now, today) if self._hours.is_open(now) else 0.0
        found = []
        for instant in self._hours.open_slots(now, SLOT, steps):
            there, local_slot = self._local(instant)
            if local_slot not in self._all:
                continue
            # Tomorrow does not know about today: at night the yard is empty.
            ahead = max(1, local_slot - slot) if there == day else STEPS
            root = self._usual(there.isoweekday(), local_slot) + over * self._kept.get(ahead, 0.0)
            low, high, scatter = self._band(ahead)
            found.append(
                YardSlot(
                    instant,
                    max(root, 0.0) ** 2 + scatter,
                    max(root + low, 0.0) ** 2,
                    max(root + high, 0.0) ** 2,
                )
            )
        return found

    def _felt_now(self, now: datetime, today: Sequence[tuple[datetime, float]]) -> float:
        day, slot = self._local(now)
        counted = [each for each in today if each[0] <= now and self._local(each[0])[0] == day]
        if not counted:
            return 0.0
        weekday = day.isoweekday()
        over = self._over_usual(day, _by_day(counted, self._hours).get(day, {}), itself=False)
        # What stands now is compared with what is usual between the half hours.
        local = now.astimezone(self._hours.zone)
        gone = (local.minute % 30 + local.second / 60) / 30
        usual = self._usual(weekday, slot)
        if slot + 1 in self._all:
            usual += gone * (self._usual(weekday, slot + 1) - usual)
        over[slot + 1] = math.sqrt(max(max(counted)[1], 0.0)) - usual
        return _felt(over)[slot + 1]

    def _usual(self, weekday: int, slot: int, *, without: float | None = None) -> float:
        """Root of the usual count; ``without`` leaves one day's out, which must not judge itself."""
        total, count = self._all.get(slot, (0.0, 0))
        own_total, own_count = self._sums.get((weekday, slot), (0.0, 0))
        if without is not None:
            total, count = total - without, count - 1
            own_total, own_count = own_total - without, own_count - 1
        if count <= 0:
            return 0.0
        return (own_total + LEAN * total / count) / (own_count + LEAN)

    def _over_usual(self, day: date, roots: Mapping[int, float], *, itself: bool = True) -> dict[int, float]:
        """What a day was above its usual; one that the usual is learned from must not be part of it."""
        return {
            slot: root - self._usual(day.isoweekday(), slot, without=root if itself else None)
            for slot, root in roots.items()
        }

    def _band(self, ahead: int) -> tuple[float, float, float]:
        """Lower and upper miss, and their mean square, of forecasts so many half hours ahead."""
        misses = self._misses.get(min(ahead, STEPS), [])
        if len(misses) < FEWEST_MISSES:
            half = 1.2816 * PLAIN_SCATTER
            return -half, half, PLAIN_SCATTER**2
        last = len(misses) - 1
        low = misses[max(math.floor((last + 2) * LOWER) - 1, 0)]
        high = misses[min(math.ceil((last + 2) * UPPER) - 1, last)]
        return low, high, fmean(miss * miss for miss in misses)

    def _local(self, at: datetime) -> tuple[date, int]:
        local = at.astimezone(self._hours.zone)
        return local.date(), local.hour * 2 + local.minute // 30


def _by_day(counted: Sequence[tuple[datetime, float]], hours: OpeningHours) -> dict[date, dict[int, float]]:
    """Roots of what stood at the beginning of every half hour that the yard was open, by local day."""
    ordered = sorted(counted)
    if not ordered:
        return {}
    instants = [at for at, _ in ordered]
    days: dict[date, dict[int, float]] = defaultdict(dict)
    instant = instants[0].astimezone(UTC).replace(minute=0, second=0, microsecond=0) + 2 * SLOT
    while instant <= instants[-1]:
        if hours.is_open(instant):
            at, cars = ordered[bisect_left(instants, instant + timedelta(microseconds=1)) - 1]
            local = instant.astimezone(hours.zone)
            if at.astimezone(hours.zone).date() == local.date():
                days[local.date()][local.hour * 2 + local.minute // 30] = math.sqrt(max(cars, 0.0))
        instant += SLOT
    return days


def _felt(over: Mapping[int, float]) -> dict[int, float]:
    """What a day is above its usual, smoothed up to each half hour: one count says little of a day."""
    felt: dict[int, float] = {}
    smooth = 0.0
    for slot in sorted(over):
        smooth += SMOOTH * (over[slot] - smooth)
        felt[slot] = smooth
    return felt


def _kept(over: Collection[Mapping[int, float]]) -> dict[int, float]:
    """Share of what a day is felt above its usual that is left so many half hours later: least squares.

    It never grows with the time ahead.
    """
    product: dict[int, float] = defaultdict(float)
    square: dict[int, float] = defaultdict(float)
    for day in over:
        for slot, felt in _felt(day).items():
            for ahead in range(1, STEPS):
                if slot + ahead in day:
                    product[ahead] += felt * day[slot + ahead]
                    square[ahead] += felt * felt
    kept: dict[int, float] = {}
    most = 1.0 / SMOOTH
    for ahead in range(1, STEPS):
        most = min(max(product[ahead] / square[ahead] if square[ahead] else 0.0, 0.0), most)
        kept[ahead] = most
    return kept


def _misses(over: Collection[Mapping[int, float]], kept: Mapping[int, float]) -> dict[int, list[float]]:
    """What past forecasts were off by, sorted, by how many half hours ahead they were made.

    The last are those of another day, that nothing of today was known for.
    """
    found: dict[int, list[float]] = defaultdict(list)
    for day in over:
        for slot, felt in _felt(day).items():
            for ahead, share in kept.items():
                if slot + ahead in day:
                    found[ahead].append(day[slot + ahead] - felt * share)
            found[STEPS].append(day[slot])
    return {ahead: sorted(misses) for ahead, misses in found.items()}
