"""The search for better tours, in a process of its own: it must not take the services' turn."""

import multiprocessing
import threading
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

import numpy as np
import structlog
from routing_core.fleet.model import Plan
from routing_core.improve.problem import Costs, Problem, plan_cost
from routing_core.improve.ready import warm_up
from routing_core.improve.solve import solve
from routing_core.travel import TravelMatrix

_log = structlog.get_logger(__name__)
_SEED = 0
READY_TIMEOUT_S = 5.0
"""How long a search waits for the worker to be ready; compiling for the first time takes longer."""


class WorkerImprover:
    """One worker process, started when first needed; one that dies costs no more than its search."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._executor: ProcessPoolExecutor | None = None
        self._ready: Future[None] | None = None

    def improve(self, plan: Plan, travel: TravelMatrix, time_limit_s: float) -> Plan:
        """Fewer metres, every rule kept; see :class:`pooling.application.ports.PlanImprover`."""
        with self._lock:
            if self._executor is None:
                self._executor = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("forkserver"))
                self._ready = self._executor.submit(warm_up)
            executor, ready = self._executor, self._ready
        try:
            if ready:
                ready.result(READY_TIMEOUT_S)
            return executor.submit(_improved, plan, travel, time_limit_s).result()
        except TimeoutError:
            _log.info("plan_improver_not_ready")
            return plan
        except BrokenProcessPool as error:
            _log.error("plan_improver_died", error=repr(error))
            self.close()
            return plan

    def close(self) -> None:
        """End the worker once its search is over."""
        with self._lock:
            executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown(wait=True, cancel_futures=True)


def _improved(plan: Plan, travel: TravelMatrix, time_limit_s: float) -> Plan:
    problem = Problem(plan, travel, Costs(travel.metres.astype(np.float64)))
    found = solve(problem, seconds=time_limit_s, seed=_SEED)
    return found.plan if found.feasible and found.cost < plan_cost(problem, plan) else plan
