"""What GTFS Fares v2 can say of a tariff, as its tables.

A ride of the tariff is a leg of Fares v2; where legs shortly after one another are one ride, they are joined.
A zone is an area, a pair of zones of a price level a pair of areas. A version of the tariff holds within its
dates, a time band within its hours: both become timeframes of services that run on the days they hold. The
night after a service day is a timeframe of the next date. Prices are those of one rider of each category that
a product has room for.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product as pairs_of

from timetable.fares.money import Money
from timetable.layout import LAYOUTS
from timetable.writing import NewTable, new_table

from ticketing.domain.products import ADULT, HOLIDAY, Band, Product, Validity
from ticketing.domain.tariff import DAY_MIN, Tariff, TariffBook

LAST_DAY = date(2100, 1, 1)
"""Until then the newest version holds."""
ALWAYS = (Band(),)
Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FareTables:
    """Tables by file name, and in sentences what of the tariff is not in them."""

    tables: dict[str, NewTable]
    left_out: tuple[str, ...]


def fares_tables(book: TariffBook) -> FareTables:
    """Say a tariff, all versions of it, by the files of Fares v2 as far as they can.

    Only one journey is known there: products for a time are offered for a leg, and for all legs in a window
    of time, but not for a calendar day, week or month. Caps, carnets, what is owned, prices by distance and
    limits of stops are left out; so is whether a ride touches zones between its ends.
    """
    tables = _Tables(book)
    last = LAST_DAY
    for version in reversed(book.versions):
        tables.add(version, last)
        last = version.valid_from - timedelta(days=1)
    return tables.done()


class _Tables:
    def __init__(self, book: TariffBook) -> None:
        self._book = book
        self._zones: set[str] = set()
        self._networks: set[str] = set()
        self._rows: dict[str, list[Row]] = defaultdict(list)
        self._left_out: list[str] = []

    def add(self, version: Tariff, last: date) -> None:
        zones = {zone for it in version.products for zone in it.zones or ()}
        for relation in version.relations:
            zones |= relation.ends | relation.other_ends
        self._zones |= zones
        named = {network for product in version.products for network in product.networks or ()}
        networks = named or {self._book.id}
        self._networks |= networks
        groups: dict[tuple[Band, ...], str] = {}
        for product in version.products:
            if why := _unsayable(product):
                self._left_out.append(f"{version.id}: {product.id}: {why}")
                continue
            places = list(_places(product, version, sorted(zones)))
            if product.zones is not None and product.zones < zones:
                inside = f"only within {len(product.zones)} zones: those between a ride's ends"
                self._left_out.append(f"{version.id}: {product.id}: {inside}")
            if not places:
                self._left_out.append(f"{version.id}: {product.id}: no zones are told for its levels")
                continue
            bands = product.bands or ALWAYS
            if bands not in groups:
                groups[bands] = f"{version.id}:{len(groups) + 1}"
                self._add_times(version, last, bands, groups[bands])
            self._add_product(version, product, places, groups[bands], sorted(product.networks or networks))
        if version.transfer_min:
            self._rows["fare_leg_join_rules.txt"] += [
                (one, other, "", "") for one, other in pairs_of(sorted(networks), repeat=2)
            ]
            self._left_out.append(
                f"{version.id}: legs at most {version.transfer_min} minutes apart are one ride; all are"
            )
        self._left_out += [f"{version.id}: {it.id}: owned, never sold" for it in version.ownable]

    def _add_product(
        self,
        version: Tariff,
        product: Product,
        places: list[tuple[str, str]],
        timeframe: str,
        networks: list[str],
    ) -> None:
        name = f"{version.id}:{product.id}"
        price = Money(product.price_cents, version.currency).amount
        for category in sorted({it for place in product.places for it in place.categories}):
            self._rows["fare_products.txt"].append(
                (name, product.name("de"), category, "", price, version.currency)
            )
        self._rows["fare_leg_rules.txt"] += [
            (name, network, start, end, timeframe, "", name, "")
            for network in networks
            for start, end in places
        ]
        if product.validity is Validity.WINDOW:
            # From the departure of the first leg to the arrival of the last: all of that costs nothing more.
            limit = str(product.minutes * 60)
            self._rows["fare_transfer_rules.txt"].append((name, name, "-1", limit, "0", "0", ""))
        elif product.validity is not Validity.RIDE:
            self._left_out.append(
                f"{version.id}: {product.id}: for a {product.validity.value}: offered for every leg anew"
            )

    def _add_times(self, version: Tariff, last: date, bands: tuple[Band, ...], group: str) -> None:
        for number, band in enumerate(bands):
            starts, ends = version.day_starts_min, version.day_starts_min + DAY_MIN
            # The service day's own date, and the next one until the next service day starts.
            for shift in (0, 1):
                begin = max(band.from_min, starts, shift * DAY_MIN) - shift * DAY_MIN
                end = min(band.until_min, ends, (shift + 1) * DAY_MIN) - shift * DAY_MIN
                if begin < end:
                    service = f"{group}:{number + 1}{'+1' if shift else ''}"
                    self._rows["timeframes.txt"].append((group, _clock(begin), _clock(end), service))
                    self._add_service(version, last, band, service, timedelta(days=shift))

    def _add_service(self, version: Tariff, last: date, band: Band, service: str, shift: timedelta) -> None:
        weekdays = tuple(str(int((day - shift.days) % 7 in band.days)) for day in range(7))
        first = version.valid_from
        self._rows["calendar.txt"].append((service, *weekdays, _day(first + shift), _day(last + shift)))
        for holiday in sorted(version.holidays):
            runs = HOLIDAY in band.days
            if first <= holiday <= last and runs != (holiday.weekday() in band.days):
                self._rows["calendar_dates.txt"].append(
                    (service, _day(holiday + shift), "1" if runs else "2")
                )

    def done(self) -> FareTables:
        """Return all tables that have rows."""
        categories = self._book.versions[-1].categories
        default = ADULT if ADULT in {it.id for it in categories} else categories[0].id
        self._rows |= {
            "rider_categories.txt": [
                (it.id, dict(it.names).get("de", it.id), str(int(it.id == default)), "") for it in categories
            ],
            "areas.txt": [(zone, "") for zone in sorted(self._zones)],
            "networks.txt": [(network, "") for network in sorted(self._networks)],
        }
        columns = {name: LAYOUTS[name].columns for name in self._rows} | COLUMNS
        tables = {name: new_table(columns[name], rows) for name, rows in self._rows.items() if rows}
        return FareTables(tables, tuple(self._left_out))


COLUMNS = {
    "fare_products.txt": (
        "fare_product_id", "fare_product_name", "rider_category_id", "fare_media_id", "amount", "currency",
    ),
    "fare_leg_rules.txt": (
        "leg_group_id", "network_id", "from_area_id", "to_area_id", "from_timeframe_group_id",
        "to_timeframe_group_id", "fare_product_id", "rule_priority",
    ),
    "fare_transfer_rules.txt": (
        "from_leg_group_id", "to_leg_group_id", "transfer_count", "duration_limit", "duration_limit_type",
        "fare_transfer_type", "fare_product_id",
    ),
    "timeframes.txt": ("timeframe_group_id", "start_time", "end_time", "service_id"),
}  # fmt: skip
"""Where the order of columns here is not that of the layout."""


def _unsayable(product: Product) -> str:
    """Return why Fares v2 has no words for a product, empty if it has."""
    if product.cap:
        return "a cap"
    if product.validity is Validity.CARNET:
        return f"a carnet of {product.uses} uses"
    if product.distance is not None:
        return "a price by distance"
    return "" if product.max_stops is None else f"for at most {product.max_stops} stops"


def _places(product: Product, version: Tariff, zones: list[str]) -> Iterator[tuple[str, str]]:
    """Yield pairs of areas from and to, empty ones for everywhere."""
    if product.zones is None and product.levels is None:
        yield ("", "")
        return
    for start, end in pairs_of(zones if product.zones is None else sorted(product.zones), repeat=2):
        if product.levels is None or version.level(start, end) in product.levels:
            yield (start, end)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}:00"


def _day(day: date) -> str:
    return day.strftime("%Y%m%d")
