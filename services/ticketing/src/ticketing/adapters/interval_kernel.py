"""An account's plan by interval dynamic programming, compiled: where what is bought always covers a stretch.

That is so for calendar passes and windows that fit everywhere or in whole stretches, with one rider on every
ride and no carnets. Whatever covers the first ride that is still open can then be bought there and covers as
much of what follows, so that the cheapest way from each ride on needs no memory of what was bought before.
"""

import numba as nb
import numpy as np

from ticketing.adapters.sweep_bounds import SCALE
from ticketing.application.flat import NEVER, PASS, SINGLE
from ticketing.application.ride_table import Bools, Ints


@nb.njit(cache=True)
def _reaches(
    begin: int,
    end: int,
    departs_s: Ints,
    first_row: Ints,
    room: Ints,
    sold: Bools,
    clock_s: Ints,
    ends_s: Ints,
    p: int,
    reach: Ints,
) -> bool:
    """Whether pass p covers stretches only; with it (rides,) the first ride after its stretch from each."""
    after = begin
    latest = ends_s[p, begin]
    for r in range(begin, end):
        if not sold[p, r]:
            if r < after:
                return False
            reach[p, r - begin] = r
            continue
        if r < after and ends_s[p, r] < latest:
            return False
        latest = ends_s[p, r]
        after = max(after, r)
        while after < end and room[p, first_row[after]] > 0 and clock_s[p, after] <= latest:
            after += 1
        other = after
        while other < end and departs_s[other] <= latest:
            if room[p, first_row[other]] > 0 and clock_s[p, other] <= latest:
                return False
            other += 1
        reach[p, r - begin] = after
    return True


@nb.njit(cache=True)
def cheapest_stretches(
    begin: int,
    end: int,
    departs_s: Ints,
    first_row: Ints,
    demand: Ints,
    single_cents: Ints,
    single_room: Ints,
    pass_prices: Ints,
    pass_room: Ints,
    pass_sold: Bools,
    pass_clock_s: Ints,
    pass_ends_s: Ints,
) -> tuple[int, Ints]:
    """The cheapest way through the rides ``begin`` to before ``end``, without carnets.

    Arrays are those of ``Flat``, over all its rides; prices of passes (products,) are scaled.

    Returns
    -------
    cost
        Scaled; -1 if a pass covers more, or someone needs more, than stretches can say.
    bought
        As in ``Plan``.
    """
    nothing = np.empty((0, 4), dtype=np.int64)
    for r in range(begin, end):
        if first_row[r + 1] - first_row[r] != 1 or demand[first_row[r]] != 1:
            return -1, nothing
    reach = np.empty((pass_prices.shape[0], end - begin), dtype=np.int64)
    for p in range(pass_prices.shape[0]):
        if not _reaches(
            begin, end, departs_s, first_row, pass_room, pass_sold, pass_clock_s, pass_ends_s, p, reach
        ):
            return -1, nothing
    least = np.empty(end - begin + 1, dtype=np.int64)
    chosen = np.empty((end - begin, 2), dtype=np.int64)
    least[end - begin] = 0
    for at in range(end - begin - 1, -1, -1):
        row = first_row[begin + at]
        least[at] = NEVER
        for s in range(single_cents.shape[0]):
            cost = single_cents[s, begin + at] * SCALE + 1 + least[at + 1]
            if single_room[s, row] > 0 and cost < least[at]:
                least[at] = cost
                chosen[at, 0], chosen[at, 1] = SINGLE, s
        for p in range(pass_prices.shape[0]):
            after = reach[p, at] - begin
            if after > at and pass_prices[p] + least[after] < least[at]:
                least[at] = pass_prices[p] + least[after]
                chosen[at, 0], chosen[at, 1] = PASS, p
        if least[at] >= NEVER:
            return -1, nothing
    bought = np.empty((end - begin, 4), dtype=np.int64)
    pieces, at = 0, 0
    while at < end - begin:
        kind, which = chosen[at, 0], chosen[at, 1]
        bought[pieces, 0], bought[pieces, 1] = kind, which
        bought[pieces, 2], bought[pieces, 3] = at, 1
        pieces += 1
        at = reach[which, at] - begin if kind == PASS else at + 1
    return least[0], bought[:pieces]
