"""Fares v1: one fare pays for some legs in a row; the cheapest split of a journey into such stretches.

A row of ``fare_rules.txt`` is one condition and all of its fields have to hold. Rows of one fare with the
same origin and destination belong together: each leg uses one of their routes, and the zones that are passed
are exactly those of ``contains_id``, where any is named. Of several such groups of rows one has to hold. A
fare without rows holds everywhere.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from timetable.fares.itinerary import PlacedLeg, within_s
from timetable.fares.money import Amounts, Money, added, amounts_of, is_currency
from timetable.fares.places import Routes, Stops
from timetable.fares.rows import Row, parsed
from timetable.layout import LAYOUTS
from timetable.tables import Feed

TRANSFERS = range(3)


class PaymentMethod(IntEnum):
    """When a fare is paid."""

    ON_BOARD = 0
    BEFORE_BOARDING = 1


@dataclass(frozen=True, slots=True)
class Condition:
    """Rows of one fare that belong together; an empty text or set is no condition."""

    origin: str
    destination: str
    routes: frozenset[str]
    zones: frozenset[str]


@dataclass(frozen=True, slots=True)
class Fare:
    """One row of ``fare_attributes.txt`` with its rules.

    Parameters
    ----------
    agency
        Its routes only; empty for all.
    most_transfers
        ``None`` for no limit.
    duration_s
        A transfer is possible until so many seconds after the first boarding; ``None`` for no limit.
    """

    fare_id: str
    line: int
    price: Money
    payment: PaymentMethod
    most_transfers: int | None
    agency: str
    duration_s: int | None
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Legs in a row, by their places in the journey, that one fare pays for."""

    numbers: tuple[int, ...]
    fare: Fare


def read_fares_v1(feed: Feed, routes: Routes) -> tuple[Fare, ...]:
    """Read the two files of Fares v1; what is wrong is noted in the feed's findings."""
    attributes = feed.table("fare_attributes.txt")
    agencies = set(feed.table("agency.txt", ["agency_id"]).column("agency_id"))
    known = {fare for fare in attributes.column("fare_id") if fare}
    conditions = _read_conditions(feed, known, routes)
    seen: set[str] = set()

    def build(row: Row) -> Fare:
        fare_id = row.required("fare_id")
        if fare_id in seen:
            raise row.unusable("fare_id", f"{fare_id!r} is above already")
        if not row.text("agency_id") and len(agencies) > 1:
            row.note("agency_id", "no value, and one is required where a feed has several agencies")
        row.check_reference("agency_id", agencies, "agency.txt")
        duration_s = row.integer("transfer_duration")
        if duration_s is not None and duration_s < 0:
            raise row.unusable("transfer_duration", f"{duration_s} is negative")
        fare = Fare(
            fare_id=fare_id,
            line=row.line,
            price=_price(row),
            payment=PaymentMethod(row.option("payment_method", (0, 1))),
            most_transfers=row.option("transfers", TRANSFERS) if row.text("transfers") else None,
            agency=row.text("agency_id"),
            duration_s=duration_s,
            conditions=conditions.get(fare_id, ()),
        )
        seen.add(fare_id)
        return fare

    return tuple(parsed(attributes, feed.findings, LAYOUTS[attributes.file].columns, build))


def _price(row: Row) -> Money:
    currency = row.required("currency_type")
    if not is_currency(currency):
        raise row.unusable("currency_type", f"{currency!r} is no currency code as in EUR")
    try:
        price = Money.parse(row.required("price"), currency)
    except ValueError as error:
        raise row.unusable("price", str(error)) from error
    if price.minor < 0:
        raise row.unusable("price", f"{row.text('price')!r} is negative")
    return price


def _read_conditions(
    feed: Feed, fares: Collection[str], routes: Routes
) -> Mapping[str, tuple[Condition, ...]]:
    table = feed.table("fare_rules.txt")
    zones = set(feed.table("stops.txt", ["zone_id"]).column("zone_id"))
    found: dict[str, dict[tuple[str, str], list[tuple[str, str]]]] = defaultdict(lambda: defaultdict(list))

    def build(row: Row) -> None:
        fare = row.required("fare_id")
        row.check_reference("fare_id", fares, "fare_attributes.txt")
        for field in ("origin_id", "destination_id", "contains_id"):
            row.check_reference(field, zones, "stops.txt as a zone_id")
        if (route := row.text("route_id")) and not routes.known(route):
            row.note("route_id", f"{route!r} is not in routes.txt")
        ends = (row.text("origin_id"), row.text("destination_id"))
        found[fare][ends].append((route, row.text("contains_id")))

    parsed(table, feed.findings, LAYOUTS[table.file].columns, build)
    return {
        fare: tuple(_condition(ends, rows) for ends, rows in groups.items()) for fare, groups in found.items()
    }


def _condition(ends: tuple[str, str], rows: Sequence[tuple[str, str]]) -> Condition:
    routes = {route for route, _ in rows}
    zones = {zone for _, zone in rows} - {""}
    # A row with neither route nor zone holds for all travel between these ends.
    anywhere = ("", "") in rows
    return Condition(
        *ends,
        frozenset() if anywhere else frozenset(routes - {""}),
        frozenset() if anywhere else frozenset(zones),
    )


def cheapest_stretches(
    legs: Sequence[PlacedLeg],
    fares: Sequence[Fare],
    currencies: Sequence[str],
    stops: Stops,
    routes: Routes,
) -> tuple[Stretch, ...] | None:
    """Find the fares that pay for all legs at the least price, exactly.

    Parameters
    ----------
    legs
        In order of travel.
    fares
        All fares.
    currencies
        Currencies to pay in.
    stops, routes
        What the feed tells of them.

    Returns
    -------
    tuple of Stretch or None
        ``None`` if a leg is covered by no fare: then the price is unknown.
    """
    payable = [fare for fare in fares if fare.price.currency in currencies]
    best: list[tuple[Amounts, tuple[Stretch, ...]] | None] = [((0,) * len(currencies), ())]
    for end in range(1, len(legs) + 1):
        ways = []
        for start in range(end):
            if (before := best[start]) is None:
                continue
            for fare in holding_fares(payable, legs[start:end], stops, routes):
                stretch = Stretch(tuple(range(start, end)), fare)
                amounts = added(before[0], amounts_of(fare.price, currencies))
                ways.append((amounts, (*before[1], stretch)))
        # Of equally cheap ways that with the fewest fares.
        best.append(min(ways, key=lambda way: (way[0], len(way[1])), default=None))
    return None if best[-1] is None else best[-1][1]


def holding_fares(
    fares: Sequence[Fare], legs: Sequence[PlacedLeg], stops: Stops, routes: Routes
) -> list[Fare]:
    """Return the fares that each pay for all of the legs."""
    return [fare for fare in fares if holds(fare, legs, stops, routes)]


def holds(fare: Fare, legs: Sequence[PlacedLeg], stops: Stops, routes: Routes) -> bool:
    """Whether one fare pays for all of the legs."""
    if any(leg.unknown for leg in legs):
        return False
    if fare.most_transfers is not None and len(legs) - 1 > fare.most_transfers:
        return False
    if fare.agency and any(routes.agency(leg.route) != fare.agency for leg in legs):
        return False
    if not _in_time(fare, legs):
        return False
    return not fare.conditions or any(_meets(condition, legs, stops) for condition in fare.conditions)


def _in_time(fare: Fare, legs: Sequence[PlacedLeg]) -> bool:
    if fare.duration_s is None or len(legs) == 1:
        return True
    return within_s(fare.duration_s, legs[0].leg.departure, legs[-1].leg.departure)


def _meets(condition: Condition, legs: Sequence[PlacedLeg], stops: Stops) -> bool:
    return (
        condition.origin in {"", stops.zone(legs[0].leg.from_stop)}
        and condition.destination in {"", stops.zone(legs[-1].leg.to_stop)}
        and (not condition.routes or all(leg.route in condition.routes for leg in legs))
        and (
            not condition.zones
            or condition.zones == {zone for leg in legs for stop in leg.passed if (zone := stops.zone(stop))}
        )
    )
