"""The time the services go by: the system's, or a simulated one that only moves when told."""

import threading
from datetime import UTC, datetime
from typing import Protocol

from service_kit.errors import InvalidInput


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present instant, timezone-aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SimulatedClock:
    """A clock that stands still until it is advanced. Safe to share between threads."""

    def __init__(self, start: datetime) -> None:
        self._now = _in_utc(start)
        self._lock = threading.Lock()

    def now(self) -> datetime:
        with self._lock:
            return self._now

    def advance_to(self, time: datetime) -> datetime:
        """Move to ``time``; the same instant again is fine.

        Raises
        ------
        InvalidInput
            ``CLOCK_GOES_BACK`` when ``time`` lies before the present, ``TIME_WITHOUT_ZONE`` when it is naive.
        """
        time = _in_utc(time)
        with self._lock:
            if time < self._now:
                raise InvalidInput.in_field(
                    "time",
                    f"{time.isoformat()} lies before the clock's {self._now.isoformat()}",
                    "CLOCK_GOES_BACK",
                )
            self._now = time
            return time


def _in_utc(time: datetime) -> datetime:
    if time.tzinfo is None:
        raise InvalidInput.in_field("time", f"{time.isoformat()} has no time zone", "TIME_WITHOUT_ZONE")
    return time.astimezone(UTC)
