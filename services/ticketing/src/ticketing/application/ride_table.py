"""The rides of many accounts as columns, in one order however they arrived."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import repeat
from operator import attrgetter, sub
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
Space = tuple[int, int | None, frozenset[str] | None, frozenset[str] | None, int | None]
Riders = tuple[tuple[str, int], ...]

DAY_S = 86_400
QUARTER_S = 900
"""No clock is changed between two quarters of an hour."""
UNIX_ORDINAL = date(1970, 1, 1).toordinal()
UTC_EPOCH = EPOCH.replace(tzinfo=UTC)
SPACE = attrgetter("stops", "level", "zones", "networks", "airline_m")
DEPARTURE = attrgetter("departure")
ARRIVAL = attrgetter("arrival")
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
    which that day's date begins. ``space`` and ``riders`` index the distinct ones in ``spaces`` and
    ``rider_sets``. ``version`` is that of the tariff which holds on the day.
    """

    rides: tuple[Ride, ...]
    first: Ints
    departs_s: Ints
    arrives_s: Ints
    day: Ints
    since_s: Ints
    space: Ints
    spaces: tuple[Space, ...]
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
        ids = list(map(ID, account.rides))
        if len(set(ids)) < len(ids):
            twice = next(name for name in ids if ids.count(name) > 1)
            found[number] = WrongFieldError(f"ride {twice}: the id stands there twice")
            continue
        for ride in account.rides:
            if (ride.departure.tzinfo is not None) != zoned:
                found[number] = WrongFieldError(
                    f"ride {ride.id}: dep {ride.departure} {'has no offset' if zoned else 'has an offset'}"
                )
                break
        else:
            if begins > date.min and account.rides:
                earliest = min(account.rides, key=DEPARTURE)
                try:
                    book.number(book.service_day(earliest.departure))
                except NoPriceError as error:
                    found[number] = NoPriceError(f"ride {earliest.id}: {error}")
    return found


def table(book: TariffBook, accounts: Sequence[Ridden]) -> RideTable:
    """The accounts' rides as columns; they have no ``faults``."""
    rides = [ride for account in accounts for ride in account.rides]
    first = np.cumsum([0, *(len(account.rides) for account in accounts)], dtype=np.int64)
    tariff = book.versions[0]
    departs_s, wall_s = _instants(list(map(DEPARTURE, rides)), tariff.timezone)
    arrives_s, _ = _instants(list(map(ARRIVAL, rides)), tariff.timezone)
    spaces, space = _ranked(list(map(SPACE, rides)), _space_key)
    rider_sets, riders = _rider_sets(list(map(RIDERS, rides)))
    account = np.repeat(np.arange(len(accounts)), np.diff(first))
    order = np.lexsort((riders, space, arrives_s, departs_s, account))
    keys = np.stack((account, departs_s, arrives_s, space, riders))[:, order]
    if len(order) > 1 and (keys[:, 1:] == keys[:, :-1]).all(axis=0).any():
        order = np.lexsort((np.array(list(map(ID, rides))), riders, space, arrives_s, departs_s, account))
    departs_s, arrives_s, wall_s = departs_s[order], arrives_s[order], wall_s[order]
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
        spaces=spaces,
        riders=riders[order],
        rider_sets=rider_sets,
        version=np.searchsorted(begins, day, side="right").astype(np.int64) - 1,
    )


def _instants(moments: list[datetime], timezone: ZoneInfo | None) -> tuple[Ints, Ints]:
    """On the scale of ``instant_s``, and seconds of the wall clock since ``EPOCH``."""
    epoch = EPOCH if timezone is None else UTC_EPOCH
    # Maps of built-in functions: most of the time of a table goes by here.
    since = map(timedelta.total_seconds, map(sub, moments, repeat(epoch)))
    seconds = np.floor(np.fromiter(since, dtype=np.float64, count=len(moments))).astype(np.int64)
    if timezone is None:
        return seconds, seconds
    instants = seconds + int(UTC_EPOCH.timestamp())
    quarters, which = np.unique(instants // QUARTER_S, return_inverse=True)
    offsets = [
        (datetime.fromtimestamp(quarter * QUARTER_S, timezone).utcoffset() or timedelta()) // SECOND
        for quarter in quarters.tolist()
    ]
    shift = np.array(offsets, dtype=np.int64)[which] if offsets else np.zeros(0, dtype=np.int64)
    return instants, seconds + shift


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


def _space_key(space: Space) -> tuple[object, ...]:
    stops, level, zones, networks, airline_m = space
    return (
        stops,
        level is not None,
        level or 0,
        zones is not None,
        sorted(zones or ()),
        networks is not None,
        sorted(networks or ()),
        airline_m is not None,
        airline_m or 0,
    )


def _rider_sets(told: Sequence[Riders]) -> tuple[tuple[Riders, ...], Ints]:
    """The distinct ones, categories in order, and which each ride has."""
    found, seen = _ranked(told, sorted)
    sets = sorted({tuple(sorted(each)) for each in found})
    return tuple(sets), np.array([sets.index(tuple(sorted(each))) for each in found], dtype=np.int64)[seen]


def _ranked(values: Sequence[ValueT], key: Callable[[ValueT], Any]) -> tuple[tuple[ValueT, ...], Ints]:
    """The distinct values in the order of their keys, and where each of the values is among them."""
    found: dict[ValueT, int] = {}
    seen = [found.setdefault(value, len(found)) for value in values]
    distinct = list(found)
    order = sorted(range(len(distinct)), key=lambda number: key(distinct[number]))
    rank = np.empty(len(distinct), dtype=np.int64)
    rank[order] = np.arange(len(distinct))
    return tuple(distinct[number] for number in order), rank[np.array(seen, dtype=np.int64)]
