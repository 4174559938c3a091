"""When a recycling yard is open, in its own local time."""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from waste.domain.containers import OpeningSpan
from waste.domain.errors import WrongFieldError

MOST_SPANS = 14


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
        minute = local.hour * 60 + local.minute
        return not self.spans or any(
            local.isoweekday() in span.weekdays and span.opens_min <= minute < span.closes_min
            for span in self.spans
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
