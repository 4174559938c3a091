"""When each stop of a given order happens: compiled kernels on one flat table.

A *sequence* is an int64 array of shape (ROW_COUNT, node_count). Node 0 is where the vehicle stands and when
it can set off, the last node is the end of the shift, those between are stops. Times are seconds.

The times of an order are a system of difference constraints: each node not before the one before plus
service and travel, within its window, each dropoff at most the ride limit after its pickup, and the end at
most the shift's longest duration after setting out. Such a system has a least solution exactly when it has
a solution, found by repeated relaxation (Bellman 1958).
Forward slack alone (Savelsbergh 1992) is not exact once ride times are limited.
"""

import numpy as np
import numpy.typing as npt
from numba import njit

Ints = npt.NDArray[np.int64]
Matrix = npt.NDArray[np.int32]

# Rows of a sequence.
PLACE = 0
EARLIEST = 1
LATEST = 2
SERVICE = 3
PICKUP_OF = 4  # of a dropoff: the node of its pickup; 0 for other nodes and passengers already aboard
# Of a dropoff: seconds from the end of service at the pickup to its own start. Of the last node: seconds
# from leaving node 0.
RIDE_LIMIT = 5
SEATED = 6  # change of the load at the node
WHEELCHAIRS = 7
IS_BREAK = 8
ROW_COUNT = 9

STANDS = -1
"""Place of a break before the order is known: wherever the vehicle stands."""

NO_LIMIT = 2**40
"""Ride limit of the last node where the shift's duration is not limited."""

FEASIBLE = -1
OVER_RIDE_LIMIT = 1_000_000
"""Added to a failing node's index when its ride limit, not its window, is what fails."""


@njit(cache=True, nogil=True)
def _over_limit(sequence: Ints, times: Ints) -> int:
    """The first dropoff later than its ride limit allows, or the end of the shift; 0 when there is none."""
    for node in range(1, sequence.shape[1]):
        pickup = sequence[PICKUP_OF, node]
        if pickup > 0:
            ridden = times[node] - times[pickup] - sequence[SERVICE, pickup]
            if ridden > sequence[RIDE_LIMIT, node]:
                return node
    last = sequence.shape[1] - 1
    return int(last) if times[last] - times[0] > sequence[RIDE_LIMIT, last] else 0


@njit(cache=True, nogil=True)
def least_times(travel_s: Matrix, sequence: Ints, times: Ints) -> int:
    """Earliest feasible start of every node, exact with ride limits.

    Parameters
    ----------
    travel_s
        int32, shape (place_count, place_count), seconds.
    sequence
        With every ``PLACE`` known.
    times
        Written, shape (node_count,): the start of service of every node; meaningless when infeasible.

    Returns
    -------
    ``FEASIBLE``, or the node that cannot be served in time (plus ``OVER_RIDE_LIMIT``).
    """
    node_count = sequence.shape[1]
    # A ride that is too long even without any waiting fails for that, not for what it would push later.
    times[0] = 0
    for node in range(1, node_count):
        before = node - 1
        driven = travel_s[sequence[PLACE, before], sequence[PLACE, node]]
        times[node] = times[before] + sequence[SERVICE, before] + driven
    too_long = _over_limit(sequence, times)
    if too_long > 0:
        return OVER_RIDE_LIMIT + too_long
    times[:] = sequence[EARLIEST]
    # Each round relaxes every constraint, so a solvable system settles within node_count rounds.
    for _ in range(node_count + 1):
        for node in range(1, node_count):
            before = node - 1
            driven = travel_s[sequence[PLACE, before], sequence[PLACE, node]]
            times[node] = max(times[node], times[before] + sequence[SERVICE, before] + driven)
            if times[node] > sequence[LATEST, node]:
                return node
        settled = True
        end = node_count - 1
        leaves = times[end] - sequence[RIDE_LIMIT, end]
        if leaves > times[0]:
            if leaves > sequence[LATEST, 0]:
                return int(end + OVER_RIDE_LIMIT)
            times[0] = leaves
            settled = False
        for node in range(node_count - 1, 0, -1):
            pickup = sequence[PICKUP_OF, node]
            if pickup > 0:
                needed = times[node] - sequence[RIDE_LIMIT, node] - sequence[SERVICE, pickup]
                if needed > times[pickup]:
                    if needed > sequence[LATEST, pickup]:
                        return node + OVER_RIDE_LIMIT
                    times[pickup] = needed
                    settled = False
        if settled:
            return FEASIBLE
    return OVER_RIDE_LIMIT + int(max(1, _over_limit(sequence, times)))


@njit(cache=True, nogil=True)
def wait_empty(travel_s: Matrix, sequence: Ints, times: Ints) -> None:
    """Move waiting to where fewer passengers sit through it.

    A wait after node k is moved ahead of a run of nodes i..k by starting all of them later, as far as their
    windows and the ride limits of those already aboard allow; arrivals after k stay as they are. Repeated
    until no run improves the passenger-seconds waited.

    Parameters
    ----------
    times
        Feasible times, shape (node_count,), changed in place.
    """
    node_count = sequence.shape[1]
    aboard = np.cumsum(sequence[SEATED] + sequence[WHEELCHAIRS])
    improved = True
    while improved:
        improved = False
        for last in range(1, node_count - 1):
            driven = travel_s[sequence[PLACE, last], sequence[PLACE, last + 1]]
            wait = times[last + 1] - times[last] - sequence[SERVICE, last] - driven
            if wait <= 0 or aboard[last] == 0:
                continue
            best_gain = 0
            best_first = 0
            best_shift = 0
            window = wait
            for first in range(last, 0, -1):
                window = min(window, sequence[LATEST, first] - times[first])
                if window <= 0:
                    break
                fewer = aboard[last] - aboard[first - 1]
                if fewer <= 0:
                    continue
                shift = window
                for node in range(first, last + 1):
                    pickup = sequence[PICKUP_OF, node]
                    if 0 < pickup < first:
                        ridden = times[node] - times[pickup] - sequence[SERVICE, pickup]
                        shift = min(shift, sequence[RIDE_LIMIT, node] - ridden)
                if shift * fewer > best_gain:
                    best_gain = shift * fewer
                    best_first = first
                    best_shift = shift
            if best_gain > 0:
                times[best_first : last + 1] += best_shift
                improved = True
