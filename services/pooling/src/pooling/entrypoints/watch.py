"""Plans as they change, to many watchers at once."""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import date
from weakref import WeakValueDictionary

from pooling.domain.zone_day import ZoneDay

POLL_S = 1.0
"""How often a watcher looks for what another process has stored."""

Key = tuple[str, date]


class PlanChanges:
    """Wakes watchers when a zone's day is stored; told from any thread, waited for on the event loop."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        # Kept alive by those who wait: a day that nobody watches any more is forgotten.
        self._changed: WeakValueDictionary[Key, asyncio.Event] = WeakValueDictionary()

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Say on which loop watchers wait."""
        self._loop = loop

    def committed(self, days: Sequence[ZoneDay]) -> None:
        """Tell that these days were stored."""
        if self._loop is None or self._loop.is_closed():
            return
        for day in days:
            self._loop.call_soon_threadsafe(self._wake, (day.zone_id, day.service_date))

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
