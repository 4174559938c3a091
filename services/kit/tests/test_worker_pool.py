import asyncio
import threading

import pytest
from service_kit import deadline
from service_kit.errors import DeadlineExceeded, ResourceExhausted
from service_kit.identity.policy import Budget
from service_kit.telemetry import metrics
from service_kit.worker_pool import WorkerPool, set_budget


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


async def test_looking_up_waits_for_no_use_case() -> None:
    pool = WorkerPool(1, 1, 1)
    release = threading.Event()
    try:
        for budget in Budget:
            set_budget(budget)
            holding = asyncio.ensure_future(pool.run(release.wait, 30))
            assert await asyncio.wait_for(pool.look_up(str.upper, "found"), 30) == "FOUND"
            assert not holding.done()
    finally:
        release.set()
        set_budget(Budget.GENERAL)
        await pool.close()


async def test_what_would_wait_too_long_is_refused_at_once_but_not_what_rides_under_way_need() -> None:
    pool = WorkerPool(1, 1, 1, most_waiting=2)
    release = threading.Event()
    try:
        accepted = [asyncio.ensure_future(pool.run(release.wait, 30)) for _ in range(3)]
        await asyncio.sleep(0)
        told = metrics.REGISTRY.get_sample_value
        assert told("landlinie_worker_waiting_calls") == told("landlinie_worker_waiting_calls_limit") == 2
        with pytest.raises(ResourceExhausted, match="TOO_MANY_CALLS") as refused:
            await pool.run(str.upper, "no")
        assert refused.value.retry_after_s
        assert await asyncio.wait_for(pool.look_up(str.upper, "found"), 30) == "FOUND"
        set_budget(Budget.UNDER_WAY)
        assert await asyncio.wait_for(pool.run(str.upper, "done"), 30) == "DONE"
        set_budget(Budget.GENERAL)
        release.set()
        assert await asyncio.gather(*accepted) == [True] * 3
        assert await pool.run(str.upper, "again") == "AGAIN"
    finally:
        release.set()
        set_budget(Budget.GENERAL)
        await pool.close()


async def test_what_rides_under_way_need_is_looked_up_while_others_look_up() -> None:
    pool = WorkerPool(1, 1, 1)
    release = threading.Event()
    try:
        holding = asyncio.ensure_future(pool.look_up(release.wait, 30))
        await asyncio.sleep(0)
        set_budget(Budget.UNDER_WAY)
        assert await asyncio.wait_for(pool.look_up(str.upper, "found"), 30) == "FOUND"
        assert not holding.done()
    finally:
        release.set()
        set_budget(Budget.GENERAL)
        await pool.close()


def test_without_a_deadline_there_is_no_limit() -> None:
    deadline.set_remaining_s(None)
    assert deadline.remaining_s() is None
    deadline.check_time_left()
