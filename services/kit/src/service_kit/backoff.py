"""Waiting longer after every failure, and never in step with others."""

import random


class Backoff:
    """Delays that double from ``first_s`` to ``longest_s`` seconds, each cut at random by up to half."""

    def __init__(self, first_s: float = 0.05, longest_s: float = 5.0) -> None:
        self._first_s = first_s
        self._longest_s = longest_s
        self._failure_count = 0

    def reset(self) -> None:
        """Begin anew after a success."""
        self._failure_count = 0

    def next_delay_s(self) -> float:
        """Count one more failure and return how many seconds to wait."""
        # The exponent is bounded so that a bus down for days does not overflow the power.
        delay_s = min(self._longest_s, self._first_s * 2.0 ** min(self._failure_count, 30))
        self._failure_count += 1
        return delay_s * random.uniform(0.5, 1.0)
