"""The cheapest legal way to pay for the legs of a journey by Fares v2, exactly.

Legs are taken in order of travel. A leg may match rules of several groups; which of them is used decides
which transfer rules hold afterwards, so each is followed. Between two legs a transfer rule that holds must be
used; of several that hold, any may be. Where none holds, or the rider cannot buy its product, the next leg is
paid on its own and starts a sub-journey. All that the rest of the journey depends on is the group of the last
leg, since which leg a rule has been repeated, and whether the last leg is the first of its sub-journey; of
the ways that lead to the same, the cheapest is kept: a dynamic programme with few states per leg.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from timetable.fares.itinerary import EffectiveLeg
from timetable.fares.model import LegRule, Offer, TransferRule, TransferType
from timetable.fares.money import Amounts, Money, added, amounts_of, total
from timetable.fares.transfers import TransferRules, fewest_allowed, in_time


@dataclass(frozen=True, slots=True)
class Purse:
    """What a rider may buy.

    Parameters
    ----------
    offers
        Rows of ``fare_products.txt`` by product.
    riders
        Categories that the rider is of; without any, what has no category is still bought.
    medium
        Medium that all has to be used with; empty for any. What names no medium counts for every one.
    currencies
        Currencies to pay in.
    """

    offers: Mapping[str, tuple[Offer, ...]]
    riders: frozenset[str]
    medium: str
    currencies: tuple[str, ...]

    def may_buy(self, offer: Offer) -> bool:
        """Whether an offer is for this rider, medium and currency."""
        return (not offer.rider or offer.rider in self.riders) and self.accepts(offer)

    def accepts(self, offer: Offer) -> bool:
        """Whether an offer is for this medium and currency, whoever the rider."""
        return offer.price.currency in self.currencies and (
            not self.medium or offer.medium in {"", self.medium}
        )

    def cheapest(self, product: str) -> Offer | None:
        """Return the cheapest offer of a product, the first of equals; ``None`` if it cannot be bought."""
        allowed = filter(self.may_buy, self.offers.get(product, ()))
        return min(allowed, key=lambda offer: self.amounts(offer.price), default=None)

    def amounts(self, price: Money) -> Amounts:
        """Return a price as amounts by currency."""
        return amounts_of(price, self.currencies)


@dataclass(frozen=True, slots=True)
class PaidLeg:
    """How a leg is paid.

    Parameters
    ----------
    rule
        Leg rule that is used.
    offer
        What is bought by it; ``None`` where the transfer before or after the leg covers it.
    transfer
        Transfer rule used between the leg before and this one; ``None`` if it is paid on its own.
    transfer_offer
        What is bought for the transfer; ``None`` where it costs nothing.
    """

    rule: LegRule
    offer: Offer | None
    transfer: TransferRule | None
    transfer_offer: Offer | None


@dataclass(frozen=True, slots=True)
class Payment:
    """The cheapest way to pay a journey in some currencies: one :class:`PaidLeg` per effective leg."""

    legs: tuple[PaidLeg, ...]
    currencies: tuple[str, ...]

    @property
    def total(self) -> tuple[Money, ...]:
        """What is paid in sum, one amount per currency; nothing at all is 0 of the first one."""
        bought = (offer for leg in self.legs for offer in (leg.offer, leg.transfer_offer))
        sums = total(offer.price for offer in bought if offer is not None)
        return sums or (Money(0, self.currencies[0]),)


@dataclass(frozen=True, slots=True)
class _Pick:
    """A leg by one group of its rules, with the cheapest product, if any can be bought."""

    rule: LegRule
    offer: Offer | None
    amounts: Amounts


Repeated = tuple[str, str, int] | None
"""The entries of a repeated rule and the number of the leg since which it is repeated."""
State = tuple[str, Repeated, bool]
"""Group of the last leg; repeated rule; whether the leg starts a sub-journey, its own price not yet added."""


@dataclass(frozen=True, slots=True)
class _Way:
    amounts: Amounts
    pick: _Pick
    charged: bool
    transfer: TransferRule | None
    transfer_offer: Offer | None
    before: "_Way | None"


def cheapest_payment(
    legs: Sequence[EffectiveLeg],
    rules: Sequence[Sequence[LegRule]],
    transfer_rules: TransferRules,
    purse: Purse,
) -> Payment | None:
    """Find the cheapest way to pay.

    Parameters
    ----------
    legs
        At least one effective leg, in order of travel.
    rules
        Leg rules that hold for each.
    transfer_rules
        All transfer rules.
    purse
        What may be bought.

    Returns
    -------
    Payment or None
        ``None`` if a leg matches no rule, or what it takes cannot be bought: then the fare is unknown.
    """
    nothing = (0,) * len(purse.currencies)
    picks = [_picks(leg_rules, purse, nothing) for leg_rules in rules]
    ways: dict[State, _Way] = {
        (group, None, True): _Way(nothing, pick, False, None, None, None) for group, pick in picks[0].items()
    }
    for number in range(1, len(legs)):
        reached: dict[State, _Way] = {}
        for state, way in ways.items():
            for group, pick in picks[number].items():
                for to_state, to_way in _next(legs, number, state, way, group, pick, transfer_rules, purse):
                    if to_state not in reached or to_way.amounts < reached[to_state].amounts:
                        reached[to_state] = to_way
        ways = reached
    ended = [way for (_, _, starts), way in ways.items() if not starts]
    ended += [paid for (_, _, starts), way in ways.items() if starts and (paid := _paid(way)) is not None]
    if not ended:
        return None
    return _payment(min(ended, key=lambda way: way.amounts), purse.currencies)


def _picks(rules: Sequence[LegRule], purse: Purse, nothing: Amounts) -> dict[str, _Pick]:
    picks: dict[str, _Pick] = {}
    for rule in rules:
        offer = purse.cheapest(rule.product)
        pick = _Pick(rule, offer, nothing if offer is None else purse.amounts(offer.price))
        known = picks.get(rule.group)
        if known is None or (offer is not None and (known.offer is None or pick.amounts < known.amounts)):
            picks[rule.group] = pick
    return picks


def _paid(way: _Way) -> _Way | None:
    """Return the way with the price of its last leg added; ``None`` if that cannot be bought."""
    if way.pick.offer is None:
        return None
    return _Way(
        added(way.amounts, way.pick.amounts), way.pick, True, way.transfer, way.transfer_offer, way.before
    )


def _next(
    legs: Sequence[EffectiveLeg],
    number: int,
    state: State,
    way: _Way,
    group: str,
    pick: _Pick,
    transfer_rules: TransferRules,
    purse: Purse,
) -> Iterator[tuple[State, _Way]]:
    from_group, repeated, starts = state
    held = _held(legs, number, transfer_rules.between(from_group, group), repeated, purse)
    for rule, offer in held:
        # The first leg of a sub-journey is paid now, unless the transfer replaces it; all others are.
        before = way if not starts or rule.kind is TransferType.TRANSFER_ONLY else _paid(way)
        charged = rule.kind is TransferType.FROM_TRANSFER_AND_TO
        if before is None or (charged and pick.offer is None):
            continue
        amounts = before.amounts if offer is None else added(before.amounts, purse.amounts(offer.price))
        if charged:
            amounts = added(amounts, pick.amounts)
        since = _since(rule, repeated, number) if rule.repeats else None
        again = None if since is None else (rule.from_group, rule.to_group, since)
        yield (group, again, False), _Way(amounts, pick, charged, rule, offer, before)
    if not held:
        before = _paid(way) if starts else way
        if before is not None:
            yield (group, None, True), _Way(before.amounts, pick, False, None, None, before)


def _held(
    legs: Sequence[EffectiveLeg],
    number: int,
    rules: Sequence[TransferRule],
    repeated: Repeated,
    purse: Purse,
) -> list[tuple[TransferRule, Offer | None]]:
    """Return the rules that hold for the transfer to a leg and that the rider can use; what each costs."""
    offers = {rule: purse.cheapest(rule.product) if rule.product else None for rule in rules}
    usable = [
        rule
        for rule in rules
        if (not rule.product or offers[rule] is not None)
        and in_time(rule, legs[_since(rule, repeated, number)], legs[number])
    ]
    if usable and usable[0].repeats:
        usable = list(fewest_allowed(usable, number - _since(usable[0], repeated, number)))
    return [(rule, offers[rule]) for rule in usable]


def _since(rule: TransferRule, repeated: Repeated, number: int) -> int:
    """Return the number of the leg from which count and duration of a rule are measured."""
    if rule.repeats and repeated is not None and repeated[:2] == (rule.from_group, rule.to_group):
        return repeated[2]
    return number - 1


def _payment(way: _Way, currencies: tuple[str, ...]) -> Payment:
    legs: list[PaidLeg] = []
    at: _Way | None = way
    while at is not None:
        legs.append(
            PaidLeg(at.pick.rule, at.pick.offer if at.charged else None, at.transfer, at.transfer_offer)
        )
        at = at.before
    return Payment(tuple(reversed(legs)), currencies)
