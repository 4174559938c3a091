"""Calls that are sent when they are due, whether or not earlier ones have been answered."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

import grpc
from load_figures import Figures
from service_kit.grpc_errors import from_rpc_error

DEADLINE_S = 5.0

AnswerT = TypeVar("AnswerT")


class OpenLoop:
    """Sends calls and keeps the figures.

    Latencies count from when a call was due: waiting to be sent counts, too.

    Attributes
    ----------
    figures
        Of the present stretch of time; a call belongs to the one it was due in.
    late_s
        By how much sessions began later than they were due: what the sender itself adds.
    """

    def __init__(self, random_numbers: random.Random) -> None:
        self._random = random_numbers
        self._running: set[asyncio.Task[None]] = set()
        self.figures = Figures()
        self.late_s: list[float] = []

    async def call(self, name: str, due_s: float, send: Callable[[], Awaitable[AnswerT]]) -> AnswerT | None:
        """Send a call that was due at ``due_s`` of the loop's time; None where it was not done."""
        loop, figures = asyncio.get_running_loop(), self.figures
        counted = figures.offered(name)
        try:
            answer = await send()
        except grpc.aio.AioRpcError as error:
            figures.not_done(counted, name, from_rpc_error(error), loop.time() - due_s)
            return None
        counted.latencies_s.append(loop.time() - due_s)
        return answer

    async def run(self, per_s: float, seconds: float, session: Callable[[float], Awaitable[None]]) -> Figures:
        """Begin so many sessions a second, at random moments, and wait until the last one has ended.

        Parameters
        ----------
        session
            Is told when it was due, in the loop's time.
        """
        loop = asyncio.get_running_loop()
        self.figures = figures = Figures(seconds)
        self.late_s = []
        due_s = began_s = loop.time()
        while (due_s := due_s + self._random.expovariate(per_s)) < began_s + seconds:
            await asyncio.sleep(max(0.0, due_s - loop.time()))
            self.late_s.append(loop.time() - due_s)
            self._begin(session(due_s))
        await asyncio.sleep(max(0.0, began_s + seconds - loop.time()))
        while self._running:
            await asyncio.gather(*self._running)
        self.figures = Figures()
        return figures

    def _begin(self, session: Awaitable[None]) -> None:
        task = asyncio.ensure_future(session)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
