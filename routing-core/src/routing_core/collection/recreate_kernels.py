"""Putting stops back where they cost least, in one of several orders (compiled).

Source: Christiaens & Vanden Berghe 2020: greedy insertion that now and then overlooks a position. Here a stop
with several patterns of days gets the cheapest pattern, and positions may bring a plant with them.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from routing_core.collection.arrays import Data, Ints, State
from routing_core.collection.compiled import inlined
from routing_core.collection.insertion_kernels import NO_PLANT, added_cost, may_take, put
from routing_core.collection.plant_kernels import INFINITE
from routing_core.collection.route_kernels import refresh
from routing_core.collection.undo_kernels import Undo, touch
from routing_core.improve.compiled import compiled

BLINK_CHANCE = 0.01
NEAR = 40
"""Only positions beside so many neighbours are looked at in large problems."""
LARGE = 300


class Choice(NamedTuple):
    """Per day: the cheapest position for one stop."""

    cost: npt.NDArray[np.float64]
    slot: Ints
    position: Ints
    code: Ints


def empty_choice(day_count: int) -> Choice:
    """Room for the choice of a stop."""
    slot, position, code = (np.zeros(day_count, dtype=np.int64) for _ in range(3))
    return Choice(np.zeros(day_count), slot, position, code)


@compiled
def recreate(data: Data, state: State, undo: Undo, choice: Choice, count: int) -> None:
    """Put the first ``count`` of the removed stops back; those that find no place are absent."""
    _order(data, undo, count)
    for index in range(count):
        _put_back(data, state, undo, choice, undo.removed[index])


@compiled
def _order(data: Data, undo: Undo, count: int) -> None:
    draw = np.random.randint(15)
    start = data.stop_count + data.plant_count
    for index in range(count):
        stop = undo.removed[index]
        if draw < 4:
            key = np.random.random()
        elif draw < 8:
            key = -float(data.load[stop, 0])
        elif draw < 10:
            key = -data.cost[0, start, stop]
        elif draw < 11:
            key = data.cost[0, start, stop]
        elif draw < 13:
            key = float(data.closes[stop, 0] - data.opens[stop, 0])
        elif draw < 14:
            key = float(data.opens[stop, 0])
        else:
            key = -float(data.closes[stop, 0])
        undo.keys[stop] = key
    for index in range(1, count):
        stop = undo.removed[index]
        before = index - 1
        while before >= 0 and undo.keys[undo.removed[before]] > undo.keys[stop]:
            undo.removed[before + 1] = undo.removed[before]
            before -= 1
        undo.removed[before + 1] = stop


@compiled
def _put_back(data: Data, state: State, undo: Undo, choice: Choice, stop: int) -> None:
    possible = 0
    for number in range(data.patterns.shape[1]):
        possible |= data.patterns[stop, number]
    for day in range(len(choice.cost)):
        choice.cost[day] = INFINITE
        if possible >> day & 1:
            _best_of_day(data, state, choice, stop, day)
    best, chosen = data.penalty[stop], 0
    for number in range(data.patterns.shape[1]):
        pattern = data.patterns[stop, number]
        if pattern == 0:
            break
        cost = 0.0
        for day in range(len(choice.cost)):
            if pattern >> day & 1:
                cost += choice.cost[day]
        if cost < best:
            best, chosen = cost, pattern
    if chosen == 0:
        return
    for day in range(len(choice.cost)):
        if chosen >> day & 1:
            slot = choice.slot[day]
            touch(state, undo, slot)
            put(state, slot, choice.position[day], stop, choice.code[day])
            if not refresh(data, state, slot):
                _give_up(data, state, stop, day, choice)
                return
    state.absent[stop] = False


@compiled
def _give_up(data: Data, state: State, stop: int, last_day: int, choice: Choice) -> None:
    """Take a stop out again of the days up to one, whose route did not bear a full look."""
    for day in range(last_day + 1):
        slot = state.where[stop, day]
        if slot < 0:
            continue
        more = 1 if choice.code[day] == NO_PLANT else 2
        for position in range(choice.position[day] + 1, state.length[slot] - more):
            state.sequence[slot, position] = state.sequence[slot, position + more]
        state.length[slot] -= more
        state.where[stop, day] = -1
        refresh(data, state, slot)


@compiled
def _best_of_day(data: Data, state: State, choice: Choice, stop: int, day: int) -> None:
    opened = -1
    for slot in range(len(state.length)):
        if data.slot_day[slot] != day or state.closed[slot]:
            continue
        truck = data.slot_truck[slot]
        if state.length[slot] == 2:
            # Empty trucks of a kind are alike.
            if truck == opened:
                continue
            opened = truck
        if not may_take(data, state, slot, stop):
            continue
        if data.stop_count <= LARGE or state.length[slot] == 2:
            sequence = state.sequence[slot]
            for position in range(state.length[slot] - 1):
                before, after = sequence[position], sequence[position + 1]
                detour = data.cost[truck, before, stop] + data.cost[truck, stop, after]
                # The call takes far longer than this look, and most positions end here.
                if detour - data.cost[truck, before, after] < choice.cost[day]:
                    _consider(data, state, choice, stop, slot, position, day)
        else:
            _consider(data, state, choice, stop, slot, 0, day)
            _consider(data, state, choice, stop, slot, state.length[slot] - 3, day)
            _consider(data, state, choice, stop, slot, state.length[slot] - 2, day)
    if data.stop_count > LARGE:
        for rank in range(1, NEAR + 1):
            near = data.neighbours[stop, rank]
            slot = state.where[near, day]
            if slot >= 0 and not state.closed[slot] and may_take(data, state, slot, stop):
                _consider(data, state, choice, stop, slot, state.position[near, day], day)
                _consider(data, state, choice, stop, slot, state.position[near, day] - 1, day)


@inlined
def _consider(
    data: Data, state: State, choice: Choice, stop: int, slot: int, position: int, day: int
) -> None:
    if np.random.random() < BLINK_CHANCE:
        return
    cost, code = added_cost(data, state, slot, position, stop, choice.cost[day])
    if cost < choice.cost[day]:
        choice.cost[day], choice.slot[day] = cost, slot
        choice.position[day], choice.code[day] = position, code
