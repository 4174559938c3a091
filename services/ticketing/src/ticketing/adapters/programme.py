"""The integer programme for accounts with too many states for the sweep."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import highspy
import numpy as np

from ticketing.application.flat import CARNET, PASS, SINGLE, USE, Flat
from ticketing.application.pricing import Plan
from ticketing.application.ride_table import Ints

Counts = np.ndarray[tuple[int], np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class Programme:
    """HiGHS on the covering programme; its linear relaxation is integral where all passes are intervals.

    One thread and a fixed seed: equal accounts get equal plans. After ``seconds`` the best plan so far is
    given, told as not proven; where there is none, every ride is covered on its own.
    """

    seconds: float = 20.0

    def plans(self, flat: Flat, accounts: Sequence[int]) -> list[Plan | None]:
        """A plan for each, with what is proven of it."""
        return [self._plan(flat, account) for account in accounts]

    def _plan(self, flat: Flat, account: int) -> Plan:
        columns = _Columns(flat, account)
        if not len(columns.demand):
            return Plan(np.empty((0, 4), dtype=np.int64))
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
            return each_alone(flat, account)
        counts = np.rint(np.array(solver.getSolution().col_value)).astype(np.int64)
        return columns.plan(counts, proven=solver.getModelStatus() == highspy.HighsModelStatus.kOptimal)


class _Columns:
    """What can be bought or used, and how much of every row it covers."""

    def __init__(self, flat: Flat, account: int) -> None:
        self.flat = flat
        self.begin, self.end = (int(flat.first_ride[account + after]) for after in (0, 1))
        self.row = int(flat.first_row[self.begin])
        self.demand = flat.demand[self.row : flat.first_row[self.end]]
        self.steps: list[tuple[int, int, int]] = []
        self.cost: list[float] = []
        self.most: list[float] = []
        self.entries: list[tuple[int, int, float]] = []
        self._passes()
        for which in range(len(flat.singles)):
            for ride in range(self.begin, self.end):
                rooms = self._rooms(flat.single_room[which], ride, ride + 1)
                if rooms:
                    price = int(flat.single_cents[which, ride])
                    self._column((SINGLE, which, ride - self.begin), price, rooms)
        self.rows = len(self.demand)
        for which, sold in enumerate(flat.carnets):
            # Their uses are one more row: bought before they are used.
            self._column((CARNET, which, 0), sold.product.price_cents, [(self.rows, sold.product.uses)])
            for ride in range(self.begin, self.end):
                rooms = self._rooms(flat.carnet_room[which], ride, ride + 1)
                if rooms:
                    self._column((USE, which, ride - self.begin), 0, [*rooms, (self.rows, -1)])
            self.rows += 1

    def _passes(self) -> None:
        flat, rides = self.flat, slice(self.begin, self.end)
        for which, sold in enumerate(flat.passes):
            begun: set[tuple[int, int]] = set()
            for start in range(self.begin, self.end):
                stretch = int(flat.pass_starts_s[which, start]), int(flat.pass_ends_s[which, start])
                if not flat.pass_sold[which, start] or stretch in begun:
                    continue
                begun.add(stretch)
                inside = flat.departs_s[rides] >= stretch[0]
                inside &= flat.pass_clock_s[which, rides] <= stretch[1]
                rooms = [
                    entry
                    for ride in (np.flatnonzero(inside) + self.begin).tolist()
                    for entry in self._rooms(flat.pass_room[which], ride, ride + 1)
                ]
                self._column((PASS, which, start - self.begin), sold.product.price_cents, rooms)

    def _rooms(self, room: Ints, ride: int, after: int) -> list[tuple[int, int]]:
        first, last = int(self.flat.first_row[ride]), int(self.flat.first_row[after])
        return [(row - self.row, int(room[row])) for row in range(first, last) if room[row] > 0]

    def _column(self, step: tuple[int, int, int], cents: int, rooms: Sequence[tuple[int, int]]) -> None:
        self.entries += [(len(self.cost), row, room) for row, room in rooms]
        self.steps.append(step)
        self.cost.append(cents)
        self.most.append(int(self.demand.sum()))

    def model(self) -> highspy.HighsLp:
        entries = sorted(self.entries)
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(self.cost), self.rows
        model.col_cost_ = np.array(self.cost, dtype=np.float64)
        model.col_lower_, model.col_upper_ = np.zeros(len(self.cost)), np.array(self.most, dtype=np.float64)
        model.row_lower_ = np.append(self.demand.astype(np.float64), np.zeros(self.rows - len(self.demand)))
        model.row_upper_ = np.full(self.rows, highspy.kHighsInf)
        starts = np.searchsorted([entry[0] for entry in entries], np.arange(len(self.cost) + 1))
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        model.a_matrix_.start_ = starts.astype(np.int32)
        model.a_matrix_.index_ = np.array([entry[1] for entry in entries], dtype=np.int32)
        model.a_matrix_.value_ = np.array([entry[2] for entry in entries], dtype=np.float64)
        model.integrality_ = [highspy.HighsVarType.kInteger] * len(self.cost)
        return model

    def plan(self, counts: Counts, *, proven: bool) -> Plan:
        chosen = [(*step, count) for step, count in zip(self.steps, counts.tolist(), strict=True) if count]
        return Plan(np.array(chosen, dtype=np.int64).reshape(-1, 4), optimal=proven)


def each_alone(flat: Flat, account: int) -> Plan:
    """Every ride covered, row after row, by the one product that is cheapest for it alone."""
    bought: list[tuple[int, int, int, int]] = []
    used: dict[int, int] = {}
    begin, end = (int(flat.first_ride[account + after]) for after in (0, 1))
    for ride in range(begin, end):
        rows = slice(int(flat.first_row[ride]), int(flat.first_row[ride + 1]))
        left = flat.demand[rows].copy()
        while (left > 0).any():
            row = int(np.flatnonzero(left > 0)[0])
            _, kind, which, count = min(_offers(flat, ride, rows.start + row, int(left[row])))
            room = {PASS: flat.pass_room, USE: flat.carnet_room, SINGLE: flat.single_room}[kind]
            left -= count * room[which, rows]
            bought.append((kind, which, ride - begin, count))
            if kind == USE:
                used[which] = used.get(which, 0) + count
    for which, uses in used.items():
        bought.append((CARNET, which, 0, -(-uses // flat.carnets[which].product.uses)))
    return Plan(np.array(bought, dtype=np.int64).reshape(-1, 4), optimal=False)


def _offers(flat: Flat, ride: int, row: int, riders: int) -> Iterator[tuple[int, int, int, int]]:
    """Cents, kind, product, and pieces – of a carnet uses – that cover so many riders of a row."""
    for which in np.flatnonzero(flat.single_room[:, row]).tolist():
        pieces = -(-riders // int(flat.single_room[which, row]))
        yield pieces * int(flat.single_cents[which, ride]), SINGLE, which, pieces
    for which in np.flatnonzero(flat.pass_room[:, row] * flat.pass_sold[:, ride]).tolist():
        pieces = -(-riders // int(flat.pass_room[which, row]))
        yield pieces * flat.passes[which].product.price_cents, PASS, which, pieces
    for which in np.flatnonzero(flat.carnet_room[:, row]).tolist():
        product = flat.carnets[which].product
        yield -(-riders // product.uses) * product.price_cents, USE, which, riders
