"""Service days that are billed together, by name: 2026-W47 for a calendar week, 2026-11 for a month."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from ticketing.domain.errors import WrongFieldError
from ticketing.domain.products import Validity, period

_WEEK = re.compile(r"([0-9]{4})-W([0-9]{2})")
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")


@dataclass(frozen=True, slots=True)
class Period:
    """A billed period.

    Parameters
    ----------
    first, after
        Its first service day, and the first one after it.
    """

    id: str
    first: date
    after: date

    @property
    def last(self) -> date:
        """Its last service day."""
        return self.after - timedelta(days=1)

    @property
    def month(self) -> str:
        """Of its first service day, ``YYYY-MM``: riders have one pseudonym in it."""
        return f"{self.first:%Y-%m}"


def period_around(settled: Validity, day: date) -> Period:
    """Return the week or month around a service day."""
    first, after = period(settled, day)
    if settled is Validity.WEEK:
        year, week, _ = first.isocalendar()
        return Period(f"{year:04}-W{week:02}", first, after)
    return Period(f"{first:%Y-%m}", first, after)


def period_named(settled: Validity, name: str) -> Period:
    """Return the period of this name.

    Raises
    ------
    WrongFieldError
        Where it is none, or of the other kind.
    """
    pattern, kind = (_WEEK, "week") if settled is Validity.WEEK else (_MONTH, "month")
    match = pattern.fullmatch(name)
    if match is None:
        raise WrongFieldError(f"period {name[:20]!r} is no {kind} such as {_example(settled)}")
    year, number = int(match[1]), int(match[2])
    try:
        first = date.fromisocalendar(year, number, 1) if settled is Validity.WEEK else date(year, number, 1)
    except ValueError:
        raise WrongFieldError(f"period {name!r}: the calendar has no such {kind}") from None
    if not 2000 <= year < 2200:
        raise WrongFieldError(f"period {name!r} is not from 2000 to 2199")
    return period_around(settled, first)


def _example(settled: Validity) -> str:
    return "2026-W47" if settled is Validity.WEEK else "2026-11"
