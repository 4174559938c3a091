"""Whether some order of a few stops can be kept: compiled search over permutations."""

import numpy as np
import numpy.typing as npt
from numba import njit

from routing_core.fleet.timing import Ints

Flags = npt.NDArray[np.bool_]

MOST_STEPS = 5_000
"""Partial orders looked at before an order is taken to exist (which loses no plan, only strength)."""


@njit(cache=True, nogil=True)
def keeps_times(
    order: Ints,
    count: int,
    between: Ints,
    earliest: Ints,
    latest: Ints,
    service: Ints,
    max_ride: Ints,
    times: Ints,
) -> bool:
    """Whether the first ``count`` stops of an order have times within all windows and ride limits.

    The least solution of the difference constraints, by relaxation (Bellman 1958). ``times`` (at least
    ``count``) is written. A stop s < n is a pickup, s + n its dropoff, with ``max_ride`` of length n.
    """
    size = len(max_ride)
    for at in range(count):
        times[at] = earliest[order[at]]
    for _ in range(count + 2):
        for at in range(1, count):
            before = order[at - 1]
            reached = times[at - 1] + service[before] + between[before, order[at]]
            times[at] = max(times[at], reached)
        settled = True
        for at in range(count):
            stop = order[at]
            if times[at] > latest[stop]:
                return False
            if stop < size:
                continue
            for earlier in range(at):
                if order[earlier] == stop - size:
                    needed = times[at] - max_ride[stop - size] - service[stop - size]
                    if needed > times[earlier]:
                        times[earlier] = needed
                        settled = False
        if settled:
            return True
    return False


@njit(cache=True, nogil=True)
def _rest_in_time(
    stop: int, time: int, stops: Ints, used: Flags, between: Ints, latest: Ints, service: Ints
) -> bool:
    """Whether each of the stops not used yet, taken alone, can be reached from a stop left in time."""
    for at in range(len(stops)):
        if not used[at] and time + service[stop] + between[stop, stops[at]] > latest[stops[at]]:
            return False
    return True


@njit(cache=True, nogil=True)
def possible(
    first: Ints,
    middle: Ints,
    last: Ints,
    between: Ints,
    earliest: Ints,
    latest: Ints,
    service: Ints,
    max_ride: Ints,
) -> bool:
    """Whether ``first`` in some order, then ``middle`` as it is, then ``last`` in some order can be kept.

    Other stops may come in between: ``between`` has the shortest times by way of any. So False means that no
    tour whatsoever contains such an order (the path checks of Gaul, Klamroth and Stiglmayr 2022, for any
    number aboard).
    """
    stops = np.concatenate((first, middle, last))
    total, fixed = len(stops), len(first) + len(middle)
    order = np.empty(total, dtype=np.int64)
    times = np.empty(total, dtype=np.int64)
    chosen = np.full(total + 1, -1, dtype=np.int64)
    used = np.zeros(total, dtype=np.bool_)
    at, steps = 0, 0
    while 0 <= at < total and steps < MOST_STEPS:
        steps += 1
        # The stops that may stand here, and the next of them that has not been tried in this place.
        lowest, beyond = fixed, total
        if at < len(first):
            lowest, beyond = 0, len(first)
        elif at < fixed:
            lowest, beyond = at, at + 1
        candidate = lowest
        if chosen[at] >= 0:
            used[chosen[at]] = False
            candidate = chosen[at] + 1
        while candidate < beyond and used[candidate]:
            candidate += 1
        if candidate == beyond:
            at -= 1
            continue
        chosen[at], used[candidate], order[at] = candidate, True, stops[candidate]
        if keeps_times(order, at + 1, between, earliest, latest, service, max_ride, times) and _rest_in_time(
            stops[candidate], times[at], stops, used, between, latest, service
        ):
            at += 1
            chosen[at] = -1
    return at >= 0
