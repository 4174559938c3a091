"""The sweep over an account's rides, compiled: every state of passes in hand that could be the cheapest.

A state is what is in hand after some rides: for every pass, until when each of its pieces counts (as many
pieces as could ever be needed at once, latest first), and the uses left of every carnet. Something is bought
only at a ride that is not covered yet: whatever a cheapest plan buys earlier can be bought there just as
well, and then counts at least as long. A state is dropped when another one is not dearer even after buying
all that the first has in hand and it has not.

Prices come scaled, with one added per piece: of equally cheap plans that with the fewest pieces is found.
"""

import numba as nb
import numpy as np

from ticketing.application.flat import CARNET, NEVER, PASS, SINGLE, USE
from ticketing.application.ride_table import Bools, Ints

NOTHING = -(1 << 62)
SCALE = 1 << 20
"""Prices are this much dearer, and every piece one more: cents first, then the number of pieces."""
MOST_CELLS = 4096
"""Of one ride; the search gives up beyond."""


@nb.njit(cache=True)
def _less(cell: int, first: int, last: int, demand: Ints, room: Ints) -> int:
    """Who is left of those in a cell after one piece: cells number the riders not covered yet, row by row."""
    if last == first + 1:
        rest: int = max(0, cell - room[first])
        return rest
    left: int = 0
    stride: int = 1
    for row in range(first, last):
        sizes = demand[row] + 1
        left += max(0, cell % sizes - room[row]) * stride
        cell //= sizes
        stride *= sizes
    return left


@nb.njit(cache=True)
def _single_table(
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
                rest = _less(cell, first_row[r], first_row[r + 1], demand, room[p])
                if rest < cell and cost[cells + rest] < NEVER:
                    price = cost[cells + rest] + cents[p, r] * SCALE + 1
                    if price < cost[cells + cell]:
                        cost[cells + cell] = price
                        piece[cells + cell] = p
    return cost, piece


@nb.njit(cache=True)
def _lacking(
    has: Ints,
    wants: Ints,
    enough: int,
    offset: Ints,
    pass_prices: Ints,
    stands_in: Bools,
    carnet_prices: Ints,
) -> int:
    """What ``has`` would pay to hold all that ``wants`` holds; counted until it is more than ``enough``."""
    price: int = 0
    passes = pass_prices.shape[0]
    for p in range(passes):
        for slot in range(offset[p], offset[p + 1]):
            until = wants[slot]
            if until == NOTHING:
                break
            if has[slot] >= until:
                continue
            instead = False
            for q in range(passes):
                if stands_in[p, q] and has[offset[q]] >= until:
                    instead = True
                    break
            if not instead:
                price += pass_prices[p]
                if price > enough:
                    return price
    for c in range(carnet_prices.shape[0]):
        if has[offset[passes] + c] < wants[offset[passes] + c]:
            price += carnet_prices[c]
    return price


@nb.njit(cache=True)
def _keep(
    states: Ints,
    costs: Ints,
    nodes: Ints,
    count: int,
    state: Ints,
    cost: int,
    node: int,
    offset: Ints,
    pass_prices: Ints,
    stands_in: Bools,
    carnet_prices: Ints,
) -> int:
    """Keep a state unless one makes it needless, and drop those it makes needless; the number kept."""
    for other in range(count):
        enough = cost - costs[other]
        if enough >= 0 and (
            _lacking(states[other], state, enough, offset, pass_prices, stands_in, carnet_prices) <= enough
        ):
            return count
    kept = 0
    for other in range(count):
        enough = costs[other] - cost
        needless = enough >= 0 and (
            _lacking(state, states[other], enough, offset, pass_prices, stands_in, carnet_prices) <= enough
        )
        if not needless:
            if kept != other:
                states[kept] = states[other]
                costs[kept] = costs[other]
                nodes[kept] = nodes[other]
            kept += 1
    states[kept] = state
    costs[kept] = cost
    nodes[kept] = node
    return kept + 1


@nb.njit(cache=True)
def _grown(table: Ints) -> Ints:
    larger = np.empty((table.shape[0] * 2, table.shape[1]), dtype=table.dtype)
    larger[: table.shape[0]] = table
    return larger


@nb.njit(cache=True)
def _last_chances(begin: int, end: int, first_row: Ints, room: Ints, sold: Bools) -> Bools:
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
def _stands_in(begin: int, end: int, first_row: Ints, room: Ints, clock_s: Ints, offset: Ints) -> Bools:
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
def _offsets(first: int, last: int, room: Ints, demand: Ints) -> Ints:
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
def _cells(begin: int, end: int, first_row: Ints, demand: Ints) -> Ints:
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


@nb.njit(cache=True)
def sweep(  # noqa: C901, PLR0912, PLR0915 - one walk, in one piece for what it carries along
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
    carnet_prices: Ints,
    carnet_uses: Ints,
    carnet_room: Ints,
    most_states: int,
) -> tuple[int, Ints]:
    """The cheapest way through the rides ``begin`` to before ``end``.

    Arrays are those of ``Flat``, over all its rides; prices of passes and carnets (products,) are scaled.
    ``most_states`` are kept at one time; the search gives up beyond.

    Returns
    -------
    cost
        Scaled; -1 if it gave up.
    bought
        As in ``Plan``.
    """
    nothing = np.empty((0, 4), dtype=np.int64)
    first_cell = _cells(begin, end, first_row, demand)
    if first_cell.shape[0] == 0:
        return -1, nothing
    single_cost, single_piece = _single_table(
        single_cents, single_room, first_row, demand, first_cell, begin, end
    )
    offset = _offsets(first_row[begin], first_row[end], pass_room, demand)
    stands_in = _stands_in(begin, end, first_row, pass_room, pass_clock_s, offset)
    last_chance = _last_chances(begin, end, first_row, pass_room, pass_sold)
    later_prices = pass_prices.copy()  # NEVER once a pass is no more sold, though it would still be of use
    passes = pass_prices.shape[0]
    carnets = carnet_prices.shape[0]
    width = offset[passes] + carnets
    room = min(most_states, 64)
    states = np.empty((room, width), dtype=np.int64)
    costs = np.empty(room, dtype=np.int64)
    nodes = np.empty(room, dtype=np.int64)
    states[0, : offset[passes]] = NOTHING
    states[0, offset[passes] :] = 0
    costs[0] = 0
    nodes[0] = -1
    count = 1
    next_states = np.empty((room, width), dtype=np.int64)
    next_costs = np.empty(room, dtype=np.int64)
    next_nodes = np.empty(room, dtype=np.int64)
    steps = np.empty((256, 5), dtype=np.int64)  # ride, kind, which, count or cell, step before
    taken = 0
    open_states = np.empty((64, width), dtype=np.int64)
    open_told = np.empty((64, 4), dtype=np.int64)  # cost, node, cell to cover, first option
    state = np.empty(width, dtype=np.int64)
    for r in range(begin, end):
        kept = 0
        first, last = first_row[r], first_row[r + 1]
        cells = first_cell[r - begin]
        everyone = first_cell[r - begin + 1] - cells - 1
        closing = False
        for p in range(passes):
            if last_chance[p, r - begin]:
                closing = True
                later_prices[p] = NEVER
        for label in range(count):
            state[:] = states[label]
            cell = everyone
            for p in range(passes):
                for slot in range(offset[p], offset[p + 1]):
                    if state[slot] < departs_s[r]:
                        state[slot] = NOTHING
                    elif pass_clock_s[p, r] <= state[slot]:
                        cell = _less(cell, first, last, demand, pass_room[p])
            open_states[0] = state
            open_told[0, 0], open_told[0, 1] = costs[label], nodes[label]
            open_told[0, 2], open_told[0, 3] = cell, 0
            opened = 1
            while opened > 0:
                opened -= 1
                state[:] = open_states[opened]
                cost, node = open_told[opened, 0], open_told[opened, 1]
                cell, option = open_told[opened, 2], open_told[opened, 3]
                if taken + 4 + passes + 2 * carnets > steps.shape[0]:
                    steps = _grown(steps)
                while opened + 1 + passes + carnets > open_states.shape[0]:
                    open_states = _grown(open_states)
                    open_told = _grown(open_told)
                if single_cost[cells + cell] < NEVER:
                    end_node, end_cost = node, cost
                    if cell > 0:
                        steps[taken, 0], steps[taken, 1], steps[taken, 2] = r, SINGLE, 0
                        steps[taken, 3], steps[taken, 4] = cell, node
                        end_node, end_cost = taken, cost + single_cost[cells + cell]
                        taken += 1
                    if kept + 1 > next_states.shape[0] and kept < most_states:
                        next_states = _grown(next_states)
                        next_costs = np.concatenate((next_costs, np.empty_like(next_costs)))
                        next_nodes = np.concatenate((next_nodes, np.empty_like(next_nodes)))
                    if kept >= most_states:
                        return -1, nothing
                    kept = _keep(
                        next_states,
                        next_costs,
                        next_nodes,
                        kept,
                        state,
                        end_cost,
                        end_node,
                        offset,
                        later_prices,
                        stands_in,
                        carnet_prices,
                    )
                if cell == 0 and not closing:
                    continue
                for p in range(option, passes):
                    if not pass_sold[p, r]:
                        continue
                    rest = _less(cell, first, last, demand, pass_room[p])
                    # More of what counts as long already is of no use.
                    ahead = last_chance[p, r - begin] and state[offset[p + 1] - 1] < pass_ends_s[p, r]
                    if rest == cell and not ahead:
                        continue
                    steps[taken, 0], steps[taken, 1], steps[taken, 2] = r, PASS, p
                    steps[taken, 3], steps[taken, 4] = 1, node
                    open_states[opened] = state
                    # The new piece counts longest of its kind; the one that ends first is needed no more.
                    for slot in range(offset[p + 1] - 1, offset[p], -1):
                        open_states[opened, slot] = open_states[opened, slot - 1]
                    open_states[opened, offset[p]] = pass_ends_s[p, r]
                    open_told[opened, 0], open_told[opened, 1] = cost + pass_prices[p], taken
                    open_told[opened, 2], open_told[opened, 3] = rest, p
                    taken += 1
                    opened += 1
                for c in range(max(0, option - passes), carnets):
                    rest = _less(cell, first, last, demand, carnet_room[c])
                    if rest == cell:
                        continue
                    left = state[offset[passes] + c]
                    before, paid = node, cost
                    if left == 0:
                        steps[taken, 0], steps[taken, 1], steps[taken, 2] = r, CARNET, c
                        steps[taken, 3], steps[taken, 4] = 1, node
                        before, paid, left = taken, cost + carnet_prices[c], carnet_uses[c]
                        taken += 1
                    steps[taken, 0], steps[taken, 1], steps[taken, 2] = r, USE, c
                    steps[taken, 3], steps[taken, 4] = 1, before
                    open_states[opened] = state
                    open_states[opened, offset[passes] + c] = left - 1
                    open_told[opened, 0], open_told[opened, 1] = paid, taken
                    open_told[opened, 2], open_told[opened, 3] = rest, passes + c
                    taken += 1
                    opened += 1
        if kept == 0:
            return -1, nothing
        states, next_states = next_states, states
        costs, next_costs = next_costs, costs
        nodes, next_nodes = next_nodes, nodes
        count = kept
    best = 0
    for label in range(1, count):
        if costs[label] < costs[best]:
            best = label
    return costs[best], _bought(
        steps, nodes[best], begin, single_piece, single_room, first_cell, first_row, demand
    )


@nb.njit(cache=True)
def _bought(
    steps: Ints,
    node: int,
    begin: int,
    single_piece: Ints,
    single_room: Ints,
    first_cell: Ints,
    first_row: Ints,
    demand: Ints,
) -> Ints:
    """The steps that led to a node, as in ``Plan``, last first."""
    bought = np.empty((64, 4), dtype=np.int64)
    length = 0
    while node >= 0:
        r, kind, which, amount = steps[node, 0], steps[node, 1], steps[node, 2], steps[node, 3]
        cell = amount if kind == SINGLE else 1
        while cell > 0:
            if kind == SINGLE:
                which = single_piece[first_cell[r - begin] + cell]
                cell = _less(cell, first_row[r], first_row[r + 1], demand, single_room[which])
            else:
                cell = 0
            if length == bought.shape[0]:
                bought = _grown(bought)
            bought[length, 0], bought[length, 1] = kind, which
            bought[length, 2], bought[length, 3] = r - begin, 1
            length += 1
        node = steps[node, 4]
    return bought[:length].copy()


@nb.njit(cache=True, nogil=True)
def sweep_all(
    accounts: Ints,
    first_ride: Ints,
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
    carnet_prices: Ints,
    carnet_uses: Ints,
    carnet_room: Ints,
    most_states: int,
) -> tuple[Ints, Ints, Ints]:
    """``sweep`` for many accounts.

    Returns
    -------
    costs, first, bought
        (accounts,) scaled or -1; (accounts + 1,) where each one's rows begin in ``bought`` (n, 4).
    """
    costs = np.empty(accounts.shape[0], dtype=np.int64)
    ends = np.zeros(accounts.shape[0] + 1, dtype=np.int64)
    bought = np.empty((1024, 4), dtype=np.int64)
    for number in range(accounts.shape[0]):
        account = accounts[number]
        costs[number], steps = sweep(
            first_ride[account],
            first_ride[account + 1],
            departs_s,
            first_row,
            demand,
            single_cents,
            single_room,
            pass_prices,
            pass_room,
            pass_sold,
            pass_clock_s,
            pass_ends_s,
            carnet_prices,
            carnet_uses,
            carnet_room,
            most_states,
        )
        after = ends[number] + steps.shape[0]
        while after > bought.shape[0]:
            bought = _grown(bought)
        bought[ends[number] : after] = steps
        ends[number + 1] = after
    return costs, ends, bought[: ends[-1]].copy()
