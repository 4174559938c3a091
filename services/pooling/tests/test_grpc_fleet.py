"""Vehicles and shifts over a real connection: never changed at the cost of a promise."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import grpc
import pytest
from landlinie.pooling.v1 import driver_pb2, fleet_pb2
from live import Live, position, refusal
from pooling.application.fleet import FleetAdministration
from pooling.application.turns import Turns
from pooling.domain.facts import RideMoved, VehicleRemoved, VehicleUpdated
from service_kit.errors import NotFound
from town import ISLAND, Town

pytestmark = pytest.mark.network

Prepared = Callable[[Live], Callable[[], object]]


def vehicle_of(live: Live, vehicle_id: str = "bus") -> fleet_pb2.Vehicle:
    return live.stub.GetVehicle(fleet_pb2.GetVehicleRequest(vehicle_id=vehicle_id)).vehicle


def update(live: Live, vehicle: fleet_pb2.Vehicle) -> fleet_pb2.Vehicle:
    request = fleet_pb2.UpdateVehicleRequest(request_id=live.new_id(), vehicle=vehicle)
    return live.stub.UpdateVehicle(request).vehicle


def delete(live: Live, vehicle_id: str = "bus") -> None:
    live.stub.DeleteVehicle(fleet_pb2.DeleteVehicleRequest(request_id=live.new_id(), vehicle_id=vehicle_id))


def cancel(live: Live, shift_id: str) -> list[str]:
    request = fleet_pb2.CancelShiftRequest(request_id=live.new_id(), shift_id=shift_id)
    return list(live.stub.CancelShift(request).moved_ride_ids)


def board(live: Live, ride_id: str) -> None:
    live.stub.BoardPassenger(
        driver_pb2.BoardPassengerRequest(request_id=live.new_id(), vehicle_id="bus", ride_id=ride_id)
    )


def alight(live: Live, ride_id: str) -> None:
    live.stub.AlightPassenger(
        driver_pb2.AlightPassengerRequest(request_id=live.new_id(), vehicle_id="bus", ride_id=ride_id)
    )


def shift_ids(live: Live) -> list[str]:
    return [shift.shift_id for shift in live.stub.ListShifts(fleet_pb2.ListShiftsRequest()).shifts]


def test_a_shift_is_given_what_the_service_knows(live: Live) -> None:
    (shift,) = live.add_bus("bus", ("22:00", "26:30"))
    assert (shift.zone_id, shift.service_date, shift.vehicle_id) == ("nord", "2026-03-10", "bus")
    assert (shift.start_time, shift.end_time) == (live.stamp("22:00"), live.stamp("26:30"))
    assert shift_ids(live) == [shift.shift_id]
    (tour,) = live.plan().tours
    assert (tour.shift_id, tour.vehicle_kind) == (shift.shift_id, fleet_pb2.VEHICLE_KIND_ANRUFBUS)


def test_a_vehicle_that_breaks_down_hands_its_rides_on(live: Live) -> None:
    live.add_bus()
    ride = live.ride(1, 3)
    live.add_bus("other", base=5)
    bus = vehicle_of(live)
    bus.out_of_service = True
    assert update(live, bus) == bus == vehicle_of(live)
    assert live.stored_ride(ride.ride_id).vehicle_id == "other"
    assert live.stored_ride(ride.ride_id).promise == ride.promise
    assert [(fact.ride_id, fact.to_vehicle_id) for fact in live.facts(RideMoved)] == [(ride.ride_id, "other")]
    assert all(offer.vehicle_id == "other" for offer in live.ask(0, 1, "10:00").offers)


def test_an_offer_on_a_shift_that_goes_is_withdrawn(live: Live) -> None:
    (shift,) = live.add_bus()
    (offer,) = live.ask(1, 3).offers
    assert cancel(live, shift.shift_id) == []
    code, error = refusal(lambda: live.book(offer))
    assert (code, error.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "OFFER_WITHDRAWN")
    assert live.row_counts()["rides"] == 0


def test_a_vehicle_without_shifts_ahead_can_go(live: Live) -> None:
    live.add_bus()
    live.advance("20:00")
    delete(live)
    code, error = refusal(lambda: vehicle_of(live))
    assert (code, error.reason) == (grpc.StatusCode.NOT_FOUND, "VEHICLE_NOT_FOUND")
    assert [fact.vehicle_id for fact in live.facts(VehicleRemoved)] == ["bus"]


# Refusals


def registered_already(live: Live) -> Callable[[], object]:
    bus = vehicle_of(live)
    return lambda: live.stub.CreateVehicle(
        fleet_pb2.CreateVehicleRequest(request_id=live.new_id(), vehicle=bus)
    )


def to_another_zone(live: Live) -> Callable[[], object]:
    bus = vehicle_of(live)
    bus.zone_id = "ost"
    return lambda: update(live, bus)


def too_small_for_its_rides(live: Live) -> Callable[[], object]:
    live.ride(1, 3, load=(5, 0))
    bus = vehicle_of(live)
    bus.layouts[0].seat_count = 4
    return lambda: update(live, bus)


def out_of_service_with_rides(live: Live) -> Callable[[], object]:
    live.ride(1, 3)
    bus = vehicle_of(live)
    bus.out_of_service = True
    return lambda: update(live, bus)


def out_of_service_with_passengers(live: Live) -> Callable[[], object]:
    ride = live.ride(1, 3)
    live.advance("08:01")
    board(live, ride.ride_id)
    bus = vehicle_of(live)
    bus.out_of_service = True
    return lambda: update(live, bus)


def gone_with_shifts_ahead(live: Live) -> Callable[[], object]:
    return lambda: delete(live)


def on_duty_twice(live: Live) -> Callable[[], object]:
    return lambda: live.stub.CreateShift(live.shift_request("bus", "19:59", "21:00"))


def on_duty_in_the_past(live: Live) -> Callable[[], object]:
    return lambda: live.stub.CreateShift(live.shift_request("bus", "03:00", "05:00"))


def on_duty_past_the_service_day(live: Live) -> Callable[[], object]:
    return lambda: live.stub.CreateShift(live.shift_request("bus", "20:00", "29:01"))


def starting_on_an_island(live: Live) -> Callable[[], object]:
    request = live.shift_request("bus", "20:00", "21:00")
    request.shift.start.CopyFrom(position(ISLAND))
    return lambda: live.stub.CreateShift(request)


def cancelled_with_passengers(live: Live) -> Callable[[], object]:
    ride = live.ride(1, 3)
    live.advance("08:01")
    board(live, ride.ride_id)
    (shift_id,) = shift_ids(live)
    return lambda: cancel(live, shift_id)


def cancelled_after_driving(live: Live) -> Callable[[], object]:
    ride = live.ride(1, 3)
    live.advance("08:01")
    board(live, ride.ride_id)
    live.advance("08:12")
    alight(live, ride.ride_id)
    (shift_id,) = shift_ids(live)
    return lambda: cancel(live, shift_id)


def cancelled_with_promises(live: Live) -> Callable[[], object]:
    live.ride(1, 3)
    (shift_id,) = shift_ids(live)
    return lambda: cancel(live, shift_id)


def cancelled_after_a_change(live: Live) -> Callable[[], object]:
    (shift_id,) = shift_ids(live)
    stale = fleet_pb2.CancelShiftRequest(request_id=live.new_id(), shift_id=shift_id, etag="stale")
    return lambda: live.stub.CancelShift(stale)


def changed_by_two(live: Live) -> Callable[[], object]:
    (shift,) = live.stub.ListShifts(fleet_pb2.ListShiftsRequest()).shifts
    first, second = (fleet_pb2.UpdateShiftRequest(request_id=live.new_id(), shift=shift) for _ in range(2))
    first.shift.end_time.CopyFrom(live.stamp("18:00"))
    second.shift.end_time.CopyFrom(live.stamp("19:00"))
    live.stub.UpdateShift(first)
    return lambda: live.stub.UpdateShift(second)


PRECONDITION, INVALID = grpc.StatusCode.FAILED_PRECONDITION, grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize(
    ("prepare", "code", "reason"),
    [
        (registered_already, grpc.StatusCode.ALREADY_EXISTS, "VEHICLE_EXISTS"),
        (to_another_zone, PRECONDITION, "ZONE_IS_FIXED"),
        (too_small_for_its_rides, PRECONDITION, "RIDES_PROMISED"),
        (out_of_service_with_rides, PRECONDITION, "RIDES_PROMISED"),
        (out_of_service_with_passengers, PRECONDITION, "PASSENGERS_ABOARD"),
        (gone_with_shifts_ahead, PRECONDITION, "SHIFTS_PLANNED"),
        (on_duty_twice, PRECONDITION, "SHIFT_OVERLAPS"),
        (on_duty_in_the_past, INVALID, "TIME_IN_PAST"),
        (on_duty_past_the_service_day, INVALID, "SHIFT_TOO_LATE"),
        (starting_on_an_island, INVALID, "NO_ROAD_NEARBY"),
        (cancelled_with_passengers, PRECONDITION, "PASSENGERS_ABOARD"),
        (cancelled_after_driving, PRECONDITION, "SHIFT_UNDER_WAY"),
        (cancelled_with_promises, PRECONDITION, "RIDES_PROMISED"),
        (cancelled_after_a_change, grpc.StatusCode.ABORTED, "SHIFT_CHANGED"),
        (changed_by_two, grpc.StatusCode.ABORTED, "SHIFT_CHANGED"),
    ],
)
def test_a_change_that_cannot_be(live: Live, prepare: Prepared, code: grpc.StatusCode, reason: str) -> None:
    live.add_bus()
    change = prepare(live)
    before, plan = live.row_counts(), live.plan()
    told, error = refusal(change)
    assert (told, error.reason) == (code, reason)
    assert (live.row_counts(), live.plan()) == (before, plan)


# Two at once


class Meanwhile(Turns):
    """Turns that something happens before."""

    def __init__(self, happens: Callable[[], object]) -> None:
        super().__init__()
        self._happens = happens

    @contextmanager
    def turn(self, *, under_way: bool) -> Iterator[None]:
        self._happens()
        with super().turn(under_way=under_way):
            yield


def test_a_vehicle_that_was_removed_meanwhile_does_not_come_back(town: Town) -> None:
    bus = town.add_bus("bus", ("06:00", "07:00"))
    town.advance("07:00")
    other = FleetAdministration(town.new_desk())
    removed = Meanwhile(lambda: other.delete_vehicle(town.call("DeleteVehicle"), "bus"))
    town.desk._turns["nord"] = removed
    with pytest.raises(NotFound, match="VEHICLE_NOT_FOUND"):
        town.fleet.update_vehicle(town.call("UpdateVehicle"), bus)
    assert town.row_counts()["vehicles"] == 0
    assert town.facts(VehicleUpdated) == []
