"""The plain peer: an interval dynamic programme over one account's rides, in Python.

Exact where every pass bought at a ride covers all rides until it ends: calendar passes and windows that are
good everywhere. Elsewhere it is dearer.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from ticketing.domain.products import Product, Ride, Validity, period
from ticketing.domain.tariff import Tariff

NO_PRICE = 1 << 60


def plain(tariff: Tariff, rides: Sequence[Ride]) -> tuple[int, list[tuple[str, str]]]:
    """Cents, and (product, ride at which it is bought) for one rider on every ride."""
    ordered = sorted(rides, key=lambda ride: (ride.departure, ride.arrival))
    departures = [ride.departure for ride in ordered]
    days = [tariff.service_day(ride) for ride in ordered]
    least = [0] * (len(ordered) + 1)
    choice: list[tuple[Product, int] | None] = [None] * len(ordered)
    unfit = {product.id: len(ordered) for product in tariff.products}
    for at in range(len(ordered) - 1, -1, -1):
        least[at] = NO_PRICE
        for product in tariff.products:
            if not tariff.fits(product, ordered[at]):
                unfit[product.id] = at
                continue
            after = min(unfit[product.id], _after(product, ordered, departures, days, at))
            if after > at and product.price_cents + least[after] < least[at]:
                least[at] = product.price_cents + least[after]
                choice[at] = product, after
    bought = []
    at = 0
    while at < len(ordered):
        taken = choice[at]
        if taken is None:
            return NO_PRICE, []
        bought.append((taken[0].id, ordered[at].id))
        at = taken[1]
    return least[0], bought


def _after(
    product: Product, rides: Sequence[Ride], departures: Sequence[datetime], days: Sequence[date], at: int
) -> int:
    """The first ride after what the product, bought at a ride, covers."""
    if product.validity is Validity.RIDE:
        return at + 1
    if product.validity is Validity.WINDOW:
        ends = rides[at].departure + timedelta(minutes=product.minutes)
        after = bisect_right(departures, ends)
        # Of the rides that depart in time the last ones may arrive too late.
        while after > at and rides[after - 1].arrival > ends:
            after -= 1
        return after
    return bisect_right(days, period(product.validity, days[at])[1] - timedelta(days=1))
