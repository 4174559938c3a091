"""How long the event loop takes for a turn: whatever blocks it holds up every caller at once."""

import asyncio
import time
from types import TracebackType
from typing import Self

from service_kit.telemetry.metrics import LOOP_LONGEST_STALL_SECONDS, LOOP_STALL_SECONDS

BEAT_S = 0.02
"""What is told of a stall is too long by this at most, and never too short."""


class LoopWatch:
    """Asks the running loop for a turn every 20 milliseconds, and notes how long it waited.

    Use it around the time a server takes calls: ``async with LoopWatch() as watch``. A turn that is late
    counts as a stall whatever the cause: a handler that computes, a thread that holds the interpreter, a
    machine with more to do than it has cores.
    """

    def __init__(self) -> None:
        self._beat_at_s = time.monotonic()
        self._longest_s = 0.0
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        LOOP_LONGEST_STALL_SECONDS.set(0.0)
        self._beat_at_s = time.monotonic()
        self._task = asyncio.create_task(self._watch(), name="loop-watch")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def silent_s(self) -> float:
        """Seconds since the loop's last turn, asked from any thread."""
        return time.monotonic() - self._beat_at_s

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            now_s = time.monotonic()
            took_s = now_s - self._beat_at_s
            self._beat_at_s = now_s
            LOOP_STALL_SECONDS.observe(took_s)
            if took_s > self._longest_s:
                self._longest_s = took_s
                LOOP_LONGEST_STALL_SECONDS.set(took_s)
