"""The integer programme over the event graph, for HiGHS.

Variables, in this order: every arc (0 or 1), every request left unserved (0 or 1), when service starts at
every stop, and, where a shift's duration is limited, when the vehicle that comes to a stop left its start.
Times are floats in a unit that makes the horizon about a thousand, so that tolerances mean the same for all.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp

from routing_core.fleet.timing import Ints
from routing_core.improve.exact_events import DEPOT, Events
from routing_core.improve.exact_network import Floats, Network

HORIZON = 1000.0


@dataclass
class Rows:
    """Linear constraints while they are collected: lower <= coefficients . variables <= upper."""

    count: int = 0
    row: list[Ints] = field(default_factory=list)
    column: list[Ints] = field(default_factory=list)
    value: list[Floats] = field(default_factory=list)
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)

    def add(
        self, terms: list[tuple[Ints, Floats | float]], lower: float = -np.inf, upper: float = np.inf
    ) -> None:
        """One more row; each term is some columns with their coefficients."""
        for columns, values in terms:
            self.row.append(np.full(len(columns), self.count, dtype=np.int64))
            self.column.append(columns)
            self.value.append(np.broadcast_to(np.asarray(values, dtype=np.float64), (len(columns),)))
        self.lower.append(lower)
        self.upper.append(upper)
        self.count += 1

    def matrix(self, column_count: int) -> "sp.csc_array[np.float64]":
        """The coefficients, shape (row_count, column_count)."""
        return sp.csc_array(
            (np.concatenate(self.value), (np.concatenate(self.row), np.concatenate(self.column))),
            shape=(self.count, column_count),
        )


@dataclass(frozen=True)
class Model:
    """Minimise ``cost`` over variables between ``low`` and ``high`` that keep ``rows``.

    The first ``integer_count`` variables are integers; of these the first ``arc_count`` are arcs.
    """

    cost: Floats
    low: Floats
    high: Floats
    rows: Rows
    arc_count: int
    integer_count: int


def build(network: Network, events: Events, alone: Sequence[int]) -> Model:
    """The programme whose optimum costs no more than any feasible plan.

    Parameters
    ----------
    alone
        Requests of which each needs a vehicle of its own (see ``exact_apart``).
    """
    return _Builder(network, events, alone).build()


class _Builder:
    def __init__(self, network: Network, events: Events, alone: Sequence[int]) -> None:
        self.network, self.events, self.rows = network, events, Rows()
        self.alone = np.array(alone, dtype=np.int64)
        size, arcs = network.size, len(events.tail)
        limited = any(group.max_duration is not None for group in network.groups)
        self.unserved = arcs + np.arange(size)
        self.start = arcs + size + np.arange(2 * size)
        self.left = arcs + 3 * size + np.arange(2 * size if limited else 0)
        self.columns = arcs + 3 * size + len(self.left)
        # Where an arc comes from and goes to, as stops; the shift's ends count as stops after all others.
        self.from_stop = np.where(events.tail == DEPOT, 2 * size, events.stop[events.tail])
        self.to_stop = np.where(events.head == DEPOT, 2 * size, events.stop[events.head])
        self.origin = int(network.earliest.min())
        self.unit = max(1.0, (int(network.latest.max()) - self.origin) / HORIZON)
        earliest, latest = network.latest.copy(), network.earliest.copy()
        np.minimum.at(earliest, events.stop, events.earliest)
        np.maximum.at(latest, events.stop, events.latest)
        # No arc comes to a stop without events, so any time will do for it.
        self.low = (earliest - self.origin) / self.unit
        self.high = np.maximum(self.low, (latest - self.origin) / self.unit)
        self.earliest = min((group.leaves - self.origin) / self.unit for group in network.groups)

    def build(self) -> Model:
        network, arcs, size = self.network, len(self.events.tail), self.network.size
        self._flow()
        self._served_once()
        self._fleet()
        self._windows()
        self._order()
        self._rides()
        if len(self.left):
            self._durations()
        cost, low, high = np.zeros(self.columns), np.zeros(self.columns), np.ones(self.columns)
        cost[:arcs] = self.events.cost
        if network.unserved is None:
            high[self.unserved] = 0.0
        else:
            cost[self.unserved] = network.unserved
        low[self.start], high[self.start] = self.low, self.high
        if len(self.left):
            low[self.left], high[self.left] = self.earliest, self.high
        return Model(cost, low, high, self.rows, arcs, arcs + size)

    def _flow(self) -> None:
        """What comes into an event leaves it."""
        count = len(self.events.stop)
        into, out = positions(self.events.head, count), positions(self.events.tail, count)
        for event in range(count):
            self.rows.add([(into[event], 1.0), (out[event], -1.0)], 0.0, 0.0)

    def _served_once(self) -> None:
        into = positions(self.to_stop, 2 * self.network.size)
        for rider in range(self.network.size):
            self.rows.add([(into[rider], 1.0), (self.unserved[[rider]], 1.0)], 1.0, 1.0)

    def _fleet(self) -> None:
        for index, group in enumerate(self.network.groups):
            out = np.flatnonzero((self.events.tail == DEPOT) & (self.events.arc_group == index))
            self.rows.add([(out, 1.0)], upper=float(len(group.members)))
        out = np.flatnonzero(self.events.tail == DEPOT)
        self.rows.add([(out, 1.0), (self.unserved[self.alone], 1.0)], lower=float(len(self.alone)))

    def _windows(self) -> None:
        """A stop starts within what the chosen arcs into and out of it leave of its window."""
        network, events, size = self.network, self.events, self.network.size
        leaves = np.array([group.leaves for group in network.groups])
        ends = np.array([group.ends for group in network.groups])
        first, last = events.tail == DEPOT, events.head == DEPOT
        tail, head, group = self.from_stop % (2 * size), self.to_stop % (2 * size), events.arc_group
        gap = network.service[tail] + network.ahead[tail, head]
        set_out = leaves[group] + network.out[group, head]
        reached = np.where(first, set_out, events.earliest[events.tail] + gap)
        reached = np.maximum(reached, events.earliest[events.head])
        go_home = ends[group] - network.back[group, tail] - network.service[tail]
        left = np.where(last, go_home, events.latest[events.head] - gap)
        left = np.minimum(left, events.latest[events.tail])
        reached_at, left_at = (reached - self.origin) / self.unit, (left - self.origin) / self.unit
        into, out = positions(self.to_stop, 2 * size), positions(self.from_stop, 2 * size)
        for stop in range(2 * size):
            absent = self.unserved[[stop % size]]
            start = self.start[[stop]]
            later = reached_at[into[stop]]
            self.rows.add([(start, 1.0), (into[stop], -later), (absent, -self.low[stop])], lower=0.0)
            sooner = left_at[out[stop]]
            self.rows.add([(start, 1.0), (out[stop], -sooner), (absent, -self.high[stop])], upper=0.0)

    def _order(self) -> None:
        """A stop starts after the one before it, service there and the way (Miller, Tucker, Zemlin 1960)."""
        network = self.network
        for stop, then, arcs in self._legs():
            gap = (network.service[stop] + network.ahead[stop, then]) / self.unit
            slack = gap + self.high[stop] - self.low[then]
            if slack > 0:
                self.rows.add(
                    [(self.start[[then]], 1.0), (self.start[[stop]], -1.0), (arcs, -slack)],
                    lower=gap - slack,
                )

    def _legs(self) -> list[tuple[int, int, Ints]]:
        """Pairs of stops, with the arcs from the one to the other."""
        size = self.network.size
        inner = np.flatnonzero((self.from_stop < 2 * size) & (self.to_stop < 2 * size))
        pair = self.from_stop[inner] * 2 * size + self.to_stop[inner]
        order = np.argsort(pair, kind="stable")
        pairs, begins = np.unique(pair[order], return_index=True)
        groups = np.split(inner[order], begins[1:]) if len(pairs) else []
        return [
            (int(one) // (2 * size), int(one) % (2 * size), arcs)
            for one, arcs in zip(pairs, groups, strict=True)
        ]

    def _rides(self) -> None:
        network, size = self.network, self.network.size
        for rider in range(size):
            service = network.service[rider]
            least = (service + network.between[rider, rider + size]) / self.unit
            most = (service + network.max_ride[rider]) / self.unit
            ends = [(self.start[[rider + size]], 1.0), (self.start[[rider]], -1.0)]
            absent = self.unserved[[rider]]
            widest = self.high[rider + size] - self.low[rider]
            nearest = self.low[rider + size] - self.high[rider]
            self.rows.add([*ends, (absent, max(0.0, least - nearest))], lower=least)
            if most < widest:
                self.rows.add([*ends, (absent, most - widest)], upper=most)

    def _durations(self) -> None:
        """When the vehicle left is handed on from stop to stop and holds at the end."""
        network, size = self.network, self.network.size
        for stop, then, arcs in self._legs():
            slack = self.high[then] - self.earliest
            terms = [(self.left[[then]], 1.0), (self.left[[stop]], -1.0), (arcs, slack)]
            self.rows.add(terms, upper=slack)
        first, last = self.from_stop == 2 * size, self.to_stop == 2 * size
        for index, group in enumerate(network.groups):
            if group.max_duration is None:
                continue
            inside = self.events.arc_group == index
            into = positions(np.where(first & inside, self.to_stop, DEPOT), 2 * size)
            out = positions(np.where(last & inside, self.from_stop, DEPOT), 2 * size)
            longest = group.max_duration / self.unit
            for stop in range(2 * size):
                if len(into[stop]):
                    way = network.out[index, stop] / self.unit
                    slack = self.high[stop] - self.low[stop] + way
                    terms = [(self.left[[stop]], 1.0), (self.start[[stop]], -1.0), (into[stop], slack)]
                    self.rows.add(terms, upper=slack - way)
                if len(out[stop]):
                    way = (network.service[stop] + network.back[index, stop]) / self.unit
                    slack = max(0.0, self.high[stop] + way - self.earliest - longest)
                    terms = [(self.start[[stop]], 1.0), (self.left[[stop]], -1.0), (out[stop], slack)]
                    self.rows.add(terms, upper=longest - way + slack)


def positions(keys: Ints, count: int) -> list[Ints]:
    """Positions of every key 0..count-1; other keys are left out."""
    order = np.argsort(keys, kind="stable")
    bounds = np.searchsorted(keys[order], np.arange(count + 1))
    return [order[bounds[key] : bounds[key + 1]] for key in range(count)]
