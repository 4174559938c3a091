"""The service day: from three in the morning to three in the morning, local time, whatever the clocks do."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY_STARTS = time(3, 0)


@dataclass(frozen=True, slots=True)
class ServiceDay:
    """One day of a district; instants in it count as seconds since its start."""

    date: date
    zone: ZoneInfo

    @property
    def start(self) -> datetime:
        """The first instant, in UTC."""
        return _start(self.date, self.zone)

    @property
    def end(self) -> datetime:
        """The first instant of the next day; 23, 24 or 25 hours after the start."""
        return ServiceDay(self.date + timedelta(days=1), self.zone).start

    def seconds(self, instant: datetime) -> int:
        """Whole seconds from the start of the day, negative before it."""
        return int((instant - self.start).total_seconds() // 1)

    def instant(self, seconds: int) -> datetime:
        """The instant so many seconds into the day, in UTC."""
        return self.start + timedelta(seconds=seconds)


@lru_cache(maxsize=1024)
def _start(day: date, zone: ZoneInfo) -> datetime:
    # Kept: a plan's message asks for it several times per stop.
    return datetime.combine(day, DAY_STARTS, zone).astimezone(UTC)


def service_day_of(instant: datetime, zone: ZoneInfo) -> ServiceDay:
    """The service day in which the instant lies."""
    local = instant.astimezone(zone)
    day = ServiceDay(local.date(), zone)
    return day if instant >= day.start else ServiceDay(day.date - timedelta(days=1), zone)
