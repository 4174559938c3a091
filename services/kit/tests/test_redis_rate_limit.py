"""Allowances in Redis: the same as in the process, shared by replicas, and never in anybody's way."""

import asyncio
import signal
from collections.abc import AsyncIterator

import pytest
import redis
from pydantic import SecretStr
from servers import RedisServer
from service_kit.rate_limit import Rate, RateLimiter, TokenBuckets
from service_kit.redis_rate_limit import RedisTokenBuckets, open_limiter
from service_kit.settings import StoreSettings

SLOW = Rate(per_s=0.001, burst=3)


class Refusing:
    """A spare that is easily told from Redis."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Rate]] = []

    async def take(self, key: str, rate: Rate) -> float:
        self.asked.append((key, rate))
        return 77.0

    async def close(self) -> None:
        """There is nothing to let go of."""


@pytest.fixture(params=["in process", "redis"])
async def limiter(request: pytest.FixtureRequest) -> AsyncIterator[RateLimiter]:
    if request.param == "in process":
        yield TokenBuckets()
        return
    shared = RedisTokenBuckets(request.getfixturevalue("redis_url"), Refusing(), prefix="t")
    yield shared
    await shared.close()


async def test_a_burst_and_then_a_wait(limiter: RateLimiter) -> None:
    assert [await limiter.take("a", SLOW) for _ in range(3)] == [0, 0, 0]
    wait_s = await limiter.take("a", SLOW)
    assert 900 < wait_s <= 1000
    # Refused calls cost nothing.
    assert 900 < await limiter.take("a", SLOW) <= wait_s
    assert await limiter.take("b", SLOW) == 0


async def test_an_allowance_fills_up_again(limiter: RateLimiter) -> None:
    rate = Rate(per_s=20.0, burst=1)
    assert await limiter.take("a", rate) == 0
    wait_s = 1.0
    while wait_s:
        wait_s = await limiter.take("a", rate)
        assert 0 <= wait_s <= 1 / rate.per_s
        await asyncio.sleep(wait_s)


async def test_many_at_once_get_no_more_than_the_burst(limiter: RateLimiter) -> None:
    waits = await asyncio.gather(*(limiter.take("a", SLOW) for _ in range(50)))
    assert sum(wait_s == 0 for wait_s in waits) == SLOW.burst


async def test_replicas_share_an_allowance_and_services_do_not(redis_url: str) -> None:
    one, two, other = (RedisTokenBuckets(redis_url, Refusing(), prefix=name) for name in ("t", "t", "u"))
    assert [await one.take("a", SLOW), await two.take("a", SLOW), await one.take("a", SLOW)] == [0, 0, 0]
    assert await two.take("a", SLOW) > 0
    assert await other.take("a", SLOW) == 0
    for limiter in (one, two, other):
        await limiter.close()


async def test_full_allowances_are_forgotten(redis_url: str) -> None:
    limiter = RedisTokenBuckets(redis_url, Refusing(), prefix="t")
    await limiter.take("a", Rate(per_s=2.0, burst=2))
    with redis.Redis.from_url(redis_url) as client:
        left_ms = client.pttl("t:a")
        assert isinstance(left_ms, int)
        assert 0 < left_ms <= 1_500
    await limiter.close()


async def test_after_a_flush_everybody_starts_full(redis_url: str) -> None:
    limiter = RedisTokenBuckets(redis_url, Refusing(), prefix="t")
    for _ in range(4):
        await limiter.take("a", SLOW)
    with redis.Redis.from_url(redis_url) as client:
        # The script goes as well.
        client.flushdb()
        client.script_flush()
    assert await limiter.take("a", SLOW) == 0
    await limiter.close()


@pytest.mark.parametrize("trouble", [signal.SIGKILL, signal.SIGSTOP])
async def test_without_redis_the_spare_counts_and_redis_is_tried_again(trouble: signal.Signals) -> None:
    server = RedisServer()
    server.start()
    now_s = [0.0]
    spare = Refusing()
    limiter = RedisTokenBuckets(server.url, spare, prefix="t", clock_s=lambda: now_s[0])
    try:
        assert await limiter.take("a", SLOW) == 0
        if trouble is signal.SIGKILL:
            server.kill()
        else:
            server.signal(trouble)
        assert await limiter.take("a", SLOW) == 77.0
        if trouble is signal.SIGKILL:
            server.start()
        else:
            server.signal(signal.SIGCONT)
        # Left alone for a while, then asked again.
        assert await limiter.take("a", SLOW) == 77.0
        now_s[0] += 2.0
        assert await limiter.take("a", SLOW) == 0
        assert spare.asked == [("a", SLOW)] * 2
    finally:
        await limiter.close()
        server.remove()


async def test_the_settings_choose(redis_url: str) -> None:
    assert isinstance(open_limiter(StoreSettings(), "t"), TokenBuckets)
    shared = open_limiter(StoreSettings(redis_url=SecretStr(redis_url)), "t")
    assert await shared.take("a", SLOW) == 0
    await shared.close()
    with redis.Redis.from_url(redis_url) as client:
        assert client.keys() == [b"t:a"]
