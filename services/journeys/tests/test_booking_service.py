"""Bookings over gRPC: who may book what, what is wrong, what is kept, and pooling that goes away."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from identified import token
from journeys.adapters import rides_now
from landlinie.common.v1 import audit_pb2
from landlinie.journeys.v1 import audit_pb2 as journeys_audit_pb2
from landlinie.journeys.v1 import booking_pb2, journey_pb2
from landlinie.pooling.v1 import ride_pb2
from planned_village import CALL_S, HELD, NORTH, SERVICE, WEST, Village, asking, eventually, forget_village
from service_kit.errors import ServiceError
from service_kit.grpc_errors import from_rpc_error
from service_kit.identity.principal import Role

pytestmark = pytest.mark.network

BOOKED, BOOKING = booking_pb2.BOOKING_STATE_BOOKED, booking_pb2.BOOKING_STATE_BOOKING
CANCELLED = booking_pb2.BOOKING_STATE_CANCELLED


@pytest.fixture(scope="module", autouse=True)
def _one_village() -> Iterator[None]:
    yield
    forget_village()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Village]:
    service = Village(tmp_path)
    yield service
    service.close()


@pytest.fixture(scope="module")
def idle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Village]:
    """For what changes nothing."""
    service = Village(tmp_path_factory.mktemp("idle"))
    yield service
    service.close()


def planned(stub: Any) -> str:
    """The id of a journey of one ride on demand, and perhaps walks."""
    request = asking(WEST, NORTH, modes=[journey_pb2.MODE_WALK, journey_pb2.MODE_POOLED_RIDE])
    for journey in stub.PlanJourneys(request, timeout=CALL_S).journeys:
        if any(leg.bookable for leg in journey.legs):
            found: str = journey.journey_id
            return found
    raise AssertionError("no ride on demand")


def book(stub: Any, journey_id: str, request_id: str = "r1", **more: Any) -> booking_pb2.Booking:
    timeout_s = more.pop("timeout", CALL_S)
    request = booking_pb2.BookJourneyRequest(request_id=request_id, journey_id=journey_id, **more)
    found: booking_pb2.Booking = stub.BookJourney(request, timeout=timeout_s).booking
    return found


def cancel(stub: Any, booking_id: str) -> booking_pb2.Booking:
    request = booking_pb2.CancelBookingRequest(request_id="c1", booking_id=booking_id, reason="ill")
    found: booking_pb2.Booking = stub.CancelBooking(request, timeout=CALL_S).booking
    return found


def refused(call: Any) -> ServiceError:
    with pytest.raises(grpc.RpcError) as raised:
        call()
    return from_rpc_error(raised.value)


def test_booked_and_given_back_as_this_service(service: Village) -> None:
    contact = ride_pb2.Contact(name="Erika Muster", phone="0395 7654321")
    booked = book(service.stub, planned(service.stub), passenger_reference="p7", contact=contact)
    assert booked.state == BOOKED
    assert booked.passenger_reference == "p7"
    (request,) = service.others.booked.values()
    assert (request.passenger_reference, request.payer, request.contact) == ("p7", "", contact)
    assert ("BookRide", SERVICE) in service.others.seen
    assert cancel(service.stub, booked.booking_id).state == CANCELLED
    assert service.others.booked == {}
    assert service.others.held == set()
    service.stop()
    kept = list(service.folder.glob("*.sqlite*"))
    assert len(kept) > 2
    for path in kept:
        assert b"7654321" not in path.read_bytes(), path
        assert b"Muster" not in path.read_bytes(), path
    service.start()


def test_an_account_is_billed_by_the_same_name_that_prices_are_asked_for(service: Village) -> None:
    anna = token(Role.PASSENGER, subject="anna", client_id="app")
    service.others.accounts = {"a-1": anna, "a-2": "Bernd's", "a-3": anna}
    service.others.closed = {"a-3"}
    stub = service.by(anna)
    for account, reason in (
        ("a-2", "ACCOUNT_NOT_FOUND"),
        # What ticketing calls the account elsewhere is none here, and is not billed to nobody in silence.
        ("p-1", "ACCOUNT_NOT_FOUND"),
        ("a-3", "ACCOUNT_CLOSED"),
    ):
        error = refused(lambda account=account: book(stub, planned(stub), payer=account))
        assert (error.reason, [each.field for each in error.violations]) == (reason, ["payer"])
        assert account in error.violations[0].description
    assert service.others.booked == {}
    booked = book(stub, planned(stub), payer="a-1")
    assert booked.state == BOOKED
    (request,) = service.others.booked.values()
    assert request.payer == "p-1"
    assert {who for method, who in service.others.seen if method == "GetAccount"} == {anna}


def test_who_pays_is_asked_before_anything_is_booked(service: Village) -> None:
    journey_id = planned(service.stub)
    service.others.accounts = {"a-1": SERVICE}
    service.others.down = True
    error = refused(lambda: book(service.stub, journey_id, payer="a-1"))
    assert error.reason == "ACCOUNTS_UNAVAILABLE"
    assert error.retry_after_s
    assert "payer" in error.message
    assert service.stub.ListBookings(booking_pb2.ListBookingsRequest(), timeout=CALL_S).bookings == []


def test_it_is_watched_until_it_is_over(service: Village) -> None:
    booked = book(service.stub, planned(service.stub))
    watched = service.stub.WatchBooking(
        booking_pb2.WatchBookingRequest(booking_id=booked.booking_id), timeout=CALL_S
    )
    assert next(watched).booking.legs[0].state == booked.legs[0].state
    cancel(service.stub, booked.booking_id)
    states = [next(watched).booking.state]
    while states[-1] != CANCELLED:
        states.append(next(watched).booking.state)
    watched.cancel()


def test_how_the_vehicle_comes_is_told_to_those_who_watch(
    service: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rides_now, "GOOD_FOR_S", 0.0)
    contact = ride_pb2.Contact(name="Erika Muster", phone="0395 7654321")
    booked = book(service.stub, planned(service.stub), contact=contact)
    watching = booking_pb2.WatchBookingRequest(booking_id=booked.booking_id)
    watched = service.stub.WatchBooking(watching, timeout=CALL_S)
    (ride,) = [leg.ride for leg in next(watched).booking.legs if leg.HasField("ride")]
    assert (ride.state, ride.approach.vehicle_name) == (ride_pb2.RIDE_STATE_BOOKED, "Bürgerbus")
    assert ride.approach.stops_before_count == 2
    assert ("GetRide", SERVICE) in service.others.seen
    assert not ride.without_vehicle
    service.others.stops_before = 1
    told = next(watched).booking
    assert [leg.ride.approach.stops_before_count for leg in told.legs if leg.HasField("ride")] == [1]
    service.others.vehicle_id = ""
    told = next(watched).booking
    assert [leg.ride.without_vehicle for leg in told.legs if leg.HasField("ride")] == [True]
    # Without pooling the booking is told as far as it is known here.
    service.others.down = True
    assert not any(leg.HasField("ride") for leg in next(watched).booking.legs)
    watched.cancel()


def test_pooling_is_asked_once_in_a_while_however_many_look() -> None:
    now_s, calls = 100.0, []

    class Stub:
        def GetRide(self, request: ride_pb2.GetRideRequest, timeout: float) -> ride_pb2.GetRideResponse:  # noqa: N802
            calls.append((request.ride_id, timeout))
            return ride_pb2.GetRideResponse(ride=ride_pb2.Ride(state=ride_pb2.RIDE_STATE_ABOARD))

    rides = rides_now.PooledRidesNow(Stub, lambda: now_s)  # type: ignore[arg-type]
    assert rides.now("r-1") == rides.now("r-1") is not None
    assert [ride_id for ride_id, _ in calls] == ["r-1"]
    now_s += rides_now.GOOD_FOR_S
    rides.now("r-1")
    assert [ride_id for ride_id, _ in calls] == ["r-1", "r-1"]


def test_while_pooling_is_away_it_is_being_booked_and_then_is(service: Village) -> None:
    journey_id = planned(service.stub)
    service.others.down = True
    waiting = book(service.stub, journey_id, timeout=2.0)
    assert waiting.state == BOOKING
    assert book(service.stub, journey_id, timeout=2.0).booking_id == waiting.booking_id
    service.others.down = False
    found = booking_pb2.GetBookingRequest(booking_id=waiting.booking_id)
    assert eventually(lambda: service.stub.GetBooking(found, timeout=CALL_S).booking.state == BOOKED)
    assert len(service.others.booked) == 1


def test_what_was_begun_goes_on_after_a_restart(service: Village) -> None:
    journey_id = planned(service.stub)
    service.others.down = True
    waiting = book(service.stub, journey_id, timeout=2.0)
    service.stop()
    service.others.down = False
    service.start()
    found = booking_pb2.GetBookingRequest(booking_id=waiting.booking_id)
    assert eventually(lambda: service.stub.GetBooking(found, timeout=CALL_S).booking.state == BOOKED)


def test_nobody_sees_or_cancels_anothers(service: Village) -> None:
    booked = book(service.stub, planned(service.stub))
    theirs = service.of(Role.APP_BACKEND, client_id="other", subject="other")
    get = booking_pb2.GetBookingRequest(booking_id=booked.booking_id)
    watch = booking_pb2.WatchBookingRequest(booking_id=booked.booking_id)
    for call in (
        lambda: theirs.GetBooking(get, timeout=CALL_S),
        lambda: cancel(theirs, booked.booking_id),
        lambda: next(theirs.WatchBooking(watch, timeout=CALL_S)),
    ):
        assert refused(call).reason == "BOOKING_NOT_FOUND"
    assert refused(lambda: book(theirs, planned(service.stub), "r2")).reason == "JOURNEY_NOT_FOUND"
    assert theirs.ListBookings(booking_pb2.ListBookingsRequest(), timeout=CALL_S).bookings == []
    desk = service.of(Role.DISPATCHER, client_id="console", subject="desk")
    assert desk.GetBooking(get, timeout=CALL_S).booking.booking_id == booked.booking_id
    assert cancel(desk, booked.booking_id).state == CANCELLED


def test_passengers_book_for_themselves(service: Village) -> None:
    anna = service.of(Role.PASSENGER, client_id="app", subject="anna")
    journey_id = planned(anna)
    assert refused(lambda: book(anna, journey_id, passenger_reference="b")).reason == "OTHER_PASSENGER"
    booked = book(anna, journey_id)
    assert booked.passenger_reference == "anna"
    bela = service.of(Role.PASSENGER, client_id="app", subject="bela")
    assert refused(lambda: cancel(bela, booked.booking_id)).reason == "BOOKING_NOT_FOUND"
    # The backend that she books through answers for all of its passengers.
    assert cancel(service.stub, booked.booking_id).state == CANCELLED


def test_lists_come_in_pages(service: Village) -> None:
    made = [book(service.stub, planned(service.stub), f"r{number}").booking_id for number in range(3)]
    cancel(service.stub, made[1])
    found, token = [], ""
    while True:
        page = service.stub.ListBookings(
            booking_pb2.ListBookingsRequest(page_size=2, page_token=token), timeout=CALL_S
        )
        found += [booking.booking_id for booking in page.bookings]
        token = page.next_page_token
        if not token:
            break
    assert found == made
    only = service.stub.ListBookings(booking_pb2.ListBookingsRequest(states=[CANCELLED]), timeout=CALL_S)
    assert [booking.booking_id for booking in only.bookings] == [made[1]]


def test_a_journey_that_has_expired_is_planned_again(service: Village) -> None:
    journey_id = planned(service.stub)
    service.clock.advance_to(service.clock.now() + HELD + timedelta(seconds=1))
    assert refused(lambda: book(service.stub, journey_id)).reason == "JOURNEY_EXPIRED"


def test_the_audit_trail_knows_who_booked_and_who_was_refused(service: Village) -> None:
    journey_id = planned(service.stub)
    booked = book(service.stub, journey_id)
    refused(lambda: book(service.stub, journey_id, "r2"))
    cancel(service.stub, booked.booking_id)
    auditor = service.of(Role.AUDITOR, client_id="office", subject="audit")
    entries = auditor.ListAuditEntries(journeys_audit_pb2.ListAuditEntriesRequest(), timeout=CALL_S).entries
    told = [(entry.method, entry.outcome, list(entry.entity_ids)) for entry in entries]
    assert told == [
        ("BookJourney", "OK", sorted([journey_id, booked.booking_id])),
        ("BookJourney", "JOURNEY_BOOKED", [journey_id]),
        ("CancelBooking", "OK", [booked.booking_id]),
    ]
    assert all(isinstance(entry, audit_pb2.AuditEntry) for entry in entries)


BAD_IDS = ["", "x" * 65, "a b", "Süd"]


@pytest.mark.parametrize("bad", BAD_IDS)
def test_ids_that_are_none_are_named(idle: Village, bad: str) -> None:
    calls = {
        "request_id": lambda: book(idle.stub, "j1", bad),
        "journey_id": lambda: book(idle.stub, bad),
        "booking_id": lambda: cancel(idle.stub, bad),
    }
    for field, call in calls.items():
        error = refused(call)
        assert [violation.field for violation in error.violations] == [field]
    get = booking_pb2.GetBookingRequest(booking_id=bad)
    assert refused(lambda: idle.stub.GetBooking(get, timeout=CALL_S)).violations[0].field == "booking_id"


def test_every_field_at_fault_is_named_at_once(idle: Village) -> None:
    contact = ride_pb2.Contact(name="x" * 101, phone="1\n2")
    error = refused(lambda: book(idle.stub, "j1", passenger_reference="a b", payer="ü", contact=contact))
    assert {violation.field for violation in error.violations} == {
        "contact.name",
        "contact.phone",
        "passenger_reference",
        "payer",
    }
    long = booking_pb2.CancelBookingRequest(request_id="c", booking_id="b", reason="x" * 201)
    assert refused(lambda: idle.stub.CancelBooking(long, timeout=CALL_S)).reason == "TEXT_TOO_LONG"
    many = booking_pb2.ListBookingsRequest(states=[BOOKED] * 11, page_size=501)
    many.page_token = "?"  # noqa: S105 - no password
    error = refused(lambda: idle.stub.ListBookings(many, timeout=CALL_S))
    assert {violation.field for violation in error.violations} == {"states", "page_size", "page_token"}
    unknown = booking_pb2.ListBookingsRequest(page_size=1)
    unknown.states.append(99)  # type: ignore[arg-type]  # no state
    error = refused(lambda: idle.stub.ListBookings(unknown, timeout=CALL_S))
    assert error.violations[0].field == "states[0]"


def test_a_request_id_is_good_for_one_booking(service: Village) -> None:
    journey_id = planned(service.stub)
    first = book(service.stub, journey_id, passenger_reference="p7")
    contact = ride_pb2.Contact(phone="1")
    # Whom to call is no part of what was asked for: it is not kept, not even as a digest.
    assert book(service.stub, journey_id, passenger_reference="p7", contact=contact) == first
    assert refused(lambda: book(service.stub, journey_id)).reason == "REQUEST_ID_REUSED"
