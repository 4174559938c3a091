"""Offers given back: their seats are free at once, and nobody gives back another's."""

from datetime import timedelta

import pytest
from identified import TENANT
from pooling.domain.facts import OffersMade, OffersReleased, RideRefused
from pooling.domain.offers import OfferState
from service_kit.errors import FailedPrecondition, NotFound
from service_kit.identity.principal import Principal, Role
from town import Town


def test_a_released_seat_is_free_at_once(town: Town) -> None:
    town.add_bus(layouts=[(1, 0)])
    (offer,) = town.ask(1, 3, minutes=1).offers
    assert not town.ask(1, 3, minutes=1).offers
    assert town.release(offer) == (offer.id,)
    assert offer.id not in town.plan().tasks
    assert [fact.offer_ids for fact in town.facts(OffersReleased)] == [(offer.id,)]
    assert [again.planned_pickup for again in town.ask(1, 3, minutes=1).offers] == [offer.planned_pickup]
    with pytest.raises(FailedPrecondition, match="OFFER_EXPIRED"):
        town.book(offer)


def test_what_is_booked_or_over_stays_as_it_is(town: Town) -> None:
    town.add_bus()
    (booked,) = town.ask(1, 3).offers
    (expired,) = town.ask(2, 4).offers
    town.book(booked)
    town.clock.advance_to(expired.expire_time + timedelta(seconds=1))
    (held,) = town.ask(2, 4).offers
    assert town.release(booked, expired, held, held) == (held.id,)
    assert booked.id in town.plan().tasks
    with town.store.reading() as reader:
        states = {offer.id: reader.offer(offer.id) for offer in (booked, held)}
    assert {offer_id: offer.state for offer_id, offer in states.items() if offer} == {
        booked.id: OfferState.BOOKED,
        held.id: OfferState.RELEASED,
    }
    assert town.release(held) == ()


def test_nobody_releases_what_was_offered_to_another(town: Town) -> None:
    town.add_bus()
    theirs = Principal("svc-app", frozenset({Role.APP_BACKEND}), TENANT, "app")
    (offer,) = town.ask(1, 3).offers
    for caller, offer_id in ((theirs, offer.id), (theirs, "none")):
        with pytest.raises(NotFound, match="OFFER_NOT_FOUND"):
            town.release_offers(town.call("ReleaseOffers", caller=caller), [offer_id])
    assert offer.id in town.plan().tasks
    assert len(town.facts(OffersMade)) == 1


def test_questions_of_a_search_are_told_to_nobody(town: Town) -> None:
    town.add_bus()
    (offer,) = town.ask(1, 3, searching=True).offers
    assert offer.id in town.plan().tasks
    refused = town.ask(1, 3, "21:00", searching=True)
    assert (refused.offers, refused.alternative) == ((), None)
    assert refused.reasons
    assert town.facts(OffersMade) == town.facts(RideRefused) == []
    assert town.book(offer).id == offer.id
