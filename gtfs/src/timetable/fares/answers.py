"""Answers about fares as JSON: amounts are texts with a decimal point, rules the lines of their files."""

from collections.abc import Mapping, Sequence
from typing import Any

from timetable.fares.chain import PaidLeg, Payment
from timetable.fares.itinerary import EffectiveLeg
from timetable.fares.model import LegRule, Offer
from timetable.fares.money import Money
from timetable.fares.pricing import Answer, AnswerV1, AnswerV2, Version, total_of
from timetable.fares.v1 import Fare, Stretch

Json = dict[str, Any]
UNKNOWN = "unknown"
"""In place of a total where a leg matches no rule or cannot be bought. Unknown is never free."""


def answer_json(answer: Answer) -> Json:
    """Return an answer as ``landlinie fares`` prints it: total, offers, legs and rules, explanation."""
    if isinstance(answer, AnswerV1):
        return _answer_v1(answer)
    return _answer_v2(answer)


def _total(amounts: Sequence[Money]) -> Mapping[str, str] | str:
    return {money.currency: money.amount for money in amounts} or UNKNOWN


def _price(money: Money) -> Json:
    return {"amount": money.amount, "currency": money.currency}


def _answer_v2(answer: AnswerV2) -> Json:
    payment = answer.payments[0] if answer.payments else None
    legs = [
        _leg_v2(leg, answer.rules[number], answer.offers[number], payment.legs[number] if payment else None)
        for number, leg in enumerate(answer.legs)
    ]
    return {
        "version": Version.V2.value,
        "rider": answer.rider or None,
        "medium": answer.medium or None,
        "total": _total(payment.total) if payment else UNKNOWN,
        "other_currencies": [_total(other.total) for other in answer.payments[1:]],
        "cheapest": [
            {"rider": rider or None, "total": _total(amounts)} for rider, amounts in answer.cheapest
        ],
        "legs": legs,
        "explanation": _explained_v2(answer, payment),
    }


def _leg_v2(
    leg: EffectiveLeg, rules: Sequence[LegRule], offers: Sequence[tuple[LegRule, Offer]], paid: PaidLeg | None
) -> Json:
    return {
        "legs": list(leg.numbers),
        "join_rules": list(leg.joined_by),
        "rules": [rule.line for rule in rules],
        "leg_group": paid.rule.group or None if paid else None,
        "rule": paid.rule.line if paid else None,
        "bought": _bought(paid.offer) if paid else None,
        "transfer": _transfer(paid) if paid else None,
        "offers": [_bought(offer) | {"rule": rule.line} for rule, offer in offers],
    }


def _bought(offer: Offer | None) -> Json:
    if offer is None:
        return {}
    return {
        "product": offer.product,
        "name": offer.name or None,
        "rider": offer.rider or None,
        "medium": offer.medium or None,
        **_price(offer.price),
    }


def _transfer(paid: PaidLeg) -> Json | None:
    if paid.transfer is None:
        return None
    return {
        "rule": paid.transfer.line,
        "type": paid.transfer.kind.value,
        "bought": _bought(paid.transfer_offer) or None,
    }


def _explained_v2(answer: AnswerV2, payment: Payment | None) -> list[str]:
    told = []
    for place, (leg, rules) in enumerate(zip(answer.legs, answer.rules, strict=True)):
        name = _named(leg.numbers)
        if leg.unknown:
            told.append(f"{name}: unknown fare, {leg.unknown}")
        elif not rules:
            told.append(f"{name}: unknown fare, no row of fare_leg_rules.txt holds")
        elif payment is None:
            told.append(f"{name}: rows {_lines(rules)} of fare_leg_rules.txt hold")
        else:
            told.append(f"{name}: {_how_paid(payment, place)}")
    if payment is None and all(answer.rules):
        who = f"rider {answer.rider!r}" if answer.rider else "a rider of no category"
        what = f" on medium {answer.medium!r}" if answer.medium else ""
        told.append(f"unknown fare: what these rows ask for is not sold to {who}{what}")
    return told


def _how_paid(payment: Payment, place: int) -> str:
    paid = payment.legs[place]
    group = f" (group {paid.rule.group!r})" if paid.rule.group else ""
    said = f"row {paid.rule.line} of fare_leg_rules.txt{group}"
    if paid.transfer is not None:
        said += (
            f", transfer by row {paid.transfer.line} of fare_transfer_rules.txt (type {paid.transfer.kind})"
        )
        said += f": {_priced(paid.transfer_offer)}" if paid.transfer_offer else " at no cost"
        return said + (f", and the leg's own {_priced(paid.offer)}" if paid.offer else "")
    if paid.offer is not None:
        return f"{said}: {_priced(paid.offer)}"
    return f"{said}; its price is replaced by that of the transfer after it"


def _priced(offer: Offer) -> str:
    return f"{offer.product!r} for {offer.price.amount} {offer.price.currency}"


def _lines(rules: Sequence[LegRule]) -> str:
    return ", ".join(str(rule.line) for rule in rules)


def _named(numbers: Sequence[int]) -> str:
    return f"leg {numbers[0]}" if len(numbers) == 1 else f"legs {numbers[0]} to {numbers[-1]}"


def _answer_v1(answer: AnswerV1) -> Json:
    payment = answer.payments[0] if answer.payments else None
    return {
        "version": Version.V1.value,
        "total": _total(total_of(payment)) if payment else UNKNOWN,
        "other_currencies": [_total(total_of(other)) for other in answer.payments[1:]],
        "legs": [{"legs": list(stretch.numbers), "bought": _fare(stretch.fare)} for stretch in payment or ()],
        "offers": [[_fare(fare) for fare in fares] for fares in answer.offers],
        "explanation": _explained_v1(answer, payment),
    }


def _explained_v1(answer: AnswerV1, payment: Sequence[Stretch] | None) -> list[str]:
    if payment is None:
        nothing = "no row of fare_attributes.txt holds for it alone"
        return [
            f"leg {number}: unknown fare, {leg.unknown or nothing}"
            for number, leg in enumerate(answer.legs)
            if not answer.offers[number]
        ]
    told = []
    for stretch in payment:
        fare = stretch.fare
        told.append(
            f"{_named(stretch.numbers)}: row {fare.line} of fare_attributes.txt: {fare.fare_id!r} "
            f"for {fare.price.amount} {fare.price.currency}, paid {_payment_words(fare)}"
        )
    return told


def _fare(fare: Fare) -> Json:
    return {
        "fare": fare.fare_id,
        **_price(fare.price),
        "payment_method": fare.payment.value,
        "transfers": fare.most_transfers,
        "transfer_duration": fare.duration_s,
    }


def _payment_words(fare: Fare) -> str:
    return fare.payment.name.lower().replace("_", " ")
