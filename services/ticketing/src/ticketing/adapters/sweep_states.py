"""States of the sweep: which ones are needed, and which ones another one makes needless."""

import numba as nb
import numpy as np

from ticketing.adapters.sweep_bounds import RIDES
from ticketing.application.ride_table import Bools, Ints

NOTHING = -(1 << 62)
"""Until when a piece counts that is not there."""


@nb.njit(cache=True)
def _lacking(
    states: Ints,
    has: int,
    others: Ints,
    wants: int,
    enough: int,
    offset: Ints,
    pass_prices: Ints,
    stands_in: Bools,
    carnet_prices: Ints,
    after: int,
    alone: Ints,
) -> int:
    """What one state would pay to do all that another one can, counted until it is more than enough.

    A pass that it lacks it would buy, or else cover everyone ride by ride wherever the pass could be of use.
    """
    price: int = 0
    passes = pass_prices.shape[0]
    for p in range(passes):
        for slot in range(offset[p], offset[p + 1]):
            until = others[wants, slot]
            if until == NOTHING:
                break
            if states[has, slot] >= until:
                continue
            instead = False
            for q in range(passes):
                if stands_in[p, q] and states[has, offset[q]] >= until:
                    instead = True
                    break
            if not instead:
                price += min(pass_prices[p], alone[p, until % RIDES] - alone[p, after])
                if price > enough:
                    return price
    for c in range(carnet_prices.shape[0]):
        if states[has, offset[passes] + c] < others[wants, offset[passes] + c]:
            price += carnet_prices[c]
    return price


@nb.njit(cache=True)
def keep(
    states: Ints,
    costs: Ints,
    nodes: Ints,
    count: int,
    opened: Ints,
    state: int,
    cost: int,
    node: int,
    offset: Ints,
    pass_prices: Ints,
    stands_in: Bools,
    carnet_prices: Ints,
    after: int,
    alone: Ints,
) -> int:
    """Keep a state unless one makes it needless, and drop those it makes needless; the number kept."""
    for other in range(count):
        enough = cost - costs[other]
        if enough >= 0 and (
            _lacking(
                states,
                other,
                opened,
                state,
                enough,
                offset,
                pass_prices,
                stands_in,
                carnet_prices,
                after,
                alone,
            )
            <= enough
        ):
            return count
    kept = 0
    for other in range(count):
        enough = costs[other] - cost
        needless = enough >= 0 and (
            _lacking(
                opened,
                state,
                states,
                other,
                enough,
                offset,
                pass_prices,
                stands_in,
                carnet_prices,
                after,
                alone,
            )
            <= enough
        )
        if not needless:
            if kept != other:
                for slot in range(states.shape[1]):
                    states[kept, slot] = states[other, slot]
                costs[kept] = costs[other]
                nodes[kept] = nodes[other]
            kept += 1
    for slot in range(states.shape[1]):
        states[kept, slot] = opened[state, slot]
    costs[kept] = cost
    nodes[kept] = node
    return kept + 1


@nb.njit(cache=True)
def grown(table: Ints) -> Ints:
    larger = np.empty((table.shape[0] * 2, table.shape[1]), dtype=table.dtype)
    larger[: table.shape[0]] = table
    return larger
