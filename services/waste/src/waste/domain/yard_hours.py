"""When a recycling yard is open, in its own local time."""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from waste.domain.errors import WrongFieldError

MOST_SPANS = 14
DAY_END = time.max
"""Stands for 24:00, which a ``time`` cannot say."""


@dataclass(frozen=True, slots=True)
class OpeningSpan:
    """Hours on some weekdays.

    Parameters
    ----------
    iso_weekdays
        1 Monday to 7 Sunday; none means every day.
    opens_at, closes_at
        Local time; :data:`DAY_END` closes at midnight.

    Raises
    ------
    WrongFieldError
        Where it closes before it opens, or a weekday is none.
    """

    opens_at: time
    closes_at: time
    iso_weekdays: Set[int] = frozenset()

    def __post_init__(self) -> None:
        if self.closes_at <= self.opens_at:
            raise WrongFieldError("closes_at", str(self.closes_at), f"after {self.opens_at}")
        if not self.iso_weekdays <= set(range(1, 8)):
            raise WrongFieldError("iso_weekdays", sorted(self.iso_weekdays), "1 Monday to 7 Sunday")

    def is_on(self, day: date) -> bool:
        """Whether the span is of this day of the week."""
        return not self.iso_weekdays or day.isoweekday() in self.iso_weekdays


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """A yard's week; always open without spans.

    Parameters
    ----------
    closed_on
        Days of no opening: holidays.
    """

    zone: ZoneInfo
    spans: tuple[OpeningSpan, ...] = ()
    closed_on: Set[date] = frozenset()

    def __post_init__(self) -> None:
        if len(self.spans) > MOST_SPANS:
            raise WrongFieldError("opening_hours", len(self.spans), f"at most {MOST_SPANS} spans")

    def is_open(self, at: datetime) -> bool:
        """Whether it is open at an instant: from opening on, up to closing."""
        local = at.astimezone(self.zone)
        if local.date() in self.closed_on:
            return False
        clock = local.time()
        return not self.spans or any(
            span.is_on(local.date()) and span.opens_at <= clock < span.closes_at for span in self.spans
        )

    def open_slots(self, after: datetime, slot: timedelta, count: int) -> Iterator[datetime]:
        """The next beginnings of slots at which it is open, in UTC, within the next eight days.

        Slots are cut from the full hour in UTC, so that none is lost or doubled where clocks change.
        """
        first = after.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        instant = first + slot * ((after - first) // slot + 1)
        end = after + timedelta(days=8)
        while count and instant < end:
            if self.is_open(instant):
                yield instant
                count -= 1
            instant += slot
