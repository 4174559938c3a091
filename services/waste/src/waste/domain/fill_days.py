"""Days as filling sees them: local midnights, weekdays, holidays, events."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import IntEnum
from zoneinfo import ZoneInfo

import holidays
import numpy as np

from waste.domain.errors import WrongFieldError
from waste.domain.readings_series import Ints

DAY = timedelta(days=1)


class DayKind(IntEnum):
    """What a day is besides a weekday."""

    USUAL = 0
    HOLIDAY = 1
    EVE = 2
    """Before a holiday."""
    MORROW = 3
    """After a holiday."""


@dataclass(frozen=True)
class Event:
    """Something that brings more waste, or less.

    Parameters
    ----------
    name
        Of its kind: events of one name are taken to be alike.
    place
        Where; empty: everywhere.
    """

    day: date
    name: str
    place: str = ""


@dataclass(frozen=True)
class Calendar:
    """The days of a district.

    Parameters
    ----------
    zone
        Days begin at its midnight.
    country, state
        Whose public holidays count, as ISO 3166 codes («DE», «SH»); without a country there are none.
    events
        Known ones, past and coming.

    Raises
    ------
    WrongFieldError
        The holidays of that country or state are not known.
    """

    zone: ZoneInfo
    country: str = ""
    state: str = ""
    events: tuple[Event, ...] = ()
    _holidays: holidays.HolidayBase | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        known = None
        if self.country:
            try:
                known = holidays.country_holidays(self.country, subdiv=self.state or None)
            except NotImplementedError as error:
                raise WrongFieldError(
                    "holidays",
                    "-".join(filter(None, (self.country, self.state))),
                    "a country, or one's state",
                ) from error
        object.__setattr__(self, "_holidays", known)

    def day_kind(self, day: date) -> DayKind:
        """What a day is besides a weekday."""
        if self._holidays is None:
            return DayKind.USUAL
        if day in self._holidays:
            return DayKind.HOLIDAY
        if day + DAY in self._holidays:
            return DayKind.EVE
        return DayKind.MORROW if day - DAY in self._holidays else DayKind.USUAL

    @property
    def event_names(self) -> tuple[str, ...]:
        """Of all events, in order of the alphabet."""
        return tuple(sorted({event.name for event in self.events}))

    def day_of(self, at_s: int) -> date:
        """The local day of an instant."""
        return datetime.fromtimestamp(at_s, self.zone).date()

    def midnight_s(self, day: date) -> int:
        """When a local day begins, seconds since 1970 in UTC."""
        return int(datetime.combine(day, datetime.min.time(), self.zone).timestamp())

    def midnights_s(self, first: date, count: int) -> Ints:
        """The beginnings of so many days, shape (count,)."""
        return np.array([self.midnight_s(first + number * DAY) for number in range(count)], np.int64)


@dataclass(frozen=True)
class Fleet:
    """What is alike among containers, shape (containers,) each: made by :func:`fleet`."""

    kind: Ints
    place: Ints
    kinds: tuple[str, ...]
    places: tuple[str, ...]

    @property
    def count(self) -> int:
        """Of containers."""
        return len(self.kind)


def fleet(kinds: Sequence[str], places: Sequence[str]) -> Fleet:
    """Containers by the name of their kind (glass, paper, …) and of their place (a village, a street).

    Raises
    ------
    WrongFieldError
        Not as many places as kinds.
    """
    if len(kinds) != len(places):
        raise WrongFieldError("places", len(places), f"one for each of {len(kinds)} containers")
    kind, kind_names = _numbered(kinds)
    place, place_names = _numbered(places)
    return Fleet(kind, place, kind_names, place_names)


def _numbered(names: Iterable[str]) -> tuple[Ints, tuple[str, ...]]:
    listed = list(names)
    unique = tuple(sorted(set(listed)))
    number = {name: index for index, name in enumerate(unique)}
    return np.array([number[name] for name in listed], np.int64), unique
