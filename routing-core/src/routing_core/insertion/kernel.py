"""Every position pair of one tour, tried in compiled code.

Pickup and dropoff of the new request are put into each gap pair of the tour; the order that results is
timed exactly. Only pairs that capacity or a break rules out are skipped without timing.
"""

import numpy as np
from numba import njit

from routing_core.fleet.timing import (
    FEASIBLE,
    IS_BREAK,
    OVER_RIDE_LIMIT,
    PICKUP_OF,
    PLACE,
    ROW_COUNT,
    SEATED,
    STANDS,
    WHEELCHAIRS,
    Ints,
    Matrix,
    least_times,
)

# What a pair fails on; the order is that of ``best.Reason``.
NO_SEAT = 0
NO_WHEELCHAIR_PLACE = 1
PICKUP_TOO_LATE = 2
ARRIVAL_TOO_LATE = 3
RIDE_TOO_LONG = 4
PROMISE_TO_OTHERS = 5
BREAK = 6
SHIFT_END = 7
REASON_COUNT = 8


@njit(cache=True, nogil=True)
def fits(seats: Ints, seated: int, wheelchairs: int) -> bool:
    """Whether the load fits one of the layouts, given seats by wheelchairs aboard."""
    return wheelchairs < len(seats) and seated <= seats[wheelchairs]


@njit(cache=True, nogil=True)
def drive_s(travel_s: Matrix, sequence: Ints) -> int:
    """Seconds driven along the sequence."""
    total = 0
    for node in range(1, sequence.shape[1]):
        total += travel_s[sequence[PLACE, node - 1], sequence[PLACE, node]]
    return total


@njit(cache=True, nogil=True)
def cost(travel_s: Matrix, sequence: Ints, times: Ints, drive_weight: int, passenger_weight: int) -> int:
    """Weighted seconds driven, and arrival time of every passenger still to get off."""
    total = drive_weight * drive_s(travel_s, sequence)
    for node in range(1, sequence.shape[1]):
        alighting = -(sequence[SEATED, node] + sequence[WHEELCHAIRS, node])
        if alighting > 0:
            total += passenger_weight * alighting * times[node]
    return total


@njit(cache=True, nogil=True)
def _lay_out(
    nodes: Ints, pickup_gap: int, dropoff_gap: int, order: Ints, position_of: Ints, sequence: Ints
) -> None:
    """Write the sequence with the new stops in their gaps, and which column each position comes from."""
    count = nodes.shape[1]
    position = 0
    for node in range(count - 2):
        order[position] = node
        position += 1
        if node == pickup_gap:
            order[position] = count - 2
            position += 1
        if node == dropoff_gap:
            order[position] = count - 1
            position += 1
    for position in range(count):
        position_of[order[position]] = position
    for position in range(count):
        for row in range(ROW_COUNT):
            sequence[row, position] = nodes[row, order[position]]
        if sequence[PLACE, position] == STANDS:
            sequence[PLACE, position] = sequence[PLACE, position - 1]
        if sequence[PICKUP_OF, position] > 0:
            sequence[PICKUP_OF, position] = position_of[sequence[PICKUP_OF, position]]


@njit(cache=True, nogil=True)
def _reason(nodes: Ints, order: Ints, verdict: int) -> int:
    """What the timing's verdict means for the new request."""
    count = nodes.shape[1]
    over_limit = verdict >= OVER_RIDE_LIMIT
    failed = order[verdict - OVER_RIDE_LIMIT if over_limit else verdict]
    if failed == count - 2:
        return PICKUP_TOO_LATE
    if failed == count - 1:
        return RIDE_TOO_LONG if over_limit else ARRIVAL_TOO_LATE
    if failed == count - 3:
        return SHIFT_END
    return BREAK if nodes[IS_BREAK, failed] == 1 else PROMISE_TO_OTHERS


@njit(cache=True, nogil=True)
def try_all(
    travel_s: Matrix,
    nodes: Ints,
    first_gap: int,
    seats: Ints,
    drive_weight: int,
    passenger_weight: int,
    counts: Ints,
    best: Ints,
) -> None:
    """Try every pair of gaps.

    Parameters
    ----------
    nodes
        A sequence (rows as in ``fleet.timing``, breaks where the vehicle ``STANDS``) and behind it two more
        columns, the new pickup and dropoff.
    first_gap
        The first gap that may be used; gap g lies behind node g.
    counts
        Shape (REASON_COUNT,), added to: pairs failing by reason.
    best
        Shape (4,), written: cost, pickup gap, dropoff gap, seconds driven; pickup gap -1 when no pair is
        feasible.
    """
    count = nodes.shape[1]
    pickup = count - 2
    gap_count = count - 3
    order = np.empty(count, dtype=np.int64)
    position_of = np.empty(count, dtype=np.int64)
    times = np.empty(count, dtype=np.int64)
    sequence = np.empty((ROW_COUNT, count), dtype=np.int64)
    best[1] = -1
    for gap in range(first_gap, gap_count):
        seated = nodes[SEATED, : gap + 1].sum() + nodes[SEATED, pickup]
        wheelchairs = nodes[WHEELCHAIRS, : gap + 1].sum() + nodes[WHEELCHAIRS, pickup]
        for dropoff_gap in range(gap, gap_count):
            if dropoff_gap > gap:
                # The new passengers are aboard at this node too.
                if nodes[IS_BREAK, dropoff_gap] == 1:
                    counts[BREAK] += gap_count - dropoff_gap
                    break
                seated += nodes[SEATED, dropoff_gap]
                wheelchairs += nodes[WHEELCHAIRS, dropoff_gap]
            if not fits(seats, seated, wheelchairs):
                seated_only = fits(seats, seated, wheelchairs - nodes[WHEELCHAIRS, pickup])
                counts[NO_WHEELCHAIR_PLACE if seated_only else NO_SEAT] += gap_count - dropoff_gap
                break
            _lay_out(nodes, gap, dropoff_gap, order, position_of, sequence)
            verdict = least_times(travel_s, sequence, times)
            if verdict != FEASIBLE:
                counts[_reason(nodes, order, verdict)] += 1
                continue
            price = cost(travel_s, sequence, times, drive_weight, passenger_weight)
            if best[1] < 0 or price < best[0]:
                best[0] = price
                best[1] = gap
                best[2] = dropoff_gap
                best[3] = drive_s(travel_s, sequence)
