"""The tariff as the service asks it: periods and service days of instants, and prices of journeys."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from math import asin, cos, radians, sin, sqrt

from ticketing.application.places import NO_LOOK_UP, ZonesOfPlaces
from ticketing.application.pricing import BestPrice
from ticketing.domain.bill import Bill
from ticketing.domain.errors import NoPriceError
from ticketing.domain.journeys import Journey, Leg, Place, Reading, Riders
from ticketing.domain.periods import Period, period_around, period_named
from ticketing.domain.products import Ride
from ticketing.domain.tariff import Owned, Tariff, TariffBook

EARTH_RADIUS_M = 6_371_009
UNKNOWN_STOPS = 1_000_000
"""A ride of which nobody counted the stops is no short one."""


class Prices:
    """One tariff in its versions, and the engine that prices by it.

    Parameters
    ----------
    zones_of
        In which zones places are that are told without.
    """

    def __init__(
        self,
        book: TariffBook,
        best_price: BestPrice,
        zones_of: ZonesOfPlaces = NO_LOOK_UP,
    ) -> None:
        self.book = book
        self.best_price = best_price
        self.zones_of = zones_of
        self._ownable = {product.id for version in book.versions for product in version.ownable}

    def version(self, day: date) -> Tariff:
        """The version that holds on a service day; raises NoPriceError before the first one."""
        return self.book.version(day)

    def service_day(self, moment: datetime) -> date:
        """The service day of an instant."""
        return self.book.service_day(moment)

    def day_end(self, day: date) -> datetime:
        """When the service day is over."""
        return datetime.fromtimestamp(self.book.versions[0].starts_s(day + timedelta(days=1)), UTC)

    def period(self, day: date) -> Period:
        """The billed period around a service day."""
        return period_around(self.book.versions[0].settled, day)

    def period_named(self, name: str) -> Period:
        """The billed period of this name; raises WrongFieldError."""
        return period_named(self.book.versions[0].settled, name)

    def cut_off(self, period: Period) -> datetime:
        """Up to when late rides still change the period's statement, by the version of its last day."""
        try:
            late_days = self.version(period.last).late_days
        except NoPriceError:
            late_days = 0
        return self.day_end(period.last + timedelta(days=late_days))

    def cents_alone(self, journey: Journey, reading: Reading) -> int | None:
        """What a journey costs on its own, read like this; None where nothing is sold for some of it."""
        if not reading.legs:
            return 0
        bill, unpriced = self.bill([(journey, reading)])
        return None if unpriced else bill.total_cents

    def bill(self, journeys: Iterable[tuple[Journey, Reading]]) -> tuple[Bill, tuple[str, ...]]:
        """The best price of one account's journeys, and references of those that no product covers."""
        told = sorted(journeys, key=lambda it: it[0].key.reference)
        rides = {journey.key.reference: self.rides_of(journey, reading) for journey, reading in told}
        owned = self.owned_of(journey for journey, _ in told)
        unpriced = []
        try:
            return self._bill(rides.values(), owned), ()
        except NoPriceError:
            for reference in list(rides):
                try:
                    self._bill([rides[reference]], owned)
                except NoPriceError:
                    unpriced.append(reference)
                    del rides[reference]
        return self._bill(rides.values(), owned), tuple(unpriced)

    def _bill(self, rides: Iterable[Sequence[Ride]], owned: Sequence[Owned]) -> Bill:
        return self.best_price.bill(self.book, [ride for each in rides for ride in each], owned)

    def owned_of(self, journeys: Iterable[Journey]) -> tuple[Owned, ...]:
        """What the account owned at its journeys, as far as the tariff knows it."""
        owned = {each for journey in journeys for each in journey.key.owned if each.product in self._ownable}
        return tuple(sorted(owned, key=lambda it: (it.product, it.first, it.last)))

    def rides_of(self, journey: Journey, reading: Reading) -> list[Ride]:
        """What is priced: legs with no more time between them than for a transfer are one ride.

        A ride is called like its journey; further ones of it ``.2`` and so on.
        """
        tariff = self.version(journey.key.service_date)
        chains: list[list[Leg]] = []
        legs = [
            replace(leg, board=self._zoned(leg.board), alight=self._zoned(leg.alight)) for leg in reading.legs
        ]
        for leg in sorted(legs, key=lambda it: (it.board_time, it.alight_time)):
            patience = timedelta(minutes=tariff.transfer_min)
            if chains and leg.board_time - chains[-1][-1].alight_time <= patience:
                chains[-1].append(leg)
            else:
                chains.append([leg])
        return [
            _ride(tariff, _numbered(journey.key.reference, number), chain, journey.riders)
            for number, chain in enumerate(chains, start=1)
        ]

    def _zoned(self, place: Place) -> Place:
        if place.zones is not None:
            return place
        # Outside all zones is as good as unknown: no product may take it for a ride through none.
        return replace(place, zones=self.zones_of(place) or None)


def _numbered(reference: str, number: int) -> str:
    return reference if number == 1 else f"{reference}.{number}"


def _ride(tariff: Tariff, name: str, legs: Sequence[Leg], riders: Riders) -> Ride:
    zones = [place.zones for leg in legs for place in (leg.board, leg.alight)]
    known = [each for each in zones if each is not None]
    networks = {leg.network for leg in legs}
    return Ride(
        id=name,
        departure=legs[0].board_time,
        arrival=max(leg.alight_time for leg in legs),
        stops=sum(leg.stop_count for leg in legs) if all(leg.stop_count for leg in legs) else UNKNOWN_STOPS,
        level=_level(tariff, legs),
        zones=frozenset().union(*known) if len(known) == len(zones) else None,
        networks=None if "" in networks else frozenset(networks),
        airline_m=airline_m(legs[0].board, legs[-1].alight),
        riders=riders,
    )


def _level(tariff: Tariff, legs: Sequence[Leg]) -> int | None:
    """As it was told for the only leg, else by the zones of both ends."""
    if len(legs) == 1 and legs[0].level is not None:
        return legs[0].level
    origin, destination = legs[0].board.zones, legs[-1].alight.zones
    if not origin or not destination:
        return None
    # A stop on a border is in the zone that is better for the rider.
    levels = [tariff.level(start, end) for start in origin for end in destination]
    return min((level for level in levels if level is not None), default=None)


def airline_m(start: Place, end: Place) -> int | None:
    """Metres between two places as the crow flies; None where one is not known."""
    if start.latitude_deg is None or start.longitude_deg is None:
        return None
    if end.latitude_deg is None or end.longitude_deg is None:
        return None
    here, there = radians(start.latitude_deg), radians(end.latitude_deg)
    half = (
        sin((there - here) / 2) ** 2
        + cos(here) * cos(there) * sin(radians(end.longitude_deg - start.longitude_deg) / 2) ** 2
    )
    return round(2 * EARTH_RADIUS_M * asin(sqrt(min(1.0, half))))
