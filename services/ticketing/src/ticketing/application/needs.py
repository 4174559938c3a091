"""Who has to be covered on a ride: rider categories as rows of a covering problem.

A ride with riders of several categories is covered if everyone can be given a place. By Hall's theorem that
is so exactly if, for every set of categories among them, the pieces bought have room for as many riders of
these categories as there are. Each set is a row; rows that follow from others are left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from ticketing.application.ride_table import Riders
from ticketing.domain.products import Product


@dataclass(frozen=True, slots=True)
class Row:
    """So many riders of these categories need a place."""

    categories: frozenset[str]
    riders: int


def components(products: Sequence[Product]) -> tuple[frozenset[str], ...]:
    """Categories that share a product, directly or through others: each group is priced on its own."""
    groups: list[frozenset[str]] = []
    for product in products:
        joined = frozenset().union(*(place.categories for place in product.places))
        apart = [group for group in groups if not group & joined]
        groups = [*apart, joined.union(*(group for group in groups if group & joined))]
    return tuple(sorted(groups, key=sorted))


def rows(
    riders: Riders, among: frozenset[str], products: Sequence[Product], owned: Sequence[Product]
) -> tuple[Row, ...]:
    """What the riders of some categories need on a ride.

    Parameters
    ----------
    riders
        All on the ride.
    among
        The categories that are looked at.
    products
        All that have room for some of them.
    owned
        What the account owns and may show on this ride: it is used first, as it costs nothing.
    """
    present = {category: count for category, count in riders if category in among}
    sets = [
        frozenset(chosen)
        for size in range(1, len(present) + 1)
        for chosen in combinations(sorted(present), size)
    ]
    room = {each: tuple(product.room(each) for product in (*products, *owned)) for each in sets}
    kept = list(sets)
    for each in sorted(sets, key=lambda it: (-len(it), sorted(it))):
        others = [other for other in kept if other != each]
        within = any(each < other and room[each] == room[other] for other in others)
        if within or any(
            part < each and each - part in others and room[each] == _sum(room[part], room[each - part])
            for part in others
        ):
            kept = others
    free = {each: sum(product.room(each) for product in owned) for each in kept}
    needs = [Row(each, sum(present[category] for category in each) - free[each]) for each in kept]
    return tuple(row for row in needs if row.riders > 0)


def _sum(some: tuple[int, ...], others: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(one + other for one, other in zip(some, others, strict=True))
