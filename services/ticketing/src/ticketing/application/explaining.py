"""Why a bill is as it is: what each ride made it dearer, and what other choices would have cost."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from ticketing.application.pricing import BestPrice
from ticketing.application.ride_table import Ridden
from ticketing.domain.bill import Bill, Line
from ticketing.domain.errors import TicketingError, WrongFieldError
from ticketing.domain.products import Product, Ride, Validity, instant_s, period
from ticketing.domain.statement import NextBest, Progress
from ticketing.domain.tariff import Owned, Tariff, TariffBook

MOST_PROGRESS = 3
LONGER = (Validity.DAY, Validity.WEEK, Validity.MONTH)


@dataclass(frozen=True, slots=True)
class Explanation:
    """What can be said of a bill.

    Parameters
    ----------
    rides
        In order of departure.
    alone_cents
        By ride: its cheapest single tickets; None where it is not sold alone.
    counted_cents
        By ride: what it added to the rides before it. Their sum is the bill's.
    without_cents
        By product bought: the cheapest bill without it; None where there is none.
    """

    rides: tuple[Ride, ...]
    alone_cents: dict[str, int | None]
    counted_cents: dict[str, int]
    without_cents: dict[str, int | None]
    next_best: NextBest | None
    progress: tuple[Progress, ...]

    @property
    def singles_cents(self) -> int | None:
        """All rides with single tickets; None where one of them is not sold alone."""
        return added(self.alone_cents.values())


def added(amounts: Iterable[int | None]) -> int | None:
    """The sum of what is known, None if something is not."""
    known = list(amounts)
    told = [cents for cents in known if cents is not None]
    return sum(told) if len(told) == len(known) else None


def explain(
    price: BestPrice, book: TariffBook, rides: Sequence[Ride], owned: Sequence[Owned], bill: Bill
) -> Explanation:
    """Price what was not chosen, with the engine that chose.

    Parameters
    ----------
    rides, owned
        What the bill was made for.

    Raises
    ------
    WrongFieldError
        If the bill covers a ride that is not among them.
    """
    ordered = tuple(
        sorted(rides, key=lambda ride: (instant_s(ride.departure), instant_s(ride.arrival), ride.id))
    )
    known = {ride.id for ride in ordered}
    for line in bill.lines:
        if not known.issuperset(line.rides):
            raise WrongFieldError(f"bill: product {line.product} covers {sorted(set(line.rides) - known)}")
    counted = _counted(price, book, ordered, owned, bill)
    bought = {line.product: line for line in bill.lines if line.cents > 0}
    others = {name: _without(price, book, ordered, owned, name) for name in bought}
    return Explanation(
        rides=ordered,
        alone_cents=_alone(price, book, ordered, owned),
        counted_cents=counted,
        without_cents={name: None if other is None else other.total_cents for name, other in others.items()},
        next_best=_next_best(others),
        progress=_progress(book, ordered, counted, bill),
    )


def _counted(
    price: BestPrice, book: TariffBook, rides: Sequence[Ride], owned: Sequence[Owned], bill: Bill
) -> dict[str, int]:
    """By ride: the best price of it and the rides before, less that of the rides before."""
    begun = [Ridden(rides[:number], owned) for number in range(1, len(rides))]
    # The last one takes what was really charged, so that nothing is left over.
    totals = [*(_total(it) or 0 for it in price.bills(book, begun)), bill.total_cents]
    return {ride.id: cents - before for ride, cents, before in zip(rides, totals, (0, *totals), strict=False)}


def _total(bill: Bill | TicketingError) -> int | None:
    return None if isinstance(bill, TicketingError) else bill.total_cents


def _alone(
    price: BestPrice, book: TariffBook, rides: Sequence[Ride], owned: Sequence[Owned]
) -> dict[str, int | None]:
    singles = _with_products(book, lambda product: product.validity is Validity.RIDE)
    bills = price.bills(singles, [Ridden((ride,), owned) for ride in rides])
    return {ride.id: _total(bill) for ride, bill in zip(rides, bills, strict=True)}


def _without(
    price: BestPrice, book: TariffBook, rides: Sequence[Ride], owned: Sequence[Owned], name: str
) -> Bill | None:
    rest = _with_products(book, lambda product: product.id != name)
    bill = price.bills(rest, [Ridden(rides, owned)])[0]
    return None if isinstance(bill, TicketingError) else bill


def _with_products(book: TariffBook, keep: Callable[[Product], bool]) -> TariffBook:
    return TariffBook(
        tuple(replace(version, products=tuple(filter(keep, version.products))) for version in book.versions)
    )


def _next_best(others: dict[str, Bill | None]) -> NextBest | None:
    """The cheapest bill that lacks one of the products bought; of equal ones that of the first product."""
    found = [(bill.total_cents, name, bill) for name, bill in others.items() if bill is not None]
    if not found:
        return None
    cents, name, bill = min(found, key=lambda it: it[:2])
    pieces: dict[str, int] = {}
    for line in bill.lines:
        pieces[line.product] = pieces.get(line.product, 0) + line.count
    return NextBest(name, cents, tuple(pieces.items()))


def _progress(
    book: TariffBook, rides: Sequence[Ride], counted: dict[str, int], bill: Bill
) -> tuple[Progress, ...]:
    """The longest-lasting products that the rides come closest to, and those that were reached."""
    spent: dict[tuple[str, str], int] = {}
    price: dict[tuple[str, str], int] = {}
    for ride in rides:
        version = book.version(book.service_day(ride.departure))
        for product in version.products:
            if product.validity in LONGER and _may_use(version, product, ride):
                key = product.id, _at(product, version, ride)
                spent[key] = spent.get(key, 0) + counted[ride.id]
                price.setdefault(key, product.price_cents)
    reached = [
        Progress(line.product, line.at, line.cents, line.cents)
        for line in bill.lines
        if (line.product, line.at) in price and line.cents > 0
    ]
    has = {(it.product, it.at) for it in reached}
    # A day is over when the statement comes: only what lasts longer is still worth a look.
    open_ones = [
        Progress(name, at, cents, price[name, at])
        for (name, at), cents in spent.items()
        if (name, at) not in has and 0 < cents < price[name, at] and _lasts(book, name)
    ]
    open_ones.sort(key=lambda it: (-it.spent_cents / it.price_cents, it.product, it.at))
    return (*reached, *open_ones[:MOST_PROGRESS])


def _may_use(version: Tariff, product: Product, ride: Ride) -> bool:
    categories = frozenset(category for category, _ in ride.riders)
    return product.room(categories) > 0 and version.fits(product, ride)


def _lasts(book: TariffBook, name: str) -> bool:
    return any(
        product.id == name and product.validity is not Validity.DAY
        for version in book.versions
        for product in version.products
    )


def _at(product: Product, version: Tariff, ride: Ride) -> str:
    first = period(product.validity, version.service_day(ride))[0]
    return f"{first:%Y-%m}" if product.validity is Validity.MONTH else first.isoformat()


def line_alone(explanation: Explanation, line: Line) -> int | None:
    """What a line's rides would have cost one by one."""
    return added(explanation.alone_cents[ride] for ride in line.rides)
