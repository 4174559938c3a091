"""Clients that ask and book as apps do: with request ids, deadlines, and again when the line drops."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import grpc
from landlinie.common.v1 import geo_pb2, time_pb2
from landlinie.pooling.v1 import fleet_pb2, offer_pb2, plan_pb2, ride_pb2, ride_pooling_service_pb2_grpc
from onebox.day.server_process import ServerProcess
from onebox.local_time import stamp
from service_kit.grpc_errors import from_rpc_error
from service_kit.grpc_targets import target_of
from service_kit.identity.client import authenticated

Stub = ride_pooling_service_pb2_grpc.RidePoolingServiceStub
CALL_S = 20.0


@contextmanager
def stub_for(services: ServerProcess) -> Iterator[Stub]:
    # Every client its own connection, as separate clients have.
    target, options = target_of(services.address)
    with grpc.insecure_channel(target, [*options, ("grpc.use_local_subchannel_pool", 1)]) as channel:
        yield ride_pooling_service_pb2_grpc.RidePoolingServiceStub(
            authenticated(channel, services.credential())
        )


def stops_of(stub: Stub, zone_id: str) -> list[fleet_pb2.VirtualStop]:
    answer = stub.ListVirtualStops(
        fleet_pb2.ListVirtualStopsRequest(zone_id=zone_id, page_size=500), timeout=CALL_S
    )
    return list(answer.virtual_stops)


def trip(
    request_id: str,
    pickup: geo_pb2.Position,
    dropoff: geo_pb2.Position,
    earliest: datetime,
    *,
    minutes: int = 15,
    seated_count: int = 1,
    wheelchair_count: int = 0,
) -> offer_pb2.RequestOffersRequest:
    return offer_pb2.RequestOffersRequest(
        request_id=request_id,
        pickup=offer_pb2.Place(position=pickup),
        dropoff=offer_pb2.Place(position=dropoff),
        pickup_window=time_pb2.TimeWindow(
            earliest=stamp(earliest), latest=stamp(earliest + timedelta(minutes=minutes))
        ),
        party=offer_pb2.Party(seated_count=seated_count, wheelchair_count=wheelchair_count),
    )


@dataclass(frozen=True)
class Outcome:
    """What a client was told in the end: a ride, a refusal, or a typed error."""

    ride: ride_pb2.Ride | None = None
    refusal: offer_pb2.Refusal | None = None
    error_reason: str = ""


def ask_and_book(stub: Stub, request: offer_pb2.RequestOffersRequest) -> Outcome:
    """One client from question to ticket; tries again where the service says that waiting helps."""
    try:
        answer = patiently(lambda: stub.RequestOffers(request, timeout=CALL_S))
        if not answer.offers:
            return Outcome(refusal=answer.refusal)
        booking = ride_pb2.BookRideRequest(
            request_id=f"book-{request.request_id}", offer_id=answer.offers[0].offer_id
        )
        return Outcome(ride=patiently(lambda: stub.BookRide(booking, timeout=CALL_S)).ride)
    except grpc.RpcError as error:
        return Outcome(error_reason=from_rpc_error(error).reason)


AnswerT = TypeVar("AnswerT")


def patiently(call: Callable[[], AnswerT]) -> AnswerT:
    """The call's answer; made again, at most for half a minute, while the service says that waiting helps."""
    give_up = time.monotonic() + 30
    while True:
        try:
            return call()
        except grpc.RpcError as error:
            refused = from_rpc_error(error)
            if refused.retry_after_s is None or time.monotonic() > give_up:
                raise
            time.sleep(refused.retry_after_s)


def all_rides(stub: Stub) -> list[ride_pb2.Ride]:
    rides: list[ride_pb2.Ride] = []
    token = ""
    while True:
        page = stub.ListRides(ride_pb2.ListRidesRequest(page_size=100, page_token=token), timeout=CALL_S)
        rides += page.rides
        token = page.next_page_token
        if not token:
            return rides


def seats_taken_beyond_layouts(stub: Stub, zone_id: str, service_date: str) -> list[str]:
    """Every stop of the zone's day after which more people are aboard than a layout has places."""
    vehicles = {
        vehicle.vehicle_id: vehicle
        for vehicle in stub.ListVehicles(
            fleet_pb2.ListVehiclesRequest(page_size=500), timeout=CALL_S
        ).vehicles
    }
    plan = stub.GetPlan(
        plan_pb2.GetPlanRequest(zone_id=zone_id, service_date=service_date), timeout=CALL_S
    ).plan
    overfull = []
    for tour in plan.tours:
        seated = wheelchairs = 0
        for stop in tour.stops:
            sign = {plan_pb2.STOP_ACTION_PICKUP: 1, plan_pb2.STOP_ACTION_DROPOFF: -1}.get(stop.action, 0)
            seated += sign * stop.party.seated_count
            wheelchairs += sign * stop.party.wheelchair_count
            if not any(
                seated <= layout.seat_count and wheelchairs <= layout.wheelchair_place_count
                for layout in vehicles[tour.vehicle_id].layouts
            ):
                overfull.append(
                    f"{tour.vehicle_id} at {stop.stop_id}: {seated} seated, {wheelchairs} wheelchairs"
                )
    return overfull
