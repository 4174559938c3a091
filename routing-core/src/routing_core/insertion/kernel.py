"""Every position pair of every tour, tried in compiled code.

Pickup and dropoff of the new request are put into each gap pair of each tour. What a pair can at best come
to – the arrivals without any waiting for ride limits, and what that costs – is known in constant time from
what the pair before came to; only pairs that may be feasible and cheaper than the best so far are timed
exactly. The bounds hold for any travel times, with or without a triangle rule: of the tour as it was they
use only what does not depend on the stops that an insertion comes between.
"""

import numpy as np
import numpy.typing as npt
from numba import njit

from routing_core.fleet.timing import (
    EARLIEST,
    FEASIBLE,
    IS_BREAK,
    LATEST,
    OVER_RIDE_LIMIT,
    PICKUP_OF,
    PLACE,
    RIDE_LIMIT,
    ROW_COUNT,
    SEATED,
    SERVICE,
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
FREE = -1

# Rows of what is known of a tour before anything is put in, one column per node.
STANDING = 0  # where the vehicle is at the node
FIRST = 1  # start of service at the earliest, ride limits aside
LAST = 2  # start of service at the latest, ride limits aside, for what comes behind to be in time
BINDING = 3  # the node that sets LAST
ARRIVALS = 4  # passengers getting off, times FIRST, up to and with the node
EARLIEST_ARRIVALS = 5  # the same with the earliest start their windows allow
KNOWN_COUNT = 6


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
        total += passenger_weight * _alighting(sequence, node) * times[node]
    return total


@njit(cache=True, nogil=True)
def _alighting(sequence: Ints, node: int) -> int:
    return int(max(0, -(sequence[SEATED, node] + sequence[WHEELCHAIRS, node])))


@njit(cache=True, nogil=True)
def know(travel_s: Matrix, nodes: Ints, known: Ints) -> None:
    """Write what is known of a tour: see the row names above.

    Parameters
    ----------
    nodes
        A sequence, rows as in ``fleet.timing``, breaks where the vehicle ``STANDS``.
    known
        Shape (KNOWN_COUNT, node_count).
    """
    count = nodes.shape[1]
    for node in range(count):
        place = nodes[PLACE, node]
        known[STANDING, node] = known[STANDING, node - 1] if place == STANDS else place
        known[FIRST, node] = nodes[EARLIEST, node]
        arrivals, earliest = 0, 0
        if node > 0:
            driven = travel_s[known[STANDING, node - 1], known[STANDING, node]]
            there = known[FIRST, node - 1] + nodes[SERVICE, node - 1] + driven
            known[FIRST, node] = max(known[FIRST, node], there)
            arrivals, earliest = known[ARRIVALS, node - 1], known[EARLIEST_ARRIVALS, node - 1]
        known[ARRIVALS, node] = arrivals + _alighting(nodes, node) * known[FIRST, node]
        known[EARLIEST_ARRIVALS, node] = earliest + _alighting(nodes, node) * nodes[EARLIEST, node]
    known[LAST, count - 1] = nodes[LATEST, count - 1]
    known[BINDING, count - 1] = count - 1
    for node in range(count - 2, -1, -1):
        driven = travel_s[known[STANDING, node], known[STANDING, node + 1]]
        last = known[LAST, node + 1] - nodes[SERVICE, node] - driven
        known[LAST, node] = min(last, nodes[LATEST, node])
        known[BINDING, node] = known[BINDING, node + 1] if last < nodes[LATEST, node] else node


@njit(cache=True, nogil=True)
def _lay_out(
    nodes: Ints,
    new: Ints,
    pickup_gap: int,
    dropoff_gap: int,
    order: Ints,
    position_of: Ints,
    sequence: Ints,
) -> None:
    """Write the sequence with the new stops in their gaps, and which column each position comes from."""
    count = nodes.shape[1]
    position = 0
    for node in range(count):
        order[position] = node
        position += 1
        if node == pickup_gap:
            order[position] = count
            position += 1
        if node == dropoff_gap:
            order[position] = count + 1
            position += 1
    for position in range(count + 2):
        position_of[order[position]] = position
    for position in range(count + 2):
        column = order[position]
        for row in range(ROW_COUNT):
            sequence[row, position] = nodes[row, column] if column < count else new[row, column - count]
        if column == count + 1:
            sequence[PICKUP_OF, position] = count
        if sequence[PLACE, position] == STANDS:
            sequence[PLACE, position] = sequence[PLACE, position - 1]
        if sequence[PICKUP_OF, position] > 0:
            sequence[PICKUP_OF, position] = position_of[sequence[PICKUP_OF, position]]


@njit(cache=True, nogil=True)
def _reason_at(nodes: Ints, node: int) -> int:
    """What it means for the new request that a node of the tour cannot be served in time."""
    if node == nodes.shape[1] - 1:
        return SHIFT_END
    return BREAK if nodes[IS_BREAK, node] == 1 else PROMISE_TO_OTHERS


@njit(cache=True, nogil=True)
def _reason(nodes: Ints, order: Ints, verdict: int) -> int:
    """What the timing's verdict means for the new request."""
    count = nodes.shape[1]
    over_limit = verdict >= OVER_RIDE_LIMIT
    failed = order[verdict - OVER_RIDE_LIMIT if over_limit else verdict]
    if failed == count:
        return PICKUP_TOO_LATE
    if failed == count + 1:
        return RIDE_TOO_LONG if over_limit else ARRIVAL_TOO_LATE
    return _reason_at(nodes, failed)


@njit(cache=True, nogil=True)
def _no_place(seats: Ints, new: Ints, seated: int, wheelchairs: int) -> int:
    """Why the new passengers find no place beside those aboard; FREE when they do."""
    if fits(seats, seated, wheelchairs):
        return FREE
    return NO_WHEELCHAIR_PLACE if fits(seats, seated, wheelchairs - new[WHEELCHAIRS, 0]) else NO_SEAT


@njit(cache=True, nogil=True)
def _too_late(
    travel_s: Matrix, nodes: Ints, known: Ints, new: Ints, dropoff_gap: int, ridden: int, dropped_off: int
) -> int:
    """Why a dropoff that can at the earliest be at ``dropped_off`` is too late for somebody; FREE if not."""
    if ridden > new[RIDE_LIMIT, 1]:
        return RIDE_TOO_LONG
    if dropped_off > new[LATEST, 1]:
        return ARRIVAL_TOO_LATE
    behind = dropoff_gap + 1
    leaves = dropped_off + new[SERVICE, 1]
    if nodes[IS_BREAK, behind] == 1:
        # It would be taken somewhere else: nothing known of the tour holds behind it.
        return BREAK if leaves > nodes[LATEST, behind] else FREE
    if leaves + travel_s[new[PLACE, 1], known[STANDING, behind]] > known[LAST, behind]:
        return _reason_at(nodes, known[BINDING, behind])
    return FREE


@njit(cache=True, nogil=True)
def _added_drive_s(travel_s: Matrix, standing: Ints, new: Ints, pickup_gap: int, dropoff_gap: int) -> int:
    """Seconds of driving that the new stops add, where no break follows them."""
    pickup, dropoff = new[PLACE, 0], new[PLACE, 1]
    before, behind = standing[pickup_gap], standing[pickup_gap + 1]
    if pickup_gap == dropoff_gap:
        on_the_way = travel_s[before, pickup] + travel_s[pickup, dropoff] + travel_s[dropoff, behind]
        return int(on_the_way - travel_s[before, behind])
    added = travel_s[before, pickup] + travel_s[pickup, behind] - travel_s[before, behind]
    before, behind = standing[dropoff_gap], standing[dropoff_gap + 1]
    return int(added + travel_s[before, dropoff] + travel_s[dropoff, behind] - travel_s[before, behind])


@njit(cache=True, nogil=True)
def _later_arrivals(
    travel_s: Matrix, nodes: Ints, known: Ints, new: Ints, dropoff_gap: int, dropped_off: int
) -> int:
    """The least that arrivals behind the dropoff can come to, times the passengers who arrive."""
    behind = dropoff_gap + 1
    end = nodes.shape[1] - 1
    starts = dropped_off + new[SERVICE, 1] + travel_s[new[PLACE, 1], known[STANDING, behind]]
    if starts < known[FIRST, behind]:
        return int(known[EARLIEST_ARRIVALS, end] - known[EARLIEST_ARRIVALS, dropoff_gap])
    later = _alighting(nodes, behind) * (starts - known[FIRST, behind])
    return int(later + known[ARRIVALS, end] - known[ARRIVALS, dropoff_gap])


@njit(cache=True, nogil=True)
def try_tour(  # noqa: C901, PLR0915 - one loop over the pairs, kept in one piece for its running totals
    travel_s: Matrix,
    nodes: Ints,
    known: Ints,
    new: Ints,
    first_gap: int,
    seats: Ints,
    drive_weight: int,
    passenger_weight: int,
    counts: Ints,
    best: Ints,
) -> None:
    """Try every pair of gaps of one tour.

    Parameters
    ----------
    nodes, known
        The tour, and what :func:`know` wrote of it.
    new
        Shape (ROW_COUNT, 2): the new pickup and dropoff.
    first_gap
        The first gap that may be used; gap g lies behind node g.
    counts
        Shape (REASON_COUNT,), added to: pairs failing by reason. Pairs that cannot be cheaper than a
        feasible one are not counted.
    best
        Shape (4,), written: cost, pickup gap, dropoff gap, seconds driven; pickup gap -1 when no pair is
        feasible.
    """
    count = nodes.shape[1]
    gap_count = count - 1
    order = np.empty(count + 2, dtype=np.int64)
    position_of = np.empty(count + 2, dtype=np.int64)
    times = np.empty(count + 2, dtype=np.int64)
    sequence = np.empty((ROW_COUNT, count + 2), dtype=np.int64)
    standing = known[STANDING]
    party = new[SEATED, 0] + new[WHEELCHAIRS, 0]
    driven_s = 0
    for node in range(1, count):
        driven_s += travel_s[standing[node - 1], standing[node]]
    seated_aboard = nodes[SEATED, :first_gap].sum()
    wheelchairs_aboard = nodes[WHEELCHAIRS, :first_gap].sum()
    best[1] = -1
    for gap in range(first_gap, gap_count):
        seated_aboard += nodes[SEATED, gap]
        wheelchairs_aboard += nodes[WHEELCHAIRS, gap]
        seated = seated_aboard + new[SEATED, 0]
        wheelchairs = wheelchairs_aboard + new[WHEELCHAIRS, 0]
        starts = known[FIRST, gap] + nodes[SERVICE, gap] + travel_s[standing[gap], new[PLACE, 0]]
        starts = max(starts, new[EARLIEST, 0])
        reason = _no_place(seats, new, seated, wheelchairs)
        if starts > new[LATEST, 0]:
            reason = PICKUP_TOO_LATE
        if reason != FREE:
            counts[reason] += gap_count - gap
            continue
        # Running totals from the pickup to the place where the dropoff is tried.
        place, leaves, ridden = new[PLACE, 0], starts + new[SERVICE, 0], 0
        arrivals = known[ARRIVALS, gap]
        for dropoff_gap in range(gap, gap_count):
            if dropoff_gap > gap:
                # The new passengers are aboard at this node too.
                seated += nodes[SEATED, dropoff_gap]
                wheelchairs += nodes[WHEELCHAIRS, dropoff_gap]
                driven = travel_s[place, standing[dropoff_gap]]
                starts = max(nodes[EARLIEST, dropoff_gap], leaves + driven)
                reason = _no_place(seats, new, seated, wheelchairs)
                if nodes[IS_BREAK, dropoff_gap] == 1:
                    reason = BREAK
                elif reason == FREE and starts > known[LAST, dropoff_gap]:
                    reason = _reason_at(nodes, known[BINDING, dropoff_gap])
                if reason != FREE:
                    counts[reason] += gap_count - dropoff_gap
                    break
                ridden += driven + nodes[SERVICE, dropoff_gap]
                arrivals += _alighting(nodes, dropoff_gap) * starts
                leaves = starts + nodes[SERVICE, dropoff_gap]
                place = standing[dropoff_gap]
            driven = travel_s[place, new[PLACE, 1]]
            dropped_off = max(new[EARLIEST, 1], leaves + driven)
            reason = _too_late(travel_s, nodes, known, new, dropoff_gap, ridden + driven, dropped_off)
            if reason != FREE:
                counts[reason] += 1
                continue
            if best[1] >= 0 and nodes[IS_BREAK, dropoff_gap + 1] == 0:
                later = _later_arrivals(travel_s, nodes, known, new, dropoff_gap, dropped_off)
                at_least = passenger_weight * (arrivals + party * dropped_off + later)
                added_s = _added_drive_s(travel_s, standing, new, gap, dropoff_gap)
                if at_least + drive_weight * (driven_s + added_s) >= best[0]:
                    continue
            _lay_out(nodes, new, gap, dropoff_gap, order, position_of, sequence)
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


# What keeps a tour from being tried at all.
TRIED = -1
UNAVAILABLE = REASON_COUNT
OFF_DUTY = REASON_COUNT + 1


@njit(cache=True, nogil=True)
def try_tours(
    travel_s: Matrix,
    nodes: Ints,
    known: Ints,
    starts: Ints,
    first_gaps: Ints,
    seats: Ints,
    duty_s: Ints,
    available: npt.NDArray[np.bool_],
    new: Ints,
    drive_weight: int,
    passenger_weight: int,
    verdicts: Ints,
    counts: Ints,
    best: Ints,
) -> None:
    """Try the request in every tour.

    Parameters
    ----------
    nodes, known
        All tours one behind the other; tour t has the columns ``starts[t]`` to ``starts[t + 1]``.
    seats
        Shape (tour_count, wheelchairs): seats by wheelchairs aboard, -1 where so many do not fit.
    duty_s
        Shape (tour_count, 2): from when on the vehicle is free, and when its shift ends.
    verdicts
        Shape (tour_count,), written: ``TRIED``, or why it was not.
    counts, best
        A row per tour: see :func:`try_tour`.
    """
    for tour in range(len(starts) - 1):
        verdicts[tour] = TRIED
        if not fits(seats[tour], new[SEATED, 0], new[WHEELCHAIRS, 0]):
            without = fits(seats[tour], new[SEATED, 0], 0)
            verdicts[tour] = NO_WHEELCHAIR_PLACE if without else NO_SEAT
        elif (
            new[LATEST, 0] < duty_s[tour, 0]
            or new[EARLIEST, 1] > duty_s[tour, 1]
            or new[EARLIEST, 0] > duty_s[tour, 1]
        ):
            verdicts[tour] = OFF_DUTY
        elif not available[tour]:
            verdicts[tour] = UNAVAILABLE
        else:
            columns = slice(starts[tour], starts[tour + 1])
            try_tour(
                travel_s,
                nodes[:, columns],
                known[:, columns],
                new,
                first_gaps[tour],
                seats[tour],
                drive_weight,
                passenger_weight,
                counts[tour],
                best[tour],
            )
