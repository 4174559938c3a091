"""The rides of many accounts as columns, in one order however they arrived."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from operator import attrgetter
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from ticketing.domain.errors import NoPriceError, TicketingError, WrongFieldError
from ticketing.domain.products import EPOCH, HOLIDAY, SECOND, Ride
from ticketing.domain.tariff import Owned, Tariff, TariffBook

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
ValueT = TypeVar("ValueT")
Riders = tuple[tuple[str, int], ...]

DAY_S = 86_400
QUARTER_S = 900
"""No clock is changed between two quarters of an hour."""
UNIX_ORDINAL = date(1970, 1, 1).toordinal()
UTC_EPOCH = EPOCH.replace(tzinfo=UTC)
DEPARTS_S = attrgetter("departs_s")
ARRIVES_S = attrgetter("arrives_s")
ZONE = attrgetter("departure.tzinfo")
RIDERS = attrgetter("riders")
ID = attrgetter("id")


@dataclass(frozen=True, slots=True)
class Ridden:
    """What one account rode, and what it owned meanwhile."""

    rides: Sequence[Ride]
    owned: Sequence[Owned] = ()


@dataclass(frozen=True, slots=True)
class RideTable:
    """Columns over all rides of some accounts, sorted by account and then by all that a ride is.

    ``first`` (accounts + 1) are an account's rides. ``departs_s`` and ``arrives_s`` are instants, ``day`` the
    ordinal of the service day, ``since_s`` the departure in seconds of the wall clock after the midnight at
    which that day's date begins. ``space`` is the same number for rides that are alike to all products,
    ``riders`` index the distinct ones in ``rider_sets``. ``version`` is that of the tariff which holds on the
    day.
    """

    rides: tuple[Ride, ...]
    first: Ints
    departs_s: Ints
    arrives_s: Ints
    day: Ints
    since_s: Ints
    space: Ints
    riders: Ints
    rider_sets: tuple[Riders, ...]
    version: Ints

    @property
    def account(self) -> Ints:
        """(rides,) the account of each."""
        return np.repeat(np.arange(len(self.first) - 1), np.diff(self.first))

    def kinds_of_day(self, tariff: Tariff) -> Ints:
        """(rides,) 0 (Monday) to 6, or ``HOLIDAY``, by that version's holidays."""
        kinds = (self.day + 6) % 7
        holidays = [day.toordinal() for day in tariff.holidays]
        return np.where(np.isin(self.day, holidays), HOLIDAY, kinds) if holidays else kinds


def faults(book: TariffBook, accounts: Sequence[Ridden]) -> dict[int, TicketingError]:
    """What keeps an account from being tabled, by its number."""
    zoned = book.versions[0].timezone is not None
    begins = book.versions[0].valid_from
    ownable = {product.id for version in book.versions for product in version.ownable}
    found: dict[int, TicketingError] = {}
    for number, account in enumerate(accounts):
        strange = [it.product for it in account.owned if it.product not in ownable]
        if strange:
            found[number] = WrongFieldError(f"owned {strange[0]!r} is not known to the tariff")
            continue
        if len(set(map(ID, account.rides))) < len(account.rides):
            ids = [ride.id for ride in account.rides]
            twice = next(name for name in ids if ids.count(name) > 1)
            found[number] = WrongFieldError(f"ride {twice}: the id stands there twice")
            continue
        if any((zone is not None) != zoned for zone in set(map(ZONE, account.rides))):
            ride = next(it for it in account.rides if (it.departure.tzinfo is not None) != zoned)
            found[number] = WrongFieldError(
                f"ride {ride.id}: dep {ride.departure} {'has no offset' if zoned else 'has an offset'}"
            )
        elif begins > date.min and account.rides:
            earliest = min(account.rides, key=DEPARTS_S)
            try:
                book.number(book.service_day(earliest.departure))
            except NoPriceError as error:
                found[number] = NoPriceError(f"ride {earliest.id}: {error}")
    return found


def table(book: TariffBook, accounts: Sequence[Ridden]) -> RideTable:
    """The accounts' rides as columns; they have no ``faults``."""
    rides = list(chain.from_iterable(account.rides for account in accounts))
    first = np.cumsum([0, *(len(account.rides) for account in accounts)], dtype=np.int64)
    tariff = book.versions[0]
    account = np.repeat(np.arange(len(accounts)), np.diff(first))
    departs_s = np.array(list(map(DEPARTS_S, rides)), dtype=np.int64)
    arrives_s = np.array(list(map(ARRIVES_S, rides)), dtype=np.int64)
    space = _spaces(book, rides)
    rider_sets, riders = _rider_sets(list(map(RIDERS, rides)))
    order = np.lexsort((departs_s, account))
    same = (departs_s[order][1:] == departs_s[order][:-1]) & (account[order][1:] == account[order][:-1])
    if same.any():
        # Few depart at one time, so that only these have to be told apart by everything else.
        tied = np.flatnonzero(np.append(same, [False]) | np.append([False], same))
        of = order[tied]
        names = np.array([rides[at].id for at in of.tolist()])
        order[tied] = of[
            np.lexsort((names, riders[of], space[of], arrives_s[of], departs_s[of], account[of]))
        ]
    departs_s, arrives_s = departs_s[order], arrives_s[order]
    wall_s = _wall_s(departs_s, tariff.timezone)
    day = _days(tariff, departs_s, wall_s)
    begins = [version.valid_from.toordinal() for version in book.versions]
    return RideTable(
        rides=tuple(map(rides.__getitem__, order.tolist())),
        first=first,
        departs_s=departs_s,
        arrives_s=arrives_s,
        day=day,
        since_s=wall_s - (day - EPOCH.toordinal()) * DAY_S,
        space=space[order],
        riders=riders[order],
        rider_sets=rider_sets,
        version=np.searchsorted(begins, day, side="right").astype(np.int64) - 1,
    )


def _wall_s(instants: Ints, timezone: ZoneInfo | None) -> Ints:
    """Seconds of the wall clock since ``EPOCH`` at moments on the scale of ``instant_s``."""
    if timezone is None:
        return instants
    quarters, which = np.unique(instants // QUARTER_S, return_inverse=True)
    offsets = [
        (datetime.fromtimestamp(quarter * QUARTER_S, timezone).utcoffset() or timedelta()) // SECOND
        for quarter in quarters.tolist()
    ]
    shift = np.array(offsets, dtype=np.int64)[which] if offsets else np.zeros(0, dtype=np.int64)
    return instants - int(UTC_EPOCH.timestamp()) + shift


def _days(tariff: Tariff, departs_s: Ints, wall_s: Ints) -> Ints:
    """As ``Tariff.day_of``, for many."""
    day = (wall_s - tariff.day_starts_min * 60) // DAY_S + EPOCH.toordinal()
    if tariff.timezone is None:
        return day
    days, which = np.unique(day, return_inverse=True)
    starts = [
        [tariff.starts_s(date.fromordinal(ordinal + after)) for after in (0, 1)] for ordinal in days.tolist()
    ]
    begins, ends = np.array(starts, dtype=np.int64).reshape(-1, 2).T
    early: Ints = (departs_s < begins[which]).astype(np.int64)
    late: Ints = (departs_s >= ends[which]).astype(np.int64)
    return day - early + late


def _spaces(book: TariffBook, rides: Sequence[Ride]) -> Ints:
    """(rides,) numbers of where they go, in an order: alike in all that some product asks of it."""
    products = [it for version in book.versions for it in (*version.products, *version.ownable)]
    asked = {
        "stops": any(it.max_stops is not None for it in products),
        "level": any(it.levels is not None for it in products),
        "zones": any(it.zones is not None for it in products),
        "networks": any(it.networks is not None for it in products),
        "airline_m": any(it.distance is not None for it in products),
    }
    space = np.zeros(len(rides), dtype=np.int64)
    for name in (name for name, matters in asked.items() if matters):
        distinct, seen = _ranked(list(map(attrgetter(name), rides)), _value_key)
        space = np.unique(space * len(distinct) + seen, return_inverse=True)[1]
    return space


def _value_key(value: int | frozenset[str] | None) -> tuple[bool, int | list[str]]:
    return value is not None, sorted(value) if isinstance(value, frozenset) else value or 0


def _rider_sets(told: Sequence[Riders]) -> tuple[tuple[Riders, ...], Ints]:
    """The distinct ones, categories in order, and which each ride has."""
    found, seen = _ranked(told, sorted)
    sets = sorted({tuple(sorted(each)) for each in found})
    return tuple(sets), np.array([sets.index(tuple(sorted(each))) for each in found], dtype=np.int64)[seen]


def _ranked(values: Sequence[ValueT], key: Callable[[ValueT], Any]) -> tuple[tuple[ValueT, ...], Ints]:
    """The distinct values in the order of their keys, and where each of the values is among them."""
    distinct = sorted(set(values), key=key)
    rank = {value: number for number, value in enumerate(distinct)}
    if len(distinct) == 1:
        return tuple(distinct), np.zeros(len(values), dtype=np.int64)
    return tuple(distinct), np.array(list(map(rank.__getitem__, values)), dtype=np.int64)
