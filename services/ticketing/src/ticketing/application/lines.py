"""Lines of a bill from what was bought: which rides use which piece."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from ticketing.application.flat import CARNET, PASS, SINGLE, USE, Flat, Sold
from ticketing.application.ride_table import Ints, Ridden, RideTable
from ticketing.domain.bill import Line
from ticketing.domain.products import Product, Validity, period
from ticketing.domain.tariff import TariffBook


class Lines:
    """Tells plans of a flat form as lines of bills."""

    def __init__(self, book: TariffBook, table: RideTable, flat: Flat) -> None:
        self._flat = flat
        self._table = table
        self._versions = [version.id for version in book.versions]
        self._ids = [table.rides[ride].id for ride in flat.ride.tolist()]
        self._first_ride = flat.first_ride.tolist()
        self._first_row = flat.first_row.tolist()
        self._demand = flat.demand.tolist()
        self._single_cents = flat.single_cents.tolist()
        self._single_room = flat.single_room.tolist()

    def of(self, account: int, bought: Ints) -> list[Line]:
        """Passes in the order in which they begin, then carnets, then single rides."""
        flat, first = self._flat, self._first_ride[account]
        after = self._first_ride[account + 1]
        row, end = self._first_row[first], self._first_row[after]
        left = self._demand[row:end]
        pieces: Counter[tuple[int, int, int]] = Counter()
        for kind, which, ride, count in bought.tolist():
            # A carnet is used wherever it was bought.
            pieces[kind, 0 if kind == CARNET else first + ride, which] += count
        told: dict[int, list[tuple[int, int, int]]] = {PASS: [], SINGLE: [], CARNET: [], USE: []}
        for (kind, ride, which), count in sorted(pieces.items()):
            told[kind].append((ride, which, count))
        singles = [self._single(ride, which, count, left, row) for ride, which, count in told[SINGLE]]
        used: dict[int, list[str]] = {}
        for ride, which, count in told[USE]:
            self._use(flat.carnet_room[which], ride, count, left, row)
            used.setdefault(which, []).append(self._ids[ride])
        return [
            *(self._pass(bought, left, row, after) for bought in told[PASS]),
            *(
                self._line(flat.carnets[which], "", count, tuple(used[which]))
                for _, which, count in told[CARNET]
            ),
            *singles,
        ]

    def _single(self, ride: int, which: int, count: int, left: list[int], row: int) -> Line:
        name = self._ids[ride]
        room = self._single_room[which]
        for at in range(self._first_row[ride], self._first_row[ride + 1]):
            left[at - row] -= count * room[at]
        sold = self._flat.singles[which]
        cents = count * self._single_cents[which][ride]
        return Line(sold.product.id, name, count, cents, (name,), self._versions[sold.version])

    def _use(self, room: Ints, ride: int, count: int, left: list[int], row: int) -> bool:
        """Whether anyone on the ride still needed it."""
        needed = False
        for at in range(self._first_row[ride], self._first_row[ride + 1]):
            if room[at] > 0:
                needed |= left[at - row] > 0
                left[at - row] -= count * int(room[at])
        return needed

    def _pass(self, bought: tuple[int, int, int], left: list[int], row: int, after: int) -> Line:
        flat = self._flat
        start, which, count = bought
        ends_s = flat.pass_ends_s[which, start]
        inside = flat.pass_clock_s[which, start:after] <= ends_s
        rides = tuple(
            self._ids[ride]
            for ride in (inside.nonzero()[0] + start).tolist()
            if self._use(flat.pass_room[which], ride, count, left, row)
        )
        sold = flat.passes[which]
        return self._line(sold, self._at(sold.product, start), count, rides)

    def _line(self, sold: Sold, at: str, count: int, rides: tuple[str, ...]) -> Line:
        product = sold.product
        return Line(product.id, at, count, count * product.price_cents, rides, self._versions[sold.version])

    def _at(self, product: Product, start: int) -> str:
        ride = int(self._flat.ride[start])
        if product.validity is Validity.WINDOW:
            return self._table.rides[ride].departure.isoformat(timespec="minutes")
        day = period(product.validity, date.fromordinal(int(self._table.day[ride])))[0]
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
