"""How often a client may call."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Rate:
    """An allowance that fills at ``per_s`` calls a second up to ``burst`` calls."""

    per_s: float
    burst: int


class RateLimiter(Protocol):
    """Counts calls against an allowance."""

    async def take(self, key: str, rate: Rate) -> float:
        """Take one call from the key's allowance.

        Returns
        -------
        0 where it was there; else nothing is taken, and the answer is the seconds until it will be.
        """
        ...

    async def close(self) -> None:
        """Let go of connections, where there are some."""
        ...


class TokenBuckets:
    """Allowances of this process; of more than ``most_keys`` the one unused for longest is forgotten, full.

    Parameters
    ----------
    clock_s
        Seconds that only go forward.
    """

    def __init__(self, *, most_keys: int = 10_000, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._most_keys = most_keys
        self._clock_s = clock_s
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    async def take(self, key: str, rate: Rate) -> float:
        now_s = self._clock_s()
        level, at_s = self._levels.get(key, (float(rate.burst), now_s))
        level = min(float(rate.burst), level + (now_s - at_s) * rate.per_s)
        missing = max(0.0, 1.0 - level)
        self._levels[key] = (level if missing else level - 1.0, now_s)
        self._levels.move_to_end(key)
        if len(self._levels) > self._most_keys:
            self._levels.popitem(last=False)
        return missing / rate.per_s

    async def close(self) -> None:
        """There is nothing to let go of."""
