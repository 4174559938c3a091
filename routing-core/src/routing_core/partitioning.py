"""Set partitioning by HiGHS: the cheapest choice of columns that uses every row as often as it must."""

from dataclasses import dataclass

import highspy
import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Partitioning:
    """A programme of C columns, each taken or not, and R rows.

    Parameters
    ----------
    cost
        Shape (C,), in the caller's unit.
    rows
        Shape (R, C): how often a column uses each row.
    lower, upper
        Shape (R,): how often each row is used at least and at most.
    """

    cost: Floats
    rows: "sp.csc_array[np.float64]"
    lower: Floats
    upper: Floats

    def relaxation(self, seconds: float) -> tuple[float, Floats] | None:
        """The cost where columns may be taken in parts, and what one more use of each row is worth there.

        None where there is no choice, or the time was too short.
        """
        solver = self._solver(np.arange(len(self.cost)), seconds)
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return solver.getInfo().objective_function_value, np.array(solver.getSolution().row_dual)

    def choice(self, kept: Ints, below: float, seconds: float, *, node_limit: int | None) -> Ints | None:
        """The columns, of those kept, of the best choice found; None if none costs ``below`` or less.

        ``node_limit`` ends the search after so many nodes of its tree, whatever the clock says.
        """
        solver = self._solver(kept, seconds, whole=True)
        if node_limit is not None:
            solver.setOptionValue("mip_max_nodes", node_limit)
        solver.run()
        info = solver.getInfo()
        if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None
        if info.objective_function_value > below:
            return None
        return kept[np.array(solver.getSolution().col_value) > 0.5]

    def _solver(self, kept: Ints, seconds: float, *, whole: bool = False) -> highspy.Highs:
        rows, cost = self.rows[:, kept], self.cost[kept]
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(cost), len(self.upper)
        model.col_cost_ = cost
        model.col_lower_, model.col_upper_ = np.zeros(len(cost)), np.full(len(cost), highspy.kHighsInf)
        model.row_lower_, model.row_upper_ = self.lower, self.upper
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        model.a_matrix_.start_ = rows.indptr
        model.a_matrix_.index_ = rows.indices
        model.a_matrix_.value_ = rows.data
        solver = highspy.Highs()  # type: ignore[no-untyped-call]  # highspy has no annotations here
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("threads", 1)
        solver.setOptionValue("time_limit", seconds)
        if whole:
            model.integrality_ = [highspy.HighsVarType.kInteger] * len(cost)
            solver.setOptionValue("mip_rel_gap", 0.0)
        solver.passModel(model)
        return solver
