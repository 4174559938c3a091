"""From a village without any bus to Berlin: planned, booked, cancelled, and killed in between."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime

import grpc
import pytest
from gate import gate_to
from journey_desk import BERLIN, CALL_S, PATIENCE_S, VILLAGE, Desk, desk_at, eventually
from landlinie.journeys.v1 import booking_pb2, journey_pb2
from landlinie.pooling.v1 import ride_pb2
from onebox.day.server_process import ServerProcess, start
from service_kit.free_port import free_port
from service_kit.grpc_errors import from_rpc_error

from conftest import DISTRICT

pytestmark = [pytest.mark.slow, pytest.mark.network]

# The evening before the one weekday that the demo district's trains are known for.
EVENING = datetime(2021, 6, 14, 18, 0, tzinfo=UTC)
HALF_PAST_FOUR = datetime(2021, 6, 15, 2, 30, tzinfo=UTC)
ZONE, DAY = "nord", "2021-06-15"


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    server = start(DISTRICT, tmp_path_factory.mktemp("berlin") / "var", EVENING, seed_days=2)
    yield server
    server.kill()


@pytest.fixture
def desk(district: ServerProcess) -> Iterator[Desk]:
    with desk_at(district.address, district.credential()) as found:
        yield found


def test_a_village_reaches_berlin_in_one_call_and_gives_it_back_in_one(desk: Desk) -> None:
    before = desk.tours(ZONE, DAY)
    journey = desk.plan(VILLAGE, BERLIN, HALF_PAST_FOUR)
    assert [leg.bookable for leg in journey.legs if leg.mode == journey_pb2.MODE_POOLED_RIDE] == [True]
    booked = desk.book(journey.journey_id, "r1")
    assert booked.state == booking_pb2.BOOKING_STATE_BOOKED
    (ride_id,) = [leg.reference for leg in booked.legs if leg.reference]
    assert desk.booked_rides() == {ride_id}
    watched = desk.journeys.WatchBooking(
        booking_pb2.WatchBookingRequest(booking_id=booked.booking_id), timeout=CALL_S
    )
    first = next(watched).booking
    assert [leg.reference for leg in first.legs] == [leg.reference for leg in booked.legs]
    (now,) = [leg.ride for leg in first.legs if leg.HasField("ride")]
    assert now.state == ride_pb2.RIDE_STATE_BOOKED
    assert now.promise.HasField("pickup_window")
    cancelled = desk.cancel(booked.booking_id)
    assert cancelled.state == booking_pb2.BOOKING_STATE_CANCELLED
    states = [next(watched).booking.state]
    while states[-1] != booking_pb2.BOOKING_STATE_CANCELLED:
        states.append(next(watched).booking.state)
    watched.cancel()
    assert desk.booked_rides() == set()
    assert desk.tours(ZONE, DAY) == before
    assert desk.cancel(booked.booking_id) == cancelled
    listed = desk.journeys.ListBookings(booking_pb2.ListBookingsRequest(), timeout=CALL_S).bookings
    assert cancelled in listed


def test_a_ride_that_the_desk_cancels_is_told_with_the_next_way_on(desk: Desk) -> None:
    journey = desk.plan(VILLAGE, BERLIN, HALF_PAST_FOUR)
    booked = desk.book(journey.journey_id, "r-desk")
    ((number, ride_id),) = [
        (number, leg.reference) for number, leg in enumerate(booked.legs) if leg.reference
    ]
    watched = desk.journeys.WatchBooking(
        booking_pb2.WatchBookingRequest(booking_id=booked.booking_id), timeout=PATIENCE_S
    )
    assert next(watched).booking.state == booked.state
    desk.pooling.CancelRide(
        ride_pb2.CancelRideRequest(request_id="desk-cancels", ride_id=ride_id), timeout=CALL_S
    )
    told = next(each.booking for each in watched if "way on" in "".join(_messages(each.booking)))
    watched.cancel()
    # It was the journey's only booked leg.
    assert (told.state, told.reason) == (booking_pb2.BOOKING_STATE_CANCELLED, "RIDE_CANCELLED")
    assert told.legs[number].state == booking_pb2.LEG_BOOKING_STATE_RELEASED
    (message,) = _messages(told)
    assert message.startswith("Your ride was cancelled.")
    assert desk.booked_rides() == set()


def _messages(booking: booking_pb2.Booking) -> list[str]:
    return [each.message for each in booking.connections]


def test_of_two_who_book_one_journey_at_once_one_has_it(district: ServerProcess, desk: Desk) -> None:
    journey = desk.plan(VILLAGE, BERLIN, HALF_PAST_FOUR)

    def try_it(number: int) -> str:
        with desk_at(district.address, district.credential()) as own:
            try:
                return booking_pb2.BookingState.Name(own.book(journey.journey_id, f"at-once-{number}").state)
            except grpc.RpcError as error:
                return from_rpc_error(error).reason

    with ThreadPoolExecutor(4) as crowd:
        told = sorted(crowd.map(try_it, range(4)))
    assert told == ["BOOKING_STATE_BOOKED", *["JOURNEY_BOOKED"] * 3]
    (listed,) = [
        booking
        for booking in desk.journeys.ListBookings(
            booking_pb2.ListBookingsRequest(states=[booking_pb2.BOOKING_STATE_BOOKED]), timeout=CALL_S
        ).bookings
        if booking.journey.journey_id == journey.journey_id
    ]
    desk.cancel(listed.booking_id)
    assert desk.booked_rides() == set()


def test_the_command_books_and_cancels(district: ServerProcess, desk: Desk) -> None:
    journey = desk.plan(VILLAGE, BERLIN, HALF_PAST_FOUR)
    address = ("--address", district.address, "--data-dir", str(district.data_dir))
    booked = _landlinie("book-journey", journey.journey_id, "--phone", "0395 1234567", "--json", *address)
    assert booked.returncode == 0, booked.stderr
    booking_id = json.loads(booked.stdout)["booking_id"]
    listed = _landlinie("bookings", *address)
    assert f"Booking {booking_id} is booked" in listed.stdout
    assert _landlinie("book-journey", journey.journey_id, *address).returncode == 1
    cancelled = _landlinie("cancel-journey", booking_id, *address)
    assert cancelled.returncode == 0
    assert f"Booking {booking_id} is cancelled" in cancelled.stdout
    assert "given back" in cancelled.stdout
    # Whom to call is known to pooling alone.
    kept = list(district.data_dir.glob("journeys*.sqlite*"))
    assert kept
    assert all(b"1234567" not in path.read_bytes() for path in kept)
    assert b"1234567" not in (district.data_dir / "server.log").read_bytes()


@contextmanager
def further_process(district: ServerProcess, pooling: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """One more replica of the journeys service, on the same data, that asks pooling at another address."""
    address = f"127.0.0.1:{free_port()}"
    settings = {
        "LANDLINIE_DATA_DIR": str(district.data_dir),
        "LANDLINIE_DISTRICT": str(DISTRICT),
        "LANDLINIE_JOURNEYS_ADDRESS": address,
        "LANDLINIE_JOURNEYS_POOLING_SERVICE": pooling,
        "LANDLINIE_JOURNEYS_TICKETING_SERVICE": district.address,
        "LANDLINIE_SIMULATED_CLOCK": EVENING.isoformat(),
        "LANDLINIE_METRICS_ADDRESS": f"127.0.0.1:{free_port()}",
    }
    with (district.data_dir / "further.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "journeys"],
            env={**os.environ, **settings},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        with grpc.insecure_channel(address) as channel:
            grpc.channel_ready_future(channel).result(PATIENCE_S)
        yield process, address
    finally:
        process.kill()
        process.wait()


def test_killed_between_two_steps_another_process_goes_on(district: ServerProcess, desk: Desk) -> None:
    with gate_to(district.address) as (gate, pooling):
        with (
            further_process(district, pooling) as (process, address),
            desk_at(address, district.credential()) as doomed,
        ):
            journey = doomed.plan(VILLAGE, BERLIN, HALF_PAST_FOUR)
            gate.arm(("BookRide", "after"), process.kill)
            with pytest.raises(grpc.RpcError):
                doomed.book(journey.journey_id, "doomed")
        assert process.returncode != 0
        # Booked, and nobody has been told: whoever goes on finds out, and neither books twice nor forgets.
        (booking_id,) = [booking.booking_id for booking in _bookings_of(desk, journey.journey_id)]
        eventually(
            lambda: _state(desk, booking_id) == booking_pb2.BOOKING_STATE_BOOKED,
        )
        assert len(desk.booked_rides()) == 1

        with (
            further_process(district, pooling) as (process, address),
            desk_at(address, district.credential()) as doomed,
        ):
            gate.arm(("ReleaseOffers", "after"), process.kill)
            with pytest.raises(grpc.RpcError):
                doomed.cancel(booking_id)
        eventually(lambda: _state(desk, booking_id) == booking_pb2.BOOKING_STATE_CANCELLED)
        assert desk.booked_rides() == set()


def _bookings_of(desk: Desk, journey_id: str) -> list[booking_pb2.Booking]:
    listed = desk.journeys.ListBookings(booking_pb2.ListBookingsRequest(page_size=500), timeout=CALL_S)
    return [booking for booking in listed.bookings if booking.journey.journey_id == journey_id]


def _state(desk: Desk, booking_id: str) -> int:
    return desk.booking(booking_id).state


def _landlinie(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "onebox", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "COLUMNS": "200"},
    )
