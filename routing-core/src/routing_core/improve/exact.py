"""How good a plan can be at all: lower bounds, and proofs that a plan is the cheapest there is.

The integer programme of Gaul, Klamroth and Stiglmayr (2022), "Event-based MILP models for ridepooling
applications", European Journal of Operational Research 301, solved by HiGHS. It is a relaxation of the
problem where the problem has breaks, and by one tick a leg where ticks are rounded times; so its bound holds
always, and a plan counts as the cheapest only when it keeps every rule and costs no more than the bound.
"""

import time
from dataclasses import dataclass

import highspy
import numpy as np

from routing_core.fleet.check import check
from routing_core.fleet.model import Plan
from routing_core.fleet.timing import Ints
from routing_core.improve.exact_events import Events, TooManyEventsError, event_graph
from routing_core.improve.exact_model import Model, build
from routing_core.improve.exact_network import Network, network_of
from routing_core.improve.exact_plan import arcs_of, plan_of
from routing_core.improve.problem import Problem, plan_cost, unserved_requests

MOST_ARCS = 150_000
"""Arcs of the event graph that fit memory and minutes; beyond, there is only the weaker bound."""

TOLERANCE = 1e-6
"""Relative difference between a plan's cost and the bound that counts as none."""


@dataclass(frozen=True)
class Bound:
    """What is known about the cheapest plan.

    ``lower_bound``: no feasible plan costs less; infinite when there is none. ``plan``: the cheapest feasible
    one known, None where none is. ``optimal``: it costs no more than the bound.
    """

    lower_bound: float
    plan: Plan | None
    optimal: bool
    seconds: float


def prove(problem: Problem, incumbent: Plan | None, *, seconds: float) -> Bound:
    """Bound the cost of every feasible plan from below, and find the cheapest plan if time allows.

    Parameters
    ----------
    incumbent
        A plan to start from; ignored where it breaks a rule.
    seconds
        Time for all of it.

    Returns
    -------
    A valid bound in any case: where the event graph is too large, that of the relaxation in which every stop
    only needs one stop before and one after it; zero for plans that are partly driven.
    """
    began = time.monotonic()
    known = incumbent if incumbent is not None and _feasible(problem, incumbent) else None
    if any(stop.done for tour in problem.plan.tours for stop in tour.stops) or any(
        tour.locked_count for tour in problem.plan.tours
    ):
        return _bound(problem, min(0.0, float(problem.costs.matrix.min())), [known], began)
    network = network_of(problem)
    try:
        events = event_graph(network, MOST_ARCS)
    except TooManyEventsError:
        return _bound(problem, 0.0, [known], began)
    model = build(network, events)
    start = None if known is None else arcs_of(problem, network, events, known)
    lower, chosen = _solve(model, start, began + seconds - time.monotonic())
    found = None if chosen is None else plan_of(problem, network, events, chosen)
    if found is not None and not _feasible(problem, found):
        found = None
    return _bound(problem, lower, [known, found], began)


def _feasible(problem: Problem, plan: Plan) -> bool:
    if problem.costs.unserved is None and unserved_requests(plan):
        return False
    return not check(plan, problem.travel)


def _bound(problem: Problem, lower: float, plans: list[Plan | None], began: float) -> Bound:
    """The cheaper plan, and the bound, which is never above what that plan costs."""
    seconds = time.monotonic() - began
    feasible = [plan for plan in plans if plan is not None]
    if not feasible:
        return Bound(lower, None, False, seconds)
    best = min(feasible, key=lambda plan: plan_cost(problem, plan))
    cost = plan_cost(problem, best)
    return Bound(min(lower, cost), best, cost - lower <= TOLERANCE * max(1.0, abs(cost)), seconds)


def _solve(model: Model, start: Ints | None, seconds: float) -> tuple[float, Ints | None]:
    """Lower bound and the arcs of the best solution found; ``start`` are the arcs of a known one."""
    rows = model.rows.matrix(len(model.cost))
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = len(model.cost), model.rows.count
    program.col_cost_ = model.cost
    program.col_lower_, program.col_upper_ = model.low, model.high
    program.row_lower_, program.row_upper_ = np.array(model.rows.lower), np.array(model.rows.upper)
    program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    program.a_matrix_.start_ = rows.indptr
    program.a_matrix_.index_ = rows.indices
    program.a_matrix_.value_ = rows.data
    kinds = [highspy.HighsVarType.kInteger] * model.integer_count
    kinds += [highspy.HighsVarType.kContinuous] * (len(model.cost) - model.integer_count)
    program.integrality_ = kinds
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("time_limit", max(0.0, seconds))
    solver.setOptionValue("mip_rel_gap", TOLERANCE / 10)
    solver.setOptionValue("mip_abs_gap", 0.0)
    solver.passModel(program)
    if start is not None:
        values = np.zeros(model.integer_count)
        values[start] = 1.0
        solver.setSolution(model.integer_count, np.arange(model.integer_count, dtype=np.int32), values)
    solver.run()
    status, info = solver.getModelStatus(), solver.getInfo()
    if status == highspy.HighsModelStatus.kInfeasible:
        return np.inf, None
    chosen = None
    if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        chosen = np.flatnonzero(np.array(solver.getSolution().col_value)[: model.arc_count] > 0.5)
    return float(info.mip_dual_bound), chosen
