"""Putting stops back where they cost least, in one of several orders (compiled).

Source: Christiaens & Vanden Berghe 2020: greedy insertion that now and then overlooks a position. Here a stop
with several patterns of days gets the cheapest pattern, and positions may bring a plant with them.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from routing_core.collection.arrays import Data, Ints, State
from routing_core.collection.compiled import inlined
from routing_core.collection.insertion_kernels import NO_PLANT, added_cost, in_time, may_take, put
from routing_core.collection.plant_kernels import INFINITE, replant, trial_cost
from routing_core.collection.route_kernels import refresh
from routing_core.collection.undo_kernels import Undo, touch
from routing_core.improve.compiled import compiled

BLINK_CHANCE = 0.01
EAGER_CHANCE = 0.05
ANEW = -2
"""Code of a position for which the route gets its plants anew."""
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
    # Stops with prizes may pay only together: now and then some are put in, whatever each costs.
    eager = np.random.random() < EAGER_CHANCE
    for index in range(count):
        _put_back(data, state, undo, choice, undo.removed[index], eager and np.random.random() < 0.5)


@compiled
def put_in_turn(data: Data, state: State, undo: Undo, choice: Choice, count: int) -> None:
    """Put the first ``count`` of the removed stops where they cost least, in the order they are in."""
    for index in range(count):
        _put_back(data, state, undo, choice, undo.removed[index], False)


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
def _put_back(data: Data, state: State, undo: Undo, choice: Choice, stop: int, eager: bool) -> None:
    possible = 0
    for number in range(data.patterns.shape[1]):
        possible |= data.patterns[stop, number]
    for day in range(len(choice.cost)):
        choice.cost[day] = INFINITE
        if possible >> day & 1:
            _best_of_day(data, state, choice, stop, day)
    best, chosen = INFINITE if eager else data.penalty[stop], 0
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
            if choice.code[day] == ANEW:
                put(state, slot, choice.position[day], stop, NO_PLANT)
                keeps = replant(data, state, slot)
            else:
                put(state, slot, choice.position[day], stop, choice.code[day])
                keeps = refresh(data, state, slot)
            if not keeps:
                _give_up(data, state, stop)
                return
    state.absent[stop] = False


@compiled
def _give_up(data: Data, state: State, stop: int) -> None:
    """Take a stop out again of all days, because some route did not bear a full look."""
    for day in range(state.where.shape[1]):
        slot = state.where[stop, day]
        if slot < 0:
            continue
        for position in range(state.position[stop, day], state.length[slot] - 1):
            state.sequence[slot, position] = state.sequence[slot, position + 1]
        state.length[slot] -= 1
        state.where[stop, day] = -1
        replant(data, state, slot)


@compiled
def _best_of_day(data: Data, state: State, choice: Choice, stop: int, day: int) -> None:
    large = data.stop_count > LARGE
    if large:
        # What lies near is likely the cheapest, and then little else has to be looked at.
        _consider_near(data, state, choice, stop, day)
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
        if not large:
            _consider_all(data, state, choice, stop, slot, day)
            continue
        last = state.length[slot] - 2
        for end in range(min(3, last + 1)):
            position = 0 if end == 0 else last - end + 1
            if _detour(data, state, slot, position, stop) < choice.cost[day]:
                _consider(data, state, choice, stop, slot, position, day)


@inlined
def _detour(data: Data, state: State, slot: int, position: int, stop: int) -> float:
    """What a stop behind a position costs at least: the way there and on, and the truck if it is unused."""
    truck, sequence = data.slot_truck[slot], state.sequence[slot]
    before, after = sequence[position], sequence[position + 1]
    to, onward = data.cost[truck, before, stop], data.cost[truck, stop, after]
    if state.length[slot] == 2:
        return float(to + onward + data.per_tour[truck])
    return float(to + onward - data.cost[truck, before, after])


@compiled
def _consider_all(data: Data, state: State, choice: Choice, stop: int, slot: int, day: int) -> None:
    shortest, nearest = INFINITE, 0
    for position in range(state.length[slot] - 1):
        detour = _detour(data, state, slot, position, stop)
        if detour < shortest:
            shortest, nearest = detour, position
        # The call takes far longer than this look, and most positions end here.
        if detour < choice.cost[day]:
            _consider(data, state, choice, stop, slot, position, day)
    if data.plant_count > 0 and state.length[slot] > 2 and shortest < choice.cost[day]:
        _consider_anew(data, state, choice, stop, slot, nearest, day)


@compiled
def _consider_near(data: Data, state: State, choice: Choice, stop: int, day: int) -> None:
    shortest, nearest, near_slot = INFINITE, 0, -1
    for rank in range(1, NEAR + 1):
        near = data.neighbours[stop, rank]
        slot = state.where[near, day]
        if slot < 0 or state.closed[slot] or not may_take(data, state, slot, stop):
            continue
        for position in range(state.position[near, day] - 1, state.position[near, day] + 1):
            detour = _detour(data, state, slot, position, stop)
            if detour < shortest:
                shortest, nearest, near_slot = detour, position, slot
            if detour < choice.cost[day]:
                _consider(data, state, choice, stop, slot, position, day)
    if data.plant_count > 0 and shortest < choice.cost[day]:
        _consider_anew(data, state, choice, stop, near_slot, nearest, day)


@compiled
def _consider_anew(
    data: Data, state: State, choice: Choice, stop: int, slot: int, position: int, day: int
) -> None:
    """The position on the way, where it is one plant too few: all plants of the route may move."""
    if not in_time(data, state, slot, position, stop, NO_PLANT, False):
        return
    cost = trial_cost(data, state, slot, position, stop)
    if cost < choice.cost[day]:
        choice.cost[day], choice.slot[day] = cost, slot
        choice.position[day], choice.code[day] = position, ANEW


@compiled
def _consider(
    data: Data, state: State, choice: Choice, stop: int, slot: int, position: int, day: int
) -> None:
    # An empty route may be the only place there is.
    if state.length[slot] > 2 and np.random.random() < BLINK_CHANCE:
        return
    cost, code = added_cost(data, state, slot, position, stop, choice.cost[day])
    if cost < choice.cost[day]:
        choice.cost[day], choice.slot[day] = cost, slot
        choice.position[day], choice.code[day] = position, code
