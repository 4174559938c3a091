"""The search over a plan: fewer shifts where they cost, then cheaper routes, then recombination."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from routing_core.improve.anneal import Best, anneal, empty_route, keep_best, missing, no_best, total_cost
from routing_core.improve.arrays import NONE, Encoded, Floats
from routing_core.improve.chance import below, seeded
from routing_core.improve.partition import recombine
from routing_core.improve.pool import blank_pool, forget
from routing_core.improve.recreate import blank_desk, greedily
from routing_core.improve.routes import blank_routes, clear, load, orders, refresh

BLOCK_S = 0.25
FEWER_SHARE = 0.4  # of the budget at most for fewer shifts, where they cost
GIVE_UP = 0.5  # share of the budget after which what could not be served so far is taken to be impossible
# Temperatures, in units of what one stop costs on average.
HOT = 3.0
COLD = 0.02
PARTITION_S = 2.0
PARTITION_SHARE = 0.06
PARTITION_NODES = 200


@dataclass(frozen=True)
class Cycle:
    """One annealing: until which share of the time is spent, and how hot it begins."""

    upto: float
    hot: float


CYCLES = (Cycle(0.55, HOT), Cycle(0.8, HOT / 3), Cycle(1.0, HOT / 6))


@dataclass
class Budget:
    """How long a search may go on: seconds, or iterations where results must not depend on the clock."""

    seconds: float
    max_iterations: int | None = None
    clock: Callable[[], float] = time.monotonic
    iterations: int = 0
    started: float = field(init=False)
    rate: float = 2000.0

    def __post_init__(self) -> None:
        self.started = self.clock()

    def spent(self) -> float:
        """Share of the budget used up, from 0 to 1."""
        if self.max_iterations is not None:
            return min(1.0, self.iterations / max(1, self.max_iterations))
        return min(1.0, (self.clock() - self.started) / max(1e-9, self.seconds))

    def left_s(self) -> float:
        """Seconds left."""
        return max(0.0, self.seconds - (self.clock() - self.started))

    def block(self) -> int:
        """Iterations to be done before the clock is looked at again."""
        if self.max_iterations is not None:
            return max(1, min(1000, self.max_iterations - self.iterations))
        return max(10, int(self.rate * min(BLOCK_S, self.left_s())))

    def done(self, iterations: int, seconds: float) -> None:
        """Count what was done, and how long it took."""
        self.iterations += iterations
        if seconds > 0 and iterations >= 10:
            self.rate = iterations / seconds


class Search:
    """One search with its own random numbers.

    ``best`` holds the best complete routes; ``on_better`` is called with their cost whenever it falls.
    """

    def __init__(
        self, encoded: Encoded, budget: Budget, seed: int, on_better: Callable[[float], None] | None = None
    ) -> None:
        self.net = encoded.net
        self.budget = budget
        self.on_better = on_better
        self.random = seeded(seed)
        self.routes = blank_routes(self.net)
        self.backup = blank_routes(self.net)
        self.desk = blank_desk(self.net)
        self.pool = blank_pool(self.net, seed)
        self.absences = np.ones(len(self.net.dropoff), dtype=np.int64)
        self.open = np.ones(len(self.net.first), dtype=bool)
        self.began = 0.0
        self.idle = self._idle()
        load(self.net, self.routes, [list(route) for route in encoded.routes])
        self.best: Best = no_best(self.routes)
        keep_best(self.net, self.routes, self.best)

    def _idle(self) -> Floats:
        for shift in range(len(self.net.first)):
            self.routes.size[shift] = 2
            clear(self.net, self.routes, shift)
            refresh(self.net, self.routes, shift)
        return self.routes.cost.copy()

    @property
    def complete(self) -> bool:
        """Whether everything that must be served is served in the best routes."""
        return bool(np.isfinite(self.best.cost[0]))

    def run(self) -> list[list[int]]:
        """Search until the budget is spent; the nodes of every shift."""
        if self.begin():
            for cycle in CYCLES:
                self.cycle(cycle)
        return self.best_orders() if self.complete else orders(self.routes)

    def begin(self) -> bool:
        """Serve everything, and with few shifts where they cost; whether there is anything to go on with."""
        if len(self.net.dropoff) == 0 or len(self.net.first) == 0:
            return False
        self._fill()
        while not self.complete and self.budget.spent() < GIVE_UP:
            self._block(self._temperature(HOT / 10), self._temperature(HOT / 10))
        if self.complete and self.net.per_shift > 0 and self.net.mandatory.all():
            self._fewer_shifts()
        self.began = self.budget.spent()
        return self.complete

    def cycle(self, cycle: Cycle) -> None:
        """Anneal from the best routes until the cycle's share of the budget is spent, then recombine."""
        load(self.net, self.routes, self.best_orders())
        scale = self._temperature(1.0)
        start = self.budget.spent()
        end = self.began + cycle.upto * (1.0 - self.began)
        while self.budget.spent() < end:
            share = (self.budget.spent() - start) / (end - start)
            temperature = scale * cycle.hot * (COLD / cycle.hot) ** share
            self._block(temperature, temperature)
        self._recombine()

    def best_orders(self) -> list[list[int]]:
        """The best complete routes."""
        return [
            [int(node) for node in row[:count]]
            for row, count in zip(self.best.nodes, self.best.size, strict=True)
        ]

    def adopt(self, nodes: list[list[int]]) -> None:
        """Go on from these routes."""
        load(self.net, self.routes, nodes)
        self._kept()

    def _kept(self) -> None:
        if keep_best(self.net, self.routes, self.best) and self.on_better is not None:
            self.on_better(float(self.best.cost[0]))

    def _fill(self) -> None:
        """Put in what is not served yet."""
        waiting = np.flatnonzero(self.routes.route_of == NONE).astype(np.int32)
        pairs = self.net.pickup[waiting] != NONE
        window = self.net.latest[self.net.dropoff[waiting]]
        waiting = waiting[np.lexsort((window, pairs))]
        greedily(self.net, self.routes, self.backup, self.desk, self.random, self.open, waiting, 0.0)
        self._kept()

    def _block(self, hot: float, cold: float) -> None:
        before = float(self.best.cost[0])
        began = self.budget.clock()
        done = anneal(
            self.net,
            self.routes,
            self.backup,
            self.desk,
            self.best,
            self.pool,
            self.absences,
            self.open,
            self.random,
            self.budget.block(),
            hot,
            cold,
        )
        self.budget.done(done, self.budget.clock() - began)
        if self.best.cost[0] < before and self.on_better is not None:
            self.on_better(float(self.best.cost[0]))

    def _temperature(self, factor: float) -> float:
        """A temperature in units of what one stop costs on average."""
        driving = total_cost(self.net, self.routes) - self.net.per_shift * self._used()
        stops = max(1, int((self.routes.size - 2).sum()))
        return max(1e-9, factor * abs(driving) / stops)

    def _used(self) -> int:
        return int((self.routes.size > 2).sum())

    def _used_by_best(self) -> int:
        return int((self.best.size > 2).sum())

    def _fewer_shifts(self) -> None:
        """Empty one route after another, as long as what was in it finds a place elsewhere."""
        until = self.budget.spent() + FEWER_SHARE * (1.0 - self.budget.spent())
        while self.budget.spent() < until and self._used() > 1:
            load(self.net, self.routes, self.best_orders())
            self.open[:] = self.routes.size > 2
            shift = self._easiest()
            if shift == NONE:
                break
            empty_route(self.net, self.routes, shift)
            self.open[shift] = False
            while missing(self.net, self.routes) and self.budget.spent() < until:
                self._block(self._temperature(HOT), self._temperature(HOT))
            if self.budget.spent() < until and self._used() < self._used_by_best():
                break  # one shift less costs more than it saves
        self.open[:] = True
        load(self.net, self.routes, self.best_orders())

    def _easiest(self) -> int:
        """The route whose tasks were left out least often so far."""
        total = np.full(len(self.routes.size), np.iinfo(np.int64).max)
        for shift in np.flatnonzero(self.routes.size > 2):
            tasks = np.flatnonzero(self.routes.route_of == shift)
            if self.net.used[shift] or (self.net.pickup[tasks] == NONE).any():
                continue
            total[shift] = self.absences[tasks].sum()
        least = np.flatnonzero(total == total.min())
        if total[least[0]] == np.iinfo(np.int64).max:
            return NONE
        return int(least[below(self.random, len(least))])

    def _recombine(self) -> None:
        limited = self.budget.max_iterations is not None
        better = recombine(
            self.net,
            self.idle,
            self.pool,
            self.best_orders(),
            float(self.best.cost[0]),
            seconds=np.inf if limited else min(PARTITION_S, PARTITION_SHARE * self.budget.seconds),
            node_limit=PARTITION_NODES if limited else None,
        )
        if better is not None:
            self.adopt(better)
        if self.pool.filled[0] * 2 > len(self.pool.key):
            forget(self.pool)
