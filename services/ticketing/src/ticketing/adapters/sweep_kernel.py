"""The sweep over an account's rides, compiled: every state of passes in hand that could be the cheapest.

A state is what is in hand after some rides: for every pass, until when each of its pieces counts (as many
pieces as could ever be needed at once, latest first), and the uses left of every carnet. Something is bought
only at a ride that is not covered yet, or where it is sold for the last time: whatever a cheapest plan buys
earlier can be bought there just as well, and then counts at least as long. Nor is it bought where all that it
could cover costs less ride by ride. A state is dropped when another one is not dearer even after paying for
all that the first can do and it cannot.

Prices come scaled, with one added per piece: of equally cheap plans that with the fewest pieces is found.
"""

import numba as nb
import numpy as np

from ticketing.adapters.interval_kernel import cheapest_stretches
from ticketing.adapters.sweep_bounds import (
    RIDES,
    costs_alone,
    first_cells,
    first_slots,
    is_stand_in,
    last_chances,
    less,
    single_table,
    worth_buying,
)
from ticketing.adapters.sweep_states import NOTHING, grown, keep
from ticketing.application.flat import CARNET, NEVER, PASS, SINGLE, USE
from ticketing.application.ride_table import Bools, Ints


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
    first_cell = first_cells(begin, end, first_row, demand)
    if first_cell.shape[0] == 0 or end - begin >= RIDES:
        return -1, nothing
    single_cost, single_piece = single_table(
        single_cents, single_room, first_row, demand, first_cell, begin, end
    )
    offset = first_slots(first_row[begin], first_row[end], pass_room, demand)
    stands_in = is_stand_in(begin, end, first_row, pass_room, pass_clock_s, offset)
    last_chance = last_chances(begin, end, first_row, pass_room, pass_sold)
    alone = costs_alone(
        begin, end, first_row, demand, pass_room, pass_sold, pass_prices, single_cost, first_cell
    )
    worth, until = worth_buying(begin, end, departs_s, pass_sold, pass_ends_s, pass_prices, alone)
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
            cell = everyone
            for slot in range(width):
                open_states[0, slot] = states[label, slot]
            for p in range(passes):
                for slot in range(offset[p], offset[p + 1]):
                    if open_states[0, slot] < departs_s[r] * RIDES:
                        open_states[0, slot] = NOTHING
                    elif pass_clock_s[p, r] * RIDES <= open_states[0, slot]:
                        cell = less(cell, first, last, demand, pass_room, p)
            open_told[0, 0], open_told[0, 1] = costs[label], nodes[label]
            open_told[0, 2], open_told[0, 3] = cell, 0
            opened = 1
            while opened > 0:
                # What is opened from this state is put beside it, and its own place is given up last.
                here = opened - 1
                cost, node = open_told[here, 0], open_told[here, 1]
                cell, option = open_told[here, 2], open_told[here, 3]
                if taken + 4 + passes + 2 * carnets > steps.shape[0]:
                    steps = grown(steps)
                while opened + 1 + passes + carnets > open_states.shape[0]:
                    open_states = grown(open_states)
                    open_told = grown(open_told)
                if single_cost[cells + cell] < NEVER:
                    end_node, end_cost = node, cost
                    if cell > 0:
                        steps[taken, 0], steps[taken, 1], steps[taken, 2] = r, SINGLE, 0
                        steps[taken, 3], steps[taken, 4] = cell, node
                        end_node, end_cost = taken, cost + single_cost[cells + cell]
                        taken += 1
                    if kept + 1 > next_states.shape[0] and kept < most_states:
                        next_states = grown(next_states)
                        next_costs = np.concatenate((next_costs, np.empty_like(next_costs)))
                        next_nodes = np.concatenate((next_nodes, np.empty_like(next_nodes)))
                    if kept >= most_states:
                        return -1, nothing
                    kept = keep(
                        next_states,
                        next_costs,
                        next_nodes,
                        kept,
                        open_states,
                        here,
                        end_cost,
                        end_node,
                        offset,
                        later_prices,
                        stands_in,
                        carnet_prices,
                        r + 1 - begin,
                        alone,
                    )
                if cell > 0 or closing:
                    for p in range(option, passes):
                        if not worth[p, r - begin]:
                            continue
                        rest = less(cell, first, last, demand, pass_room, p)
                        # More of what counts as long already is of no use.
                        ahead = (
                            last_chance[p, r - begin]
                            and open_states[here, offset[p + 1] - 1] < until[p, r - begin]
                        )
                        if rest == cell and not ahead:
                            continue
                        steps[taken, 0], steps[taken, 1], steps[taken, 2] = r, PASS, p
                        steps[taken, 3], steps[taken, 4] = 1, node
                        for slot in range(width):
                            open_states[opened, slot] = open_states[here, slot]
                        # The new piece counts longest of its kind; the first to end is needed no more.
                        for slot in range(offset[p + 1] - 1, offset[p], -1):
                            open_states[opened, slot] = open_states[opened, slot - 1]
                        open_states[opened, offset[p]] = until[p, r - begin]
                        open_told[opened, 0], open_told[opened, 1] = cost + pass_prices[p], taken
                        open_told[opened, 2], open_told[opened, 3] = rest, p
                        taken += 1
                        opened += 1
                    for c in range(max(0, option - passes), carnets):
                        rest = less(cell, first, last, demand, carnet_room, c)
                        if rest == cell:
                            continue
                        left = open_states[here, offset[passes] + c]
                        before, paid = node, cost
                        if left == 0:
                            steps[taken, 0], steps[taken, 1], steps[taken, 2] = r, CARNET, c
                            steps[taken, 3], steps[taken, 4] = 1, node
                            before, paid, left = taken, cost + carnet_prices[c], carnet_uses[c]
                            taken += 1
                        steps[taken, 0], steps[taken, 1], steps[taken, 2] = r, USE, c
                        steps[taken, 3], steps[taken, 4] = 1, before
                        for slot in range(width):
                            open_states[opened, slot] = open_states[here, slot]
                        open_states[opened, offset[passes] + c] = left - 1
                        open_told[opened, 0], open_told[opened, 1] = paid, taken
                        open_told[opened, 2], open_told[opened, 3] = rest, passes + c
                        taken += 1
                        opened += 1
                opened -= 1
                if here < opened:
                    for slot in range(width):
                        open_states[here, slot] = open_states[opened, slot]
                    for column in range(4):
                        open_told[here, column] = open_told[opened, column]
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
                cell = less(cell, first_row[r], first_row[r + 1], demand, single_room, which)
            else:
                cell = 0
            if length == bought.shape[0]:
                bought = grown(bought)
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
    """``cheapest_stretches`` for many accounts, and ``sweep`` for those that it is not for.

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
        begin, end = first_ride[account], first_ride[account + 1]
        cost, steps = -1, bought[:0]
        if carnet_prices.shape[0] == 0:
            cost, steps = cheapest_stretches(
                begin,
                end,
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
            )
        if cost < 0:
            cost, steps = sweep(
                begin,
                end,
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
        costs[number] = cost
        after = ends[number] + steps.shape[0]
        while after > bought.shape[0]:
            bought = grown(bought)
        bought[ends[number] : after] = steps
        ends[number + 1] = after
    return costs, ends, bought[: ends[-1]].copy()
