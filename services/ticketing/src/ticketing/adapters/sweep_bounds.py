"""What the sweep works out for an account before it walks: singles, bounds, and how a state is laid out."""

import numba as nb
import numpy as np

from ticketing.application.flat import NEVER
from ticketing.application.ride_table import Bools, Ints

SCALE = 1 << 20
"""Prices are this much dearer, and every piece one more: cents first, then the number of pieces."""
MOST_CELLS = 4096
"""Of one ride; the search gives up beyond."""
RIDES = 1 << 18
"""More than an account can have; the search gives up on one that does."""
DEAREST = 1 << 44
"""More than any pass costs, and so little that it can be added up over all rides of an account."""


@nb.njit(cache=True)
def less(cell: int, first: int, last: int, demand: Ints, room: Ints, p: int) -> int:
    """Who is left of those in a cell after one piece: cells number the riders not covered yet, row by row."""
    if last == first + 1:
        rest: int = max(0, cell - room[p, first])
        return rest
    left: int = 0
    stride: int = 1
    for row in range(first, last):
        sizes = demand[row] + 1
        left += max(0, cell % sizes - room[p, row]) * stride
        cell //= sizes
        stride *= sizes
    return left


@nb.njit(cache=True)
def single_table(
    cents: Ints, room: Ints, first_row: Ints, demand: Ints, first_cell: Ints, begin: int, end: int
) -> tuple[Ints, Ints]:
    """Cheapest singles for every cell of every ride, and the first piece; NEVER where none fits."""
    cost = np.full(first_cell[end - begin], NEVER, dtype=np.int64)
    piece = np.full(first_cell[end - begin], -1, dtype=np.int64)
    for r in range(begin, end):
        cells = first_cell[r - begin]
        cost[cells] = 0
        for cell in range(1, first_cell[r - begin + 1] - cells):
            for p in range(cents.shape[0]):
                rest = less(cell, first_row[r], first_row[r + 1], demand, room, p)
                if rest < cell and cost[cells + rest] < NEVER:
                    price = cost[cells + rest] + cents[p, r] * SCALE + 1
                    if price < cost[cells + cell]:
                        cost[cells + cell] = price
                        piece[cells + cell] = p
    return cost, piece


@nb.njit(cache=True)
def last_chances(begin: int, end: int, first_row: Ints, room: Ints, sold: Bools) -> Bools:
    """(passes, rides) where a pass can be bought, but no more at the next ride that it fits.

    Elsewhere a pass that is not needed yet is bought later just as well.
    """
    last = np.zeros((room.shape[0], end - begin), dtype=np.bool_)
    for p in range(room.shape[0]):
        ended = False
        for r in range(end - 1, begin - 1, -1):
            fits = False
            for row in range(first_row[r], first_row[r + 1]):
                fits |= room[p, row] > 0
            if sold[p, r]:
                last[p, r - begin] = ended
                ended = False
            elif fits:
                ended = True
    return last


@nb.njit(cache=True)
def is_stand_in(begin: int, end: int, first_row: Ints, room: Ints, clock_s: Ints, offset: Ints) -> Bools:
    """Whether one piece of the second does, while it counts, all that all pieces of the first do."""
    passes = room.shape[0]
    table = np.zeros((passes, passes), dtype=np.bool_)
    for p in range(passes):
        for q in range(passes):
            good = p != q and offset[p + 1] - offset[p] == 1 and offset[q + 1] - offset[q] == 1
            for r in range(begin, end):
                if not good:
                    break
                for row in range(first_row[r], first_row[r + 1]):
                    if room[p, row] > 0 and (room[q, row] < room[p, row] or clock_s[q, r] > clock_s[p, r]):
                        good = False
            table[p, q] = good
    return table


@nb.njit(cache=True)
def costs_alone(
    begin: int,
    end: int,
    first_row: Ints,
    demand: Ints,
    room: Ints,
    sold: Bools,
    prices: Ints,
    single_cost: Ints,
    first_cell: Ints,
) -> Ints:
    """(passes, rides + 1) what everyone costs ride by ride, added up over the rides that a pass fits."""
    alone = np.zeros((room.shape[0], end - begin + 1), dtype=np.int64)
    for r in range(begin, end):
        cost = min(DEAREST, single_cost[first_cell[r - begin + 1] - 1])
        for p in range(room.shape[0]):
            pieces: int = 1
            for row in range(first_row[r], first_row[r + 1]):
                pieces = max(pieces, -(-demand[row] // room[p, row])) if room[p, row] > 0 else DEAREST
            if sold[p, r] and pieces < DEAREST:
                cost = min(cost, pieces * prices[p])
        for p in range(room.shape[0]):
            fits = False
            for row in range(first_row[r], first_row[r + 1]):
                fits |= room[p, row] > 0
            alone[p, r - begin + 1] = alone[p, r - begin] + (cost if fits else 0)
    return alone


@nb.njit(cache=True)
def worth_buying(
    begin: int, end: int, departs_s: Ints, sold: Bools, ends_s: Ints, prices: Ints, alone: Ints
) -> tuple[Bools, Ints]:
    """(passes, rides) whether a pass is sold, and not dearer than all that it could cover ride by ride.

    With it (passes, rides) until when it counts, as a state holds it: the second times ``RIDES``, and the
    number of rides that depart until then.
    """
    worth = np.zeros((sold.shape[0], end - begin), dtype=np.bool_)
    until = np.zeros((sold.shape[0], end - begin), dtype=np.int64)
    for p in range(sold.shape[0]):
        after = begin
        for r in range(begin, end):
            while after < end and departs_s[after] <= ends_s[p, r]:
                after += 1
            covered = alone[p, after - begin] - alone[p, r - begin]
            worth[p, r - begin] = sold[p, r] and prices[p] <= covered
            until[p, r - begin] = ends_s[p, r] * RIDES + after - begin
    return worth, until


@nb.njit(cache=True)
def first_slots(first: int, last: int, room: Ints, demand: Ints) -> Ints:
    """(passes + 1,) where each pass's pieces begin in a state: as many as could be needed at once."""
    passes = room.shape[0]
    offset = np.zeros(passes + 1, dtype=np.int64)
    for p in range(passes):
        pieces = 1
        for row in range(first, last):
            if room[p, row] > 0:
                pieces = max(pieces, -(-demand[row] // room[p, row]))
        offset[p + 1] = offset[p] + pieces
    return offset


@nb.njit(cache=True)
def first_cells(begin: int, end: int, first_row: Ints, demand: Ints) -> Ints:
    """(rides + 1,) where each ride's cells begin; empty if a ride has too many."""
    first = np.zeros(end - begin + 1, dtype=np.int64)
    for r in range(begin, end):
        cells: int = 1
        for row in range(first_row[r], first_row[r + 1]):
            cells *= demand[row] + 1
            if cells > MOST_CELLS:
                return first[:0].copy()
        first[r - begin + 1] = first[r - begin] + cells
    return first
