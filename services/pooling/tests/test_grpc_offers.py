"""Offers over a real connection: held, booked, let go of, refused."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import grpc
import pytest
from landlinie.pooling.v1 import fleet_pb2, offer_pb2, ride_pb2
from live import Live, refusal
from pooling.domain.facts import OffersMade, RideBooked, RideRefused
from pooling.messages import instant
from town import BEYOND, ROAD

pytestmark = pytest.mark.network


def codes(answer: offer_pb2.RequestOffersResponse) -> list[str]:
    return [offer_pb2.RefusalCode.Name(reason.code) for reason in answer.refusal.reasons]


def held_offer_ids(live: Live) -> set[str]:
    return {stop.held_offer_id for tour in live.plan().tours for stop in tour.stops if stop.held_offer_id}


def test_an_offer_says_what_is_promised(live: Live) -> None:
    live.add_bus()
    answer = live.ask(1, 3)
    (offer,) = answer.offers
    assert not answer.HasField("refusal")
    assert (offer.zone_id, offer.service_date, offer.vehicle_id) == ("nord", "2026-03-10", "bus")
    assert offer.vehicle_kind == fleet_pb2.VEHICLE_KIND_ANRUFBUS
    assert offer.pickup.position.latitude_deg == ROAD[1].latitude_deg
    assert offer.promise.pickup_window == live.window("08:00", minutes=15)
    assert offer.promise.max_ride_duration.seconds == 1200
    assert offer.promise.latest_arrival == live.stamp("08:36")
    assert offer.planned_pickup_time == live.stamp("08:00")
    assert offer.planned_dropoff_time == live.stamp("08:10:30")
    assert offer.direct_duration.seconds == 600
    assert offer.expire_time == live.stamp("05:01")
    assert [(stop.held_offer_id, stop.ride_id) for stop in live.stops()] == [(offer.offer_id, "")] * 2
    assert [fact.offer_ids for fact in live.facts(OffersMade)] == [(offer.offer_id,)]


def test_a_held_seat_is_free_again_when_its_time_is_over(live: Live) -> None:
    live.add_bus(layouts=[(1, 0)])
    (first,) = live.ask(1, 3, minutes=5).offers
    refused = live.ask(1, 3, minutes=5)
    assert (len(refused.offers), codes(refused)) == (0, ["REFUSAL_CODE_NO_SEAT"])
    live.clock.advance_to(instant(first.expire_time))
    code, error = refusal(lambda: live.book(first))
    assert (code, error.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "OFFER_EXPIRED")
    assert error.metadata == {"expire_time": instant(first.expire_time).isoformat()}
    assert held_offer_ids(live) == set()
    (second,) = live.ask(1, 3, minutes=5).offers
    assert live.book(second).ride_id == second.offer_id
    assert live.row_counts()["rides"] == 1


def test_an_offer_can_be_booked_until_the_last_moment(live: Live) -> None:
    live.add_bus()
    (offer,) = live.ask(1, 3).offers
    live.clock.advance_to(instant(offer.expire_time) - timedelta(milliseconds=1))
    ride = live.book(offer, passenger_reference="caller-7", payer="payer-7")
    assert (ride.ride_id, ride.state) == (offer.offer_id, ride_pb2.RIDE_STATE_BOOKED)
    assert [fact.payer for fact in live.facts(RideBooked)] == ["payer-7"]
    assert (ride.promise, ride.passenger_reference) == (offer.promise, "caller-7")
    assert ride.pickup_time == offer.planned_pickup_time
    live.advance("05:30")
    live.ask(2, 4)
    assert [stop.ride_id for stop in live.stops() if stop.ride_id] == [ride.ride_id] * 2


def test_the_offers_not_taken_are_let_go(live: Live) -> None:
    for number in range(3):
        live.add_bus(f"bus{number}", base=2 * number)
    taken, *others = live.ask(1, 3, "06:00", minutes=60).offers
    assert len(others) >= 1
    assert held_offer_ids(live) == {offer.offer_id for offer in (taken, *others)}
    live.book(taken)
    assert held_offer_ids(live) == set()
    for other in others:
        code, error = refusal(lambda other=other: live.book(other))  # type: ignore[misc] # bound at once
        assert (code, error.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "OFFER_EXPIRED")
    assert [fact.ride_id for fact in live.facts(RideBooked)] == [taken.offer_id]


def test_an_offer_is_taken_once(live: Live) -> None:
    live.add_bus()
    (offer,) = live.ask(1, 3).offers
    live.book(offer)
    before = live.row_counts()
    code, error = refusal(lambda: live.book(offer))
    assert (code, error.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "OFFER_TAKEN")
    assert live.row_counts() == before


def test_one_of_many_takes_the_offer(live: Live) -> None:
    live.add_bus()
    (offer,) = live.ask(1, 3).offers

    def outcome(_number: int) -> str:
        try:
            return live.book(offer).ride_id
        except grpc.RpcError as error:
            return error.code().name

    with ThreadPoolExecutor(12) as pool:
        outcomes = list(pool.map(outcome, range(12)))
    assert sorted(outcomes) == sorted([offer.offer_id, *["FAILED_PRECONDITION"] * 11])
    assert live.row_counts()["rides"] == 1


def test_a_refusal_brings_an_alternative_that_can_be_booked(live: Live) -> None:
    live.add_bus(layouts=[(1, 0)])
    live.ride(1, 4, minutes=5)
    answer = live.ask(1, 4, minutes=5)
    assert codes(answer) == ["REFUSAL_CODE_NO_SEAT"]
    (reason,) = answer.refusal.reasons
    assert (reason.shift_count, reason.message) == (1, "Not enough seats are free.")
    alternative = answer.refusal.alternative
    assert held_offer_ids(live) == {alternative.offer_id}
    assert alternative.planned_pickup_time.seconds != live.stamp("08:00").seconds
    # Held like any offer: the next caller cannot have it.
    assert live.ask(1, 4, minutes=5).refusal.alternative.planned_pickup_time != (
        alternative.planned_pickup_time
    )
    ride = live.book(alternative)
    assert (ride.ride_id, ride.promise) == (alternative.offer_id, alternative.promise)
    assert next(fact.alternative_offer_id for fact in live.facts(RideRefused)) == ride.ride_id


@pytest.mark.parametrize(
    ("origin", "destination", "code"),
    [(1, BEYOND, "REFUSAL_CODE_OUTSIDE_SERVICE_AREA"), (2, 2, "REFUSAL_CODE_SAME_PLACE")],
)
def test_what_no_vehicle_could_do_is_refused_without_alternative(
    live: Live, origin: int, destination: int, code: str
) -> None:
    live.add_bus()
    answer = live.ask(origin, destination)
    assert codes(answer) == [code]
    assert answer.refusal.reasons[0].message.endswith(".")
    assert not answer.refusal.HasField("alternative")
    assert len(live.facts(RideRefused)) == 1
    assert live.row_counts()["offers"] == 0


def test_nobody_on_duty(live: Live) -> None:
    assert codes(live.ask(1, 3)) == ["REFUSAL_CODE_OUTSIDE_SERVICE_HOURS"]
    live.add_bus("bus", ("16:00", "18:00"))
    answer = live.ask(1, 3)
    assert codes(answer) == ["REFUSAL_CODE_OUTSIDE_SERVICE_HOURS"]
    assert not answer.refusal.HasField("alternative")


@pytest.mark.parametrize(
    ("load", "code"),
    [
        ((9, 0), "REFUSAL_CODE_NO_SEAT"),
        ((100, 0), "REFUSAL_CODE_NO_SEAT"),
        ((0, 2), "REFUSAL_CODE_NO_WHEELCHAIR_PLACE"),
        # Seven seats are there, but not with the wheelchair.
        ((7, 1), "REFUSAL_CODE_NO_WHEELCHAIR_PLACE"),
    ],
)
def test_a_party_that_fits_no_vehicle(live: Live, load: tuple[int, int], code: str) -> None:
    live.add_bus(layouts=[(8, 0), (6, 1)])
    answer = live.ask(1, 3, load=load)
    assert codes(answer) == [code]
    assert not answer.refusal.HasField("alternative")


def test_a_wheelchair_takes_folding_seats_away(live: Live) -> None:
    live.add_bus(layouts=[(8, 0), (6, 1)])
    wheelchair = live.ride(1, 4, minutes=5, load=(0, 1))
    assert (wheelchair.party.seated_count, wheelchair.party.wheelchair_count) == (0, 1)
    assert len(live.ask(1, 4, minutes=5, load=(7, 0)).offers) == 0
    # What was held instead goes first.
    live.advance("05:02")
    assert live.ride(1, 4, minutes=5, load=(6, 0)).vehicle_id == "bus"
    assert len(live.ask(1, 4, minutes=5, load=(1, 0)).offers) == 0


def test_who_asks_by_arrival_is_there_in_time(live: Live) -> None:
    live.add_bus()
    (offer,) = live.ask(1, 4, "08:00", minutes=20, arrive=True).offers
    assert live.at("08:00") <= instant(offer.planned_dropoff_time)
    assert instant(offer.planned_dropoff_time) <= instant(offer.promise.latest_arrival) <= live.at("08:20")


def test_a_virtual_stop_is_asked_for_by_its_id(live: Live) -> None:
    live.add_bus()
    (offer,) = live.ask("church", 3).offers
    assert (offer.pickup.virtual_stop_id, offer.pickup.label) == ("church", "Kirche")


def test_zones_that_overlap_are_both_asked(live: Live) -> None:
    live.add_bus()
    live.add_bus("taxi", base=3, zone_id="ost", kind=fleet_pb2.VEHICLE_KIND_TAXI)
    offers = live.ask(3, 5, "06:00", minutes=40).offers
    assert {offer.zone_id for offer in offers} == {"nord", "ost"}
    (ost,) = (offer for offer in offers if offer.zone_id == "ost")
    live.book(ost)
    assert [stop.ride_id for tour in live.plan("ost").tours for stop in tour.stops] == [ost.offer_id] * 2
    assert [stop for tour in live.plan("nord").tours for stop in tour.stops] == []


def test_who_waits_no_longer_asks_again_with_the_same_id(live: Live) -> None:
    live.add_bus()
    question = live.question(1, 3, request_id="again")
    with live.stalled():
        code, _ = refusal(lambda: live.stub.RequestOffers(question, timeout=0.2))
        assert code == grpc.StatusCode.DEADLINE_EXCEEDED
    (offer,) = live.stub.RequestOffers(question).offers
    assert [fact.offer_ids for fact in live.facts(OffersMade)] == [(offer.offer_id,)]
    assert held_offer_ids(live) == {offer.offer_id}
