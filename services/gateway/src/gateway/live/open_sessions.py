"""Sessions with streams that are open in this process, told at once when they are ended anywhere."""

import asyncio
import contextlib
from collections.abc import Iterator, Sequence

from gateway.store.live_events import LiveEvent
from gateway.store.session_ends import SESSION, SESSIONS_ENDED


class OpenSessions:
    """Who has to look again whether the session still holds."""

    def __init__(self) -> None:
        self._watching: dict[str, set[asyncio.Event]] = {}

    @contextlib.contextmanager
    def watching(self, session_id: str | None) -> Iterator[asyncio.Event]:
        """Yield what is set when the session may have ended; of callers without one, never."""
        look_again = asyncio.Event()
        if session_id is None:
            yield look_again
            return
        mine = self._watching.setdefault(session_id, set())
        mine.add(look_again)
        try:
            yield look_again
        finally:
            mine.discard(look_again)
            if not mine and self._watching.get(session_id) is mine:
                del self._watching[session_id]

    def hear(self, events: Sequence[LiveEvent]) -> None:
        """Take what happened next."""
        for event in events:
            if event.kind == SESSIONS_ENDED:
                for session_id in event.about.get(SESSION, ()):
                    _set_all(self._watching.get(session_id, ()))

    def hear_nothing(self) -> None:
        """Take it that anything may have happened."""
        for looking in self._watching.values():
            _set_all(looking)


def _set_all(looking: "set[asyncio.Event] | tuple[()]") -> None:
    for each in looking:
        each.set()
