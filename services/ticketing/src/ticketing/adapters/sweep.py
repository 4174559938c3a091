"""The exact sweep behind the pricing port."""

from collections import Counter
from dataclasses import dataclass
from typing import cast

import numpy as np

from ticketing.adapters.sweep_kernel import CARNET, PASS, SINGLES, USE, single_table, sweep
from ticketing.application.flat import Bools, Flat, Ints
from ticketing.application.pricing import Plan
from ticketing.domain.products import CALENDAR, Product

SCALE = 1 << 20
"""Prices are this much dearer, and every piece one more: cents first, then the number of pieces."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """Dynamic programme over the rides in order of departure.

    Exact for every mix of products. With passes that cover whole stretches of rides there is hardly more than
    one state at a time; overlapping spaces, groups and carnets make more of them, and beyond
    ``most_states`` it gives up.
    """

    most_states: int = 2000

    def plan(self, flat: Flat) -> Plan | None:
        """The cheapest plan, with the fewest pieces; ``None`` if there are too many states."""
        most = int(flat.demand.max())
        single_cost, first = single_table(
            _prices(flat.singles), _persons(flat.singles), flat.single_fits, most
        )
        persons = _persons(flat.passes)
        pieces = -(-most // persons)
        offset = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(pieces, dtype=np.int64)))
        cost, steps = sweep(
            flat.departs_s,
            flat.demand,
            single_cost,
            _prices(flat.passes),
            persons,
            flat.pass_fits,
            flat.pass_clock_s,
            flat.pass_ends_s,
            _stands_in(flat, pieces),
            offset,
            _prices(flat.carnets),
            np.array([product.uses for product in flat.carnets], dtype=np.int64),
            flat.carnet_fits,
            self.most_states,
        )
        return _plan(flat, steps, first) if cost >= 0 else None


def _prices(products: tuple[Product, ...]) -> Ints:
    return np.array([product.price_cents * SCALE + 1 for product in products], dtype=np.int64)


def _persons(products: tuple[Product, ...]) -> Ints:
    return np.array([product.persons for product in products], dtype=np.int64)


def _stands_in(flat: Flat, pieces: Ints) -> Bools:
    """Whether one piece of the second does, while it counts, all that all pieces of the first do."""
    passes = len(flat.passes)
    table = np.zeros((passes, passes), dtype=np.bool_)
    for p in range(passes):
        for q in range(passes):
            # A window looks at the arrival and cannot stand in for what looks at the departure only.
            alike = flat.passes[q].validity in CALENDAR or flat.passes[p].validity not in CALENDAR
            covers = not np.any(flat.pass_fits[p] & ~flat.pass_fits[q])
            table[p, q] = p != q and pieces[p] == pieces[q] == 1 and alike and covers
    return table


def _plan(flat: Flat, steps: Ints, first: Ints) -> Plan:
    passes: Counter[tuple[int, int]] = Counter()
    singles: Counter[tuple[int, int]] = Counter()
    carnets: Counter[int] = Counter()
    uses: Counter[tuple[int, int]] = Counter()
    for ride, kind, which, count in cast("list[list[int]]", steps.tolist()):
        if kind == PASS:
            passes[which, ride] += count
        elif kind == CARNET:
            carnets[which] += count
        elif kind == USE:
            uses[which, ride] += count
        elif kind == SINGLES:
            left = count
            while left > 0:
                single = int(first[ride, left])
                singles[single, ride] += 1
                left = max(0, left - flat.singles[single].persons)
    return Plan(
        passes=tuple((which, ride, count) for (which, ride), count in sorted(passes.items())),
        singles=tuple((which, ride, count) for (which, ride), count in sorted(singles.items())),
        carnets=tuple(sorted(carnets.items())),
        carnet_uses=tuple((which, ride, count) for (which, ride), count in sorted(uses.items())),
    )
