"""The best price of an account: the cheapest products that cover every ride."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ticketing.application.flat import Flat, flatten, owned_products
from ticketing.application.lines import bought_lines, owned_lines
from ticketing.application.ride_table import Ints, Ridden, faults, table
from ticketing.domain.bill import Bill, Line
from ticketing.domain.errors import NoPriceError, TicketingError
from ticketing.domain.products import Ride
from ticketing.domain.tariff import Owned, TariffBook

NOTHING_BOUGHT: Ints = np.empty((0, 4), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Plan:
    """What one account buys.

    ``bought`` (n, 4) is kind, product, ride and count in each row. Products are indices into the kind's list
    of a ``Flat``, rides count from the account's first one there: where a pass is bought, a single or a
    carnet used.
    """

    bought: Ints
    optimal: bool = True


class Engine(Protocol):
    """Finds plans; ``None`` where an account is too hard for it."""

    def plans(self, flat: Flat, accounts: Sequence[int]) -> list[Plan | None]: ...


@dataclass(frozen=True, slots=True)
class BestPrice:
    """Prices accounts with the first engine that can.

    The last engine always has a plan, proven or not.
    """

    engines: Sequence[Engine]

    def bill(self, book: TariffBook, rides: Sequence[Ride], owned: Sequence[Owned] = ()) -> Bill:
        """The cheapest bill for these rides; the order of the rides plays no part.

        Raises
        ------
        WrongFieldError
            If two rides have one id, a ride has local times where the tariff has a time zone or the other way
            round, or what is owned is not known to the tariff.
        NoPriceError
            If no product covers some ride.
        """
        bill = self.bills(book, [Ridden(rides, owned)])[0]
        if isinstance(bill, TicketingError):
            raise bill
        return bill

    def bills(self, book: TariffBook, accounts: Sequence[Ridden]) -> list[Bill | TicketingError]:
        """The cheapest bill of every account, or why it has none; many at a time cost the least each."""
        wrong = faults(book, accounts)
        good = [number for number in range(len(accounts)) if number not in wrong]
        priced = self._priced(book, [accounts[number] for number in good])
        found: dict[int, Bill | TicketingError] = dict(zip(good, priced, strict=True))
        return [wrong[number] if number in wrong else found[number] for number in range(len(accounts))]

    def _priced(self, book: TariffBook, accounts: Sequence[Ridden]) -> list[Bill | TicketingError]:
        rides = table(book, accounts)
        owned = owned_products(book, rides, accounts)
        flats = flatten(book, rides, owned)
        unpriced: dict[int, TicketingError] = {}
        for flat in flats:
            for account, ride in flat.uncovered():
                unpriced.setdefault(account, _no_price(rides.rides[ride]))
        lines: list[list[Line]] = [[] for _ in accounts]
        optimal = [True] * len(accounts)
        for flat in flats:
            chosen = [n for n, account in enumerate(flat.account.tolist()) if account not in unpriced]
            plans = self.plans(flat, chosen)
            for number, plan in zip(flat.account[chosen].tolist(), plans, strict=True):
                optimal[number] &= plan.optimal
            buyers = np.repeat(np.array(chosen, dtype=np.int64), [len(plan.bought) for plan in plans])
            bought = np.concatenate([NOTHING_BOUGHT, *(plan.bought for plan in plans)])
            for number, its_lines in bought_lines(book, rides, flat, buyers, bought):
                lines[number] += its_lines
        for account, more in owned_lines(book, rides, owned, accounts):
            lines[account].append(more)
        return [
            unpriced[account]
            if account in unpriced
            else Bill(sum(line.cents for line in lines[account]), optimal[account], tuple(lines[account]))
            for account in range(len(accounts))
        ]

    def plans(self, flat: Flat, accounts: Sequence[int]) -> list[Plan]:
        """A plan for some accounts of a flat form, everything in which can be covered."""
        found: dict[int, Plan] = {}
        left = list(accounts)
        for engine in self.engines:
            if left:
                plans = zip(left, engine.plans(flat, left), strict=True)
                found |= {number: plan for number, plan in plans if plan is not None}
                left = [number for number in left if number not in found]
        return [found[number] for number in accounts]


def _no_price(ride: Ride) -> NoPriceError:
    return NoPriceError(
        f"ride {ride.id}: no product covers it (stops {ride.stops}, level {ride.level},"
        f" zones {_told(ride.zones)}, networks {_told(ride.networks)}, airline_m {ride.airline_m},"
        f" riders {dict(ride.riders)})"
    )


def _told(names: frozenset[str] | None) -> list[str] | None:
    return None if names is None else sorted(names)
