"""Pooling's events on the bus, a provider behind HTTP: held, captured, let go, and billed besides."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from landlinie.pooling.events.v1 import ride_events_pb2
from office import APP, MONDAY, SINGLE, WEEK, Office, at, booked, day, happened
from service_kit.events import Event
from ticketing.adapters.sandbox_payments import SandboxBook, SandboxServer
from ticketing.domain.account import PaymentDetails
from ticketing.domain.payment import PaymentState
from ticketing.messages import stamp

pytestmark = pytest.mark.network
MANDATED = PaymentDetails("Ottilie Markierung", "DE89370400440532013000", "M-1", MONDAY)


@pytest.fixture
def book() -> SandboxBook:
    return SandboxBook("sandbox")


@pytest.fixture
def office(tmp_path: Path, book: SandboxBook, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    with SandboxServer(book) as server:
        monkeypatch.setenv("LANDLINIE_TICKETING_PAYMENTS_URL", server.url)
        monkeypatch.setenv("LANDLINIE_TICKETING_PAYMENTS_SECRET", "sandbox")
        office = Office(tmp_path)
        yield office
        office.close()


def planned(office: Office, ride_id: str, payer: str) -> Event:
    """A booking with its planned times."""
    event = booked(office, ride_id, payer)
    message = ride_events_pb2.RideBooked.FromString(event.payload)
    message.planned_pickup_time.CopyFrom(stamp(at("08:00")))
    message.planned_dropoff_time.CopyFrom(stamp(at("08:15")))
    return office.told(message)


def pay(office: Office) -> None:
    worker = office.app._payment_worker
    assert worker is not None
    worker.work()


def state(office: Office, ride_id: str) -> PaymentState:
    with office.app._payments.reading() as rows:
        kept = rows.payment(ride_id)
    assert kept is not None
    return kept.payment.state


def held_cents(office: Office, account_id: str) -> int:
    return office.use.accounts.get(account_id, APP).held_cents


def test_held_when_booked_and_captured_when_alighted(office: Office, book: SandboxBook) -> None:
    account_id = office.open()
    office.hear([planned(office, "ride", office.payer(account_id))])
    pay(office)
    assert book.payments["ride"].held_cents == SINGLE
    assert held_cents(office, account_id) == SINGLE
    boarded = happened(office, ride_events_pb2.PassengerBoarded, "ride", at("08:01"))
    alighted = happened(office, ride_events_pb2.PassengerAlighted, "ride", at("08:16"))
    # Twice, and in the wrong order.
    office.hear([alighted, boarded, alighted])
    pay(office)
    assert (book.payments["ride"].captured_cents, state(office, "ride")) == (SINGLE, PaymentState.CAPTURED)
    assert held_cents(office, account_id) == 0
    office.clock.advance_to(at("05:00", day(7)))
    office.settle(WEEK)
    assert office.cents(account_id) == 0
    assert sorted(cents for _, cents in office.sold(account_id)) == [-SINGLE, SINGLE]


@pytest.mark.parametrize(
    "kind",
    [ride_events_pb2.RideCancelled, ride_events_pb2.PassengerNotShown, ride_events_pb2.RideStranded],
)
def test_let_go_when_nobody_rode(office: Office, book: SandboxBook, kind: type) -> None:
    account_id = office.open()
    office.hear(
        [planned(office, "ride", office.payer(account_id)), happened(office, kind, "ride", at("08:00"))]
    )
    pay(office)
    assert book.payments["ride"].held_cents is None
    assert state(office, "ride") is PaymentState.RELEASED
    assert held_cents(office, account_id) == office.cents(account_id) == 0


def test_a_ride_that_a_second_vehicle_ends_is_one_ride(office: Office, book: SandboxBook) -> None:
    account_id = office.open()
    office.hear([planned(office, "ride", office.payer(account_id))])
    pay(office)
    told = [
        (ride_events_pb2.PassengerBoarded, "08:01"),
        (ride_events_pb2.RideInterrupted, "08:06"),
        (ride_events_pb2.PromiseBroken, "08:06"),
        (ride_events_pb2.RidePromisedAnew, "08:06"),
        (ride_events_pb2.PassengerBoarded, "08:31"),
        (ride_events_pb2.PassengerAlighted, "08:46"),
    ]
    office.hear([happened(office, kind, "ride", at(time)) for kind, time in told])
    pay(office)
    assert (book.payments["ride"].captured_cents, state(office, "ride")) == (SINGLE, PaymentState.CAPTURED)
    office.clock.advance_to(at("05:00", day(7)))
    office.settle(WEEK)
    assert sorted(cents for _, cents in office.sold(account_id)) == [-SINGLE, SINGLE]


def test_who_was_left_behind_pays_nothing(office: Office) -> None:
    account_id = office.open()
    office.hear([planned(office, "ride", office.payer(account_id))])
    pay(office)
    boarded = happened(office, ride_events_pb2.PassengerBoarded, "ride", at("08:01"))
    office.hear([boarded, happened(office, ride_events_pb2.RideStranded, "ride", at("08:06"))])
    pay(office)
    assert state(office, "ride") is PaymentState.RELEASED
    office.clock.advance_to(at("05:00", day(7)))
    office.settle(WEEK)
    assert office.cents(account_id) == 0


def test_with_a_mandate_nothing_is_captured_before_the_week_is_over(
    office: Office, book: SandboxBook
) -> None:
    account_id = office.open(payment=MANDATED)
    office.hear([planned(office, "ride", office.payer(account_id))])
    alighted = happened(office, ride_events_pb2.PassengerAlighted, "ride", at("08:16"))
    office.hear([happened(office, ride_events_pb2.PassengerBoarded, "ride", at("08:01")), alighted])
    pay(office)
    assert (book.payments["ride"].held_cents, state(office, "ride")) == (SINGLE, PaymentState.HELD)


def test_a_dead_provider_costs_no_ride(office: Office, book: SandboxBook) -> None:
    account_id = office.open()
    book.away = True
    office.hear([planned(office, "ride", office.payer(account_id))])
    pay(office)
    office.clock.advance_to(office.clock.now() + timedelta(minutes=3))
    pay(office)
    assert state(office, "ride") is PaymentState.BY_STATEMENT
    boarded = happened(office, ride_events_pb2.PassengerBoarded, "ride", at("08:01"))
    office.hear([boarded, happened(office, ride_events_pb2.PassengerAlighted, "ride", at("08:16"))])
    office.clock.advance_to(at("05:00", day(7)))
    office.settle(WEEK)
    assert office.cents(account_id) == SINGLE


def test_rides_that_nobody_here_pays_hold_nothing(office: Office, book: SandboxBook) -> None:
    office.hear([planned(office, "ride-1", ""), planned(office, "ride-2", "p-unknown")])
    pay(office)
    assert book.payments == {}
