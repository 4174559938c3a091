"""Plans as they change, to many watchers at once."""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import date
from weakref import WeakValueDictionary

import structlog
from service_kit.announcements import Announcements

from pooling.domain.zone_day import ZoneDay

_log = structlog.get_logger(__name__)

POLL_S = 1.0
"""How often a watcher looks for what another process has stored."""

Key = tuple[str, date]


class PlanChanges:
    """Wakes watchers when a zone's day is stored; told from any thread, waited for on the event loop.

    Parameters
    ----------
    announcements
        How replicas tell one another; what gets lost there is found by looking.
    """

    def __init__(self, announcements: Announcements) -> None:
        self._announcements = announcements
        self._loop: asyncio.AbstractEventLoop | None = None
        # Kept alive by those who wait: a day that nobody watches any more is forgotten.
        self._changed: WeakValueDictionary[Key, asyncio.Event] = WeakValueDictionary()

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Say on which loop watchers wait."""
        self._loop = loop
        self._announcements.start(self._heard)

    def detach(self) -> None:
        """Say that nobody waits any more."""
        self._announcements.stop()

    def committed(self, days: Sequence[ZoneDay]) -> None:
        """Tell that these days were stored."""
        for day in days:
            self._announcements.announce(f"{day.zone_id}/{day.service_date.isoformat()}")

    def _heard(self, told: str) -> None:
        if self._loop is None or self._loop.is_closed():
            return
        zone_id, _, day = told.rpartition("/")
        try:
            key = zone_id, date.fromisoformat(day)
        except ValueError:
            _log.warning("announcement_not_understood", told=told[:100])
            return
        # The loop may close between the question and this.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._wake, key)

    def _wake(self, key: Key) -> None:
        # Those who wait hold this event; who comes later waits for the next one.
        if event := self._changed.pop(key, None):
            event.set()

    def next_of(self, key: Key) -> asyncio.Event:
        """The day's next change; ask for it before looking at the day, or a change meanwhile is missed."""
        return self._changed.setdefault(key, asyncio.Event())

    async def wait(self, change: asyncio.Event) -> None:
        """Return after the change, or a moment later in any case."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(POLL_S):
                await change.wait()
