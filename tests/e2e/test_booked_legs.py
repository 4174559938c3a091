"""Bookings of two rides at the real pooling service: wherever the process dies, both are booked or none."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest
from identified import TENANT
from journeys.adapters.booking_events import of_tenant
from journeys.adapters.booking_store import SqlBookings, SqlBookingStore
from journeys.adapters.pooled_legs import PooledLegs
from journeys.adapters.shown import shown_journey
from journeys.adapters.waiting_rides import PooledWaits
from journeys.application.booking_steps import HOLD_S, BookingSteps, Steps
from journeys.application.bookings import Bookings, BookingWish
from journeys.application.ports import Unavailable
from journeys.application.ports_booking import Contact, ShownJourney, StoredBooking
from journeys.application.question import Payer
from journeys.application.taken_back import TakeBack
from journeys.domain.booking import BookingState, LegState
from journeys.entrypoints.booking_listener import GROUP, TOPICS, listener
from landlinie.journeys.v1 import journey_pb2
from landlinie.pooling.v1 import driver_pb2, offer_pb2, plan_pb2, ride_pb2
from live import Live
from service_kit import consumers
from service_kit.consumers import ConsumerRunner
from service_kit.database import open_engine
from service_kit.embedded_bus import EmbeddedBus
from service_kit.identity.principal import Principal, Role
from service_kit.migrations import migrate

pytestmark = pytest.mark.network

ANNA = Principal("anna", frozenset({Role.PASSENGER}), "amt", "app")
WAIT_S = 20.0
BOOKING, REFUSED, CANCELLING = 12, 17, 16
"""The moments in which a process can die: before and after each call, and each transaction."""


class Dead(BaseException):
    """``kill -9``: nothing of the process is left, and nothing more is done."""


@dataclass
class Fate:
    """Counts the moments in which the process could die, and lets it die in one of them."""

    dies_at: int = -1
    moments: Iterator[int] = field(default_factory=itertools.count)
    passed: int = 0

    def moment(self) -> None:
        now = next(self.moments)
        self.passed = now + 1
        if now == self.dies_at:
            raise Dead


class MortalStore(SqlBookingStore):
    def __init__(self, engine: Any, fate: Fate) -> None:
        super().__init__(engine, "amt")
        self._fate = fate

    @contextmanager
    def writing(self) -> Iterator[SqlBookings]:
        with super().writing() as writer:
            yield writer
            self._fate.moment()
        self._fate.moment()


class MortalStub:
    """The pooling service; the process may die before it asks, and before it hears the answer."""

    def __init__(self, stub: Any, fate: Fate) -> None:
        self._stub = stub
        self._fate = fate

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def call(request: Any, **how: Any) -> Any:
            self._fate.moment()
            answer = getattr(self._stub, method)(request, **how)
            self._fate.moment()
            return answer

        return call


class Office:
    """Processes that book at one pooling service, one after the other."""

    def __init__(self, live: Live, folder: Path) -> None:
        self.live = live
        self.folder = folder
        self.engine = open_engine(f"sqlite:///{folder / 'journeys.sqlite'}")
        migrate(self.engine, "journeys.adapters.journey_migrations")
        self.wall_s = 1_000.0
        self.journeys: dict[str, ShownJourney] = {}

    def shown(self, journey_id: str, caller: Principal) -> ShownJourney:
        assert caller is ANNA
        return self.journeys[journey_id]

    def process(self, fate: Fate | None = None) -> tuple[Bookings, BookingSteps]:
        fate = fate or Fate()
        legs = PooledLegs(lambda: MortalStub(self.live.stub, fate))  # type: ignore[arg-type, return-value]
        steps = Steps(
            MortalStore(self.engine, fate),
            self.live.clock,
            {"pooled_ride": legs},
            lambda: self.wall_s,
            lambda _ids: None,
        )
        making = BookingSteps(steps)
        return Bookings(steps, making, self, self, wake=lambda: None, sleep=self._sleep), making

    def booked_as(self, payer: Payer) -> str:
        return payer.account_id.replace("a-", "p-")

    def plan_journey(self, *, gone: bool = False) -> list[str]:
        """A journey of two rides; where ``gone``, the second was given back before. The offers' ids."""
        offers = [self.live.ask(1, 3, "08:00").offers[0], self.live.ask(4, 5, "10:00").offers[0]]
        if gone:
            self.live.stub.ReleaseOffers(
                offer_pb2.ReleaseOffersRequest(request_id=self.live.new_id(), offer_ids=[offers[1].offer_id])
            )
        journey = journey_pb2.Journey(journey_id="j1", expire_time=offers[0].expire_time)
        for offer in offers:
            leg = journey.legs.add(
                mode=journey_pb2.MODE_POOLED_RIDE,
                bookable=True,
                departure_time=offer.planned_pickup_time,
                arrival_time=offer.planned_dropoff_time,
            )
            leg.pooled.offer.CopyFrom(offer)
        self.journeys["j1"] = shown_journey(journey.SerializeToString())
        return [offer.offer_id for offer in offers]

    def go_on(self) -> StoredBooking | None:
        """What another process does once the first one is surely dead."""
        self.wall_s += HOLD_S + 1
        _, making = self.process()
        for _ in range(20):
            for booking_id in making.due(10):
                making.run_for(booking_id, 60.0)
            self.wall_s += 5.0
        return self.stored()

    def stored(self) -> StoredBooking | None:
        with SqlBookingStore(self.engine, "amt").reading() as reader:
            return reader.booking_of_journey("j1")

    def in_plan(self) -> set[str]:
        plan = self.live.stub.GetPlan(plan_pb2.GetPlanRequest(zone_id="nord")).plan
        stops = [stop for tour in plan.tours for stop in tour.stops]
        return {stop.ride_id or stop.held_offer_id for stop in stops} - {""}

    def booked(self) -> set[str]:
        rides = self.live.stub.ListRides(ride_pb2.ListRidesRequest()).rides
        return {ride.ride_id for ride in rides if ride.state == ride_pb2.RIDE_STATE_BOOKED}

    def _sleep(self, seconds: float) -> None:
        self.wall_s += seconds


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    monkeypatch.setattr(consumers, "_POLL_S", 0.02)
    live = Live(tmp_path)
    live.add_bus()
    made = Office(live, tmp_path)
    yield made
    made.engine.dispose()
    live.close()


WISH = BookingWish("r1", b"j1", "j1", passenger_reference="anna")


def test_both_rides_are_booked_and_both_are_given_back(office: Office) -> None:
    offers = office.plan_journey()
    bookings, _ = office.process()
    booked = bookings.book(
        BookingWish("r1", b"j1", "j1", payer=Payer("a-7"), contact=Contact("Anna", "0431 1")), ANNA, WAIT_S
    )
    assert booked.booking.state is BookingState.BOOKED
    assert [leg.reference for leg in booked.booking.legs] == offers
    assert office.booked() == set(offers) == office.in_plan()
    for ride_id in offers:
        kept = office.live.stub.GetRide(ride_pb2.GetRideRequest(ride_id=ride_id))
        assert (kept.ride.passenger_reference, kept.contact.phone) == ("anna", "0431 1")
    cancelled = bookings.cancel(booked.id, ANNA, "c1", WAIT_S)
    assert cancelled.booking.state is BookingState.CANCELLED
    assert office.booked() == office.in_plan() == set()


def test_a_ride_that_is_gone_gives_the_other_back(office: Office) -> None:
    office.plan_journey(gone=True)
    failed = office.process()[0].book(WISH, ANNA, WAIT_S)
    assert (failed.booking.state, failed.booking.reason) == (BookingState.FAILED, "OFFER_EXPIRED")
    assert [leg.state for leg in failed.booking.legs] == [LegState.RELEASED, LegState.REFUSED]
    assert office.booked() == office.in_plan() == set()


def test_what_is_driven_already_is_kept_and_said_to_be(office: Office) -> None:
    offers = office.plan_journey()
    bookings, _ = office.process()
    booked = bookings.book(WISH, ANNA, WAIT_S)
    office.live.advance("08:05")
    office.live.stub.BoardPassenger(
        driver_pb2.BoardPassengerRequest(request_id="board", vehicle_id="bus", ride_id=offers[0])
    )
    cancelled = bookings.cancel(booked.id, ANNA, "c1", WAIT_S)
    assert cancelled.booking.state is BookingState.CANCELLED
    assert [leg.state for leg in cancelled.booking.legs] == [LegState.KEPT, LegState.RELEASED]
    assert cancelled.booking.legs[0].reason == "RIDE_UNDER_WAY"


def test_a_ride_that_somebody_else_cancelled_counts_as_given_back(office: Office) -> None:
    offers = office.plan_journey()
    bookings, _ = office.process()
    booked = bookings.book(WISH, ANNA, WAIT_S)
    office.live.stub.CancelRide(ride_pb2.CancelRideRequest(request_id="desk", ride_id=offers[0]))
    cancelled = bookings.cancel(booked.id, ANNA, "c1", WAIT_S)
    assert [leg.state for leg in cancelled.booking.legs] == [LegState.RELEASED, LegState.RELEASED]


def _heard(office: Office, group: str = GROUP) -> int:
    """What the service's consumer takes of pooling's events; a new group hears all of them again."""
    take_back = TakeBack(office.live.clock, lambda: office.wall_s)
    handler = listener(
        lambda: None,
        lambda _booking_id: None,
        lambda connection, loss: take_back.all_of(SqlBookings(connection, "amt"), loss),
    )
    office.live.eventually(lambda: office.live.waiting_events() == 0)
    with closing(EmbeddedBus(office.folder / "events.sqlite")) as bus:
        runner = ConsumerRunner(bus, office.engine, group, list(TOPICS), of_tenant(TENANT, handler))
        return runner.run_until_caught_up()


def test_a_ride_that_the_desk_cancels_leaves_the_other_booked(office: Office) -> None:
    offers = office.plan_journey()
    bookings, _ = office.process()
    booked = bookings.book(WISH, ANNA, WAIT_S)
    assert _heard(office) > 0
    assert office.stored() == booked
    office.live.stub.CancelRide(ride_pb2.CancelRideRequest(request_id="desk", ride_id=offers[0]))
    assert _heard(office) > 0
    less = office.stored()
    assert less is not None
    assert less.booking.state is BookingState.BOOKED
    assert [leg.state for leg in less.booking.legs] == [LegState.RELEASED, LegState.BOOKED]
    assert less.booking.legs[0].reason == "RIDE_CANCELLED"
    assert office.booked() == office.in_plan() == {offers[1]}
    # Everything is heard once more, as after a loss of what was committed.
    assert _heard(office, "again") > 0
    assert office.stored() == less
    # The passenger gives the rest back: that is heard of, and is no loss.
    cancelled = bookings.cancel(booked.id, ANNA, "c1", WAIT_S)
    assert [leg.reason for leg in cancelled.booking.legs] == ["RIDE_CANCELLED", ""]
    assert _heard(office) > 0
    assert office.stored() == cancelled
    assert office.booked() == office.in_plan() == set()


def test_a_passenger_who_was_not_met_has_that_ride_no_more(office: Office) -> None:
    offers = office.plan_journey()
    office.process()[0].book(WISH, ANNA, WAIT_S)
    pickup = office.live.stored_ride(offers[0]).promise.pickup_window.latest.ToDatetime(UTC)
    office.live.clock.advance_to(pickup + timedelta(minutes=10))
    office.live.stub.ReportNoShow(
        driver_pb2.ReportNoShowRequest(request_id="gone", vehicle_id="bus", ride_id=offers[0])
    )
    _heard(office)
    less = office.stored()
    assert less is not None
    assert [(leg.state, leg.reason) for leg in less.booking.legs] == [
        (LegState.RELEASED, "RIDE_NO_SHOW"),
        (LegState.BOOKED, ""),
    ]
    assert less.booking.state is BookingState.BOOKED


def test_a_ride_cancelled_before_its_booking_was_heard_of_gives_all_back(office: Office) -> None:
    offers = office.plan_journey()
    # It dies when the second ride is booked, and nobody has noted that.
    bookings, _ = office.process(Fate(dies_at=BOOKING - 3))
    with pytest.raises(Dead):
        bookings.book(WISH, ANNA, WAIT_S)
    assert office.booked() == set(offers)
    office.live.stub.CancelRide(ride_pb2.CancelRideRequest(request_id="desk", ride_id=offers[1]))
    _heard(office)
    failed = office.go_on()
    assert failed is not None
    assert (failed.booking.state, failed.booking.reason) == (BookingState.FAILED, "RIDE_CANCELLED")
    assert office.booked() == office.in_plan() == set()


def test_a_call_that_comes_after_all_was_given_back_books_nothing(office: Office) -> None:
    offers = office.plan_journey()
    bookings, _ = office.process()
    failed_before = office.process(Fate(dies_at=2))[0]
    with pytest.raises(Dead):
        failed_before.book(WISH, ANNA, WAIT_S)
    stored = office.stored()
    assert stored is not None
    assert bookings.cancel(stored.id, ANNA, "c1", 60.0).booking.state is BookingState.CANCELLED
    late = ride_pb2.BookRideRequest(
        request_id=f"{stored.id}-0.book", offer_id=offers[0], passenger_reference="anna"
    )
    with pytest.raises(Exception, match="was held until"):
        office.live.stub.BookRide(late)
    assert office.booked() == office.in_plan() == set()


def test_while_pooling_is_away_it_goes_on_by_itself(office: Office) -> None:
    office.plan_journey()
    office.live.stop()
    waiting = office.process()[0].book(WISH, ANNA, 1.0)
    assert waiting.booking.state is BookingState.BOOKING
    assert waiting.failure_count > 0


def test_a_ride_waits_or_says_until_when_it_could(office: Office) -> None:
    offers = office.plan_journey()
    office.process()[0].book(WISH, ANNA, WAIT_S)
    waits = PooledWaits(lambda: office.live.stub)
    before = waits.times(offers[0])
    assert before is not None
    assert before.waiting
    assert before.earliest_pickup_s <= before.pickup_s < before.dropoff_s
    wanted_s = before.pickup_s + 20 * 60
    granted = waits.wait("w1", offers[0], wanted_s)
    assert granted == waits.wait("w1", offers[0], wanted_s)
    assert granted.granted
    assert granted.pickup_s >= wanted_s
    after = waits.times(offers[0])
    assert after is not None
    assert (after.earliest_pickup_s, after.pickup_s) == (wanted_s, granted.pickup_s)
    # At ten its vehicle is at the other end of the road, for the other ride.
    refused = waits.wait("w2", offers[0], before.pickup_s + 120 * 60)
    assert not refused.granted
    assert refused.latest_possible_s is not None
    assert wanted_s <= refused.latest_possible_s < before.pickup_s + 120 * 60
    assert refused.reasons
    too_far = waits.wait("w3", offers[0], before.pickup_s + 5 * 3600)
    assert (too_far.granted, too_far.reasons) == (False, ("POSTPONED_TOO_FAR",))
    office.live.stub.CancelRide(ride_pb2.CancelRideRequest(request_id="desk", ride_id=offers[0]))
    assert waits.times(offers[0]) is None
    assert waits.times("nobody") is None
    office.live.stop()
    with pytest.raises(Unavailable):
        waits.times(offers[0])


@pytest.mark.parametrize(
    ("gone", "dies_at"),
    [(False, moment) for moment in range(BOOKING)] + [(True, moment) for moment in range(REFUSED)],
)
def test_wherever_it_dies_while_booking_both_are_booked_or_none(
    office: Office, dies_at: int, gone: bool
) -> None:
    offers = office.plan_journey(gone=gone)
    bookings, _ = office.process(Fate(dies_at))
    with pytest.raises(Dead):
        bookings.book(WISH, ANNA, WAIT_S)
    office.go_on()
    stored = office.stored()
    if stored is None:
        # It died before anything was begun; the offers run out.
        assert dies_at == 0
        assert office.booked() == set()
        return
    assert stored.booking.over
    assert stored.booking.state is (BookingState.FAILED if gone else BookingState.BOOKED)
    assert office.booked() == office.in_plan() == (set() if gone else set(offers))


@pytest.mark.parametrize("dies_at", range(CANCELLING))
def test_wherever_it_dies_while_cancelling_nothing_stays_booked(office: Office, dies_at: int) -> None:
    office.plan_journey()
    booked = office.process()[0].book(WISH, ANNA, WAIT_S)
    bookings, _ = office.process(Fate(dies_at))
    with pytest.raises(Dead):
        bookings.cancel(booked.id, ANNA, "c1", WAIT_S)
    stored = office.go_on()
    assert stored is not None
    if dies_at == 0:
        # Nothing was stored of the wish.
        assert stored.booking.state is BookingState.BOOKED
        return
    assert stored.booking.state is BookingState.CANCELLED
    assert office.booked() == office.in_plan() == set()


def test_the_moments_tried_are_all_there_are(office: Office) -> None:
    office.plan_journey()
    fate = Fate()
    bookings, _ = office.process(fate)
    booked = bookings.book(WISH, ANNA, WAIT_S)
    assert fate.passed == BOOKING
    fate.moments = itertools.count()
    bookings.cancel(booked.id, ANNA, "c1", WAIT_S)
    assert fate.passed == CANCELLING


def test_the_moments_of_a_refusal_are_all_there_are(office: Office) -> None:
    office.plan_journey(gone=True)
    fate = Fate()
    assert office.process(fate)[0].book(WISH, ANNA, WAIT_S).booking.state is BookingState.FAILED
    assert fate.passed == REFUSED
