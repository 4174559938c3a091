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

from ticketing.application.flat import Bools, Ints

NOTHING = -(1 << 62)
NEVER = 1 << 60
PASS, CARNET, USE, SINGLES = 0, 1, 2, 3


@nb.njit(cache=True)
def single_table(prices: Ints, persons: Ints, fits: Bools, most: int) -> tuple[Ints, Ints]:
    """Cheapest singles for 0..most persons on every ride, and the first piece; NEVER where none fits."""
    rides = fits.shape[1]
    cost = np.full((rides, most + 1), NEVER, dtype=np.int64)
    first = np.full((rides, most + 1), -1, dtype=np.int64)
    for r in range(rides):
        cost[r, 0] = 0
        for k in range(1, most + 1):
            for p in range(prices.shape[0]):
                if fits[p, r]:
                    rest = cost[r, max(0, k - persons[p])]
                    if rest + prices[p] < cost[r, k]:
                        cost[r, k] = rest + prices[p]
                        first[r, k] = p
    return cost, first


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
def sweep(  # noqa: C901, PLR0912, PLR0915 - one walk, in one piece for what it carries along
    departs_s: Ints,
    demand: Ints,
    single_cost: Ints,
    pass_prices: Ints,
    pass_persons: Ints,
    pass_fits: Bools,
    pass_clock_s: Ints,
    pass_ends_s: Ints,
    stands_in: Bools,
    offset: Ints,
    carnet_prices: Ints,
    carnet_uses: Ints,
    carnet_fits: Bools,
    most_states: int,
) -> tuple[int, Ints]:
    """The cheapest way through all rides.

    Parameters
    ----------
    departs_s, demand
        (rides,) departure, and persons.
    single_cost
        (rides, persons + 1) of ``single_table``.
    pass_prices, pass_persons
        (passes,)
    pass_fits, pass_clock_s, pass_ends_s
        (passes, rides) as in ``Flat``.
    stands_in
        (passes, passes) whether the second, while it counts, does all that the first does.
    offset
        (passes + 1,) where each pass's pieces begin in a state; the carnets' uses come last.
    carnet_prices, carnet_uses, carnet_fits
        (carnets,), (carnets,), (carnets, rides).
    most_states
        Kept at one time; the search gives up beyond.

    Returns
    -------
    cost
        Scaled; -1 if it gave up.
    steps
        (n, 4) of ride, kind, which, count: what was done, last first.
    """
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
    steps = np.empty((256, 5), dtype=np.int64)
    taken = 0
    open_states = np.empty((64, width), dtype=np.int64)
    open_told = np.empty((64, 4), dtype=np.int64)  # cost, node, persons to cover, first option
    state = np.empty(width, dtype=np.int64)
    for r in range(departs_s.shape[0]):
        kept = 0
        for label in range(count):
            state[:] = states[label]
            wanted = demand[r]
            for p in range(passes):
                for slot in range(offset[p], offset[p + 1]):
                    if state[slot] < departs_s[r]:
                        state[slot] = NOTHING
                    elif pass_fits[p, r] and pass_clock_s[p, r] <= state[slot]:
                        wanted -= pass_persons[p]
            open_states[0] = state
            open_told[0, 0], open_told[0, 1] = costs[label], nodes[label]
            open_told[0, 2], open_told[0, 3] = wanted, 0
            opened = 1
            while opened > 0:
                opened -= 1
                state[:] = open_states[opened]
                cost, node = open_told[opened, 0], open_told[opened, 1]
                wanted, option = open_told[opened, 2], open_told[opened, 3]
                if taken + 4 + passes + 2 * carnets > steps.shape[0]:
                    steps = _grown(steps)
                while opened + 1 + passes + carnets > open_states.shape[0]:
                    open_states = _grown(open_states)
                    open_told = _grown(open_told)
                if wanted <= 0 or single_cost[r, wanted] < NEVER:
                    end_node, end_cost = node, cost
                    if wanted > 0:
                        steps[taken, 0], steps[taken, 1], steps[taken, 2] = r, SINGLES, 0
                        steps[taken, 3], steps[taken, 4] = wanted, node
                        end_node, end_cost = taken, cost + single_cost[r, wanted]
                        taken += 1
                    if kept + 1 > next_states.shape[0] and kept < most_states:
                        next_states = _grown(next_states)
                        next_costs = np.concatenate((next_costs, np.empty_like(next_costs)))
                        next_nodes = np.concatenate((next_nodes, np.empty_like(next_nodes)))
                    if kept >= most_states:
                        return -1, steps[:0, :4].copy()
                    kept = _keep(
                        next_states,
                        next_costs,
                        next_nodes,
                        kept,
                        state,
                        end_cost,
                        end_node,
                        offset,
                        pass_prices,
                        stands_in,
                        carnet_prices,
                    )
                if wanted <= 0:
                    continue
                for p in range(option, passes):
                    if not pass_fits[p, r]:
                        continue
                    steps[taken, 0], steps[taken, 1], steps[taken, 2] = r, PASS, p
                    steps[taken, 3], steps[taken, 4] = 1, node
                    open_states[opened] = state
                    # The new piece counts longest of its kind; the one that ends first is needed no more.
                    for slot in range(offset[p + 1] - 1, offset[p], -1):
                        open_states[opened, slot] = open_states[opened, slot - 1]
                    open_states[opened, offset[p]] = pass_ends_s[p, r]
                    open_told[opened, 0], open_told[opened, 1] = cost + pass_prices[p], taken
                    open_told[opened, 2], open_told[opened, 3] = wanted - pass_persons[p], p
                    taken += 1
                    opened += 1
                for c in range(max(0, option - passes), carnets):
                    if not carnet_fits[c, r]:
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
                    open_told[opened, 2], open_told[opened, 3] = wanted - 1, passes + c
                    taken += 1
                    opened += 1
        if kept == 0:
            return -1, steps[:0, :4].copy()
        states, next_states = next_states, states
        costs, next_costs = next_costs, costs
        nodes, next_nodes = next_nodes, nodes
        count = kept
    best = 0
    for label in range(1, count):
        if costs[label] < costs[best]:
            best = label
    done = np.empty((taken, 4), dtype=np.int64)
    length = 0
    node = nodes[best]
    while node >= 0:
        done[length] = steps[node, :4]
        length += 1
        node = steps[node, 4]
    return costs[best], done[:length]
