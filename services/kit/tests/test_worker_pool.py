import asyncio
import threading

import pytest
from service_kit import deadline
from service_kit.errors import DeadlineExceeded
from service_kit.worker_pool import WorkerPool


async def test_a_use_case_whose_time_is_up_is_not_started() -> None:
    pool = WorkerPool(1)
    ran: list[str] = []
    deadline.set_remaining_s(0)
    with pytest.raises(DeadlineExceeded, match="DEADLINE_EXCEEDED"):
        await pool.run(ran.append, "late")
    deadline.set_remaining_s(None)
    await pool.run(ran.append, "in time")
    assert ran == ["in time"]
    await pool.close()


async def test_closing_lets_the_running_finish_and_drops_the_waiting() -> None:
    pool = WorkerPool(1)
    release = threading.Event()
    started = threading.Event()
    ran: list[str] = []

    def hold() -> str:
        started.set()
        release.wait(30)
        ran.append("running")
        return "done"

    running = asyncio.ensure_future(pool.run(hold))
    waiting = asyncio.ensure_future(pool.run(ran.append, "waiting"))
    await asyncio.to_thread(started.wait, 30)
    closing = asyncio.ensure_future(pool.close())
    await asyncio.wait({waiting}, timeout=30)
    assert waiting.cancelled()
    release.set()
    assert await running == "done"
    await closing
    assert ran == ["running"]


def test_without_a_deadline_there_is_no_limit() -> None:
    deadline.set_remaining_s(None)
    assert deadline.remaining_s() is None
    deadline.check_time_left()
