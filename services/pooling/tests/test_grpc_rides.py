"""Rides over a real connection: looked up, listed, given up; and what is kept of their passengers."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import grpc
import pytest
from landlinie.pooling.v1 import fleet_pb2, plan_pb2, ride_pb2
from live import PATIENCE_S, Live, refusal
from pooling import bootstrap
from pooling.application.desk import Call
from pooling.application.rides import Booking, BookRide
from pooling.domain.facts import RideCancelled, RideMoved
from pooling.domain.rides import Ride
from service_kit.database import open_engine
from town import CHURCH

pytestmark = pytest.mark.network


def pages(method: Callable[[Any], Any], request: Any) -> Iterator[Any]:
    """Page after page, each asked for only when it is wanted."""
    while True:
        answer = method(request)
        yield answer
        if not answer.next_page_token:
            return
        request.page_token = answer.next_page_token


def test_a_ride_has_the_times_of_the_plan(live: Live) -> None:
    live.add_bus()
    first = live.ride(1, 4)
    second = live.ride(2, 5, "08:00", minutes=15)
    planned = {stop.stop_id: stop.arrival_time for stop in live.stops()}
    for booked in (first, second):
        ride = live.stored_ride(booked.ride_id)
        assert ride.pickup_time == planned[f"{ride.ride_id}.pickup"]
        assert ride.dropoff_time == planned[f"{ride.ride_id}.dropoff"]
        assert ride.promise == booked.promise
    # Drivers see beside each stop what was promised to those who get on or off there.
    promised = {stop.ride_id: stop.promise for stop in live.stops()}
    assert promised == {booked.ride_id: booked.promise for booked in (first, second)}
    # Boarding the second takes half a minute of the first one's way.
    assert live.stored_ride(first.ride_id).dropoff_time.seconds == first.dropoff_time.seconds + 30


def test_a_moved_ride_tells_its_new_vehicle(live: Live) -> None:
    (shift,) = live.add_bus()
    ride = live.ride(1, 3)
    live.add_bus("other", base=5)
    answer = live.stub.CancelShift(
        fleet_pb2.CancelShiftRequest(request_id=live.new_id(), shift_id=shift.shift_id)
    )
    assert list(answer.moved_ride_ids) == [ride.ride_id]
    moved = live.stored_ride(ride.ride_id)
    assert (moved.vehicle_id, moved.promise) == ("other", ride.promise)
    assert [stop.ride_id for stop in live.stops("other")] == [ride.ride_id] * 2
    assert [fact.to_vehicle_id for fact in live.facts(RideMoved)] == ["other"]


def test_a_shift_whose_rides_nobody_else_can_take_stays(live: Live) -> None:
    (shift,) = live.add_bus()
    ride = live.ride(1, 3)
    before = live.row_counts()
    request = fleet_pb2.CancelShiftRequest(request_id=live.new_id(), shift_id=shift.shift_id)
    code, error = refusal(lambda: live.stub.CancelShift(request))
    assert (code, error.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "RIDES_PROMISED")
    assert error.metadata == {"ride_ids": ride.ride_id}
    assert live.row_counts() == before


def test_a_cancelled_ride_is_over_and_its_seat_free(live: Live) -> None:
    live.add_bus(layouts=[(1, 0)])
    ride = live.ride(1, 3, minutes=5)
    request = ride_pb2.CancelRideRequest(
        request_id=live.new_id(), ride_id=ride.ride_id, reason="Termin verschoben"
    )
    cancelled = live.stub.CancelRide(request).ride
    assert (cancelled.state, cancelled.cancel_reason) == (
        ride_pb2.RIDE_STATE_CANCELLED,
        "Termin verschoben",
    )
    assert live.stored_ride(ride.ride_id) == cancelled
    assert live.stops() == []
    before = live.row_counts()
    request.request_id = live.new_id()
    code, error = refusal(lambda: live.stub.CancelRide(request))
    assert (code, error.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "RIDE_OVER")
    assert live.row_counts() == before
    assert [fact.ride_id for fact in live.facts(RideCancelled)] == [ride.ride_id]
    assert len(live.ask(1, 3, minutes=5).offers) == 1


def test_rides_are_chosen_by_zone_day_and_state(live: Live) -> None:
    live.add_bus()
    live.add_bus("taxi", base=3, zone_id="ost")
    kept, given_up = live.ride(0, 2).ride_id, live.ride(0, 2, "10:00").ride_id
    eastern = next(offer for offer in live.ask(3, 5, "06:00").offers if offer.zone_id == "ost")
    live.book(eastern)
    live.stub.CancelRide(ride_pb2.CancelRideRequest(request_id=live.new_id(), ride_id=given_up))

    def listed(**chosen: Any) -> list[str]:
        return [ride.ride_id for ride in live.stub.ListRides(ride_pb2.ListRidesRequest(**chosen)).rides]

    assert listed() == [kept, given_up, eastern.offer_id]
    assert listed(zone_id="nord") == [kept, given_up]
    assert listed(zone_id="ost", service_date="2026-03-10") == [eastern.offer_id]
    assert listed(service_date="2026-03-11") == []
    assert listed(states=[ride_pb2.RIDE_STATE_CANCELLED]) == [given_up]
    assert listed(states=[ride_pb2.RIDE_STATE_BOOKED, ride_pb2.RIDE_STATE_CANCELLED]) == listed()


def test_pages_of_rides_hold_while_rides_are_booked_and_given_up(live: Live) -> None:
    live.add_bus()
    booked = [live.ride(0, 1, f"{hour:02}:00").ride_id for hour in range(6, 11)]
    listed = []
    for number, page in enumerate(pages(live.stub.ListRides, ride_pb2.ListRidesRequest(page_size=2))):
        assert len(page.rides) <= 2
        listed += [ride.ride_id for ride in page.rides]
        if number == 0:
            booked.append(live.ride(0, 1, "11:00").ride_id)
            live.stub.CancelRide(
                ride_pb2.CancelRideRequest(request_id=live.new_id(), ride_id=page.rides[0].ride_id)
            )
    assert listed == booked


def test_pages_of_vehicles_hold_while_vehicles_come_and_go(live: Live) -> None:
    for letter in "bdfhj":
        live.add_bus(letter, ("06:00", "07:00"))
    listed = []
    for number, page in enumerate(pages(live.stub.ListVehicles, fleet_pb2.ListVehiclesRequest(page_size=2))):
        assert len(page.vehicles) <= 2
        listed += [vehicle.vehicle_id for vehicle in page.vehicles]
        if number == 0:
            for letter in "aeg":
                live.add_bus(letter, ("06:00", "07:00"))
    assert listed == ["b", "d", "e", "f", "g", "h", "j"]


def test_pages_of_shifts_bring_each_once(live: Live) -> None:
    hours = [(f"{hour:02}:00", f"{hour + 1:02}:00") for hour in range(6, 11)]
    made = {shift.shift_id for shift in live.add_bus("bus", *hours)}
    live.add_bus("other")
    request = fleet_pb2.ListShiftsRequest(vehicle_id="bus", service_date="2026-03-10", page_size=2)
    found = list(pages(live.stub.ListShifts, request))
    assert [len(page.shifts) for page in found] == [2, 2, 1]
    listed = [shift.shift_id for page in found for shift in page.shifts]
    assert listed == sorted(made)


def test_what_is_served_is_listed(live: Live) -> None:
    zones = live.stub.ListZones(fleet_pb2.ListZonesRequest()).zones
    assert [(zone.zone_id, zone.time_zone) for zone in zones] == [
        ("nord", "Europe/Berlin"),
        ("ost", "Europe/Berlin"),
    ]
    assert zones[0].boundary[0] == zones[0].boundary[-1]
    (stop,) = live.stub.ListVirtualStops(fleet_pb2.ListVirtualStopsRequest(zone_id="nord")).virtual_stops
    assert (stop.virtual_stop_id, stop.name, list(stop.zone_ids)) == ("church", CHURCH.name, ["nord"])
    assert not live.stub.ListVirtualStops(fleet_pb2.ListVirtualStopsRequest(zone_id="ost")).virtual_stops


def test_a_contact_is_told_to_who_asks_for_the_ride_and_nowhere_else(
    live: Live, capfd: pytest.CaptureFixture[str]
) -> None:
    live.add_bus()
    contact = ride_pb2.Contact(name="Frau Petersen", phone="04356 1234")
    ride = live.book(live.ask(1, 3).offers[0], contact=contact)
    found = live.stub.GetRide(ride_pb2.GetRideRequest(ride_id=ride.ride_id))
    assert found.contact == contact
    live.stub.CancelRide(ride_pb2.CancelRideRequest(request_id=live.new_id(), ride_id=ride.ride_id))
    logged = capfd.readouterr()
    told = {
        "the booking's answer": ride.SerializeToString(),
        "the list": live.stub.ListRides(ride_pb2.ListRidesRequest()).SerializeToString(),
        "the plan": live.plan().SerializeToString(),
        "the events": b"".join(event.payload for event in live.events()),
        "the log": (logged.out + logged.err).encode(),
    }
    assert ride.ride_id.encode() in told["the list"]
    assert ride.ride_id.encode() in told["the events"]
    assert b"BookRide" in told["the log"]
    leaks = [where for where, text in told.items() if b"Petersen" in text or b"1234" in text]
    assert leaks == []


def test_a_booking_at_hand_is_done_before_the_service_stops(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    live.add_bus()
    (offer,) = live.ask(1, 3).offers
    begun = threading.Event()
    book_ride = BookRide.__call__

    def told(self: BookRide, call: Call[Ride], booking: Booking) -> bytes:
        begun.set()
        return book_ride(self, call, booking)

    monkeypatch.setattr(BookRide, "__call__", told)
    stopping = threading.Thread(target=live.stop)
    watched = live.stub.WatchPlan(plan_pb2.WatchPlanRequest(zone_id="nord"), timeout=PATIENCE_S)
    next(watched)
    with ThreadPoolExecutor(1) as pool:
        with live.stalled():
            booking = pool.submit(live.book, offer)
            assert begun.wait(PATIENCE_S)
            stopping.start()
            code, error = refusal(lambda: next(watched))
            assert (code, error.reason) == (grpc.StatusCode.UNAVAILABLE, "SHUTTING_DOWN")
        ride = booking.result(PATIENCE_S)
    stopping.join()
    assert ride.ride_id == offer.offer_id
    assert live.row_counts()["rides"] == 1


def test_a_database_held_by_another_is_said_to_be_and_can_be_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "open_engine", partial(open_engine, busy_timeout_s=0.05))
    with closing(Live(tmp_path)) as live:
        live.add_bus()
        (offer,) = live.ask(1, 3).offers
        with live.stalled():
            # Reading goes on meanwhile.
            assert live.plan().tours
            code, error = refusal(lambda: live.book(offer, request_id="again"))
            assert (code, error.reason) == (grpc.StatusCode.UNAVAILABLE, "STORE_UNAVAILABLE")
            assert error.retry_after_s is not None
        assert live.row_counts()["rides"] == 0
        assert live.book(offer, request_id="again").ride_id == offer.offer_id
