"""The bounded threads in which use cases run, so that the server's event loop never waits for one."""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from service_kit.deadline import check_time_left

P = ParamSpec("P")
ResultT = TypeVar("ResultT")


class WorkerPool:
    """A fixed number of threads; calls beyond that wait their turn, as many as the server accepts."""

    def __init__(self, thread_count: int) -> None:
        self._executor = ThreadPoolExecutor(thread_count, thread_name_prefix="use-case")

    async def run(self, function: Callable[P, ResultT], *args: P.args, **kwargs: P.kwargs) -> ResultT:
        """Run a synchronous use case in a thread, with the caller's context (deadline, request id).

        A call that is cancelled or whose deadline passes while it waits for a thread is never started; one
        that runs already is let finish, and its result is dropped.

        Raises
        ------
        DeadlineExceeded
            When its turn came too late.
        """
        context = contextvars.copy_context()

        def in_time() -> ResultT:
            check_time_left()
            return function(*args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._executor, context.run, in_time)

    async def close(self) -> None:
        """Let running use cases finish; those that wait are never started."""
        await asyncio.to_thread(self._executor.shutdown, wait=True, cancel_futures=True)
