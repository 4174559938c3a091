"""Threads that share the batches of one large matrix."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor


class Crew:
    """As many threads as this process may use cores; they end with the crew.

    The kernels let go of the interpreter, so that batches are worked on at the same time. Threads are only
    started for a matrix of several batches; whoever asks for a small one works alone, and waits for nobody.
    """

    def __init__(self) -> None:
        self._core_count = len(os.sched_getaffinity(0))
        self._threads = ThreadPoolExecutor(self._core_count, "roads")

    def each(self, work: Callable[[int], None], batches: Sequence[int]) -> None:
        """Do the work for every batch, in any order; what it raises is raised here."""
        if len(batches) < 2 or self._core_count < 2:
            for batch in batches:
                work(batch)
            return
        for _ in self._threads.map(work, batches):
            pass
