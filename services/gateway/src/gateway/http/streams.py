"""Streams of events that are open: how many there may be, and for how long their callers are let in."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Iterator

from service_kit.errors import ResourceExhausted, ServiceError
from service_kit.identity.principal import Principal
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from gateway.http.callers import Callers
from gateway.http.event_stream import HEADERS, RETRY_MS, event
from gateway.http.metrics import STREAMS
from gateway.http.problems import problem
from gateway.live.feed import Feed
from gateway.messages.writing import dumps

HEARTBEAT_S = 15.0
"""Pause after which a comment is sent: proxies cut what is silent, and only sending finds out who left."""

_LOOK_AGAIN_S = 60.0
"""After which it is asked again whether the caller's token or session still holds."""
_RETRY_S = 5.0


class Streams:
    """Answers with streams, within limits, for as long as their callers are let in and the gateway runs.

    Parameters
    ----------
    ending
        Set when the gateway is about to stop.
    most, most_of_one
        Streams open at once, of all and of one caller.
    """

    def __init__(
        self, callers: Callers, feed: Feed, ending: asyncio.Event, *, most: int, most_of_one: int
    ) -> None:
        self._callers, self._feed, self._ending = callers, feed, ending
        self._most, self._most_of_one = most, most_of_one
        self._open: Counter[str] = Counter()

    async def response(
        self, request: Request, caller: Principal, events: AsyncGenerator[bytes, None]
    ) -> StreamingResponse:
        """Return an answer of these events; raises ResourceExhausted, Unauthenticated."""
        self.check_room(caller)
        session = None if "authorization" in request.headers else await self._callers.session(request)
        body = self._body(request, session.session_id if session else None, events)
        return _Stream(self, caller, body)

    def check_room(self, caller: Principal) -> None:
        """Raise ResourceExhausted where there are too many streams, of all or of this caller."""
        mine = self._open[caller.scope]
        if self._open.total() >= self._most or mine >= self._most_of_one:
            raise ResourceExhausted(
                "TOO_MANY_STREAMS", f"{mine} streams of the caller are open", retry_after_s=_RETRY_S
            )

    @contextlib.contextmanager
    def place(self, caller: Principal) -> Iterator[None]:
        """Count a stream for as long as the block runs; raises ResourceExhausted."""
        self.check_room(caller)
        self._open[caller.scope] += 1
        STREAMS.inc()
        try:
            yield
        finally:
            STREAMS.dec()
            self._open[caller.scope] -= 1
            if not self._open[caller.scope]:
                del self._open[caller.scope]

    async def _body(
        self, request: Request, session_id: str | None, events: AsyncGenerator[bytes, None]
    ) -> AsyncIterator[bytes]:
        with self._feed.following(), self._feed.sessions.watching(session_id) as look_again:
            if session_id is not None:
                # It may have ended between the first look and this moment.
                look_again.set()
            async for piece in self._with_heartbeats(request, events, look_again):
                yield piece

    async def _with_heartbeats(
        self, request: Request, events: AsyncGenerator[bytes, None], look_again: asyncio.Event
    ) -> AsyncIterator[bytes]:
        yield f"retry: {RETRY_MS}\n\n".encode()
        over = asyncio.ensure_future(self._ending.wait())
        looking = asyncio.ensure_future(look_again.wait())
        coming: asyncio.Task[bytes] | None = None
        looked_s = time.monotonic()
        try:
            while not over.done():
                coming = coming or asyncio.ensure_future(anext(events))
                await asyncio.wait(
                    {coming, over, looking}, timeout=HEARTBEAT_S, return_when=asyncio.FIRST_COMPLETED
                )
                if look_again.is_set() or time.monotonic() - looked_s > _LOOK_AGAIN_S:
                    look_again.clear()
                    if looking.done():
                        looking = asyncio.ensure_future(look_again.wait())
                    looked_s = time.monotonic()
                    if (gone := await self._turned_away(request)) is not None:
                        # What was about to be sent may have happened afterwards.
                        yield gone
                        return
                    continue
                if not coming.done():
                    yield b": still here\n\n"
                    continue
                try:
                    sent, coming = coming.result(), None
                except StopAsyncIteration:
                    return
                yield sent
        finally:
            over.cancel()
            looking.cancel()
            if coming is not None:
                await _ended(coming)
            await events.aclose()

    async def _turned_away(self, request: Request) -> bytes | None:
        """What a caller is told who is not let in any more; None while it is."""
        try:
            await self._callers.principal(await self._callers.credential(request))
        except ServiceError as error:
            return event("problem", dumps(problem(error)))
        return None


class _Stream(StreamingResponse):
    """An answer that has its place among the open streams for exactly as long as it is being sent."""

    def __init__(self, streams: Streams, caller: Principal, body: AsyncIterator[bytes]) -> None:
        super().__init__(body, headers=HEADERS, media_type="text/event-stream")
        self._streams, self._caller = streams, caller

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._streams.place(self._caller):
            await super().__call__(scope, receive, send)


async def _ended(coming: asyncio.Task[bytes]) -> None:
    """Wait until nobody is at the next event any more; a generator that works cannot be closed."""
    coming.cancel()
    while not coming.done():
        # Whoever serves a caller who left is cancelled at every turn.
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait({coming})
    if not coming.cancelled():
        coming.exception()
