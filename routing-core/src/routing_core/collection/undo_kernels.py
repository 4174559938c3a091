"""Remembering routes before they are changed, to have them back (compiled)."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from routing_core.collection.arrays import Data, Ints, State
from routing_core.collection.route_kernels import refresh
from routing_core.improve.compiled import compiled


class Undo(NamedTuple):
    """Routes as they were when the round began, and what was done in it."""

    round: Ints
    """Shape (1,): the round's number."""
    sequence: Ints
    length: Ints
    touched: Ints
    """Per slot: the round it was last changed in."""
    ruined: Ints
    """Per slot: the round a string was last taken from it."""
    removed: Ints
    removed_mark: Ints
    absent: npt.NDArray[np.bool_]
    keys: npt.NDArray[np.float64]
    """Per stop: by what the stops to put back are ordered."""


def empty_undo(state: State) -> Undo:
    """Nothing to undo yet."""
    slots, stops = len(state.length), len(state.absent)
    zeros = [np.zeros(size, dtype=np.int64) for size in (1, slots, slots, slots, stops, stops)]
    round_, length, touched, ruined, removed, mark = zeros
    return Undo(
        round_,
        np.zeros_like(state.sequence),
        length,
        touched,
        ruined,
        removed,
        mark,
        np.zeros(stops, dtype=np.bool_),
        np.zeros(stops),
    )


@compiled
def begin_round(state: State, undo: Undo) -> None:
    """From here on changes can be taken back."""
    undo.round[0] += 1
    for stop in range(len(state.absent)):
        undo.absent[stop] = state.absent[stop]


@compiled
def touch(state: State, undo: Undo, slot: int) -> None:
    """Remember a route before its first change in this round."""
    if undo.touched[slot] == undo.round[0]:
        return
    undo.touched[slot] = undo.round[0]
    undo.length[slot] = state.length[slot]
    for position in range(state.length[slot]):
        undo.sequence[slot, position] = state.sequence[slot, position]


@compiled
def take_back(data: Data, state: State, undo: Undo) -> None:
    """Make everything as it was when the round began."""
    for slot in range(len(state.length)):
        if undo.touched[slot] != undo.round[0]:
            continue
        for position in range(1, state.length[slot] - 1):
            node = state.sequence[slot, position]
            if node < data.stop_count:
                state.where[node, data.slot_day[slot]] = -1
    for slot in range(len(state.length)):
        if undo.touched[slot] != undo.round[0]:
            continue
        state.length[slot] = undo.length[slot]
        for position in range(undo.length[slot]):
            state.sequence[slot, position] = undo.sequence[slot, position]
        refresh(data, state, slot)
    for stop in range(data.stop_count):
        state.absent[stop] = undo.absent[stop]
