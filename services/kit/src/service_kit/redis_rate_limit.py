"""Allowances that all replicas of a service share, counted in Redis."""

import time
from collections.abc import Callable

import redis.asyncio
import structlog
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from service_kit.rate_limit import Rate, RateLimiter, TokenBuckets
from service_kit.settings import StoreSettings

TIMEOUT_S = 0.1
"""How long a call waits for Redis to count it."""
PAUSE_S = 1.0
"""How long Redis is left alone after it did not answer."""

# One step for Redis, by its own clock: replicas need not agree on the time. A key that is full again goes.
_TAKE = """
local now = redis.call('TIME')
local now_s = tonumber(now[1]) + tonumber(now[2]) / 1e6
local per_s, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local kept = redis.call('HMGET', KEYS[1], 'level', 'at_s')
local level = burst
if kept[1] then
    level = math.min(burst, tonumber(kept[1]) + math.max(0, now_s - tonumber(kept[2])) * per_s)
end
local missing = math.max(0, 1 - level)
if missing == 0 then level = level - 1 end
redis.call('HSET', KEYS[1], 'level', string.format('%.9f', level), 'at_s', string.format('%.6f', now_s))
redis.call('PEXPIRE', KEYS[1], math.ceil((burst - level) / per_s * 1000) + 1000)
return string.format('%.9f', missing / per_s)
"""

_log = structlog.get_logger(__name__)


def open_limiter(settings: StoreSettings, prefix: str) -> RateLimiter:
    """Return allowances that all replicas share where there is a Redis, else this process's own."""
    own = TokenBuckets()
    if settings.redis_url is None:
        return own
    return RedisTokenBuckets(settings.redis_url.get_secret_value(), own, prefix=prefix)


class RedisTokenBuckets:
    """See :class:`service_kit.rate_limit.RateLimiter`.

    While Redis does not answer, ``spare`` counts: each replica then grants the whole allowance. After it was
    flushed everybody's allowance is full.

    Parameters
    ----------
    url
        ``redis://host:port/0``, ``rediss://…``, ``unix:///path``.
    spare
        What counts meanwhile.
    prefix
        Of the keys; services that count apart have different ones.
    """

    def __init__(
        self,
        url: str,
        spare: RateLimiter,
        *,
        prefix: str,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = redis.asyncio.Redis.from_url(
            url,
            socket_timeout=TIMEOUT_S,
            socket_connect_timeout=TIMEOUT_S,
            max_connections=256,
            retry=Retry(NoBackoff(), 0),
        )
        self._take = self._client.register_script(_TAKE)
        self._spare = spare
        self._prefix = prefix
        self._clock_s = clock_s
        self._away_until_s = float("-inf")

    async def take(self, key: str, rate: Rate) -> float:
        if self._clock_s() < self._away_until_s:
            return await self._spare.take(key, rate)
        try:
            delay_s = await self._take(keys=[f"{self._prefix}:{key}"], args=[rate.per_s, rate.burst])
        except (RedisError, OSError) as away:
            self._away_until_s = self._clock_s() + PAUSE_S
            _log.warning("rate_limit_counts_here", error=repr(away))
            return await self._spare.take(key, rate)
        return float(delay_s)

    async def close(self) -> None:
        await self._client.aclose()
