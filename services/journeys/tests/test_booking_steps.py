"""Bookings whose processes die, whose parts do not answer, and whose callers ask twice."""

from dataclasses import replace

import pytest
from booking_world import ANNA, BERND, DESK, NOW, Crash, World
from hypothesis import given, settings
from hypothesis import strategies as st
from journeys.application.bookings import BookingWish
from journeys.application.ports import Unavailable
from journeys.application.ports_booking import Booked, LegOrder, Refused
from journeys.application.question import Payer
from journeys.domain.booking import FINAL, BookingState, LegState
from journeys.domain.booking_facts import BookingBegun, BookingCancelled, BookingCompleted, BookingFailed
from service_kit.errors import FailedPrecondition, InvalidInput, NotFound, PermissionDenied

WAIT_S = 8.0


def test_all_legs_are_booked_in_one_call() -> None:
    world = World()
    booked = world.bookings.book(world.wish(), ANNA, WAIT_S)
    assert booked.booking.state is BookingState.BOOKED
    assert [leg.state for leg in booked.booking.legs] == [LegState.BOOKED, LegState.NONE, LegState.BOOKED]
    rides = (f"ride-{booked.id}-0", f"ride-{booked.id}-2")
    assert world.store.facts == [BookingBegun(booked.id, NOW), BookingCompleted(booked.id, NOW, rides)]
    assert [(entry.method, entry.entity_ids) for entry in world.store.entries] == [
        ("BookJourney", frozenset({booked.id, "j1"}))
    ]


def test_a_refusal_leaves_nothing_booked() -> None:
    world = World()
    world.legs.refusing = {2}
    failed = world.bookings.book(world.wish(), ANNA, WAIT_S)
    assert (failed.booking.state, failed.booking.reason) == (BookingState.FAILED, "OFFER_TAKEN")
    assert world.legs.booked() == set()
    assert world.store.facts[-1] == BookingFailed(failed.id, NOW, "OFFER_TAKEN")


def test_the_same_request_brings_the_same_booking() -> None:
    world = World()
    first = world.bookings.book(world.wish(), ANNA, WAIT_S)
    assert world.bookings.book(world.wish(), ANNA, WAIT_S) == first
    with pytest.raises(InvalidInput) as reused:
        world.bookings.book(BookingWish("r1", b"else", "j2"), ANNA, WAIT_S)
    assert reused.value.reason == "REQUEST_ID_REUSED"
    # Another caller's id is another id.
    with pytest.raises(FailedPrecondition) as taken:
        world.bookings.book(world.wish(), BERND, WAIT_S)
    assert taken.value.reason == "JOURNEY_BOOKED"


def test_who_pays_is_asked_once_and_only_its_other_name_is_kept() -> None:
    world = World()
    wish = replace(world.wish(), payer=Payer("a-1", "anna's"))
    assert world.bookings.book(wish, ANNA, WAIT_S).payer == "p-1"
    world.accounts.clear()
    # Sent again, while nobody can say whose account it is.
    assert world.bookings.book(wish, ANNA, WAIT_S).payer == "p-1"
    assert world.asked_accounts == ["a-1"]
    with pytest.raises(NotFound, match="a-1"):
        world.bookings.book(replace(world.wish("r2", "j2"), payer=Payer("a-1")), ANNA, WAIT_S)
    assert world.only().payer == "p-1"


@pytest.mark.parametrize(
    ("journey_id", "reason"), [("gone", "JOURNEY_NOT_FOUND"), ("walk", "NOTHING_TO_BOOK")]
)
def test_what_cannot_be_booked_begins_nothing(journey_id: str, reason: str) -> None:
    world = World()
    with pytest.raises((NotFound, FailedPrecondition)) as refused:
        world.bookings.book(world.wish(journey_id=journey_id), ANNA, WAIT_S)
    assert refused.value.reason == reason
    assert not world.store.rows


def test_passengers_book_for_themselves() -> None:
    world = World()
    with pytest.raises(PermissionDenied):
        world.bookings.book(BookingWish("r1", b"", "j1", passenger_reference="bernd"), ANNA, WAIT_S)
    booked = world.bookings.book(BookingWish("r1", b"", "j1"), ANNA, WAIT_S)
    assert booked.passenger_reference == "anna"


def test_a_part_that_does_not_answer_is_asked_again_while_the_caller_waits() -> None:
    world = World(["away before", "away after", "away before"])
    booked = world.bookings.book(world.wish(), ANNA, WAIT_S)
    assert booked.booking.state is BookingState.BOOKED
    assert world.woken == 0


def test_a_part_that_is_away_for_longer_leaves_the_booking_to_the_worker() -> None:
    world = World()
    world.legs.away = True
    waiting = world.bookings.book(world.wish(), ANNA, WAIT_S)
    assert waiting.booking.state is BookingState.BOOKING
    assert world.woken == 1
    world.legs.away = False
    world.go_on()
    assert world.only().booking.state is BookingState.BOOKED


def test_a_part_that_stays_away_is_given_up_and_what_was_booked_given_back() -> None:
    world = World()
    world.legs.away = True
    world.bookings.book(world.wish(), ANNA, WAIT_S)
    world.go_on()
    assert world.only().booking.state is BookingState.RELEASING
    assert world.only().booking.reason == "POOLING_UNAVAILABLE"
    world.legs.away = False
    world.go_on()
    assert world.only().booking.state is BookingState.FAILED
    assert world.legs.booked() == set()


def test_what_nobody_can_be_told_of_is_not_tried_for_ever() -> None:
    world = World()
    world.bookings.book(world.wish(), ANNA, WAIT_S)
    world.legs.away = True
    assert world.bookings.cancel(world.only().id, ANNA, "c1", WAIT_S).booking.state is BookingState.CANCELLING
    world.clock.advance_to(world.clock.now().replace(day=25))
    world.go_on()
    assert world.only().booking.state is BookingState.CANCELLED
    assert [leg.reason for leg in world.only().booking.legs if leg.state is LegState.KEPT] == [
        "POOLING_UNAVAILABLE"
    ] * 2


def test_cancelling_gives_everything_back_and_once_more_changes_nothing() -> None:
    world = World()
    booked = world.bookings.book(world.wish(), ANNA, WAIT_S)
    cancelled = world.bookings.cancel(booked.id, ANNA, "c1", WAIT_S)
    assert cancelled.booking.state is BookingState.CANCELLED
    assert world.legs.booked() == set()
    assert world.bookings.cancel(booked.id, ANNA, "c2", WAIT_S) == cancelled
    assert [type(fact) for fact in world.store.facts] == [BookingBegun, BookingCompleted, BookingCancelled]
    assert [entry.method for entry in world.store.entries] == ["BookJourney", "CancelBooking"]


def test_cancelling_says_what_could_not_be_given_back() -> None:
    world = World()
    booked = world.bookings.book(world.wish(), ANNA, WAIT_S)
    world.legs.keeping = {0}
    cancelled = world.bookings.cancel(booked.id, ANNA, "c1", WAIT_S)
    assert cancelled.booking.state is BookingState.CANCELLED
    states = [leg.state for leg in cancelled.booking.legs]
    assert states == [LegState.KEPT, LegState.NONE, LegState.RELEASED]
    assert cancelled.booking.legs[0].reason == "RIDE_UNDER_WAY"


def test_bookings_of_others_do_not_exist() -> None:
    world = World()
    booked = world.bookings.book(world.wish(), ANNA, WAIT_S)
    with pytest.raises(NotFound) as hidden:
        world.bookings.get(booked.id, BERND)
    assert hidden.value.reason == "BOOKING_NOT_FOUND"
    with pytest.raises(NotFound):
        world.bookings.cancel(booked.id, BERND, "c1", WAIT_S)
    assert world.bookings.listed(frozenset(), BERND, 0, 10) == []
    assert world.bookings.listed(frozenset(), ANNA, 0, 10) == [booked]
    assert world.bookings.listed(frozenset({BookingState.FAILED}), DESK, 0, 10) == []
    assert world.bookings.get(booked.id, DESK) == booked


def test_nobody_else_makes_steps_of_a_booking_that_is_held() -> None:
    world = World()
    world.legs.away = True
    world.bookings.book(world.wish(contact=True), ANNA, WAIT_S)
    world.legs.away = False
    # The first process knows whom to call; another one waits until it is surely dead.
    other = world.other_process()
    assert other.due(10) == []
    waiting = other.run(world.only().id, world.wall_s + 60)
    assert waiting is not None
    assert waiting.booking.state is BookingState.BOOKING
    world.go_on()
    assert world.only().booking.state is BookingState.BOOKED
    assert all(contact is not None for contact in world.legs.contacts.values())


def test_a_contact_that_died_with_its_process_gives_the_booking_up() -> None:
    world = World(["", "crash before"])
    with pytest.raises(Crash):
        world.bookings.book(world.wish(contact=True), ANNA, WAIT_S)
    world.restart()
    world.go_on()
    assert (world.only().booking.state, world.only().booking.reason) == (BookingState.FAILED, "INTERRUPTED")
    assert world.legs.booked() == set()


def test_a_caller_who_asks_again_brings_the_contact_again() -> None:
    world = World(["", "crash before"])
    with pytest.raises(Crash):
        world.bookings.book(world.wish(contact=True), ANNA, WAIT_S)
    world.restart()
    booked = world.bookings.book(world.wish(contact=True), ANNA, 30.0)
    assert booked.booking.state is BookingState.BOOKED
    assert all(contact is not None for contact in world.legs.contacts.values())


def test_a_seat_that_is_refused_later_gives_the_rides_back() -> None:
    world = World()
    world.legs.asks = True
    booked = world.bookings.book(world.wish(), ANNA, WAIT_S)
    seat = booked.booking.legs[2].reference
    world.bookings.confirm(booked.id, booked.booking.legs[0].reference)
    assert world.only().booking.legs[0].state is LegState.BOOKED
    world.bookings.withdraw(booked.id, seat, "LIFT_REFUSED", "The driver said no.")
    world.bookings.withdraw(booked.id, "unknown", "LIFT_REFUSED", "The driver said no.")
    assert world.woken == 1
    world.go_on()
    assert (world.only().booking.state, world.only().booking.reason) == (BookingState.FAILED, "LIFT_REFUSED")


def test_the_only_seat_refused_later_is_a_failure_that_is_told() -> None:
    world = World()
    world.legs.asks = True
    booked = world.bookings.book(world.wish(journey_id="alone"), ANNA, WAIT_S)
    world.bookings.withdraw(booked.id, booked.booking.legs[0].reference, "LIFT_REFUSED", "no")
    assert world.only().booking.state is BookingState.FAILED
    assert world.store.facts[-1] == BookingFailed(booked.id, NOW, "LIFT_REFUSED")
    world.bookings.withdraw(booked.id, booked.booking.legs[0].reference, "LIFT_REFUSED", "no")
    assert [type(fact) for fact in world.store.facts] == [BookingBegun, BookingCompleted, BookingFailed]


def test_nobody_is_kept_waiting_longer_than_they_listen(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()

    def slow(order: LegOrder, timeout_s: float) -> Booked | Refused:
        assert order.name
        world.wall_s += timeout_s
        raise Unavailable("POOLING_UNAVAILABLE", "it does not answer in time")

    monkeypatch.setattr(world.legs, "book", slow)
    for wait_s in (WAIT_S, 0.1):
        begun_s = world.wall_s
        waiting = world.bookings.book(world.wish(), ANNA, wait_s)
        assert waiting.booking.state is BookingState.BOOKING
        assert world.wall_s - begun_s == pytest.approx(wait_s)
    assert world.woken == 2


def test_a_step_that_breaks_is_given_up_like_one_that_is_not_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World()

    def broken(order: LegOrder, timeout_s: float) -> Booked | Refused:
        raise RuntimeError(f"{order.name} {timeout_s}")

    monkeypatch.setattr(world.legs, "book", broken)
    waiting = world.bookings.book(world.wish(), ANNA, WAIT_S)
    assert waiting.booking.state is BookingState.BOOKING
    assert waiting.retry_at_s > world.wall_s, "others have their turn meanwhile"
    world.go_on()
    assert (world.only().booking.state, world.only().booking.reason) == (BookingState.FAILED, "STEP_FAILED")


def test_whom_to_call_is_not_kept_for_a_booking_that_takes_too_long() -> None:
    world = World()
    world.legs.away = True
    late = world.bookings.book(world.wish(contact=True), ANNA, WAIT_S)
    world.wall_s = late.give_up_s + 60
    world.bookings.book(world.wish("r2", "alone", contact=True), ANNA, WAIT_S)
    world.legs.away = False
    world.go_on()
    assert world.store.rows[late.id].booking.reason == "INTERRUPTED"
    assert {row.booking.state for row in world.store.rows.values()} == {
        BookingState.FAILED,
        BookingState.BOOKED,
    }


HAPPENINGS = ["", "", "crash before", "crash after", "away before", "away after"]


@settings(max_examples=300, deadline=None)
@given(
    legs=st.lists(st.sampled_from(HAPPENINGS), max_size=8),
    store=st.lists(st.sampled_from(["", "", "crash before", "crash after", "overtaken"]), max_size=12),
    refusing=st.sets(st.sampled_from([0, 2]), max_size=1),
    contact=st.booleans(),
    cancel_after=st.integers(0, 6),
)
def test_whatever_happens_all_is_booked_or_nothing(
    legs: list[str], store: list[str], refusing: set[int], contact: bool, cancel_after: int
) -> None:
    world = World(legs, store)
    world.legs.refusing = refusing
    is_told = False
    for turn in range(10):
        try:
            world.bookings.book(world.wish(contact=contact), ANNA, WAIT_S)
            if turn >= cancel_after and not is_told:
                is_told = True
                world.bookings.cancel(world.only().id, ANNA, "c1", WAIT_S)
        except Crash:
            world.restart()
    while True:
        try:
            world.go_on()
            break
        except Crash:
            world.restart()
    row = world.only()
    assert row.booking.state in FINAL
    both = {f"{row.id}-0", f"{row.id}-2"}
    assert world.legs.booked() == (both if row.booking.state is BookingState.BOOKED else set())
    assert len(world.store.facts) == len(set(world.store.facts))
