"""One request of every kind that has nothing wrong with it."""

from typing import Any

from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from landlinie.pooling.v1 import (
    audit_pb2,
    board_pb2,
    breakdown_pb2,
    driver_pb2,
    fleet_pb2,
    offer_pb2,
    plan_pb2,
    ride_pb2,
)
from live import Live
from pooling.bootstrap import DESCRIPTOR

METHODS = {method.name: method for method in DESCRIPTOR.methods}


def valid_requests(live: Live) -> dict[str, Any]:
    """Requests by method, for a service just started; it gets a bus and a ride that they name."""
    shift = live.add_bus()[0]
    ride = live.ride(1, 3, "08:00")
    offer = live.ask(1, 3, "12:00").offers[0]
    stop = live.stops()[0]
    question = live.question(1, 3, "10:00", request_id="r1")
    question.pickup.label, question.dropoff.label = "Am Dorfteich 3", "Praxis"
    question.dropoff_window.CopyFrom(live.window("10:00", 90))
    vehicle = live.stub.GetVehicle(fleet_pb2.GetVehicleRequest(vehicle_id="bus")).vehicle
    car = fleet_pb2.Vehicle(
        vehicle_id="car", zone_id="nord", kind=fleet_pb2.VEHICLE_KIND_DOERPSMOBIL, layouts=vehicle.layouts
    )
    new_shift = live.shift_request("bus", "20:30", "23:30")
    new_shift.request_id = "r1"
    new_shift.shift.breaks.add(start_window=live.window("21:00"), duration=Duration(seconds=900))
    changed_shift = fleet_pb2.UpdateShiftRequest(request_id="r1", shift=new_shift.shift)
    changed_shift.shift.shift_id = shift.shift_id
    about_ride: dict[str, Any] = {"request_id": "r1", "vehicle_id": "bus", "ride_id": ride.ride_id}
    found: list[Message] = [
        question,
        ride_pb2.BookRideRequest(
            request_id="r1",
            offer_id=offer.offer_id,
            passenger_reference="p7",
            payer="payer-7",
            contact=ride_pb2.Contact(name="Frau Petersen", phone="04356 1234"),
        ),
        offer_pb2.ReleaseOffersRequest(request_id="r1", offer_ids=[offer.offer_id]),
        ride_pb2.CancelRideRequest(request_id="r1", ride_id=ride.ride_id, reason="ill"),
        ride_pb2.PostponePickupRequest(
            request_id="r1", ride_id=ride.ride_id, earliest_pickup_time=live.stamp("08:05")
        ),
        ride_pb2.ListMovesRequest(ride_id=ride.ride_id),
        ride_pb2.MoveRideRequest(request_id="r1", ride_id=ride.ride_id, shift_id=shift.shift_id),
        ride_pb2.GetRideRequest(ride_id=ride.ride_id),
        ride_pb2.ListRidesRequest(zone_id="nord", states=[ride_pb2.RIDE_STATE_BOOKED]),
        plan_pb2.GetPlanRequest(zone_id="nord"),
        plan_pb2.GetPlanPathsRequest(zone_id="nord"),
        plan_pb2.ImprovePlanRequest(request_id="r1", zone_id="nord", time_limit_ms=50),
        plan_pb2.WatchPlanRequest(zone_id="nord"),
        board_pb2.ListLiveVehiclesRequest(zone_id="nord"),
        board_pb2.GetDayFiguresRequest(zone_id="nord"),
        board_pb2.ListDayFiguresRequest(
            zone_id="nord", first_service_date="2026-03-10", last_service_date="2026-03-16"
        ),
        fleet_pb2.ListZonesRequest(),
        fleet_pb2.ListVirtualStopsRequest(zone_id="nord"),
        fleet_pb2.CreateVehicleRequest(request_id="r1", vehicle=car),
        fleet_pb2.GetVehicleRequest(vehicle_id="bus"),
        fleet_pb2.ListVehiclesRequest(zone_id="nord"),
        fleet_pb2.UpdateVehicleRequest(request_id="r1", vehicle=vehicle),
        fleet_pb2.DeleteVehicleRequest(request_id="r1", vehicle_id="bus"),
        new_shift,
        fleet_pb2.ListShiftsRequest(zone_id="nord", vehicle_id="bus"),
        changed_shift,
        fleet_pb2.CancelShiftRequest(request_id="r1", shift_id=shift.shift_id),
        driver_pb2.ArriveAtStopRequest(request_id="r1", vehicle_id="bus", stop_id=stop.stop_id),
        driver_pb2.BoardPassengerRequest(**about_ride),
        driver_pb2.ReportNoShowRequest(**about_ride),
        driver_pb2.AlightPassengerRequest(**about_ride),
        breakdown_pb2.ReportBreakdownRequest(
            request_id="r1", vehicle_id="bus", position=question.pickup.position
        ),
        audit_pb2.ListAuditEntriesRequest(subject="local", entity_id="bus"),
    ]
    found += [
        breakdown_pb2.ListBreakdownsRequest(zone_id="nord", vehicle_id="bus"),
        breakdown_pb2.GetBreakdownRequest(breakdown_id=_breakdown_id(live)),
    ]
    return {request.DESCRIPTOR.name.removesuffix("Request"): request for request in found}


def _breakdown_id(live: Live) -> str:
    """Of a vehicle that nothing else names."""
    live.add_bus("wreck", zone_id="ost")
    report = breakdown_pb2.ReportBreakdownRequest(request_id=live.new_id(), vehicle_id="wreck")
    return live.stub.ReportBreakdown(report).breakdown_id


def call(live: Live, method: str, request: Any) -> Any:
    """Call a method by name; of a stream, the first answer."""
    answer = getattr(live.stub, method)(request)
    if METHODS[method].server_streaming:
        first = next(answer)
        answer.cancel()
        return first
    return answer
