"""Several processes that search at the same time and go on from the best of all after every cycle."""

import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from multiprocessing import get_context

from routing_core.fleet.model import Plan
from routing_core.improve.arrays import encode
from routing_core.improve.problem import Problem
from routing_core.improve.search import CYCLES, Budget, Search

_searches: list[Search] = []
"""The one search of a worker process."""


def search_together(
    problem: Problem, seconds: float, seed: int, workers: int, report: Callable[[float], None]
) -> tuple[Plan, bool]:
    """Search in several processes, each with a seed of its own.

    Returns
    -------
    The best plan of all, and whether it serves everything that must be served.
    """
    until = time.monotonic() + seconds
    encoded = encode(problem)
    with ExitStack() as stack:
        pools = [
            stack.enter_context(
                ProcessPoolExecutor(
                    1, get_context("forkserver"), initializer=_start, initargs=(problem, until, seed + number)
                )
            )
            for number in range(workers)
        ]
        found = [pool.submit(_begin) for pool in pools]
        best = min((future.result() for future in found), key=lambda result: result[0])
        for cycle in range(len(CYCLES)):
            report(best[0])
            found = [pool.submit(_cycle, cycle, best) for pool in pools]
            best = min((future.result() for future in found), key=lambda result: result[0])
    cost, nodes = best
    report(cost)
    return encoded.plan(nodes), cost < float("inf")


def _start(problem: Problem, until: float, seed: int) -> None:
    # The monotonic clock is one for all processes of a machine.
    budget = Budget(max(0.1, until - time.monotonic()))
    _searches[:] = [Search(encode(problem), budget, seed)]


def _begin() -> tuple[float, list[list[int]]]:
    search = _searches[0]
    search.begin()
    return float(search.best.cost[0]), search.best_orders()


def _cycle(number: int, best: tuple[float, list[list[int]]]) -> tuple[float, list[list[int]]]:
    search = _searches[0]
    if best[0] < search.best.cost[0]:
        search.adopt(best[1])
    if search.complete:
        search.cycle(CYCLES[number])
    return float(search.best.cost[0]), search.best_orders()
