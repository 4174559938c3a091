"""Legs that whoever has them takes back: noted once, told at once, and another way told after."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from booking_world import ANNA, NOW, World
from journeys.application.ports_booking import ShownJourney, StoredBooking
from journeys.application.taken_back import Loss, TakeBack, TellWayOn
from journeys.domain.booking import BookingState, LegState
from journeys.domain.booking_facts import BookingBegun, BookingCancelled, BookingCompleted, ConnectionChanged
from journeys.domain.connection import ConnectionState
from journeys.domain.places import Point
from service_kit.identity.principal import Principal
from service_kit.once import Overtaken

HOME = Point(53.9, 13.2, "Alt Tellin")
WAIT_S = 8.0


class PlacedWorld(World):
    """Its legs begin somewhere."""

    def shown(self, journey_id: str, caller: Principal) -> ShownJourney:
        shown = super().shown(journey_id, caller)
        return replace(shown, legs=tuple(replace(leg, start=HOME) for leg in shown.legs))


@dataclass
class Ways:
    """Finds a way, and remembers who asked from where and when."""

    asked: list[tuple[Point, int]] = field(default_factory=list)
    sentence: str = "The next way on: RE5."

    def from_point(self, booking: StoredBooking, start: Point, at_s: int) -> str:
        assert booking.way_on_due
        self.asked.append((start, at_s - int(NOW.timestamp())))
        return self.sentence


@dataclass
class Desk:
    world: World
    ways: Ways = field(default_factory=Ways)
    committed: list[str] = field(default_factory=list)

    def hear(self, number: int) -> None:
        """What a consumer does when it is told that the ride of a leg was cancelled."""
        reference = f"ride-{self.world.only().id}-{number}"
        take_back = TakeBack(self.world.clock, lambda: self.world.wall_s)
        with self.world.store.writing() as writer:
            take_back.all_of(writer, Loss(reference, "RIDE_CANCELLED", "Your ride was cancelled."))

    def tell(self) -> int:
        world = self.world
        return TellWayOn(world.store, self.ways, world.clock, self.committed.extend)()

    def told(self) -> list[str]:
        return [each.message for each in self.world.only().connections]


@pytest.fixture
def desk() -> Desk:
    return Desk(PlacedWorld())


def _leg_states(desk: Desk) -> list[LegState]:
    return [leg.state for leg in desk.world.only().booking.legs]


def test_the_passenger_is_told_at_once_and_then_how_to_go_on(desk: Desk) -> None:
    booked = desk.world.bookings.book(desk.world.wish(), ANNA, WAIT_S)
    desk.hear(2)
    assert desk.world.only().booking.state is BookingState.BOOKED
    assert _leg_states(desk) == [LegState.BOOKED, LegState.NONE, LegState.RELEASED]
    assert desk.told() == ["Your ride was cancelled."]
    assert desk.world.store.facts[-1] == ConnectionChanged(booked.id, NOW, 2, ConnectionState.MISSED)
    assert desk.tell() == 1
    assert desk.told() == ["Your ride was cancelled. The next way on: RE5."]
    assert desk.ways.asked == [(HOME, 1200)]
    assert desk.committed == [booked.id]
    # Told again, and looked at again, nothing changes.
    before = desk.world.only(), list(desk.world.store.facts)
    desk.hear(2)
    assert desk.tell() == 0
    assert (desk.world.only(), desk.world.store.facts) == before


def test_the_rest_is_given_back_when_the_passenger_cancels(desk: Desk) -> None:
    booked = desk.world.bookings.book(desk.world.wish(), ANNA, WAIT_S)
    desk.hear(0)
    cancelled = desk.world.bookings.cancel(booked.id, ANNA, "c1", WAIT_S)
    assert cancelled.booking.state is BookingState.CANCELLED
    assert desk.world.legs.booked() == {f"{booked.id}-0"}
    # Its own giving back, heard of later, is nobody's loss.
    desk.hear(2)
    assert desk.world.only() == cancelled


def test_a_journey_is_cancelled_with_its_only_leg(desk: Desk) -> None:
    booked = desk.world.bookings.book(desk.world.wish(journey_id="alone"), ANNA, WAIT_S)
    desk.hear(0)
    found = desk.world.only().booking
    assert (found.state, found.reason) == (BookingState.CANCELLED, "RIDE_CANCELLED")
    assert [type(fact) for fact in desk.world.store.facts] == [
        BookingBegun,
        BookingCompleted,
        ConnectionChanged,
        BookingCancelled,
    ]
    assert desk.tell() == 1
    assert desk.told() == ["Your ride was cancelled. The next way on: RE5."]
    again = desk.world.bookings.cancel(booked.id, ANNA, "c1", WAIT_S)
    assert again == desk.world.only()


def test_two_rides_lost_one_after_the_other_are_both_told(desk: Desk) -> None:
    desk.world.bookings.book(desk.world.wish(), ANNA, WAIT_S)
    desk.hear(2)
    desk.tell()
    desk.hear(0)
    assert desk.world.only().booking.state is BookingState.CANCELLED
    assert desk.tell() == 1
    assert desk.told() == ["Your ride was cancelled. The next way on: RE5."] * 2
    assert len(desk.ways.asked) == 2


def test_what_is_cancelled_before_it_was_heard_to_be_booked_gives_the_others_back(desk: Desk) -> None:
    desk.world.legs.script.events = ["", "away after"]
    booked = desk.world.bookings.book(desk.world.wish(), ANNA, 0.5)
    assert _leg_states(desk)[2] is LegState.PENDING
    assert f"{booked.id}-2" in desk.world.legs.booked()
    desk.hear(2)
    desk.world.go_on()
    found = desk.world.only().booking
    assert (found.state, found.reason) == (BookingState.FAILED, "RIDE_CANCELLED")
    assert _leg_states(desk) == [LegState.RELEASED, LegState.NONE, LegState.REFUSED]
    assert desk.tell() == 0


def test_a_search_that_breaks_keeps_nobody_from_being_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.world.bookings.book(desk.world.wish(), ANNA, WAIT_S)
    desk.hear(2)

    def broken(*_: object) -> str:
        raise ArithmeticError("of nobody knows what")

    monkeypatch.setattr(desk.ways, "from_point", broken)
    assert desk.tell() == 1
    assert desk.told() == ["Your ride was cancelled."]
    assert desk.tell() == 0, "it is not tried for ever"


def test_nobody_elses_ride_changes_anything(desk: Desk) -> None:
    desk.world.bookings.book(desk.world.wish(), ANNA, WAIT_S)
    before = desk.world.only()
    desk.hear(7)
    assert desk.world.only() == before


def test_a_journey_that_is_over_needs_no_other_way(desk: Desk) -> None:
    desk.world.bookings.book(desk.world.wish(), ANNA, WAIT_S)
    desk.world.clock.advance_to(NOW + timedelta(hours=5))
    desk.hear(2)
    assert desk.tell() == 1
    assert desk.told() == ["Your ride was cancelled."]
    assert desk.ways.asked == []


def test_where_no_way_is_known_what_happened_is_told_all_the_same(desk: Desk) -> None:
    desk.ways.sentence = ""
    desk.world.bookings.book(desk.world.wish(), ANNA, WAIT_S)
    desk.hear(2)
    assert (desk.tell(), desk.told()) == (1, ["Your ride was cancelled."])
    assert desk.tell() == 0


def test_who_is_overtaken_starts_over(desk: Desk) -> None:
    desk.world.bookings.book(desk.world.wish(), ANNA, WAIT_S)
    desk.world.store_script.events = ["overtaken"]
    with pytest.raises(Overtaken):
        # As the transaction began, another one had read the same.
        _stale(desk)
    desk.hear(2)
    desk.world.store_script.events = ["overtaken"]
    assert desk.tell() == 0
    assert desk.told() == ["Your ride was cancelled."]
    assert desk.tell() == 1


def _stale(desk: Desk) -> None:
    found = desk.world.only()
    loss = Loss(f"ride-{found.id}-2", "RIDE_CANCELLED", "Your ride was cancelled.")
    with desk.world.store.writing() as writer:
        TakeBack(desk.world.clock, lambda: desk.world.wall_s).leg(writer, found, 2, loss)


def test_a_driver_who_takes_a_seat_back_leaves_the_others(desk: Desk) -> None:
    booked = desk.world.bookings.book(desk.world.wish(), ANNA, WAIT_S)
    seat = booked.booking.legs[0].reference
    for _ in range(2):
        desk.world.bookings.withdraw(booked.id, seat, "SEAT_CANCELLED", "The seat was cancelled.")
    assert _leg_states(desk) == [LegState.RELEASED, LegState.NONE, LegState.BOOKED]
    assert desk.world.woken == 1
    assert desk.tell() == 1
    assert desk.told() == ["The seat was cancelled. The next way on: RE5."]
