"""Booking rules: from when and until when a ride has to be asked for."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import IntEnum
from zoneinfo import ZoneInfo

MOST_DAYS_BACK = 60
"""Days on which nobody takes calls that are gone over to find one on which somebody does."""


class BookingType(IntEnum):
    """How far ahead a ride has to be asked for, as the standard has it."""

    REAL_TIME = 0
    SAME_DAY = 1
    PRIOR_DAYS = 2


@dataclass(frozen=True, slots=True)
class BookingRule:
    """How a ride is asked for.

    Parameters
    ----------
    kind
        See :class:`BookingType`.
    least_minutes, most_minutes
        With ``SAME_DAY``: how long before the ride it has to be asked for at the latest, and can be at the
        earliest; ``None`` for no limit.
    last_day, last_time_s
        With ``PRIOR_DAYS``: the last day, counted back from that of the ride, and the time of that day until
        which it can be asked for.
    start_day, start_time_s
        The first such day and time; ``None`` for no limit.
    message, phone, info_url, booking_url
        What passengers are told, and where they ask; empty where there is none.
    service_id
        The days that count, for days counted back; empty if all do.
    """

    kind: BookingType
    least_minutes: int | None = None
    most_minutes: int | None = None
    last_day: int | None = None
    last_time_s: int | None = None
    start_day: int | None = None
    start_time_s: int | None = None
    message: str = ""
    phone: str = ""
    info_url: str = ""
    booking_url: str = ""
    service_id: str = ""

    def book_by(self, pickup: datetime, day: date, counts: Callable[[date], bool]) -> datetime:
        """Until when a ride has to be asked for.

        Parameters
        ----------
        pickup
            When the ride is to begin, aware.
        day
            The service day that it belongs to.
        counts
            Whether somebody takes calls on a day.
        """
        if self.kind is BookingType.SAME_DAY:
            return pickup - timedelta(minutes=self.least_minutes or 0)
        if self.kind is BookingType.PRIOR_DAYS:
            return _at(_back(day, self.last_day or 0, counts), self.last_time_s or 0, pickup)
        return pickup

    def book_from(self, pickup: datetime, day: date, counts: Callable[[date], bool]) -> datetime | None:
        """From when on a ride can be asked for; ``None`` where there is no limit."""
        if self.most_minutes is not None:
            return pickup - timedelta(minutes=self.most_minutes)
        if self.start_day is None:
            return None
        return _at(_back(day, self.start_day, counts), self.start_time_s or 0, pickup)


def _back(day: date, days: int, counts: Callable[[date], bool]) -> date:
    """The day that is so many counting days before; the earliest looked at where there are too few."""
    for _ in range(MOST_DAYS_BACK):
        if days <= 0:
            break
        day -= timedelta(1)
        if counts(day):
            days -= 1
    return day


def _at(day: date, seconds: int, like: datetime) -> datetime:
    zone = like.tzinfo
    if not isinstance(zone, ZoneInfo):
        raise TypeError(f"pickup: {like.isoformat()} needs the time zone of a place")
    return datetime.combine(day + timedelta(seconds // 86400), _clock(seconds % 86400), zone)


def _clock(seconds: int) -> time:
    return time(seconds // 3600, seconds // 60 % 60, seconds % 60)
