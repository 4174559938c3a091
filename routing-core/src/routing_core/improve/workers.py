"""Several processes that search at the same time and go on from the best of all after every cycle."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor, wait
from contextlib import ExitStack
from multiprocessing import get_context

from routing_core.fleet.model import Plan
from routing_core.improve.arrays import encode
from routing_core.improve.problem import Problem
from routing_core.improve.search import CYCLES, Budget, Search

GRACE_SHARE = 0.1
"""Of the time, at most for waiting until the others have begun, too."""

Found = tuple[float, list[list[int]]]
"""What the best routes cost, and the nodes of every shift."""

_searches: list[Search] = []
"""The one search of a worker process."""


def search_together(
    problem: Problem, seconds: float, seed: int, workers: int, report: Callable[[float], None]
) -> tuple[Plan, bool]:
    """Search in this process and in ``workers - 1`` others, each with a seed of its own.

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
            for number in range(1, workers)
        ]
        begun = [pool.submit(_begin) for pool in pools]
        # While the others start, this process searches already; who starts late begins with the best so far.
        own = Search(encoded, Budget(max(0.1, until - time.monotonic())), seed)
        best = _begun(own)
        wait(begun, timeout=GRACE_SHARE * seconds)
        best = _best(best, [one for one in begun if one.done()])
        for number in range(len(CYCLES)):
            report(best[0])
            gone_on = [pool.submit(_cycle, number, best) for pool in pools]
            best = _best(_cycled(own, number, best), gone_on)
    cost, nodes = best
    report(cost)
    return encoded.plan(nodes), cost < float("inf")


def _start(problem: Problem, until: float, seed: int) -> None:
    # The monotonic clock is one for all processes of a machine.
    budget = Budget(max(0.1, until - time.monotonic()))
    _searches[:] = [Search(encode(problem), budget, seed)]


def _begin() -> Found:
    return _begun(_searches[0])


def _cycle(number: int, best: Found) -> Found:
    return _cycled(_searches[0], number, best)


def _begun(search: Search) -> Found:
    """Serve everything, with few shifts; what the search came to."""
    search.begin()
    return _found(search)


def _cycled(search: Search, number: int, best: Found) -> Found:
    """One cycle, from the best of all; what the search came to."""
    if best[0] < search.best.cost[0]:
        search.adopt(best[1])
    if search.complete:
        search.cycle(CYCLES[number])
    return _found(search)


def _found(search: Search) -> Found:
    return float(search.best.cost[0]), search.best_orders()


def _best(own: Found, others: "list[Future[Found]]") -> Found:
    return min((own, *(other.result() for other in others)), key=lambda found: found[0])
