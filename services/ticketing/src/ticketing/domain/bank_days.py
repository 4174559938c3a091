"""Days on which euro payments are settled: the TARGET calendar."""

from datetime import date, timedelta

SATURDAY = 5
FIXED = frozenset(((1, 1), (5, 1), (12, 25), (12, 26)))


def is_bank_day(day: date) -> bool:
    """Whether banks settle euro payments on that day."""
    if day.weekday() >= SATURDAY or (day.month, day.day) in FIXED:
        return False
    easter = _easter(day.year)
    return day not in {easter - timedelta(days=2), easter + timedelta(days=1)}


def bank_days_after(day: date, count: int) -> date:
    """The bank day that is so many bank days after a day; with 0 the day itself or the next one that is."""
    while not is_bank_day(day):
        day += timedelta(days=1)
    for _ in range(count):
        day += timedelta(days=1)
        while not is_bank_day(day):
            day += timedelta(days=1)
    return day


def _easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, by Gauss' rule as Lichtenberg completed it."""
    century = year // 100
    moon_shift = 15 + (3 * century + 3) // 4 - (8 * century + 13) // 25
    sun_shift = 2 - (3 * century + 3) // 4
    cycle = year % 19
    seed = (19 * cycle + moon_shift) % 30
    moon_correction = (seed + cycle // 11) // 29
    full_moon = 21 + seed - moon_correction
    first_sunday = 7 - (year + year // 4 + sun_shift) % 7
    march_day = full_moon + 7 - (full_moon - first_sunday) % 7
    return date(year, 3, 1) + timedelta(days=march_day - 1)
