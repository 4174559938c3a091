"""Planning in a process of its own: it computes for long, and whoever asked can stop it at once."""

import time
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection

import structlog
from routing_core.collection.ready import warm_up

from waste.adapters.tour_solver import CollectionSolver
from waste.application.planning import plan_tours
from waste.domain.tours import Situation, TourPlan

BEGINNING_S = 900.0
"""So long a new process may take to read and compile what it needs, on a small and busy machine."""
GRACE_S, GRACE_SHARE = 60.0, 3.0
"""After so much more, and so many times its time limit, a search is taken to be stuck."""
LOOK_EVERY_S = 0.2

_log = structlog.get_logger(__name__)


class PlanningLost(Exception):  # noqa: N818 - reads as what it is
    """The process ended without an answer, or did not end."""


def planned_apart(
    situation: Situation, seconds: float, told: Callable[[float], None], *, seed: int = 0
) -> TourPlan:
    """Plan in another process.

    Parameters
    ----------
    seconds
        To search for.
    told
        Hears how far it is several times a second, 0 to 1; what it raises ends the search and comes out here.

    Raises
    ------
    PlanningLost
        Where no plan came of it.
    """
    context = get_context("forkserver")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(
        target=_plan, args=(theirs, situation, seconds, seed), name="waste-planning", daemon=True
    )
    process.start()
    theirs.close()
    began, share = time.monotonic(), 0.0
    # The time counts from its first word: that it has compiled what it needs.
    searches = False
    try:
        while True:
            passed_s = time.monotonic() - began
            if passed_s > (GRACE_S + GRACE_SHARE * seconds if searches else BEGINNING_S):
                raise PlanningLost(f"no answer after {passed_s:.0f} s")
            if ours.poll(LOOK_EVERY_S):
                answer = ours.recv()
                if isinstance(answer, TourPlan):
                    return answer
                if not searches:
                    searches, began, passed_s = True, time.monotonic(), 0.0
                share = max(share, float(answer))
            # Between the searches that it tells of, time tells how far it is.
            told(max(share, min(0.95, passed_s / (seconds + 5.0))) if searches else 0.0)
    except EOFError:
        raise PlanningLost(f"the process ended with code {process.exitcode}") from None
    finally:
        ours.close()
        process.terminate()
        process.join()
        process.close()


def _plan(answers: Connection, situation: Situation, seconds: float, seed: int) -> None:
    warm_up()
    answers.send(0.0)
    plan = plan_tours(situation, CollectionSolver(seconds), seed=seed, progress=answers.send)
    answers.send(plan)
    answers.close()
