"""The exact sweep behind the pricing port."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ticketing.adapters.sweep_bounds import SCALE
from ticketing.adapters.sweep_kernel import sweep_all
from ticketing.application.flat import Flat, Sold
from ticketing.application.pricing import Plan
from ticketing.application.ride_table import Ints


@dataclass(frozen=True, slots=True)
class Sweep:
    """Dynamic programme over the rides in order of departure.

    Exact for every mix of products. Where passes cover whole stretches of rides it keeps one cost a ride;
    overlapping spaces, groups and carnets need states of what is in hand, and beyond ``most_states`` of them
    at one time it gives up.
    """

    most_states: int = 2000

    def plans(self, flat: Flat, accounts: Sequence[int]) -> list[Plan | None]:
        """The cheapest plans, with the fewest pieces; ``None`` where there are too many states."""
        costs, first, bought = sweep_all(
            np.array(accounts, dtype=np.int64),
            flat.first_ride,
            flat.departs_s,
            flat.first_row,
            flat.demand,
            flat.single_cents,
            flat.single_room,
            _prices(flat.passes),
            flat.pass_room,
            flat.pass_sold,
            flat.pass_clock_s,
            flat.pass_ends_s,
            _prices(flat.carnets),
            np.array([sold.product.uses for sold in flat.carnets], dtype=np.int64),
            flat.carnet_room,
            self.most_states,
        )
        ends = first.tolist()
        return [
            Plan(bought[ends[number] : ends[number + 1]]) if cost >= 0 else None
            for number, cost in enumerate(costs.tolist())
        ]


def _prices(sold: tuple[Sold, ...]) -> Ints:
    return np.array([it.product.price_cents * SCALE + 1 for it in sold], dtype=np.int64)
