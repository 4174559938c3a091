"""Nights in which the clocks change, as a client sees them: instants, service days, rides at four."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from landlinie.common.v1 import time_pb2
from landlinie.pooling.v1 import driver_pb2, fleet_pb2, plan_pb2, ride_pb2
from live import Live, position, refusal
from pooling.messages import stamp
from town import BERLIN, ROAD

pytestmark = pytest.mark.network

SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
"""On these the clocks go forward from two to three, and back from three to two."""
Evening = Callable[[date], Live]


def utc(day: date, clock: str) -> Timestamp:
    return stamp(datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=UTC))


def local(instant: Timestamp) -> str:
    return instant.ToDatetime(tzinfo=UTC).astimezone(BERLIN).strftime("%d %H:%M %Z")


def after(start: Timestamp, minutes: float) -> Timestamp:
    return stamp(start.ToDatetime(tzinfo=UTC) + timedelta(minutes=minutes))


def window(start: Timestamp, minutes: float) -> time_pb2.TimeWindow:
    return time_pb2.TimeWindow(earliest=start, latest=after(start, minutes))


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[Evening]:
    """The service in the evening before, with a bus that has no shift yet."""
    started: list[Live] = []

    def start(day: date) -> Live:
        live = Live(tmp_path, "18:00", day=day - timedelta(days=1))
        started.append(live)
        vehicle = fleet_pb2.Vehicle(
            vehicle_id="bus",
            zone_id="nord",
            kind=fleet_pb2.VEHICLE_KIND_ANRUFBUS,
            layouts=[fleet_pb2.Layout(seat_count=8)],
        )
        live.stub.CreateVehicle(fleet_pb2.CreateVehicleRequest(request_id=live.new_id(), vehicle=vehicle))
        return live

    yield start
    for live in started:
        live.close()


def on_duty(live: Live, start: Timestamp, minutes: float) -> str:
    """Put the bus on duty; the service date of the shift."""
    shift = fleet_pb2.Shift(
        vehicle_id="bus",
        start_time=start,
        end_time=after(start, minutes),
        start=position(ROAD[0]),
        end=position(ROAD[0]),
    )
    request = fleet_pb2.CreateShiftRequest(request_id=live.new_id(), shift=shift)
    return live.stub.CreateShift(request).shift.service_date


def ride(live: Live, start: Timestamp, minutes: float = 5) -> ride_pb2.Ride:
    """Ask for a ride of ten minutes from the second village, and book it."""
    question = live.question(1, 3)
    question.pickup_window.CopyFrom(window(start, minutes))
    return live.book(live.stub.RequestOffers(question).offers[0])


def ids_of(live: Live, service_date: date) -> list[str]:
    request = ride_pb2.ListRidesRequest(service_date=str(service_date))
    return [found.ride_id for found in live.stub.ListRides(request).rides]


def pickups(live: Live, service_date: date) -> list[tuple[str, str]]:
    """Ride and clock time of every pickup in the plan of a service day."""
    return [
        (stop.ride_id, local(stop.arrival_time))
        for tour in live.plan(service_date=str(service_date)).tours
        for stop in tour.stops
        if stop.action == plan_pb2.STOP_ACTION_PICKUP
    ]


@pytest.mark.parametrize(
    ("day", "four", "shift_start"),
    [(SPRING, "02:00", "01:00"), (AUTUMN, "03:00", "02:00")],
    ids=["spring", "autumn"],
)
def test_the_four_o_clock_commuter_rides_at_four(
    evening: Evening, day: date, four: str, shift_start: str
) -> None:
    live = evening(day)
    # The service day begins at three, an hour before, on either side of the change.
    assert on_duty(live, utc(day, shift_start), 8 * 60) == str(day)
    booked = ride(live, utc(day, four))

    assert booked.service_date == str(day)
    assert booked.promise.pickup_window.earliest == utc(day, four)
    assert local(booked.pickup_time)[:8] == f"{day.day} 04:00"
    assert pickups(live, day) == [(booked.ride_id, local(booked.pickup_time))]
    assert (ids_of(live, day), ids_of(live, day - timedelta(days=1))) == ([booked.ride_id], [])

    live.clock.advance_to(after(booked.pickup_time, 1).ToDatetime(tzinfo=UTC))
    request = driver_pb2.BoardPassengerRequest(
        request_id=live.new_id(), vehicle_id="bus", ride_id=booked.ride_id
    )
    assert live.stub.BoardPassenger(request).ride.state == ride_pb2.RIDE_STATE_ABOARD
    assert live.plan().service_date == str(day)


def test_a_ride_across_the_hour_that_is_not_there(evening: Evening) -> None:
    live = evening(SPRING)
    before = SPRING - timedelta(days=1)
    assert on_duty(live, utc(SPRING, "00:00"), 90) == str(before)
    booked = ride(live, utc(SPRING, "00:55"), minutes=1)

    assert booked.service_date == str(before)
    assert local(booked.pickup_time) == "29 01:55 CET"
    assert local(booked.dropoff_time) == "29 03:05 CEST"
    assert 10 * 60 <= booked.dropoff_time.seconds - booked.pickup_time.seconds <= 11 * 60
    assert (ids_of(live, before), ids_of(live, SPRING)) == ([booked.ride_id], [])


def test_half_past_two_comes_twice(evening: Evening) -> None:
    live = evening(AUTUMN)
    before = AUTUMN - timedelta(days=1)
    assert on_duty(live, utc(AUTUMN, "00:00"), 120) == str(before)
    first, second = ride(live, utc(AUTUMN, "00:30")), ride(live, utc(AUTUMN, "01:30"))

    assert {first.service_date, second.service_date} == {str(before)}
    assert second.pickup_time.seconds - first.pickup_time.seconds == 3600
    assert pickups(live, before) == [
        (first.ride_id, "25 02:30 CEST"),
        (second.ride_id, "25 02:30 CET"),
    ]
    assert ids_of(live, before) == [first.ride_id, second.ride_id]
    # Half past two for the second time: still the evening's service day.
    live.clock.advance_to(utc(AUTUMN, "01:45").ToDatetime(tzinfo=UTC))
    assert live.plan().service_date == str(before)
    live.clock.advance_to(utc(AUTUMN, "02:00").ToDatetime(tzinfo=UTC))
    assert live.plan().service_date == str(AUTUMN)


@pytest.mark.parametrize(
    ("day", "last_second", "first_second"),
    [(SPRING, "00:59:59", "01:00:00"), (AUTUMN, "01:59:59", "02:00:00")],
    ids=["spring", "autumn"],
)
def test_the_service_day_of_a_shift_turns_at_three(
    evening: Evening, day: date, last_second: str, first_second: str
) -> None:
    live = evening(day)
    assert on_duty(live, utc(day, last_second), 1 / 60) == str(day - timedelta(days=1))
    assert on_duty(live, utc(day, first_second), 60) == str(day)


@pytest.mark.parametrize(
    ("day", "midnight"), [(SPRING, "23:00"), (AUTUMN, "22:00")], ids=["spring", "autumn"]
)
def test_a_window_is_as_long_as_it_lasts_not_as_the_clocks_say(
    evening: Evening, day: date, midnight: str
) -> None:
    live = evening(day)
    start = utc(day - timedelta(days=1), midnight)
    on_duty(live, start, 3 * 60)
    assert local(start)[:8] == f"{day.day} 00:00"

    question = live.question(1, 3)
    question.pickup_window.CopyFrom(window(start, 6 * 60))
    assert live.stub.RequestOffers(question).offers
    before = live.row_counts()
    question.request_id = live.new_id()
    question.pickup_window.CopyFrom(window(start, 6 * 60 + 1))
    code, error = refusal(lambda: live.stub.RequestOffers(question))
    assert (code, error.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "WINDOW_TOO_LONG")
    assert [violation.field for violation in error.violations] == ["pickup_window.latest"]
    assert live.row_counts() == before
