"""What journeys cost by a feed: its Fares v2 where it has them, else its Fares v1."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from timetable.fares.chain import Payment, Purse, cheapest_payment
from timetable.fares.itinerary import EffectiveLeg, FaresError, Journey, PlacedLeg, effective_legs, placed
from timetable.fares.matching import LegRules
from timetable.fares.model import LegRule, Offer
from timetable.fares.money import Money, total
from timetable.fares.places import Routes, Stops, stops_of_trips
from timetable.fares.reading_v2 import read_fares_v2
from timetable.fares.service_days import ServiceDays
from timetable.fares.transfers import TransferRules
from timetable.fares.v1 import Fare, Stretch, cheapest_stretches, holding_fares, read_fares_v1
from timetable.tables import Feed

T = TypeVar("T")


class Version(StrEnum):
    """The two ways in which a feed can describe fares."""

    V1 = "v1"
    V2 = "v2"


@dataclass(frozen=True, slots=True)
class AnswerV2:
    """What a journey costs by Fares v2.

    Parameters
    ----------
    rider
        Category that ``payments`` are for, the first of several defaults; empty for a rider of none.
    legs
        Effective legs.
    rules
        Leg rules that hold for each of them.
    offers
        What may be bought by these rules, for each leg: every product, medium and category asked for, with
        the first rule of the product.
    payments
        Cheapest ways to pay: one for each currency in which all can be paid, or where there is none, one in
        several currencies. Empty where the fare is unknown.
    cheapest
        Totals by category, that of ``payments`` first; an empty total is unknown.
    """

    rider: str
    medium: str
    legs: tuple[EffectiveLeg, ...]
    rules: tuple[tuple[LegRule, ...], ...]
    offers: tuple[tuple[tuple[LegRule, Offer], ...], ...]
    payments: tuple[Payment, ...]
    cheapest: tuple[tuple[str, tuple[Money, ...]], ...]


@dataclass(frozen=True, slots=True)
class AnswerV1:
    """What a journey costs by Fares v1.

    Parameters
    ----------
    legs
        The legs.
    offers
        Fares that alone pay for each of them.
    payments
        As in :class:`AnswerV2`; a payment is the fares bought in order of travel.
    """

    legs: tuple[PlacedLeg, ...]
    offers: tuple[tuple[Fare, ...], ...]
    payments: tuple[tuple[Stretch, ...], ...]


Answer = AnswerV1 | AnswerV2


class Fares:
    """The fares of a feed, read once.

    Parameters
    ----------
    feed
        Where to read; findings are noted there.
    version
        Which files to use; ``None`` for v2 where ``fare_leg_rules.txt`` has rows, else v1.
    """

    def __init__(self, feed: Feed, version: Version | None = None) -> None:
        if version is None:
            has_v2 = feed.table("fare_leg_rules.txt", ["fare_product_id"]).row_count > 0
            version = Version.V1 if feed.has("fare_attributes.txt") and not has_v2 else Version.V2
        self.version = version
        self._feed = feed
        self._routes = Routes(feed)
        self.stops = Stops(feed)
        """The stops, and with them the agency's time zone."""
        if version is Version.V1:
            self._v1 = read_fares_v1(feed, self._routes)
            self._currencies = sorted({fare.price.currency for fare in self._v1})
            self._needs_stops_passed = any(
                condition.zones for fare in self._v1 for condition in fare.conditions
            )
        else:
            service_days = ServiceDays(feed)
            self._v2 = read_fares_v2(feed, self._routes.networks, service_days)
            self._leg_rules = LegRules(self._v2, self.stops, service_days)
            self._transfer_rules = TransferRules(self._v2.transfer_rules)
            offers = (offer for rows in self._v2.offers.values() for offer in rows)
            self._currencies = sorted({offer.price.currency for offer in offers})
            self._needs_stops_passed = bool(self._v2.area_sets)

    def check(self, rider: str | None, medium: str | None) -> None:
        """Refuse a rider category or a medium that the feed does not have.

        Raises
        ------
        FaresError
            With the name and what there is.
        """
        riders = self._v2.rider_ids if self.version is Version.V2 else ()
        media = self._v2.medium_ids if self.version is Version.V2 else ()
        for field, value, known in (("rider", rider, riders), ("medium", medium, media)):
            if value is not None and value not in known:
                named = ", ".join(map(repr, known)) or f"none: Fares {self.version} of this feed has none"
                raise FaresError(f"{field}: {value!r} is not in the feed; there is {named}")

    def checked(self, journey: Journey) -> Journey:
        """Return the journey, if its rider and medium are known; errors are those of :meth:`check`."""
        self.check(journey.rider, journey.medium)
        return journey

    def price(self, journeys: Sequence[Journey]) -> Iterator[Answer]:
        """Price journeys that were checked, one answer each, in their order."""
        trips = {leg.trip for journey in journeys for leg in journey.legs if leg.trip}
        passed = dict(stops_of_trips(self._feed, trips)) if self._needs_stops_passed else {}
        for journey in journeys:
            legs = tuple(placed(leg, self.stops, self._routes, passed) for leg in journey.legs)
            yield self._by_v1(legs) if self.version is Version.V1 else self._by_v2(journey, legs)

    def _in_each_currency(self, pay: Callable[[tuple[str, ...]], T | None]) -> tuple[T, ...]:
        single = tuple(payment for currency in self._currencies if (payment := pay((currency,))) is not None)
        if single or len(self._currencies) < 2:
            return single
        mixed = pay(tuple(self._currencies))
        return () if mixed is None else (mixed,)

    def _by_v1(self, legs: tuple[PlacedLeg, ...]) -> AnswerV1:
        return AnswerV1(
            legs,
            tuple(tuple(holding_fares(self._v1, [leg], self.stops, self._routes)) for leg in legs),
            self._in_each_currency(
                lambda currencies: cheapest_stretches(legs, self._v1, currencies, self.stops, self._routes)
            ),
        )

    def _by_v2(self, journey: Journey, placed_legs: tuple[PlacedLeg, ...]) -> AnswerV2:
        legs = effective_legs(placed_legs, self._v2.join_rules, self.stops)
        rules = tuple(map(self._leg_rules.matching, legs))
        medium = journey.medium or ""

        def payments(riders: Collection[str]) -> tuple[Payment, ...]:
            if not all(rules):
                return ()
            return self._in_each_currency(
                lambda currencies: cheapest_payment(
                    legs,
                    rules,
                    self._transfer_rules,
                    Purse(self._v2.offers, frozenset(riders), medium, currencies),
                )
            )

        asked_riders = self._v2.default_riders if journey.rider is None else (journey.rider,)
        rider = next(iter(asked_riders), "")
        by_rider = {rider: payments(asked_riders)}
        if journey.rider is None:
            others = (other for other in self._v2.rider_ids if other not in asked_riders)
            by_rider |= {other: payments((other,)) for other in others}
        asked = Purse(self._v2.offers, frozenset(asked_riders), medium, tuple(self._currencies))
        return AnswerV2(
            rider=rider,
            medium=medium,
            legs=legs,
            rules=rules,
            offers=tuple(
                tuple(
                    (rule, offer)
                    for rule in _first_of_each_product(leg_rules)
                    for offer in self._v2.offers.get(rule.product, ())
                    if (asked.accepts(offer) if journey.rider is None else asked.may_buy(offer))
                )
                for leg_rules in rules
            ),
            payments=by_rider[rider],
            cheapest=tuple(
                (category, found[0].total if found else ()) for category, found in by_rider.items()
            ),
        )


def _first_of_each_product(rules: Sequence[LegRule]) -> Collection[LegRule]:
    firsts: dict[str, LegRule] = {}
    for rule in rules:
        firsts.setdefault(rule.product, rule)
    return firsts.values()


def total_of(stretches: Sequence[Stretch]) -> tuple[Money, ...]:
    """Return what the fares of a payment by Fares v1 cost in sum."""
    return total(stretch.fare.price for stretch in stretches)
