"""The search for better tours, in a process of its own: it must not take the services' turn."""

import math
import multiprocessing
import signal
import threading
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

import numpy as np
import structlog
from routing_core.fleet.model import Plan
from routing_core.improve.problem import Costs, Problem, plan_cost
from routing_core.improve.ready import warm_up
from routing_core.improve.solve import solve
from routing_core.travel import TravelMatrix

from pooling.application.ports import Searched

_log = structlog.get_logger(__name__)
_SEED = 0
READY_TIMEOUT_S = 5.0
"""How long a search waits for the worker to be ready; compiling for the first time takes longer."""
ROUNDING_M = 0.5
"""Lengths are whole metres: a bound a little above one, from rounding, does not say that it takes another."""
GRACE_S = 5.0
"""How long after its time a search may take to answer before its worker is ended."""


class WorkerImprover:
    """One worker process, started when first needed; one that dies costs no more than its search."""

    def __init__(self) -> None:
        self._searching = threading.Lock()
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._ready = False

    def improve(
        self, plan: Plan, travel: TravelMatrix, time_limit_s: float, *, prove: bool = False
    ) -> Searched:
        """Fewer metres, every rule kept; see :class:`pooling.application.ports.PlanImprover`."""
        with self._searching:
            pipe = self._pipe or self._started()
            try:
                if not self._ready:
                    if not pipe.poll(READY_TIMEOUT_S):
                        _log.info("plan_improver_not_ready")
                        return Searched(plan)
                    pipe.recv()
                    self._ready = True
                pipe.send((plan, travel, time_limit_s, prove))
                if pipe.poll(time_limit_s + GRACE_S):
                    found: Searched = pipe.recv()
                    return found
                _log.error("plan_improver_hangs", time_limit_s=time_limit_s)
            except (EOFError, OSError) as error:
                _log.error("plan_improver_died", error=repr(error))
            self.close()
            return Searched(plan)

    def close(self) -> None:
        """End the worker, whatever it is doing; a search that waits for it brings back its plan."""
        process, pipe = self._process, self._pipe
        self._process, self._pipe, self._ready = None, None, False
        if process and pipe:
            process.kill()
            process.join()
            pipe.close()

    def _started(self) -> Connection:
        context = multiprocessing.get_context("forkserver")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), name="plan-improver", daemon=True)
        self._process.start()
        theirs.close()
        return self._pipe


def _serve(pipe: Connection) -> None:
    # Ctrl-C is for the services: they end this process when they are done.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warm_up()
    pipe.send(None)
    while True:
        try:
            plan, travel, time_limit_s, prove = pipe.recv()
        except EOFError:
            return
        pipe.send(_searched(plan, travel, time_limit_s, prove=prove))


def _searched(plan: Plan, travel: TravelMatrix, time_limit_s: float, *, prove: bool) -> Searched:
    problem = Problem(plan, travel, Costs(travel.metres.astype(np.float64)))
    found = solve(problem, seconds=time_limit_s, seed=_SEED, prove=prove)
    better = found.plan if found.feasible and found.cost < plan_cost(problem, plan) else plan
    # Zero is no news.
    if not found.lower_bound or not math.isfinite(found.lower_bound):
        return Searched(better)
    return Searched(better, math.ceil(found.lower_bound - ROUNDING_M), found.optimal)
