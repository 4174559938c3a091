"""The bounded threads in which use cases run, so that the server's event loop never waits for one."""

import asyncio
import contextvars
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from typing import ParamSpec, TypeVar

from service_kit.deadline import check_time_left
from service_kit.errors import ResourceExhausted
from service_kit.identity.policy import Budget
from service_kit.telemetry.metrics import WORKER_WAIT_SECONDS, WORKER_WAITING, WORKER_WAITING_LIMIT
from service_kit.telemetry.tracing import span

P = ParamSpec("P")
ResultT = TypeVar("ResultT")


_RETRY_S = 0.5

_budget: ContextVar[Budget] = ContextVar("budget", default=Budget.GENERAL)


def set_budget(budget: Budget) -> None:
    """Say by which threads the present call is worked on."""
    _budget.set(budget)


class WorkerPool:
    """A fixed number of threads; calls beyond that wait their turn, as many as the server accepts.

    Parameters
    ----------
    thread_count
        Threads for everything else.
    under_way_count
        Threads kept for what promised rides need: those never wait behind a queue of questions.
    looking_up_count
        Threads kept for what only reads: it takes milliseconds, and need not wait until those who change one
        thing have taken turns.
    most_waiting
        Calls of ``run`` that may wait for one of the threads for everything else. What would wait for long is
        better refused at once than answered when nobody listens any more.
    told
        Whether the server's figures tell how many wait; of several pools one is told of.
    """

    def __init__(
        self,
        thread_count: int,
        under_way_count: int = 1,
        looking_up_count: int = 1,
        most_waiting: int = 32,
        *,
        told: bool = True,
    ) -> None:
        self._thread_count = thread_count
        self._most_running = thread_count + most_waiting
        self._told = told
        if told:
            WORKER_WAITING_LIMIT.set(most_waiting)
        self._running_count = 0
        self._executors = {
            Budget.GENERAL: ThreadPoolExecutor(thread_count, thread_name_prefix="use-case"),
            Budget.UNDER_WAY: ThreadPoolExecutor(under_way_count, thread_name_prefix="under-way"),
        }
        self._looking_up = {
            Budget.GENERAL: ThreadPoolExecutor(looking_up_count, thread_name_prefix="look-up"),
            Budget.UNDER_WAY: ThreadPoolExecutor(under_way_count, thread_name_prefix="under-way-look-up"),
        }

    async def run(self, function: Callable[P, ResultT], *args: P.args, **kwargs: P.kwargs) -> ResultT:
        """Run a synchronous use case in a thread, with the caller's context (deadline, request id).

        A call that is cancelled or whose deadline passes while it waits for a thread is never started; one
        that runs already is let finish, and its result is dropped.

        Raises
        ------
        DeadlineExceeded
            When its turn came too late.
        ResourceExhausted
            ``TOO_MANY_CALLS``, when too many wait already; what promised rides need is never refused here.
        """
        if _budget.get() is Budget.UNDER_WAY:
            return await self._run(self._executors, function, *args, **kwargs)
        if self._running_count >= self._most_running:
            raise ResourceExhausted(
                "TOO_MANY_CALLS",
                f"the server is busy with {self._most_running} calls of this kind",
                metadata={"limit": str(self._most_running)},
                retry_after_s=_RETRY_S,
            )
        self._count(1)
        try:
            return await self._run(self._executors, function, *args, **kwargs)
        finally:
            self._count(-1)

    def _count(self, change: int) -> None:
        self._running_count += change
        if self._told:
            WORKER_WAITING.set(max(0, self._running_count - self._thread_count))

    async def look_up(self, function: Callable[P, ResultT], *args: P.args, **kwargs: P.kwargs) -> ResultT:
        """Run what only reads, and never waits for a lock, in a thread kept for that; else as ``run``."""
        return await self._run(self._looking_up, function, *args, **kwargs)

    async def _run(
        self,
        executors: dict[Budget, ThreadPoolExecutor],
        function: Callable[P, ResultT],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> ResultT:
        context = contextvars.copy_context()
        asked_s = time.perf_counter()

        def in_time() -> ResultT:
            waited_s = time.perf_counter() - asked_s
            WORKER_WAIT_SECONDS.observe(waited_s)
            check_time_left()
            with span(f"use case {_name_of(function)}", {"landlinie.waited_ms": round(waited_s * 1e3, 3)}):
                return function(*args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(
            executors[_budget.get()], context.run, in_time
        )

    async def close(self) -> None:
        """Let running use cases finish; those that wait are never started."""
        for executor in (*self._executors.values(), *self._looking_up.values()):
            await asyncio.to_thread(executor.shutdown, wait=True, cancel_futures=True)


def _name_of(function: Callable[..., object]) -> str:
    """``BookRide`` for a use case that is an object, ``Queries.ride`` for a method."""
    name: str = getattr(function, "__qualname__", type(function).__name__)
    return name
