"""Booking, cancelling, and many who want the same seat."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from landlinie.pooling.events.v1 import vehicle_events_pb2
from pooling.application import desk as desk_module
from pooling.application.desk import Changes, PlanBroken
from pooling.application.ports import Reader, RideFilter, StoredAnswer
from pooling.application.request_offers import RequestOffers
from pooling.application.rides import KEEP_CONTACT, Booking, BookRide
from pooling.domain.facts import OffersMade, RideBooked, RideCancelled
from pooling.domain.rides import Contact, RideState
from routing_core.fleet.model import TimeWindow
from service_kit.errors import Aborted, FailedPrecondition, InvalidInput, NotFound
from service_kit.event_payload import unpack
from town import PHONE_DESK, Town


def test_a_booked_offer_becomes_the_ride_of_the_same_id(town: Town) -> None:
    town.add_bus()
    (offer,) = town.ask(1, 3).offers
    ride = town.book(offer)
    assert (ride.id, ride.state, ride.promise) == (offer.id, RideState.BOOKED, offer.promise)
    assert (ride.vehicle_id, ride.pickup_time) == ("bus", offer.planned_pickup)
    assert town.plan().tasks[ride.id].held_until is None
    town.clock.advance_to(offer.expire_time + timedelta(minutes=5))
    town.ask(2, 4)
    assert ride.id in town.plan().tasks
    (fact,) = town.facts(RideBooked)
    assert (fact.ride_id, fact.promise, fact.pickup_service_s) == (ride.id, ride.promise, 30)


def test_booking_one_offer_lets_go_of_the_others(town: Town) -> None:
    for number in range(3):
        town.add_bus(f"bus{number}", base=2 * number)
    best, *others = town.ask(1, 3, "06:00", minutes=60).offers
    assert others
    town.book(best)
    assert set(town.plan().tasks) == {best.id}
    with pytest.raises(FailedPrecondition, match="OFFER_EXPIRED"):
        town.book(others[0])


def test_an_offer_is_booked_once(town: Town) -> None:
    town.add_bus()
    (offer,) = town.ask(1, 3).offers
    ride = town.book(offer, "mine")
    assert town.book(offer, "mine") is ride
    before = town.row_counts()
    with pytest.raises(FailedPrecondition, match="OFFER_TAKEN"):
        town.book(offer, "other")
    assert town.row_counts() == before


def test_unknown_offers_and_rides_are_not_found(town: Town) -> None:
    with pytest.raises(NotFound, match="OFFER_NOT_FOUND"):
        town.book_ride(town.call("BookRide"), Booking("none", "", None))
    with pytest.raises(NotFound, match="RIDE_NOT_FOUND"):
        town.cancel("none")


def test_a_request_id_stands_for_one_question(town: Town) -> None:
    town.add_bus()
    question = town.question(1, 3)
    call = town.call("RequestOffers", "q1", asked=question)
    first = town.request_offers(call, question)
    town.clock.advance_to(town.at("05:30"))
    assert town.request_offers(call, question) == first
    with pytest.raises(InvalidInput) as raised:
        town.request_offers(town.call("RequestOffers", "q1", asked="other"), question)
    assert raised.value.violations[0].field == "request_id"
    assert raised.value.reason == "REQUEST_ID_REUSED"
    assert len(town.facts(OffersMade)) == 1


def test_another_method_may_use_a_request_id_for_itself(town: Town) -> None:
    town.add_bus()
    question = town.question(1, 3)
    answer = town.answer(town.request_offers(town.call("RequestOffers", "id1"), question))
    assert town.book(answer.offers[0], "id1").id == answer.offers[0].id


def test_the_same_request_from_many_threads_is_done_once(town: Town) -> None:
    town.add_bus()
    question = town.question(1, 3)
    call = town.call("RequestOffers", "q1", asked=question)
    others = [RequestOffers(town.new_desk()) for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda use_case: use_case(call, question), others))
    assert len(set(answers)) == 1
    assert len(town.plan().tasks) == 1
    assert len(town.facts(OffersMade)) == 1


def test_the_last_seat_is_sold_once(town: Town) -> None:
    """Each client in another process's place: no lock is shared, only the database."""
    town.add_bus(layouts=[(2, 0)])
    question = town.question(1, 4, "08:00", minutes=5)
    ready = threading.Barrier(8)

    def client(number: int) -> str:
        desk = town.new_desk()
        ready.wait()
        call = town.call("RequestOffers", f"ask{number}")
        answer = town.answer(told_to_wait(lambda: RequestOffers(desk)(call, question)))
        if not answer.offers:
            return "refused" if answer.reasons else "nothing said"
        booking = Booking(answer.offers[0].id, "", None)
        call = town.call("BookRide", f"book{number}")
        return str(town.answer(told_to_wait(lambda: BookRide(desk)(call, booking))).id)

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(client, range(8)))
    rides = [one for one in told if one not in ("refused", "nothing said")]
    assert len(rides) == len(set(rides)) == 2
    assert told.count("refused") == 6
    # What was held for alternatives is still in the plan; what is booked fits.
    assert {key for key, task in town.plan().tasks.items() if not task.held_until} == set(rides)
    assert town.violations() == []
    assert {fact.ride_id for fact in town.facts(RideBooked)} == set(rides)


def told_to_wait(ask: Callable[[], bytes]) -> bytes:
    """The answer, asked for again as often as it says to: more write here than one writer bears with."""
    while True:
        try:
            return ask()
        except Aborted as told:
            if told.retry_after_s is None:
                raise
            time.sleep(told.retry_after_s)


def test_versions_grow_one_by_one_however_many_write(town: Town) -> None:
    town.add_bus()
    town.add_bus("bus2")
    before = town.plan().version

    def client(number: int) -> None:
        question = town.question(number % 3, 3 + number % 3, f"{8 + number}:00")
        RequestOffers(town.new_desk())(town.call("RequestOffers", f"ask{number}"), question)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(client, range(8)))
    changed = vehicle_events_pb2.PlanChanged
    versions = [
        unpack(event, changed).version
        for event in town.events()
        if event.type == changed.DESCRIPTOR.full_name
    ]
    assert versions == list(range(1, town.plan().version + 1))
    assert town.plan().version >= before + 8


def test_a_writer_who_is_always_too_late_gives_up(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.add_bus()
    rival = RequestOffers(town.new_desk())
    numbers = iter(range(100))
    original = RequestOffers._answer

    def slow(self: RequestOffers, reader: Reader, *asked: object) -> Changes[object]:
        changes = original(self, reader, *asked)  # type: ignore[arg-type] # as they came
        if self is town.request_offers:
            number = next(numbers)
            rival(town.call("RequestOffers", f"rival{number}"), town.question(2, 3, "10:00", minutes=300))
        return changes  # type: ignore[return-value] # whatever it is

    monkeypatch.setattr(RequestOffers, "_answer", slow)
    with pytest.raises(Aborted, match="PLAN_CHANGED") as raised:
        town.ask(1, 3)
    assert raised.value.retry_after_s is not None
    assert next(numbers) == desk_module.MAX_ATTEMPTS
    assert len(town.facts(OffersMade)) == desk_module.MAX_ATTEMPTS


def test_a_plan_that_breaks_a_promise_is_not_stored(town: Town) -> None:
    town.add_bus()
    ride = town.ride(1, 3)
    before, rows = town.plan(), town.row_counts()
    task = before.tasks[ride.id]

    def broken(_reader: Reader, _now: object) -> Changes[None]:
        window = TimeWindow(task.pickup_window.earliest_s - 100, task.pickup_window.earliest_s - 50)
        return Changes(None, days=[before.with_task(replace(task, pickup_window=window))])

    with pytest.raises(PlanBroken, match="after its window"):
        town.desk.write(town.call("Test"), ["nord"], broken)
    assert (town.plan(), town.row_counts()) == (before, rows)


# Cancelling


def test_a_cancelled_ride_frees_its_seat_at_once(town: Town) -> None:
    town.add_bus(layouts=[(1, 0)])
    ride = town.ride(1, 3, "08:00", minutes=5)
    assert town.ask(1, 3, "08:00", minutes=5).offers == ()
    cancelled = town.cancel(ride.id)
    assert cancelled.state is RideState.CANCELLED
    assert ride.id not in town.plan().tasks
    assert len(town.ask(1, 3, "08:00", minutes=5).offers) == 1
    assert [fact.ride_id for fact in town.facts(RideCancelled)] == [ride.id]
    stored, _ = town.queries.ride(ride.id, PHONE_DESK)
    assert stored.state is RideState.CANCELLED


def test_a_ride_is_cancelled_once(town: Town) -> None:
    town.add_bus()
    ride = town.ride(1, 3)
    town.cancel(ride.id)
    before = town.row_counts()
    with pytest.raises(FailedPrecondition, match="RIDE_OVER"):
        town.cancel(ride.id)
    assert town.row_counts() == before


def test_nobody_is_thrown_out(town: Town) -> None:
    town.add_bus()
    ride = town.ride(1, 3, "08:00")
    town.board(ride.id, "08:00:30")
    with pytest.raises(FailedPrecondition, match="RIDE_UNDER_WAY"):
        town.cancel(ride.id)


def test_cancelling_brings_nobody_outside_the_promise(town: Town) -> None:
    town.add_bus(breaks=[("08:00", "10:00", 1800)])
    rides = [town.ride(origin, 5 - origin, "08:00", minutes=60) for origin in (0, 1, 2)]
    for ride in rides:
        town.cancel(ride.id)
        assert town.violations() == []
    assert town.plan().tasks == {}


# What is kept


def test_contacts_are_kept_apart_and_not_for_ever(town: Town) -> None:
    town.add_bus()
    (offer,) = town.ask(1, 3).offers
    ride = town.book(offer, contact=Contact("Frau Petersen", "04356 1234"))
    assert town.queries.ride(ride.id, PHONE_DESK)[1] == Contact("Frau Petersen", "04356 1234")
    assert all("Petersen" not in repr(fact) for fact in town.facts())
    due = town.desk.service_day(town.day).end + KEEP_CONTACT
    for now, kept in ((due - timedelta(seconds=1), 1), (due, 0)):
        with town.store.writing() as writer:
            writer.purge(now, now - timedelta(days=30), now - timedelta(days=30))
        assert town.row_counts()["contacts"] == kept
    assert town.queries.ride(ride.id, PHONE_DESK) == (town.queries.ride(ride.id, PHONE_DESK)[0], None)


def test_answers_are_forgotten_after_a_while(town: Town) -> None:
    town.add_bus()
    with town.store.writing() as writer:
        writer.store_answer("Test", "old", StoredAnswer(b"", b""), town.at("05:00"))
        writer.store_answer("Test", "new", StoredAnswer(b"", b""), town.at("05:01"))
        writer.purge(town.at("05:01"), town.at("05:01"), town.at("05:01"))
    with town.store.reading() as reader:
        assert reader.stored_answer("Test", "old") is None
        assert reader.stored_answer("Test", "new") == StoredAnswer(b"", b"")


def test_rides_are_listed_page_by_page_in_booking_order(town: Town) -> None:
    town.add_bus()
    rides = [town.ride(number % 3, 4, f"{8 + number}:00").id for number in range(5)]
    town.cancel(rides[2])
    everything = RideFilter()
    first = town.queries.rides(everything, "", 2, PHONE_DESK)
    second = town.queries.rides(everything, first.next_token, 2, PHONE_DESK)
    last = town.queries.rides(everything, second.next_token, 2, PHONE_DESK)
    assert [ride.id for page in (first, second, last) for ride in page.items] == rides
    assert last.next_token == ""
    booked = RideFilter("nord", town.day, frozenset({RideState.BOOKED}))
    assert [ride.id for ride in town.queries.rides(booked, "", 10, PHONE_DESK).items] == [
        *rides[:2],
        *rides[3:],
    ]
    with pytest.raises(InvalidInput, match="page_token"):
        town.queries.rides(everything, "-1", 2, PHONE_DESK)
