"""Handing a programme to HiGHS."""

from dataclasses import replace

import highspy
import numpy as np

from routing_core.fleet.timing import Ints
from routing_core.improve.exact_model import Model
from routing_core.improve.exact_network import Floats

GAP = 1e-9
"""Relative gap at which a search ends; small, as prices of vehicles may be most of the cost."""


def minimise(model: Model, seconds: float, start: Ints | None = None) -> tuple[float, Floats | None]:
    """Solve on one core.

    Parameters
    ----------
    start
        The integer variables that are 1 in a solution known.

    Returns
    -------
    A lower bound (minus infinity where the time was too short for any, infinity where nothing is feasible),
    and the best solution found.
    """
    solver = _solver(seconds)
    solver.setOptionValue("mip_rel_gap", GAP)
    solver.passModel(_program(model))
    if start is not None:
        given = np.zeros(model.integer_count)
        given[start] = 1.0
        solver.setSolution(model.integer_count, np.arange(model.integer_count, dtype=np.int32), given)
    solver.run()
    status, info = solver.getModelStatus(), solver.getInfo()
    if status == highspy.HighsModelStatus.kInfeasible:
        return np.inf, None
    values: Floats | None = None
    if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        values = np.array(solver.getSolution().col_value)
    return float(info.mip_dual_bound), values


def relaxed(model: Model, seconds: float) -> tuple[float, Floats] | None:
    """The optimum without integrality, and by how much it grows at least with a unit of each variable.

    Infinity where nothing is feasible; None where the time was too short.
    """
    solver = _solver(seconds)
    solver.passModel(_program(replace(model, integer_count=0)))
    solver.run()
    status = solver.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        return np.inf, np.zeros(len(model.cost))
    if status != highspy.HighsModelStatus.kOptimal:
        return None
    return float(solver.getInfo().objective_function_value), np.array(solver.getSolution().col_dual)


def _solver(seconds: float) -> highspy.Highs:
    solver = highspy.Highs()  # type: ignore[no-untyped-call]  # highspy has no annotations here
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("time_limit", max(0.0, seconds))
    return solver


def _program(model: Model) -> highspy.HighsLp:
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
    if model.integer_count:
        kinds = [highspy.HighsVarType.kInteger] * model.integer_count
        kinds += [highspy.HighsVarType.kContinuous] * (len(model.cost) - model.integer_count)
        program.integrality_ = kinds
    return program
