"""One look into the order of events, for all browsers of this process."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Iterator, Sequence

import sqlalchemy as sa
import structlog

from gateway.live.open_sessions import OpenSessions
from gateway.store.live_events import LiveEvent, LiveEvents

_log = structlog.get_logger(__name__)

AT_ONCE = 500
"""Events read together at most."""
_KEPT_HERE = 5_000
_LOOK_EVERY_S = 0.1
_NOBODY_LOOKS_EVERY_S = 1.0


class Feed:
    """The newest events, read once and kept here for all who follow; older ones are read for who needs them.

    Nobody has a queue of his own: whoever is slow is behind, reads on at his own pace, and costs no memory.

    Attributes
    ----------
    sessions
        Hear from here when they are ended, before anybody reads what happened afterwards.
    """

    def __init__(self, events: LiveEvents) -> None:
        self._events = events
        self.sessions = OpenSessions()
        self._newest: deque[LiveEvent] = deque(maxlen=_KEPT_HERE)
        self._head = 0
        self._more = asyncio.Event()
        self._follower_count = 0
        self._looking: asyncio.Task[None] | None = None

    @property
    def epoch(self) -> str:
        """Told with every number."""
        return self._events.epoch

    @property
    def head(self) -> int:
        """The newest number that is known here."""
        return self._head

    async def start(self) -> None:
        """Begin to look."""
        self._head = await asyncio.to_thread(self._events.head)
        self._looking = asyncio.create_task(self._look(), name="live-feed")

    async def stop(self) -> None:
        """Look no more."""
        if self._looking is not None:
            self._looking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._looking

    @contextlib.contextmanager
    def following(self) -> Iterator[None]:
        """Look often for as long as the block runs."""
        self._follower_count += 1
        try:
            yield
        finally:
            self._follower_count -= 1

    async def after(self, number: int) -> Sequence[LiveEvent] | None:
        """Return the next events after a number; empty where there are none yet, None where some are gone."""
        if number == self._head:
            return ()
        if self._newest and self._newest[0].number <= number + 1 <= self._head:
            first = number + 1 - self._newest[0].number
            return [self._newest[place] for place in range(first, min(len(self._newest), first + AT_ONCE))]
        return await asyncio.to_thread(self._events.after, number, AT_ONCE)

    async def oldest(self) -> int:
        """Return the oldest number that is kept; the one the next event will get where none is."""
        return await asyncio.to_thread(self._events.oldest)

    async def wait(self, number: int, longest_s: float) -> None:
        """Wait until there is more than this number, or for so long."""
        if number < self._head:
            return
        more = self._more
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(more.wait(), longest_s)

    async def _look(self) -> None:
        while True:
            try:
                found = await asyncio.to_thread(self._events.after, self._head, AT_ONCE)
            except sa.exc.SQLAlchemyError as error:
                _log.warning("live_events_not_read", error=repr(error))
                found = ()
            if found is None:
                # Behind by more than is kept: those who follow find out by themselves.
                self._newest.clear()
                self._head = await asyncio.to_thread(self._events.head)
                self.sessions.hear_nothing()
                self._tell()
            elif found:
                self.sessions.hear(found)
                self._newest.extend(found)
                self._head = found[-1].number
                self._tell()
                continue
            await asyncio.sleep(_LOOK_EVERY_S if self._follower_count else _NOBODY_LOOKS_EVERY_S)

    def _tell(self) -> None:
        told, self._more = self._more, asyncio.Event()
        told.set()
