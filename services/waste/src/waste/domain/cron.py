"""When something is due again and again: five cron fields, in local time.

Minute, hour, day of the month, month and weekday (0 and 7 are Sunday), each ``*``, a number, a range, a list,
with steps: ``*/15 6-20 * * 1-5``. As cron does: where days of the month and weekdays are both told, either
will do. A time that the clocks skip is due as much later; one that they repeat is due once, unless every hour
is.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from waste.domain.errors import WrongFieldError

FARTHEST = timedelta(days=8 * 366 + 2)
"""29 February comes round at least every eight years."""

_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7))
_PART = re.compile(r"(?:(\*)|([0-9]{1,2})(?:-([0-9]{1,2}))?)(?:/([0-9]{1,2}))?")


@dataclass(frozen=True, slots=True)
class Cron:
    """Five fields as sets of numbers; see :func:`cron_of`."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    every_day: bool
    every_weekday: bool

    def next_after(self, at: datetime, zone: ZoneInfo) -> datetime | None:
        """The first instant after another at which it is due, in UTC; None where it never is."""
        day = at.astimezone(zone).date() - timedelta(days=1)
        last = day + FARTHEST
        while day <= last:
            if self._is_on(day):
                later = [instant for instant in self._instants(day, zone) if instant > at]
                if later:
                    return min(later)
            day += timedelta(days=1)
        return None

    def _is_on(self, day: date) -> bool:
        if day.month not in self.months:
            return False
        by_day, by_weekday = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        if self.every_day or self.every_weekday:
            return by_day and by_weekday
        return by_day or by_weekday

    def _instants(self, day: date, zone: ZoneInfo) -> list[datetime]:
        folds = (0, 1) if len(self.hours) == 24 else (0,)
        return [
            datetime.combine(day, time(hour, minute, fold=fold), zone).astimezone(UTC)
            for hour in self.hours
            for minute in self.minutes
            for fold in folds
        ]


def cron_of(text: str) -> Cron:
    """Read five fields.

    Raises
    ------
    WrongFieldError
        Naming the field that is wrong, or all of them where they are never due.
    """
    told = text.split()
    if len(told) != len(_FIELDS) or len(text) > 200:
        raise WrongFieldError("cron", text[:200], "five fields: minute hour day month weekday")
    found = [_numbers(part, *field) for part, field in zip(told, _FIELDS, strict=True)]
    minutes, hours, days, months, weekdays = found
    cron = Cron(
        minutes,
        hours,
        days,
        months,
        frozenset(weekday % 7 for weekday in weekdays),
        every_day=told[2].startswith("*"),
        every_weekday=told[4].startswith("*"),
    )
    if cron.next_after(datetime(2000, 1, 1, tzinfo=UTC), ZoneInfo("UTC")) is None:
        raise WrongFieldError("cron", text, "due at some time")
    return cron


def _numbers(text: str, name: str, lowest: int, highest: int) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise WrongFieldError("cron", text, f"{name}: *, numbers, ranges, lists and steps")
        everything, first, last, step = match.groups()
        begin = lowest if everything else int(first)
        # A number with a step goes on to the end, as cron has it.
        end = highest if everything or (step and not last) else int(last or first)
        if not lowest <= begin <= end <= highest or (step is not None and int(step) == 0):
            raise WrongFieldError("cron", part, f"{name}: rising, from {lowest} to {highest}")
        found.update(range(begin, end + 1, int(step or 1)))
    return frozenset(found)
