"""Trains that are late, rides that wait for them or cannot, and passengers who are told."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from booking_world import ANNA, NOW, World
from journeys.application.connections import HoldConnections, Watched
from journeys.application.ports import Unavailable
from journeys.application.ports_booking import ShownJourney, ShownLeg, StoredBooking
from journeys.application.ports_connection import RideTimes, Wait
from journeys.domain.booking_facts import ConnectionChanged
from journeys.domain.connection import (
    CHANGE_S,
    Change,
    ChangeLeg,
    Connection,
    ConnectionState,
    RunningRide,
    ScheduledRide,
    changes_of,
)
from service_kit.identity.principal import Principal

START_S = int(NOW.timestamp())
MINUTE_S = 60


def ride(board: int, alight: int, depart_min: int, arrive_min: int) -> ScheduledRide:
    return ScheduledRide(
        "t1",
        date(2026, 11, 23),
        f"s{board}",
        "Neubrandenburg",
        f"s{alight}",
        "Berlin",
        "RE5",
        START_S + depart_min * MINUTE_S,
        START_S + arrive_min * MINUTE_S,
    )


TRAIN = ride(1, 2, 40, 100)


def test_changes_are_between_trains_and_rides_and_know_the_way() -> None:
    first, walk, last = ChangeLeg(600, ride_id="r1"), ChangeLeg(120), ChangeLeg(900, ride_id="r2")
    train, bus = ChangeLeg(3600, TRAIN), ChangeLeg(600, ride(2, 3, 110, 120))
    assert list(changes_of([walk, first, walk, train, bus, walk, walk, last, walk])) == [
        Change(first, train, 3, 120),
        Change(bus, last, 7, 240),
    ]
    assert list(changes_of([walk, train, bus])) == []


@dataclass
class Rides:
    """Rides that can wait until an instant; minutes after the start."""

    limit_min: int = 130
    pickup_min: int = 105
    earliest_min: int = 104
    dropoff_min: int = 30
    waiting: bool = True
    gone: bool = False
    has_vehicle: bool = True
    away: bool = False
    refusing: bool = False
    asked: list[int] = field(default_factory=list)

    def times(self, ride_id: str) -> RideTimes | None:
        assert ride_id
        if self.away:
            raise Unavailable("POOLING_UNAVAILABLE", "it does not answer")
        if self.gone:
            return None
        minutes = (self.earliest_min, self.pickup_min, self.dropoff_min)
        earliest_s, pickup_s, dropoff_s = (START_S + each * MINUTE_S for each in minutes)
        return RideTimes(earliest_s, pickup_s, dropoff_s, self.waiting, self.has_vehicle)

    def wait(self, name: str, ride_id: str, earliest_s: int) -> Wait:
        assert ride_id
        assert name.endswith(f"-2.wait.{earliest_s}")
        assert len(name) <= 64
        self.asked.append((earliest_s - START_S) // MINUTE_S)
        if self.refusing:
            return Wait(False, reasons=("RIDE_UNDER_WAY",))
        limit_s = START_S + self.limit_min * MINUTE_S
        if earliest_s > limit_s:
            return Wait(False, START_S + self.pickup_min * MINUTE_S, limit_s, ("PROMISE_TO_OTHERS",))
        self.pickup_min = max(self.pickup_min, (earliest_s - START_S) // MINUTE_S)
        self.earliest_min = (earliest_s - START_S) // MINUTE_S
        return Wait(True, START_S + self.pickup_min * MINUTE_S)


@dataclass
class Office:
    """One booked journey: a ride to the train, the train, a ride from it."""

    world: World
    rides: Rides
    train: RunningRide | None = None

    def now(self, scheduled: ScheduledRide) -> RunningRide | None:
        assert scheduled == TRAIN
        return self.train

    def sentence(self, booking: StoredBooking, stop_id: str, at_s: int) -> str:
        assert booking.id == self.world.only().id
        return f"From {stop_id} at {(at_s - START_S) // MINUTE_S}."

    def late(self, depart_min: int, arrive_min: int, *, runs: bool = True) -> None:
        self.train = RunningRide(START_S + depart_min * MINUTE_S, START_S + arrive_min * MINUTE_S, runs)

    def look(self) -> int:
        steps = self.world.steps
        return HoldConnections(Watched(steps, self, self.rides, self, ZoneInfo("Europe/Berlin")))()

    def connections(self) -> dict[int, Connection]:
        return {each.leg_number: each for each in self.world.only().connections}

    def told(self) -> list[tuple[int, ConnectionState]]:
        return [
            (fact.leg_number, fact.state)
            for fact in self.world.store.facts
            if isinstance(fact, ConnectionChanged)
        ]


class TrainWorld(World):
    def shown(self, journey_id: str, caller: Principal) -> ShownJourney:
        shown = super().shown(journey_id, caller)
        legs = list(shown.legs)
        legs[1] = replace(legs[1], scheduled=TRAIN)
        legs[2] = replace(legs[2], promised_s=START_S + 104 * MINUTE_S)
        return replace(shown, legs=tuple(legs))


@pytest.fixture
def office() -> Iterator[Office]:
    world = TrainWorld()
    world.bookings.book(world.wish(), ANNA, 8.0)
    made = Office(world, Rides())
    yield made
    assert all(isinstance(leg, ShownLeg) for leg in world.only().journey.legs)


def test_trains_that_nobody_tells_of_change_nothing(office: Office) -> None:
    assert office.look() == 0
    office.late(40, 100)
    assert office.look() == 0
    assert (office.connections(), office.told(), office.rides.asked) == ({}, [], [])


def test_the_ride_waits_for_a_late_train(office: Office) -> None:
    office.late(45, 110)
    assert office.look() == 1
    (connection,) = office.connections().values()
    assert (connection.leg_number, connection.state) == (2, ConnectionState.WAITS)
    assert connection.arrive_s == START_S + 110 * MINUTE_S
    assert connection.depart_s == START_S + 110 * MINUTE_S + CHANGE_S
    assert connection.message == "RE5 arrives at 06:50; your ride is there at 06:53."
    assert office.told() == [(2, ConnectionState.WAITS)]
    # Looked at again, nothing is asked again.
    assert office.look() == 0
    assert len(office.rides.asked) == 1


def test_it_waits_longer_where_the_train_is_later_still_and_says_so_once(office: Office) -> None:
    office.late(45, 110)
    office.look()
    office.late(50, 120)
    assert office.look() == 1
    assert office.connections()[2].depart_s == START_S + 120 * MINUTE_S + CHANGE_S
    assert office.told() == [(2, ConnectionState.WAITS)]


def test_who_is_not_waited_for_is_told_when_the_ride_leaves(office: Office) -> None:
    office.rides.refusing = True
    office.late(80, 140)
    office.look()
    connection = office.connections()[2]
    assert connection.state is ConnectionState.MISSED
    assert connection.depart_s == START_S + office.rides.pickup_min * MINUTE_S
    assert "too late for your ride at 06:45. From s2" in connection.message


def test_one_booking_that_cannot_be_understood_leaves_the_others_looked_after(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.late(60, 120)
    good = office.world.only()
    strange = replace(good, id="strange", number=0, journey=replace(good.journey, legs=()))
    monkeypatch.setattr(office.world.store, "underway", lambda *_: [strange, good])
    assert office.look() == 1
    assert office.told() == [(2, ConnectionState.WAITS)]


def test_a_ride_that_cannot_wait_is_missed_and_what_is_possible_is_named(office: Office) -> None:
    office.late(80, 140)
    office.look()
    connection = office.connections()[2]
    assert connection.state is ConnectionState.MISSED
    assert "too late for your ride at 06:45" in connection.message
    assert "it can wait until 07:10 at most" in connection.message
    assert connection.message.endswith("From s2 at 143.")
    # The train makes up for it: the ride waits after all.
    office.late(60, 115)
    office.look()
    assert office.told() == [(2, ConnectionState.MISSED), (2, ConnectionState.WAITS)]


def test_a_train_in_time_again_is_reached_again(office: Office) -> None:
    office.late(80, 140)
    office.look()
    office.late(40, 100)
    office.look()
    assert office.told() == [(2, ConnectionState.MISSED), (2, ConnectionState.REACHED)]
    assert office.connections()[2].message == "Your ride is reached after all."


def test_a_train_that_does_not_run_is_missed_at_both_ends(office: Office) -> None:
    office.late(40, 100, runs=False)
    office.look()
    assert office.told() == [(1, ConnectionState.MISSED), (2, ConnectionState.MISSED)]
    assert office.connections()[1].message == "RE5 does not run. From s1 at 30."
    assert office.rides.asked == []


def test_a_first_ride_that_is_late_warns_early(office: Office) -> None:
    office.rides.dropoff_min = 45
    assert office.look() == 1
    connection = office.connections()[1]
    assert connection.state is ConnectionState.MISSED
    assert connection.message == "Your ride arrives at 05:45, too late for RE5 at 05:40. From s1 at 45."
    office.late(50, 100)
    office.look()
    assert office.connections()[1].message == "You reach RE5 at 05:50 after all."
    assert office.told() == [(1, ConnectionState.MISSED), (1, ConnectionState.REACHED)]


def test_what_has_left_is_left_alone(office: Office) -> None:
    office.rides.dropoff_min = 45
    office.world.clock.advance_to(NOW.replace(hour=4, minute=41))
    assert office.look() == 0
    office.rides.waiting = False
    office.late(40, 140)
    assert office.look() == 0


def test_rides_that_the_desk_cancelled_are_missed_and_told_once(office: Office) -> None:
    office.rides.gone = True
    assert office.look() == 1
    assert office.told() == [(1, ConnectionState.MISSED), (2, ConnectionState.MISSED)]
    assert office.connections()[1].message == "Your ride was cancelled. From s1 at 40."
    assert office.connections()[2].message == "Your ride was cancelled. From s2 at 100."
    office.late(45, 110)
    assert office.look() == 0


def test_a_ride_whose_vehicle_broke_down_is_missed_until_another_takes_it(office: Office) -> None:
    office.rides.has_vehicle = False
    assert office.look() == 1
    assert office.told() == [(1, ConnectionState.MISSED), (2, ConnectionState.MISSED)]
    message = "Your ride’s vehicle broke down, and no other comes. From s1 at 40."
    assert office.connections()[1].message == message
    assert office.look() == 0
    office.rides.has_vehicle = True
    office.late(40, 100)
    assert office.look() == 1
    assert office.told()[2:] == [(1, ConnectionState.REACHED), (2, ConnectionState.REACHED)]


def test_a_pooling_service_that_is_away_is_asked_again(office: Office) -> None:
    office.rides.away = True
    office.late(45, 110)
    assert office.look() == 0
    office.rides.away = False
    assert office.look() == 1


def test_a_booking_that_changes_meanwhile_is_left_to_the_next_look(office: Office) -> None:
    office.late(45, 110)
    office.world.store_script.events = ["overtaken"]
    assert office.look() == 0
    # The ride waits already; the passenger is told now.
    assert office.look() == 1
    assert office.told() == [(2, ConnectionState.WAITS)]
    assert len(office.rides.asked) == 1


def test_a_cancelled_journey_is_not_watched_over(office: Office) -> None:
    office.world.bookings.cancel(office.world.only().id, ANNA, "c1", 8.0)
    office.late(45, 110)
    assert office.look() == 0
    assert office.rides.asked == []
