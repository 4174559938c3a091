"""Threads that share the batches of one large matrix."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor


class Crew:
    """With who asks as many threads as this process may use cores; they end with the crew.

    The kernels let go of the interpreter, so that batches are worked on at the same time. Threads are only
    started for a matrix of several batches; whoever asks for a small one works alone, and waits for nobody.

    Attributes
    ----------
    core_count
        How many batches can be worked on at the same time.
    """

    def __init__(self) -> None:
        self.core_count = len(os.sched_getaffinity(0))
        self._threads = ThreadPoolExecutor(self.core_count, "roads")

    def each(self, work: Callable[[int], None], batches: Sequence[int]) -> None:
        """Do the work for every batch, in any order; what it raises is raised here.

        Who asks works as well, and does it all where no other thread gets a core in the meantime.
        """
        # Taking the next one of a sequence is one step of the interpreter: no batch is taken twice.
        waiting = iter(batches)

        def share() -> None:
            for batch in waiting:
                work(batch)

        helpers = [self._threads.submit(share) for _ in range(min(self.core_count, len(batches)) - 1)]
        try:
            share()
        finally:
            for helper in helpers:
                if not helper.cancel():
                    helper.result()
