"""Lines of bills from what was bought."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ticketing.application.allotment import Pieces, allotted
from ticketing.application.flat import PASS, SINGLE, USE, Flat
from ticketing.application.ride_table import ID, Ints, Ridden, RideTable
from ticketing.domain.bill import Line
from ticketing.domain.products import EPOCH, Product, Validity, period
from ticketing.domain.tariff import TariffBook

Objects = npt.NDArray[np.object_]


def bought_lines(
    book: TariffBook, table: RideTable, flat: Flat, account: Ints, bought: Ints
) -> Iterator[tuple[int, list[Line]]]:
    """(account, lines) of every account of a flat form that bought something.

    Passes come in the order in which they begin, then carnets, then single rides.

    Parameters
    ----------
    account, bought
        (pieces,) the account's number in the flat form, and (pieces, 4) as in ``Plan``.
    """
    pieces, rides, first_used = allotted(flat, account, bought)
    names = np.array(list(map(ID, map(table.rides.__getitem__, flat.ride.tolist()))), dtype=object)
    used = tuple(names[rides].tolist())
    told = np.flatnonzero(pieces.kind != USE)
    uses = zip(first_used[told].tolist(), first_used[told + 1].tolist(), strict=True)
    shown = pieces.of(told)
    all_sold = (*flat.passes, *flat.carnets, *flat.singles)
    prices = np.array([it.product.price_cents for it in all_sold], dtype=np.int64)
    # By kind, where its products begin among all.
    begins = np.array([0, len(flat.passes), 0, len(flat.passes) + len(flat.carnets)])
    sold = begins[shown.kind] + shown.which
    cents = prices[sold]
    single = np.flatnonzero(shown.kind == SINGLE)
    cents[single] = flat.single_cents[shown.which[single], shown.ride[single]]
    products = [it.product.id for it in all_sold]
    versions = [book.versions[it.version].id for it in all_sold]
    lines = list(
        map(
            Line._make,
            zip(
                map(products.__getitem__, sold.tolist()),
                _beginnings(table, flat, shown, names),
                shown.count.tolist(),
                (cents * shown.count).tolist(),
                [used[begin:end] for begin, end in uses],
                map(versions.__getitem__, sold.tolist()),
                strict=True,
            ),
        )
    )
    accounts, first = np.unique(shown.account, return_index=True)
    edges = pairwise(np.append(first, len(lines)).tolist())
    for number, (begin, end) in zip(flat.account[accounts].tolist(), edges, strict=True):
        yield number, lines[begin:end]


def _beginnings(table: RideTable, flat: Flat, pieces: Pieces, names: Objects) -> list[str]:
    """(pieces,) what ``Line.at`` says."""
    said: Objects = np.full(len(pieces.kind), "", dtype=object)
    single = np.flatnonzero(pieces.kind == SINGLE)
    said[single] = names[pieces.ride[single]]
    for which, sold in enumerate(flat.passes):
        mine = np.flatnonzero((pieces.kind == PASS) & (pieces.which == which))
        rides = flat.ride[pieces.ride[mine]]
        if sold.product.validity is Validity.WINDOW:
            said[mine] = _departures(table, rides)
        else:
            days, of = np.unique(table.day[rides], return_inverse=True)
            periods = [_period_name(sold.product, day) for day in days.tolist()]
            said[mine] = np.array(periods, dtype=object)[of]
    told: list[str] = said.tolist()
    return told


def _departures(table: RideTable, rides: Ints) -> list[str]:
    """To the minute, with the offset that they were told with, if any."""
    departures = [table.rides[ride].departure for ride in rides.tolist()]
    if departures and departures[0].tzinfo is None:
        # As isoformat writes them; for one after the other it takes four times as long.
        minutes = np.datetime64(EPOCH, "m") + table.departs_s[rides] // 60
        told: list[str] = np.datetime_as_string(minutes).tolist()
        return told
    return [departure.isoformat(timespec="minutes") for departure in departures]


def _period_name(product: Product, ordinal: int) -> str:
    day = period(product.validity, date.fromordinal(ordinal))[0]
    return day.strftime("%Y-%m") if product.validity is Validity.MONTH else day.isoformat()


def owned_lines(
    book: TariffBook,
    table: RideTable,
    owned: Mapping[int, tuple[Product, ...]],
    accounts: Sequence[Ridden],
) -> Iterator[tuple[int, Line]]:
    """(account, line) for everything owned that was of use; it costs nothing again."""
    whose = table.account
    used: dict[tuple[int, str, int], list[str]] = {}
    for at, products in sorted(owned.items()):
        riders = frozenset(category for category, _ in table.rides[at].riders)
        for product in products:
            if product.room(riders):
                key = int(whose[at]), product.id, int(table.version[at])
                used.setdefault(key, []).append(table.rides[at].id)
    for (account, name, version), rides in used.items():
        count = sum(1 for it in accounts[account].owned if it.product == name)
        yield account, Line(name, "", count, 0, tuple(rides), book.versions[version].id)
