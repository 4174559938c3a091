"""Giving held offers back before their time is over: a journey search asks for many and shows few."""

from collections.abc import Sequence
from datetime import date, datetime

from service_kit.identity.principal import Principal

from pooling.application.desk import Call, Changes, Desk
from pooling.application.ports import Reader
from pooling.application.rides import offer_of
from pooling.domain.facts import OffersReleased
from pooling.domain.offers import Offer, OfferState

Released = tuple[str, ...]


class ReleaseOffers:
    """The use case."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def __call__(self, call: Call[Released], offer_ids: Sequence[str]) -> bytes:
        """Release what is held of them; raises NotFound where one was not made to the caller."""
        desk = self._desk
        if (answer := desk.answered(call)) is not None:
            return answer
        with desk.store.reading() as reader:
            zone_ids = {offer.zone_id for offer in _named(reader, offer_ids, call.caller)}

        def work(reader: Reader, now: datetime) -> Changes[Released]:
            held = _held(reader, offer_ids, call.caller, now)
            days = desk.days_without(reader, held, now)
            released = tuple(offer.id for offer in held)
            return Changes(
                released,
                days=list(days.values()),
                offer_states=[(list(released), OfferState.RELEASED)],
                facts=[
                    OffersReleased(
                        zone_id,
                        now,
                        day,
                        tuple(offer.id for offer in held if _where(offer) == (zone_id, day)),
                    )
                    for zone_id, day in days
                ],
                entity_ids=released,
            )

        return desk.write(call, sorted(zone_ids), work)


def _held(reader: Reader, offer_ids: Sequence[str], caller: Principal, now: datetime) -> list[Offer]:
    offers = {offer.id: offer for offer in _named(reader, offer_ids, caller)}
    return [offer for offer in offers.values() if offer.state is OfferState.HELD and offer.expire_time > now]


def _where(offer: Offer) -> tuple[str, date]:
    return offer.zone_id, offer.service_date


def _named(reader: Reader, offer_ids: Sequence[str], caller: Principal) -> list[Offer]:
    return [
        offer_of(reader, offer_id, caller, f"offer_ids[{number}]")
        for number, offer_id in enumerate(offer_ids)
    ]
