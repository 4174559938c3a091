"""Several processes that search at the same time, each with a seed of its own; the best plan counts."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import replace
from multiprocessing import get_context

from routing_core.collection.model import CollectionProblem
from routing_core.collection.solve import CollectionSolution, Progress, solve


def solve_together(
    problem: CollectionProblem,
    *,
    seconds: float,
    seed: int = 0,
    workers: int,
    progress: Callable[[Progress], None] | None = None,
) -> CollectionSolution:
    """Find tours that cost little, searching in this process and in ``workers - 1`` others.

    ``progress`` tells of the search in this process. A worker that dies costs what it would have found.
    See :func:`routing_core.collection.solve.solve`.
    """
    if workers == 1:
        return solve(problem, seconds=seconds, seed=seed, progress=progress)
    began = time.monotonic()
    until = began + seconds
    with ExitStack() as stack:
        pool = stack.enter_context(ProcessPoolExecutor(workers - 1, get_context("forkserver")))
        others = [pool.submit(_solved, problem, until, seed + number) for number in range(1, workers)]
        found = [solve(problem, seconds=seconds, seed=seed, progress=progress)]
        found += [solution for other in others if (solution := _result(other)) is not None]
    best = min(found, key=lambda solution: (not solution.feasible, solution.cost))
    return replace(best, seconds=time.monotonic() - began)


def _solved(problem: CollectionProblem, until: float, seed: int) -> CollectionSolution:
    # The monotonic clock is one for all processes of a machine.
    return solve(problem, seconds=max(0.1, until - time.monotonic()), seed=seed)


def _result(other: "Future[CollectionSolution]") -> CollectionSolution | None:
    try:
        return other.result()
    except BrokenProcessPool:
        return None
