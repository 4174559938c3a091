"""A tariff made of the Fares v2 tables of a feed, where a tariff can say what they say.

Areas become zones, and each pair of areas with fares of its own a price level; timeframes become time bands.
A tariff has no transfers between fares, no directions and no priorities by time: where a feed needs them, it
is refused with its rows, because a tariff without them would charge something else.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from itertools import combinations_with_replacement

from timetable.fares.matching import LegRules
from timetable.fares.model import FaresV2, LegRule, Offer
from timetable.fares.places import Routes, Stops
from timetable.fares.reading_v2 import read_fares_v2
from timetable.fares.service_days import ServiceDays
from timetable.tables import Feed

from ticketing.adapters.fare_times import FareTimes
from ticketing.domain.errors import WrongFieldError
from ticketing.domain.products import ADULT, Place, Product, Source, Validity
from ticketing.domain.tariff import Category, Relation, Tariff, TariffBook

MOST_TOLD = 20
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_NO_ID = re.compile(r"[^a-z0-9_.-]+")
_NO_CATEGORY = re.compile(r"[^a-z0-9_]+")

Fare = tuple[str, str]
"""Product and timeframe group of a leg rule."""
ByNetwork = tuple[frozenset[Fare], ...]
"""What is sold between two areas, by network in their order: what one price level stands for."""


@dataclass(frozen=True, slots=True)
class MadeTariff:
    """A tariff, and in sentences what the feed says beside it."""

    book: TariffBook
    beside: tuple[str, ...]


def tariff_of_fares(feed: Feed, settled: Validity = Validity.MONTH) -> MadeTariff:
    """Make a tariff of a feed's Fares v2.

    Parameters
    ----------
    feed
        Where to read; findings are noted there.
    settled
        The period of a bill, which no feed tells.

    Raises
    ------
    WrongFieldError
        With all that a tariff cannot say, by file and row.
    """
    if not feed.has("fare_leg_rules.txt"):
        raise WrongFieldError(f"feed {str(feed.path)!r}: fare_leg_rules.txt is missing")
    return _Maker(feed).made(settled)


class _Maker:
    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        routes = self._routes = Routes(feed)
        self._stops = Stops(feed)
        service_days = ServiceDays(feed)
        self._fares: FaresV2 = read_fares_v2(feed, routes.networks, service_days)
        self._rules = LegRules(self._fares, self._stops, service_days)
        self._times = FareTimes(self._fares, service_days)
        self._refused: list[str] = [*self._times.refused]
        named = {rule.network for rule in self._fares.leg_rules} - {""}
        self._networks = sorted({*routes.networks, *named}) or [""]
        self._areas = sorted(
            {area for rule in self._fares.leg_rules for area in (rule.from_area, rule.to_area)} - {""}
            | set(feed.table("areas.txt", ["area_id"]).column("area_id"))
        )

    def made(self, settled: Validity) -> MadeTariff:
        self._refuse_what_no_tariff_has()
        levels = self._levels()
        currencies = sorted({offer.price.currency for rows in self._fares.offers.values() for offer in rows})
        if len(currencies) != 1:
            self._refused.append(
                f"fare_products.txt: currency: {', '.join(currencies) or 'none'}; a tariff has one"
            )
        products = [] if self._refused else self._products(levels)
        if not products and not self._refused:
            self._refused.append("fare_leg_rules.txt: nothing is sold by it")
        if refused := tuple(dict.fromkeys(self._refused)):
            more = f"\nand {len(refused) - MOST_TOLD} more" if len(refused) > MOST_TOLD else ""
            raise WrongFieldError("\n".join(refused[:MOST_TOLD]) + more)
        name = self._feed.table("agency.txt").column("agency_name")[:1] or ("feed",)
        version = Tariff(
            products=tuple(products),
            day_starts_min=0,
            id=f"{_slug(name[0])}-{self._times.valid_from:%Y-%m-%d}",
            valid_from=self._times.valid_from,
            settled=settled,
            relations=self._relations(levels),
            holidays=self._times.holidays,
            timezone=self._stops.clock,
            currency=currencies[0],
            categories=tuple(Category(it, _names(self._category_name(it))) for it in self._categories()),
        )
        beside = [
            "fare_products.txt: each product counts for one ride; for how long it counts is not told there"
        ]
        if self._times.valid_until is not None:
            beside.append(
                f"calendar.txt: fares end on {self._times.valid_until}; a tariff holds until the next one"
            )
        return MadeTariff(TariffBook((version,), _slug(name[0]), _names(name[0])), tuple(beside))

    def _refuse_what_no_tariff_has(self) -> None:
        for file, lines in (
            ("fare_transfer_rules.txt", [rule.line for rule in self._fares.transfer_rules]),
            ("fare_leg_join_rules.txt", [rule.line for rule in self._fares.join_rules]),
        ):
            if lines:
                self._refused.append(f"{file}:{lines[0]}: {len(lines)} rows, and a tariff has no transfers")
        for rule in self._fares.leg_rules:
            for field, value in (
                ("to_timeframe_group_id", rule.to_timeframe),
                ("contains_exactly_area_set_id", rule.area_set),
            ):
                if value:
                    self._refused.append(
                        f"fare_leg_rules.txt:{rule.line}: {field}: {value!r}: a tariff has none"
                    )
        if any(self._networks):
            for line, (route,) in self._feed.table("routes.txt").rows("route_id"):
                if not self._routes.network(route):
                    self._refused.append(
                        f"routes.txt:{line}: route_id: {route!r} is in no network, others are"
                    )
        seen: set[str] = set()
        for line, (stop,) in self._feed.table("stop_areas.txt").rows("stop_id"):
            if stop in seen:
                self._refused.append(
                    f"stop_areas.txt:{line}: stop_id: {stop!r} is in several areas; a zone is one"
                )
            seen.add(stop)

    def _sold(self, start: str, end: str) -> ByNetwork:
        """Return what is sold from an area to another, by network."""
        return tuple(
            frozenset((rule.product, rule.from_timeframe) for rule in self._first_ranked(network, start, end))
            for network in self._networks
        )

    def _first_ranked(self, network: str, start: str, end: str) -> Collection[LegRule]:
        found = self._rules.between({network}, {start} - {""}, {end} - {""})
        highest = max((rule.priority for rule in found), default=0)
        first = [rule for rule in found if rule.priority == highest]
        if len(first) < len(found) and all(rule.from_timeframe for rule in first):
            self._refused.append(
                f"fare_leg_rules.txt:{first[0].line}: rule_priority: {highest} counts at times only"
            )
        return first

    def _levels(self) -> dict[ByNetwork, list[tuple[str, str]]]:
        """Return the pairs of areas that have the same fares; two empty texts where areas do not count."""
        if not any(rule.from_area or rule.to_area for rule in self._fares.leg_rules):
            return {self._sold("", ""): [("", "")]}
        levels: dict[ByNetwork, list[tuple[str, str]]] = defaultdict(list)
        for start, end in combinations_with_replacement(self._areas, 2):
            there, back = self._sold(start, end), self._sold(end, start)
            if there != back:
                one_way = f"from {start!r} to {end!r} costs otherwise than back"
                self._refused.append(f"fare_leg_rules.txt: {one_way}; a price level has no direction")
            if any(there):
                levels[there].append((start, end))
        return levels

    def _relations(self, levels: Mapping[ByNetwork, list[tuple[str, str]]]) -> tuple[Relation, ...]:
        return tuple(
            Relation(frozenset({start}), frozenset({end}), number)
            for number, pairs in enumerate(levels.values(), 1)
            for start, end in pairs
            if start
        )

    def _products(self, levels: Mapping[ByNetwork, list[tuple[str, str]]]) -> list[Product]:
        """Make a product of every offer, for all networks that sell it at the same levels."""
        where: dict[Fare, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
        for number, sold in enumerate(levels, 1):
            for network, fares in zip(self._networks, sold, strict=True):
                for fare in fares:
                    where[fare][network].add(number)
        by_area = next(iter(levels.values()), [("", "")])[0] != ("", "")
        products: list[Product] = []
        taken: set[str] = set()
        for fare in sorted(where):
            groups: dict[frozenset[int], list[str]] = defaultdict(list)
            for network, numbers in where[fare].items():
                groups[frozenset(numbers)].append(network)
            bands = self._times.bands(fare[1])
            if bands is None:
                continue
            for levels_in_common, networks in groups.items():
                levels_sold = levels_in_common if by_area else None
                networks_sold = None if networks == self._networks else frozenset(networks)
                for offer in self._fares.offers.get(fare[0], ()):
                    product = self._product(_free(_product_id(offer), taken), offer)
                    products.append(replace(product, levels=levels_sold, networks=networks_sold, bands=bands))
        return products

    def _product(self, product_id: str, offer: Offer) -> Product:
        return Product(
            id=product_id,
            validity=Validity.RIDE,
            price_cents=offer.price.minor,
            places=(Place(1, self._riders(offer)),),
            names=_names(offer.name or offer.product),
            source=Source("GTFS feed", self._times.valid_from.year),
        )

    def _categories(self) -> Mapping[str, tuple[str, ...]]:
        """Return the rider categories of the feed by that of the tariff; the default ones are the adult."""
        defaults = self._fares.default_riders
        categories = {ADULT: defaults}
        for rider in self._fares.rider_ids:
            if rider not in defaults:
                name = _NO_CATEGORY.sub("_", rider.lower()).strip("_") or "rider"
                categories[_free(name if name[0].isalpha() else f"r_{name}", set(categories))] = (rider,)
        return categories

    def _category_name(self, category: str) -> str:
        names = [
            (known.name if (known := self._fares.riders.get(rider)) else "") or rider
            for rider in self._categories()[category]
        ]
        return ", ".join(names) or category

    def _riders(self, offer: Offer) -> frozenset[str]:
        return frozenset(
            category for category, riders in self._categories().items() if offer.rider in {"", *riders}
        )


def _product_id(offer: Offer) -> str:
    return _slug(f"{offer.product}.{offer.medium}" if offer.medium else offer.product)


def _slug(text: str) -> str:
    return _NO_ID.sub("-", text.lower().translate(_UMLAUTS)).strip("-_.")[:45] or "x"


def _free(name: str, taken: set[str]) -> str:
    """Return the name, with a number where it is taken, and take it."""
    free, number = name, 2
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    taken.add(free)
    return free


def _names(text: str) -> tuple[tuple[str, str], ...]:
    return (("de", text[:80]), ("en", text[:80]))
