"""How long calls take, as their caller sees it."""

import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np

AnswerT = TypeVar("AnswerT")


class Stopwatch:
    """Measures each call of one kind."""

    def __init__(self) -> None:
        self._took_s: list[float] = []

    def around(self, call: Callable[[], AnswerT]) -> AnswerT:
        """The call's answer; its time is kept also when it fails."""
        started = time.perf_counter()
        try:
            return call()
        finally:
            self._took_s.append(time.perf_counter() - started)

    def percentile_ms(self, percent: float) -> float:
        """Milliseconds within which so many percent of the calls were answered; 0 when none was made."""
        return round(float(np.percentile(self._took_s, percent)) * 1000, 2) if self._took_s else 0.0
