"""Accounts and tariffs as flat arrays, which is what the engines read."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from ticketing.application.needs import Row, components, rows
from ticketing.application.ride_table import Bools, Ints, Ridden, RideTable
from ticketing.domain.products import CALENDAR, Product, Validity, period
from ticketing.domain.tariff import Tariff, TariffBook

NEVER = 1 << 60
PASS, CARNET, USE, SINGLE = 0, 1, 2, 3
"""What one step of a plan does: buy a pass or a carnet, use a carnet, buy a single ride."""


@dataclass(frozen=True, slots=True)
class Sold:
    """A product of one version of the tariff."""

    product: Product
    version: int


@dataclass(frozen=True, slots=True)
class Flat:
    """Accounts side by side: their rides in order of departure, and products by how they are bought.

    Account ``n`` has the rides ``first_ride[n]`` to before ``first_ride[n + 1]``, ride ``r`` the rows
    ``first_row[r]`` to before ``first_row[r + 1]``; ``demand`` (rows) are riders to be covered. ``account``
    and ``ride`` say which ones of the table these are.

    ``…_room`` (products, rows) is how many of a row's riders one piece covers, 0 where it does not fit.
    ``single_cents`` (singles, rides). A pass is what counts for some time: bought at ride r, if it is
    ``pass_sold`` (passes, rides) there, it covers the rides that depart from ``pass_starts_s`` on and whose
    ``pass_clock_s`` – their departure, or for windows their arrival – is not after ``pass_ends_s`` of r.
    """

    account: Ints
    first_ride: Ints
    ride: Ints
    departs_s: Ints
    first_row: Ints
    demand: Ints
    singles: tuple[Sold, ...]
    single_cents: Ints
    single_room: Ints
    passes: tuple[Sold, ...]
    pass_room: Ints
    pass_sold: Bools
    pass_clock_s: Ints
    pass_starts_s: Ints
    pass_ends_s: Ints
    carnets: tuple[Sold, ...]
    carnet_room: Ints

    def uncovered(self) -> list[tuple[int, int]]:
        """(account, ride) of the table for which nothing is sold."""
        at = np.repeat(np.arange(len(self.ride)), np.diff(self.first_row))
        reached = ((self.pass_room > 0) & self.pass_sold[:, at]).any(axis=0)
        reached |= (self.single_room > 0).any(axis=0) | (self.carnet_room > 0).any(axis=0)
        rides = np.unique(at[~reached])
        accounts = self.account[np.searchsorted(self.first_ride, rides, side="right") - 1]
        return list(zip(accounts.tolist(), self.ride[rides].tolist(), strict=True))


def owned_products(
    book: TariffBook, table: RideTable, accounts: Sequence[Ridden]
) -> Mapping[int, tuple[Product, ...]]:
    """What of an account's own may be shown on a ride, by the ride's number in the table."""
    shown: dict[int, tuple[Product, ...]] = {}
    for number, account in enumerate(accounts):
        if not account.owned:
            continue
        for at in range(int(table.first[number]), int(table.first[number + 1])):
            ride, day = table.rides[at], date.fromordinal(int(table.day[at]))
            tariff = book.versions[int(table.version[at])]
            held = Counter(it.product for it in account.owned if it.first <= day <= it.last)
            fitting = tuple(it for it in tariff.ownable if tariff.fits(it, ride) for _ in range(held[it.id]))
            if fitting:
                shown[at] = fitting
    return shown


def flatten(book: TariffBook, table: RideTable, owned: Mapping[int, tuple[Product, ...]]) -> list[Flat]:
    """One flat form for every group of rider categories that share products."""
    sold = [
        Sold(product, number) for number, version in enumerate(book.versions) for product in version.products
    ]
    shared = [
        *(it.product for it in sold),
        *(product for version in book.versions for product in version.ownable),
    ]
    groups = components(shared)
    unknown = {category for riders in table.rider_sets for category, _ in riders}.difference(*groups)
    groups += tuple(frozenset((category,)) for category in sorted(unknown))
    flats = (_group(book, table, sold, group, owned) for group in groups)
    return [flat for flat in flats if flat is not None]


def _group(
    book: TariffBook,
    table: RideTable,
    all_sold: Sequence[Sold],
    group: frozenset[str],
    owned: Mapping[int, tuple[Product, ...]],
) -> Flat | None:
    used = set(table.version.tolist())
    sold = [it for it in all_sold if it.product.room(group) and it.version in used]
    needs, need = _needs(table, [it.product for it in sold], group, owned)
    lengths = np.array([len(each) for each in needs], dtype=np.int64)
    present = [group.intersection(category for category, _ in riders) for riders in table.rider_sets]
    # Also where nobody needs anything any more a pass can begin.
    ride = np.flatnonzero(np.array([bool(each) for each in present], dtype=np.bool_)[table.riders])
    if not len(ride):
        return None
    need = need[ride]
    first_row = np.concatenate(([0], np.cumsum(lengths[need])))
    begins = np.concatenate(([0], np.cumsum(lengths)))
    row = np.repeat(begins[need] - first_row[:-1], lengths[need]) + np.arange(first_row[-1])
    told = [each for rows_of_need in needs for each in rows_of_need]
    demand = np.array([each.riders for each in told], dtype=np.int64)[row]
    sets = sorted({each.categories for each in told}, key=sorted)
    which_set = np.array([sets.index(each.categories) for each in told], dtype=np.int64)[row]
    of_row = np.repeat(np.arange(len(ride)), np.diff(first_row))
    account = table.account[ride]
    accounts, first = np.unique(account, return_index=True)
    columns = _Columns(book, table, ride)

    def room(chosen: Sequence[Sold], fits: Bools) -> Ints:
        by_set = np.array([[it.product.room(each) for each in sets] for it in chosen], dtype=np.int64)
        table = np.where(fits[:, of_row], by_set.reshape(len(chosen), len(sets))[:, which_set], 0)
        return np.ascontiguousarray(table)

    def fitting(chosen: Sequence[Sold], *, only_version: bool) -> Bools:
        fits = [columns.fits(it, only_version=only_version) for it in chosen]
        return np.array(fits, dtype=np.bool_).reshape(len(chosen), len(ride))

    singles = [it for it in sold if it.product.validity is Validity.RIDE]
    carnets = [it for it in sold if it.product.validity is Validity.CARNET]
    passes = [it for it in sold if it.product.validity not in {Validity.RIDE, Validity.CARNET}]
    counted = [columns.counts(it) for it in passes]
    clock, starts, ends = (
        np.array(counted, dtype=np.int64).reshape(len(passes), 3, len(ride)).transpose(1, 0, 2)
    )
    # A window shorter than the ride covers it from nowhere.
    fits = fitting(passes, only_version=False) & (clock <= ends)
    used_by = np.array([[it.product.room(each) > 0 for each in present] for it in passes], dtype=np.bool_)
    used_by = used_by.reshape(len(passes), len(present))[:, table.riders[ride]]
    in_version = [columns.version == it.version for it in passes]
    single_fits = fitting(singles, only_version=True)
    cents = np.array([columns.cents(it.product) for it in singles], dtype=np.int64).reshape(single_fits.shape)
    return Flat(
        account=accounts,
        first_ride=np.append(first, len(ride)).astype(np.int64),
        ride=ride,
        departs_s=table.departs_s[ride],
        first_row=first_row,
        demand=demand,
        singles=tuple(singles),
        single_cents=cents,
        single_room=room(singles, single_fits),
        passes=tuple(passes),
        pass_room=room(passes, fits),
        pass_sold=np.ascontiguousarray(
            np.array(in_version, dtype=np.bool_).reshape(fits.shape) & fits & used_by
        ),
        pass_clock_s=np.ascontiguousarray(clock),
        pass_starts_s=np.ascontiguousarray(starts),
        pass_ends_s=np.ascontiguousarray(ends),
        carnets=tuple(carnets),
        carnet_room=room(carnets, fitting(carnets, only_version=True)),
    )


def _needs(
    table: RideTable,
    products: Sequence[Product],
    group: frozenset[str],
    owned: Mapping[int, tuple[Product, ...]],
) -> tuple[list[tuple[Row, ...]], Ints]:
    """The distinct needs on a ride, and which of them each ride of the table has."""
    needs = [rows(riders, group, products, ()) for riders in table.rider_sets]
    need = table.riders.copy()
    seen: dict[tuple[int, int, tuple[str, ...]], int] = {}
    for ride, held in owned.items():
        mine = tuple(product for product in held if product.room(group))
        # The same id may be another product in another version.
        key = int(table.riders[ride]), int(table.version[ride]), tuple(product.id for product in mine)
        if mine and key not in seen:
            seen[key] = len(needs)
            needs.append(rows(table.rider_sets[key[0]], group, products, mine))
        if mine:
            need[ride] = seen[key]
    return needs, need


class _Columns:
    """What products are worth on some rides of a table."""

    def __init__(self, book: TariffBook, table: RideTable, ride: Ints) -> None:
        self.book = book
        self.table = table
        self.ride = ride
        self.version = table.version[ride]
        self.space = table.space[ride]
        self.departs_s, self.arrives_s = table.departs_s[ride], table.arrives_s[ride]
        self.days, self.day = np.unique(table.day[ride], return_inverse=True)
        _, sample = np.unique(table.space, return_index=True)
        self.samples = [table.rides[at] for at in sample.tolist()]

    def fits(self, sold: Sold, *, only_version: bool) -> Bools:
        """(rides,) whether the product may be used, whenever it was bought."""
        product = sold.product
        by_space = np.array([product.covers_space(ride) for ride in self.samples], dtype=np.bool_)
        fits: Bools = by_space[self.space]
        if only_version:
            fits &= self.version == sold.version
        if product.bands:
            kinds = self.table.kinds_of_day(self.book.versions[sold.version])[self.ride]
            since_s = self.table.since_s[self.ride]
            open_now = np.zeros(len(self.ride), dtype=np.bool_)
            for band in product.bands:
                inside = (band.from_min * 60 <= since_s) & (since_s < band.until_min * 60)
                open_now |= inside & np.isin(kinds, sorted(band.days))
            fits &= open_now
        return fits

    def cents(self, product: Product) -> Ints:
        """(rides,) the price of one piece for each ride."""
        by_space = [product.cents(ride) for ride in self.samples]
        return np.array([NEVER if it is None else it for it in by_space], dtype=np.int64)[self.space]

    def counts(self, sold: Sold) -> tuple[Ints, Ints, Ints]:
        """(rides,) each: the clock a pass looks at, and from when to when it counts if bought at the ride."""
        product, tariff = sold.product, self.book.versions[sold.version]
        if product.validity is Validity.WINDOW:
            return self.arrives_s, self.departs_s, self.departs_s + product.minutes * 60
        starts, ends = self._by_day(lambda day: _stretch(product, day), tariff)
        return self.departs_s, starts[self.day], ends[self.day]

    def _by_day(self, stretch: Callable[[date], tuple[date, date]], tariff: Tariff) -> tuple[Ints, Ints]:
        starts, ends = [], []
        for ordinal in self.days.tolist():
            first, after = stretch(date.fromordinal(ordinal))
            # No pass counts for what was ridden before its version was sold.
            starts.append(tariff.starts_s(max(first, tariff.valid_from)))
            ends.append(tariff.starts_s(after) - 1)
        return np.array(starts, dtype=np.int64), np.array(ends, dtype=np.int64)


def _stretch(product: Product, day: date) -> tuple[date, date]:
    if product.validity in CALENDAR:
        return period(product.validity, day)
    return day, date.fromordinal(day.toordinal() + product.days)
