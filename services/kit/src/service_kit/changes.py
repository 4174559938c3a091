"""Something changed: told to those who watch, in this process and in the replicas."""

import asyncio
import contextlib
from collections.abc import Collection

from service_kit.announcements import Announcements

POLL_S = 1.0
"""How often a watcher looks for what another process has stored."""
BREATH_S = 0.1
"""So long changes are gathered before watchers look."""


class Changes:
    """Wakes watchers; told from any thread, waited for on the event loop.

    Parameters
    ----------
    announcements
        How replicas tell one another; what gets lost there is found by looking.
    """

    def __init__(self, announcements: Announcements) -> None:
        self._announcements = announcements
        self._loop: asyncio.AbstractEventLoop | None = None
        self._next = asyncio.Event()

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Say on which loop watchers wait."""
        self._loop = loop
        self._announcements.start(self._heard)

    def detach(self) -> None:
        """Say that nobody waits any more."""
        self._announcements.stop()

    def committed(self, ids: Collection[str]) -> None:
        """Tell that something about these was stored."""
        if ids:
            self._announcements.announce("changed")

    def next(self) -> asyncio.Event:
        """The next change; ask for it before looking, or a change meanwhile is missed."""
        return self._next

    async def wait(self, change: asyncio.Event) -> None:
        """Return a moment after the change, or after a while in any case."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(POLL_S):
                await change.wait()
                await asyncio.sleep(BREATH_S)

    def _heard(self, _told: str) -> None:
        if self._loop is None or self._loop.is_closed():
            return
        # The loop may close between the question and this.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        # Those who wait hold this event; who comes later waits for the next one.
        woken, self._next = self._next, asyncio.Event()
        woken.set()
