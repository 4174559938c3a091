"""The search for collection tours: save trucks, then anneal, on flat arrays."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from routing_core.collection.arrays import Data, Floats, Ints, empty_state, encode
from routing_core.collection.model import CollectionProblem
from routing_core.collection.partition import recombine
from routing_core.collection.pool_kernels import MOST_VISITS, empty_pool, forget
from routing_core.collection.recreate_kernels import LARGE, empty_choice, put_in_turn
from routing_core.collection.route_kernels import refresh
from routing_core.collection.schedule import Order
from routing_core.collection.search_kernels import (
    anneal,
    keep,
    restore,
    save_trucks,
    set_seed,
    total_cost,
)
from routing_core.collection.undo_kernels import begin_round, empty_undo

SAVING_SHARE = 0.45
"""At most this part of the time goes into driving with fewer trucks."""
HOT, COLD = 1.0, 0.01
"""Temperatures at the beginning and at the end, in units of the average leg."""
FIRST_CHUNK, LARGEST_CHUNK, CHUNK_SECONDS = 20, 20_000, 0.1


@dataclass(frozen=True)
class Route:
    """One truck's visits on one day, without times."""

    truck: int
    day: int
    order: Order


class Budget:
    """How much of the search is done: by the clock, or by rounds where they are limited."""

    def __init__(self, seconds: float, max_rounds: int | None) -> None:
        self._began = time.monotonic()
        self._seconds = seconds
        self._max_rounds = max_rounds
        self._rounds = 0
        self._chunk = FIRST_CHUNK

    @property
    def seconds(self) -> float:
        """Since the search began."""
        return time.monotonic() - self._began

    @property
    def used(self) -> float:
        """From 0 to 1."""
        if self._max_rounds is not None:
            return min(1.0, self._rounds / self._max_rounds)
        return min(1.0, self.seconds / self._seconds)

    def run(self, rounds: Callable[[int], None]) -> None:
        """Call it with a number of rounds that take about a tenth of a second."""
        chunk = self._chunk if self._max_rounds is None else min(200, self._max_rounds - self._rounds)
        began = time.monotonic()
        rounds(chunk)
        self._rounds += chunk
        if time.monotonic() - began < CHUNK_SECONDS / 2:
            self._chunk = min(LARGEST_CHUNK, 2 * self._chunk)
        elif time.monotonic() - began > 2 * CHUNK_SECONDS:
            self._chunk = max(1, self._chunk // 2)


class Search:
    """One search with its arrays."""

    def __init__(self, problem: CollectionProblem, slots_per_day: int, budget: Budget, seed: int) -> None:
        self._problem = problem
        self._budget = budget
        self.data: Data = encode(problem, slots_per_day)
        self._state = empty_state(self.data, problem.day_count)
        self._undo = empty_undo(self._state)
        self._choice = empty_choice(problem.day_count)
        self._pool = empty_pool(self.data, seed)
        set_seed(seed)
        self._random = np.random.default_rng(seed)
        for slot in range(len(self._state.length)):
            refresh(self.data, self._state, slot)
        self._construct()
        self._best_sequence: Ints = np.zeros_like(self._state.sequence)
        self._best_length: Ints = np.zeros_like(self._state.length)
        self._best_cost = np.inf
        self._keep()

    @property
    def best_cost(self) -> float:
        """What the best routes cost, with penalties."""
        return self._best_cost

    @property
    def complete(self) -> bool:
        """Whether nothing that must be visited is left out of the current routes."""
        return not any(
            absent and stop.prize is None
            for absent, stop in zip(self._state.absent, self._problem.stops, strict=True)
        )

    @property
    def recombines(self) -> bool:
        """Whether the current routes are, on average, short enough for the pool."""
        used = self._state.length > 2
        return bool(used.any() and (self._state.length[used] - 2).mean() <= MOST_VISITS)

    def routes(self) -> list[Route]:
        """The best routes."""
        data = self.data
        found = []
        for slot, length in enumerate(self._best_length):
            nodes = [int(node) for node in self._best_sequence[slot, 1 : length - 1]]
            if nodes:
                order = [
                    (node - data.stop_count, True) if node >= data.stop_count else (node, False)
                    for node in nodes
                ]
                found.append(Route(int(data.slot_truck[slot]), int(data.slot_day[slot]), order))
        return found

    def anneal(self, until: float, report: Callable[[float], None]) -> None:
        """Simulated annealing, from hot to cold while the budget is used till ``until``."""
        begins = self._budget.used
        leg = self._average_leg()
        while self._budget.used < until:
            done = (self._budget.used - begins) / (until - begins)
            temperature = leg * HOT * (COLD / HOT) ** done

            def rounds(count: int, temperature: float = temperature) -> None:
                cost = anneal(
                    self.data,
                    self._state,
                    self._undo,
                    self._choice,
                    self._pool,
                    count,
                    temperature,
                    self._best_cost,
                    self._best_sequence,
                    self._best_length,
                )
                if cost < self._best_cost:
                    self._best_cost = cost
                    report(cost)

            self._budget.run(rounds)

    def recombine(self, seconds: float, report: Callable[[float], None]) -> None:
        """Go on from the best plan, or from a better one made of routes seen before."""
        data, state = self.data, self._state
        restore(data, state, self._best_sequence, self._best_length)
        chosen = recombine(
            data, self._pool, self._problem.day_count, self._shares(), self._best_cost, seconds
        )
        forget(self._pool)
        if chosen is None:
            return
        free = list(range(len(state.length) - 1))
        self._best_length[:] = 2
        self._best_sequence[:, 1] = data.stop_count + data.plant_count + 2 * data.slot_truck + 1
        for one in chosen:
            truck, length = self._pool.truck[one.index], int(self._pool.length[one.index])
            slot = next(
                slot for slot in free if data.slot_truck[slot] == truck and data.slot_day[slot] == one.day
            )
            free.remove(slot)
            self._best_sequence[slot, length + 1] = self._best_sequence[slot, 1]
            self._best_sequence[slot, 1 : length + 1] = self._pool.nodes[one.index, :length]
            self._best_length[slot] = length + 2
        restore(data, state, self._best_sequence, self._best_length)
        self._best_cost = total_cost(data, state)
        report(self._best_cost)

    def save_trucks(self, until: float, at_least: int) -> None:
        """Empty one truck after the other while everything can still be visited."""
        state = self._state
        while self._budget.used < until and self.complete:
            used = [slot for slot, length in enumerate(state.length) if length > 2]
            if len(used) <= at_least:
                break
            self._keep()
            state.closed[:] = state.length == 2
            self._close(min(used, key=self._often_missed))
            temperature = 0.1 * self._average_leg()
            done = False

            def rounds(count: int, temperature: float = temperature) -> None:
                nonlocal done
                done = save_trucks(self.data, state, self._undo, self._choice, count, temperature)

            while not done and self._budget.used < until:
                self._budget.run(rounds)
            if not done:
                break
        if self.complete:
            self._keep()
        else:
            restore(self.data, state, self._best_sequence, self._best_length)
        state.closed[:-1] = False

    def _shares(self) -> Floats:
        """Per stop: its part of the cost of the tours that visit it, those of a tour shared evenly."""
        state = self._state
        shares: Floats = np.zeros(self.data.stop_count)
        for slot in np.flatnonzero(state.length > 2).tolist():
            nodes = state.sequence[slot, : state.length[slot]]
            stops = nodes[nodes < self.data.stop_count]
            shares[stops] += state.route_cost[slot] / max(1, len(stops))
        days = np.maximum(1, (state.where >= 0).sum(axis=1))
        shares /= days
        shares[state.absent] = self.data.penalty[state.absent]
        return shares

    def _construct(self) -> None:
        begin_round(self._state, self._undo)
        count = self.data.stop_count
        # In a large problem truck after truck is filled where the one before ended.
        self._undo.removed[:] = self._walk() if count > LARGE else self._random.permutation(count)
        put_in_turn(self.data, self._state, self._undo, self._choice, count)

    def _walk(self) -> list[int]:
        """All stops, each the nearest to the one before; the first is the farthest from the start."""
        data = self.data
        cost = data.cost[0]
        stop = int(cost[data.stop_count + data.plant_count, : data.stop_count].argmax())
        walk, ahead = [stop], np.ones(data.stop_count, dtype=np.bool_)
        ahead[stop] = False
        while len(walk) < data.stop_count:
            left = np.flatnonzero(ahead)
            stop = int(left[cost[stop, left].argmin()])
            ahead[stop] = False
            walk.append(stop)
        return walk

    def _keep(self) -> None:
        keep(self._state, self._best_sequence, self._best_length)
        self._best_cost = total_cost(self.data, self._state)

    def _often_missed(self, slot: int) -> int:
        nodes = self._state.sequence[slot, : self._state.length[slot]]
        return int(self._state.missed[nodes[nodes < self.data.stop_count]].sum())

    def _close(self, slot: int) -> None:
        state = self._state
        nodes = state.sequence[slot, : state.length[slot]]
        stops = nodes[nodes < self.data.stop_count]
        state.absent[stops] = True
        for other in {int(other) for stop in stops for other in state.where[stop] if other >= 0}:
            kept = [node for node in state.sequence[other, : state.length[other]] if node not in stops]
            state.sequence[other, : len(kept)] = kept
            state.length[other] = len(kept)
        state.sequence[slot, 1] = state.sequence[slot, state.length[slot] - 1]
        state.length[slot] = 2
        state.where[stops] = -1
        state.closed[slot] = True
        for any_slot in range(len(state.length)):
            refresh(self.data, state, any_slot)

    def _average_leg(self) -> float:
        used = self._state.length > 2
        if not used.any():
            return max(1e-9, float(self.data.cost.mean()))
        legs = float((self._state.length[used] - 1).sum())
        fixed = float(self.data.per_tour[self.data.slot_truck[used]].sum())
        return max(1e-9, (float(self._state.route_cost.sum()) - fixed) / legs)
