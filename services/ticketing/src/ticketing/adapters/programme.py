"""The integer programme for accounts with too many states for the sweep."""

from dataclasses import dataclass

import highspy
import numpy as np

from ticketing.application.flat import Flat
from ticketing.application.pricing import Plan
from ticketing.domain.products import CALENDAR, Validity


@dataclass(frozen=True, slots=True)
class Programme:
    """HiGHS on the covering programme; its linear relaxation is integral where all passes are intervals.

    One thread and a fixed seed: equal accounts get equal plans. After ``seconds`` the best plan so far is
    given, told as not proven; where there is none, every ride is covered on its own.
    """

    seconds: float = 20.0

    def plan(self, flat: Flat) -> Plan:
        """A plan, with what is proven of it."""
        columns = _Columns(flat)
        solver = highspy.Highs()  # type: ignore[no-untyped-call]  # highspy has no annotations here
        for option, value in (
            ("output_flag", False),
            ("threads", 1),
            ("random_seed", 0),
            ("time_limit", self.seconds),
            ("mip_rel_gap", 0.0),
            ("mip_abs_gap", 0.5),  # cents are whole
        ):
            solver.setOptionValue(option, value)
        solver.passModel(columns.model())
        solver.run()
        if solver.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return _each_alone(flat)
        counts = np.rint(np.array(solver.getSolution().col_value)).astype(np.int64)
        return columns.plan(counts, proven=solver.getModelStatus() == highspy.HighsModelStatus.kOptimal)


class _Columns:
    """What can be bought or used, and how much of every ride it covers."""

    def __init__(self, flat: Flat) -> None:
        self.flat = flat
        self.cost: list[float] = []
        self.most: list[float] = []
        self.entries: list[tuple[int, int, float]] = []
        self.passes: list[tuple[int, int, int]] = []
        self.singles: list[tuple[int, int, int]] = []
        self.carnets: list[tuple[int, int]] = []
        self.uses: list[tuple[int, int, int]] = []
        rides = len(flat.rides)
        for which, product in enumerate(flat.passes):
            begun: set[int] = set()
            for start in range(rides):
                ends_s = int(flat.pass_ends_s[which, start])
                if product.validity is not Validity.WINDOW and ends_s in begun:
                    continue
                covered = [
                    ride
                    for ride in range(rides)
                    if flat.pass_fits[which, ride]
                    and (
                        flat.pass_ends_s[which, ride] == ends_s
                        if product.validity in CALENDAR
                        else flat.departs_s[start] <= flat.departs_s[ride]
                        and flat.pass_clock_s[which, ride] <= ends_s
                    )
                ]
                begun.add(ends_s)
                if covered:
                    column = self._column(product.price_cents, int(flat.demand.max()))
                    self.passes.append((which, start, column))
                    self.entries += [(column, ride, product.persons) for ride in covered]
        for which, product in enumerate(flat.singles):
            for ride in np.flatnonzero(flat.single_fits[which]).tolist():
                column = self._column(product.price_cents, int(flat.demand[ride]))
                self.singles.append((which, ride, column))
                self.entries.append((column, ride, product.persons))
        self.rows = rides
        for which, product in enumerate(flat.carnets):
            bought = self._column(product.price_cents, int(flat.demand.sum()))
            self.carnets.append((which, bought))
            self.entries.append((bought, self.rows, product.uses))
            for ride in np.flatnonzero(flat.carnet_fits[which]).tolist():
                column = self._column(0, int(flat.demand[ride]))
                self.uses.append((which, ride, column))
                self.entries += [(column, ride, 1), (column, self.rows, -1)]
            self.rows += 1

    def _column(self, cost: float, most: float) -> int:
        self.cost.append(cost)
        self.most.append(most)
        return len(self.cost) - 1

    def model(self) -> highspy.HighsLp:
        entries = sorted(self.entries)
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(self.cost), self.rows
        model.col_cost_ = np.array(self.cost, dtype=np.float64)
        model.col_lower_, model.col_upper_ = np.zeros(len(self.cost)), np.array(self.most, dtype=np.float64)
        carnets = self.rows - len(self.flat.rides)
        model.row_lower_ = np.concatenate((self.flat.demand.astype(np.float64), np.zeros(carnets)))
        model.row_upper_ = np.full(self.rows, highspy.kHighsInf)
        starts = np.searchsorted([entry[0] for entry in entries], np.arange(len(self.cost) + 1))
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        model.a_matrix_.start_ = starts.astype(np.int32)
        model.a_matrix_.index_ = np.array([entry[1] for entry in entries], dtype=np.int32)
        model.a_matrix_.value_ = np.array([entry[2] for entry in entries], dtype=np.float64)
        model.integrality_ = [highspy.HighsVarType.kInteger] * len(self.cost)
        return model

    def plan(self, counts: np.ndarray[tuple[int], np.dtype[np.int64]], *, proven: bool) -> Plan:
        def taken(chosen: list[tuple[int, int, int]]) -> tuple[tuple[int, int, int], ...]:
            return tuple((a, b, int(counts[column])) for a, b, column in chosen if counts[column])

        return Plan(
            passes=taken(self.passes),
            singles=taken(self.singles),
            carnets=tuple((which, int(counts[column])) for which, column in self.carnets if counts[column]),
            carnet_uses=taken(self.uses),
            optimal=proven,
        )


def _each_alone(flat: Flat) -> Plan:
    """Every ride covered by the one product that is cheapest for it alone."""
    passes: list[tuple[int, int, int]] = []
    singles: list[tuple[int, int, int]] = []
    uses: list[tuple[int, int, int]] = []
    for ride, persons in enumerate(flat.demand.tolist()):
        # Cents, which list, which product, pieces (of a carnet: person-rides).
        offers: list[tuple[int, int, int, int]] = []
        for order, (products, fits) in enumerate(
            (
                (flat.singles, flat.single_fits),
                (flat.passes, flat.pass_fits),
                (flat.carnets, flat.carnet_fits),
            )
        ):
            for which in np.flatnonzero(fits[:, ride]).tolist():
                product = products[which]
                pieces = -(-persons // (product.uses or product.persons))
                amount = persons if product.uses else pieces
                offers.append((pieces * product.price_cents, order, which, amount))
        _, order, which, amount = min(offers)
        (singles, passes, uses)[order].append((which, ride, amount))
    carnets = []
    for which, product in enumerate(flat.carnets):
        used = sum(count for carnet, _, count in uses if carnet == which)
        if used:
            carnets.append((which, -(-used // product.uses)))
    return Plan(tuple(passes), tuple(singles), tuple(carnets), tuple(uses), optimal=False)
