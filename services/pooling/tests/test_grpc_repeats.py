"""Every write, sent again: the first answer again, and nothing done twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message
from landlinie.pooling.v1 import breakdown_pb2, driver_pb2, fleet_pb2, offer_pb2, plan_pb2, ride_pb2
from live import Live, refusal
from pooling.bootstrap import DESCRIPTOR
from pooling.domain import facts
from routing_core.improve.ready import warm_up
from town import BEYOND

pytestmark = pytest.mark.network


@dataclass(frozen=True)
class Write:
    """How a test brings a write about, how it is told, and how another request of its kind differs."""

    prepare: Callable[[Live], Any]
    fact: type[facts.Fact]
    alter: Callable[[Any], None]


def ask(live: Live) -> offer_pb2.RequestOffersRequest:
    live.add_bus()
    return live.question(1, 3, request_id="w1")


def book(live: Live) -> ride_pb2.BookRideRequest:
    live.add_bus()
    offer = live.ask(1, 3).offers[0]
    return ride_pb2.BookRideRequest(
        request_id="w1",
        offer_id=offer.offer_id,
        passenger_reference="p7",
        contact=ride_pb2.Contact(name="Frau Petersen", phone="04356 1234"),
    )


def release(live: Live) -> offer_pb2.ReleaseOffersRequest:
    live.add_bus()
    return offer_pb2.ReleaseOffersRequest(request_id="w1", offer_ids=[live.ask(1, 3).offers[0].offer_id])


def cancel(live: Live) -> ride_pb2.CancelRideRequest:
    live.add_bus()
    return ride_pb2.CancelRideRequest(request_id="w1", ride_id=live.ride(1, 3).ride_id, reason="ill")


def move(live: Live) -> ride_pb2.MoveRideRequest:
    live.add_bus()
    ride = live.ride(1, 3)
    (shift,) = live.add_bus("other")
    return ride_pb2.MoveRideRequest(request_id="w1", ride_id=ride.ride_id, shift_id=shift.shift_id)


def create_vehicle(_live: Live) -> fleet_pb2.CreateVehicleRequest:
    return fleet_pb2.CreateVehicleRequest(
        request_id="w1",
        vehicle=fleet_pb2.Vehicle(
            vehicle_id="car",
            zone_id="nord",
            kind=fleet_pb2.VEHICLE_KIND_DOERPSMOBIL,
            layouts=[fleet_pb2.Layout(seat_count=4)],
        ),
    )


def update_vehicle(live: Live) -> fleet_pb2.UpdateVehicleRequest:
    live.add_bus()
    vehicle = live.stub.GetVehicle(fleet_pb2.GetVehicleRequest(vehicle_id="bus")).vehicle
    vehicle.name = "Der Neue"
    return fleet_pb2.UpdateVehicleRequest(request_id="w1", vehicle=vehicle)


def delete_vehicle(live: Live) -> fleet_pb2.DeleteVehicleRequest:
    live.stub.CreateVehicle(create_vehicle(live))
    return fleet_pb2.DeleteVehicleRequest(request_id="w1", vehicle_id="car")


def postpone(live: Live) -> ride_pb2.PostponePickupRequest:
    live.add_bus()
    return ride_pb2.PostponePickupRequest(
        request_id="w1", ride_id=live.ride(1, 3).ride_id, earliest_pickup_time=live.stamp("08:40")
    )


def create_shift(live: Live) -> fleet_pb2.CreateShiftRequest:
    live.add_bus()
    request = live.shift_request("bus", "20:00", "22:00")
    request.request_id = "w1"
    return request


def update_shift(live: Live) -> fleet_pb2.UpdateShiftRequest:
    """A shift that begins too late for a ride, which goes to the other bus."""
    (shift,) = live.add_bus()
    live.ride(1, 3)
    live.add_bus("other")
    shift.start_time.CopyFrom(live.stamp("09:00"))
    return fleet_pb2.UpdateShiftRequest(request_id="w1", shift=shift)


def end_earlier(request: Any) -> None:
    request.shift.end_time.seconds -= 60


def cancel_shift(live: Live) -> fleet_pb2.CancelShiftRequest:
    (shift,) = live.add_bus()
    live.add_bus("other")
    live.ride(1, 3)
    return fleet_pb2.CancelShiftRequest(request_id="w1", shift_id=shift.shift_id)


def improve(live: Live) -> plan_pb2.ImprovePlanRequest:
    """A ride near one base on the bus of the other: the only one there was when it was booked."""
    warm_up()  # The service's worker finds the search compiled.
    live.add_bus("far", base=5)
    live.ride(1, 0)
    live.add_bus("near")
    return plan_pb2.ImprovePlanRequest(request_id="w1", zone_id="nord", time_limit_ms=1000)


def arrive(live: Live) -> driver_pb2.ArriveAtStopRequest:
    live.add_bus()
    ride = live.ride(1, 3)
    live.advance("08:01")
    return driver_pb2.ArriveAtStopRequest(
        request_id="w1",
        vehicle_id="bus",
        stop_id=f"{ride.ride_id}.pickup",
        event_time=live.stamp("08:00"),
    )


def board(live: Live) -> driver_pb2.BoardPassengerRequest:
    live.add_bus()
    ride = live.ride(1, 3)
    live.advance("08:01")
    return driver_pb2.BoardPassengerRequest(
        request_id="w1", vehicle_id="bus", ride_id=ride.ride_id, event_time=live.stamp("08:00:30")
    )


def no_show(live: Live) -> driver_pb2.ReportNoShowRequest:
    live.add_bus()
    ride = live.ride(1, 3)
    live.advance("08:16")
    return driver_pb2.ReportNoShowRequest(
        request_id="w1", vehicle_id="bus", ride_id=ride.ride_id, event_time=live.stamp("08:15")
    )


def alight(live: Live) -> driver_pb2.AlightPassengerRequest:
    boarded = board(live)
    boarded.request_id = "boarded"
    live.stub.BoardPassenger(boarded)
    live.advance("08:12")
    return driver_pb2.AlightPassengerRequest(
        request_id="w1", vehicle_id="bus", ride_id=boarded.ride_id, event_time=live.stamp("08:11")
    )


def break_down(live: Live) -> breakdown_pb2.ReportBreakdownRequest:
    live.add_bus()
    live.ride(1, 3)
    live.advance("08:01")
    return breakdown_pb2.ReportBreakdownRequest(
        request_id="w1", vehicle_id="bus", event_time=live.stamp("08:00:30")
    )


def later(request: Any) -> None:
    request.event_time.seconds += 1


def rename(request: Any) -> None:
    request.vehicle.name = "Anders"


def elsewhere(request: Any) -> None:
    request.vehicle.zone_id = "ghost"


WRITES = {
    "RequestOffers": Write(ask, facts.OffersMade, lambda request: setattr(request, "max_walk_m", 100)),
    "BookRide": Write(book, facts.RideBooked, lambda request: setattr(request.contact, "name", "Herr B")),
    "ReleaseOffers": Write(
        release, facts.OffersReleased, lambda request: request.offer_ids.append("another")
    ),
    "CancelRide": Write(cancel, facts.RideCancelled, lambda request: setattr(request, "reason", "well")),
    "PostponePickup": Write(
        postpone, facts.PickupPostponed, lambda request: setattr(request, "ride_id", "another")
    ),
    "MoveRide": Write(move, facts.RideMoved, lambda request: setattr(request, "ride_id", "another")),
    "CreateVehicle": Write(create_vehicle, facts.VehicleRegistered, elsewhere),
    "UpdateVehicle": Write(update_vehicle, facts.VehicleUpdated, rename),
    "DeleteVehicle": Write(
        delete_vehicle, facts.VehicleRemoved, lambda request: setattr(request, "vehicle_id", "bus")
    ),
    "CreateShift": Write(
        create_shift, facts.ShiftScheduled, lambda request: setattr(request.shift, "vehicle_id", "ghost")
    ),
    "UpdateShift": Write(update_shift, facts.ShiftUpdated, end_earlier),
    "CancelShift": Write(
        cancel_shift, facts.ShiftCancelled, lambda request: setattr(request, "shift_id", "ghost")
    ),
    "ImprovePlan": Write(improve, facts.RideMoved, lambda request: setattr(request, "time_limit_ms", 99)),
    "ArriveAtStop": Write(arrive, facts.VehicleArrived, later),
    "BoardPassenger": Write(board, facts.PassengerBoarded, later),
    "ReportNoShow": Write(no_show, facts.PassengerNotShown, later),
    "AlightPassenger": Write(alight, facts.PassengerAlighted, later),
    "ReportBreakdown": Write(break_down, facts.VehicleBrokenDown, later),
}

every_write = pytest.mark.parametrize("method", WRITES)


def call(live: Live, method: str, request: Any) -> Message:
    answer: Message = getattr(live.stub, method)(request)
    return answer


def test_every_write_is_tried_here() -> None:
    writes = {
        method.name for method in DESCRIPTOR.methods if "request_id" in method.input_type.fields_by_name
    }
    assert writes == set(WRITES)


@every_write
def test_a_write_sent_again_is_answered_as_before(live: Live, method: str) -> None:
    request = WRITES[method].prepare(live)
    told = len(live.facts(WRITES[method].fact))
    first = call(live, method, request)
    after = live.row_counts()
    assert len(live.facts(WRITES[method].fact)) == told + 1
    assert call(live, method, request) == first
    # Whatever time has made of its fields: a phone may be without coverage for long.
    live.clock.advance_to(live.clock.now() + timedelta(days=3))
    assert call(live, method, request) == first
    assert live.row_counts() == after


@every_write
def test_many_at_once_with_one_id_are_one_write(live: Live, method: str) -> None:
    request = WRITES[method].prepare(live)
    before = live.row_counts()
    told = len(live.facts(WRITES[method].fact))
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: call(live, method, request), range(20)))
    assert all(answer == answers[0] for answer in answers)
    assert live.row_counts()["answers"] == before["answers"] + 1
    assert len(live.facts(WRITES[method].fact)) == told + 1


@every_write
def test_an_id_stands_for_one_request(live: Live, method: str) -> None:
    request = WRITES[method].prepare(live)
    call(live, method, request)
    WRITES[method].alter(request)
    live.clock.advance_to(live.clock.now() + timedelta(seconds=10))
    before = live.row_counts()
    code, error = refusal(lambda: call(live, method, request))
    assert (code, error.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_ID_REUSED")
    assert [violation.field for violation in error.violations] == ["request_id"]
    assert "'w1'" in error.violations[0].description
    assert live.row_counts() == before


def test_a_refused_write_may_be_tried_again_with_its_id(live: Live) -> None:
    """Only what was done is remembered: the id of a write that was not done is still free."""
    request = cancel(live)
    ride_id = request.ride_id
    request.ride_id = "ghost"
    code, error = refusal(lambda: live.stub.CancelRide(request))
    assert (code, error.reason) == (grpc.StatusCode.NOT_FOUND, "RIDE_NOT_FOUND")
    request.ride_id = ride_id
    assert live.stub.CancelRide(request).ride.state == ride_pb2.RIDE_STATE_CANCELLED


def test_a_refusal_is_repeated_as_it_was(live: Live) -> None:
    live.add_bus(layouts=[(1, 0)])
    ride = live.ride(1, 4, minutes=5)
    question = live.question(1, 4, minutes=5, request_id="w1")
    refused = live.stub.RequestOffers(question)
    assert refused.refusal.reasons
    live.stub.CancelRide(ride_pb2.CancelRideRequest(request_id=live.new_id(), ride_id=ride.ride_id))
    assert live.stub.RequestOffers(question) == refused
    assert len(live.facts(facts.RideRefused)) == 1
    question.request_id = "w2"
    assert live.stub.RequestOffers(question).offers


def test_a_question_that_no_zone_serves_is_answered_once(live: Live) -> None:
    """No zone's lock keeps its writers apart."""
    question = live.question(1, BEYOND, request_id="w1")
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: live.stub.RequestOffers(question), range(20)))
    assert all(answer == answers[0] for answer in answers)
    assert live.row_counts()["answers"] == 1
    assert len(live.facts(facts.RideRefused)) == 1
