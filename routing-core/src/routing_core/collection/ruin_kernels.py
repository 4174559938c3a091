"""Taking stops out: strings of neighbouring stops from neighbouring routes (compiled).

Source: J. Christiaens, G. Vanden Berghe: Slack induction by string removals for vehicle routing problems,
Transportation Science 54 (2020). Now and then it is all stops around one instead, whatever routes they are
on. Plants stay for the moment; a stop that is visited on several days is taken out of all of them.
"""

import numpy as np

from routing_core.collection.arrays import Data, State
from routing_core.collection.undo_kernels import Undo, touch
from routing_core.improve.compiled import compiled

AVERAGE_REMOVED = 10.0
LONGEST_STRING = 10.0
SPLIT_CHANCE = 0.5
CIRCLE_CHANCE = 0.2
SPLIT_GROWS = 0.99


@compiled
def ruin(data: Data, state: State, undo: Undo) -> int:
    """Take stops out and note them in ``undo.removed``; how many they are."""
    if np.random.random() < CIRCLE_CHANCE:
        removed = _circle(data, state, undo)
    else:
        removed = _strings(data, state, undo)
    for index in range(removed):
        _take_out(state, undo, undo.removed[index])
    return removed


@compiled
def _circle(data: Data, state: State, undo: Undo) -> int:
    """Mark the stops nearest to one, whatever routes and days they are on; how many."""
    seed = np.random.randint(data.stop_count)
    wanted = 1 + np.random.randint(int(2 * AVERAGE_REMOVED))
    removed = 0
    for rank in range(min(wanted, data.neighbours.shape[1])):
        stop = data.neighbours[seed, rank]
        if not state.absent[stop]:
            undo.removed_mark[stop] = undo.round[0]
            undo.removed[removed] = stop
            removed += 1
    return removed


@compiled
def _strings(data: Data, state: State, undo: Undo) -> int:
    """Mark strings of stops of neighbouring routes; how many."""
    day_count = state.where.shape[1]
    planned, visits = 0, 0
    used = 0
    for slot in range(len(state.length)):
        if state.length[slot] > 2:
            used += 1
            visits += state.stop_counts[slot]
    if used == 0:
        return 0
    longest = min(LONGEST_STRING, visits / used)
    strings_up_to = 4.0 * AVERAGE_REMOVED / (1.0 + longest) - 1.0
    strings = int(np.floor(np.random.random() * strings_up_to + 1.0))
    seed = np.random.randint(data.stop_count)
    removed = 0
    for rank in range(data.neighbours.shape[1]):
        if planned >= strings:
            break
        stop = data.neighbours[seed, rank]
        if state.absent[stop] or undo.removed_mark[stop] == undo.round[0]:
            continue
        day = np.random.randint(day_count)
        while state.where[stop, day] < 0:
            day = (day + 1) % day_count
        slot = state.where[stop, day]
        if undo.ruined[slot] == undo.round[0]:
            continue
        undo.ruined[slot] = undo.round[0]
        planned += 1
        size = min(float(state.stop_counts[slot]), longest)
        length = int(np.floor(np.random.random() * size + 1.0))
        removed = _string(data, state, undo, slot, state.position[stop, day], length, removed)
    return removed


@compiled
def _string(data: Data, state: State, undo: Undo, slot: int, position: int, length: int, removed: int) -> int:
    """Mark a string of ``length`` stops around a position; how many are marked by now."""
    preserved = 0
    count = state.stop_counts[slot]
    if length > 1 and length < count and np.random.random() < SPLIT_CHANCE:
        preserved = 1
        while length + preserved < count and np.random.random() > SPLIT_GROWS:
            preserved += 1
    span = length + preserved
    # The string covers the position; walk back over a random number of stops to its beginning.
    back = np.random.randint(span)
    begin = position
    while back > 0:
        earlier = begin - 1
        while earlier > 0 and state.sequence[slot, earlier] >= data.stop_count:
            earlier -= 1
        if earlier <= 0:
            break
        begin = earlier
        back -= 1
    keep_from = np.random.randint(length) if preserved > 0 else span
    seen = 0
    index = begin
    while seen < span and index < state.length[slot] - 1:
        node = state.sequence[slot, index]
        if node < data.stop_count:
            kept = keep_from <= seen < keep_from + preserved
            if not kept and undo.removed_mark[node] != undo.round[0]:
                undo.removed_mark[node] = undo.round[0]
                undo.removed[removed] = node
                removed += 1
            seen += 1
        index += 1
    return removed


@compiled
def _take_out(state: State, undo: Undo, stop: int) -> None:
    for day in range(state.where.shape[1]):
        slot = state.where[stop, day]
        if slot < 0:
            continue
        touch(state, undo, slot)
        state.where[stop, day] = -1
        sequence = state.sequence[slot]
        index = 1
        while sequence[index] != stop:
            index += 1
        for later in range(index, state.length[slot] - 1):
            sequence[later] = sequence[later + 1]
        state.length[slot] -= 1
    state.absent[stop] = True
