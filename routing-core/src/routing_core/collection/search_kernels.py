"""The rounds of the search: ruin, recreate, better plants, accept or take back (compiled)."""

import numpy as np

from routing_core.collection.arrays import Data, State
from routing_core.collection.plant_kernels import replant
from routing_core.collection.pool_kernels import Pool, remember
from routing_core.collection.recreate_kernels import Choice, recreate
from routing_core.collection.route_kernels import refresh
from routing_core.collection.ruin_kernels import ruin
from routing_core.collection.undo_kernels import Undo, begin_round, take_back
from routing_core.improve.compiled import compiled

RETRIED = 20
"""So many of the stops left out so far are tried again in a round."""


@compiled
def set_seed(seed: int) -> None:
    """Begin the random numbers of the kernels anew."""
    np.random.seed(seed)


@compiled
def total_cost(data: Data, state: State) -> float:
    """What the routes cost, with the penalties of the stops left out."""
    cost = 0.0
    for slot in range(len(state.length)):
        cost += state.route_cost[slot]
    for stop in range(data.stop_count):
        if state.absent[stop]:
            cost += data.penalty[stop]
    return cost


@compiled
def keep(state: State, best_sequence, best_length) -> None:  # type: ignore[no-untyped-def]
    """Copy the routes."""
    for slot in range(len(state.length)):
        best_length[slot] = state.length[slot]
        for position in range(state.length[slot]):
            best_sequence[slot, position] = state.sequence[slot, position]


@compiled
def restore(data: Data, state: State, best_sequence, best_length) -> None:  # type: ignore[no-untyped-def]
    """Make the routes those that were kept, and work out all that is known about them."""
    for stop in range(data.stop_count):
        state.absent[stop] = True
        for day in range(state.where.shape[1]):
            state.where[stop, day] = -1
    for slot in range(len(state.length)):
        state.length[slot] = best_length[slot]
        for position in range(best_length[slot]):
            node = best_sequence[slot, position]
            state.sequence[slot, position] = node
            if node < data.stop_count:
                state.absent[node] = False
        refresh(data, state, slot)


@compiled
def _round(data: Data, state: State, undo: Undo, choice: Choice) -> bool:
    """Ruin and recreate once; whether every route keeps the rules afterwards."""
    begin_round(state, undo)
    retried = 0
    count = ruin(data, state, undo)
    for slot in range(len(state.length)):
        if undo.touched[slot] == undo.round[0]:
            replant(data, state, slot)
    # Begin anywhere, so that every stop left out has its turn.
    first = np.random.randint(data.stop_count)
    for offset in range(data.stop_count):
        stop = (first + offset) % data.stop_count
        if undo.absent[stop]:
            undo.removed[count] = stop
            count += 1
            retried += 1
            if retried == RETRIED:
                break
    recreate(data, state, undo, choice, count)
    keeps = True
    for slot in range(len(state.length)):
        if undo.touched[slot] == undo.round[0]:
            keeps &= replant(data, state, slot)
    return keeps


@compiled
def anneal(  # type: ignore[no-untyped-def]  # Numba infers the arrays
    data: Data,
    state: State,
    undo: Undo,
    choice: Choice,
    pool: Pool,
    rounds: int,
    temperature: float,
    best_cost: float,
    best_sequence,
    best_length,
) -> float:
    """So many rounds of simulated annealing; what the best routes cost, which are kept."""
    cost = total_cost(data, state)
    for _ in range(rounds):
        keeps = _round(data, state, undo, choice)
        new = total_cost(data, state)
        if keeps and new <= cost - temperature * np.log(np.random.random()):
            cost = new
            for slot in range(len(state.length)):
                if undo.touched[slot] == undo.round[0]:
                    remember(data, state, pool, slot)
            if new < best_cost - 1e-9:
                best_cost = new
                keep(state, best_sequence, best_length)
        else:
            take_back(data, state, undo)
    return best_cost


@compiled
def save_trucks(
    data: Data, state: State, undo: Undo, choice: Choice, rounds: int, temperature: float
) -> bool:
    """Rounds that aim at leaving nothing out with the trucks that are not closed; whether that came true.

    Stops that are often left out weigh more (the absence counters of Christiaens & Vanden Berghe).
    """
    cost, weight, absent = _absence(data, state)
    for _ in range(rounds):
        if absent == 0:
            return True
        keeps = _round(data, state, undo, choice)
        new_cost, new_weight, new_absent = _absence(data, state)
        for stop in range(data.stop_count):
            if state.absent[stop]:
                state.missed[stop] += 1
        by_cost = new_absent <= absent and new_cost <= cost - temperature * np.log(np.random.random())
        if keeps and (new_absent == 0 or new_weight < weight or by_cost):
            cost, weight, absent = _absence(data, state)
        else:
            take_back(data, state, undo)
            _, weight, _ = _absence(data, state)
    return bool(absent == 0)


@compiled
def _absence(data: Data, state: State) -> tuple[float, int, int]:
    """What the routes cost, how often the stops now left out were so before, and how many they are."""
    cost, weight, absent = 0.0, 0, 0
    for slot in range(len(state.length)):
        cost += state.route_cost[slot]
    for stop in range(data.stop_count):
        if state.absent[stop]:
            weight += state.missed[stop]
            absent += 1
    return cost, weight, absent
