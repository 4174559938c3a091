"""The desk of a test that plans and books journeys at running services."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import grpc
from landlinie.journeys.v1 import booking_pb2, journey_pb2, journey_service_pb2_grpc
from landlinie.pooling.v1 import plan_pb2, ride_pb2, ride_pooling_service_pb2_grpc
from onebox.credentials import Credential
from onebox.local_time import stamp
from service_kit.grpc_targets import target_of
from service_kit.identity.client import authenticated

CALL_S = 30.0
PATIENCE_S = 120.0
VILLAGE, BERLIN = "n240072004", "stop:900000003200"
"""Trollenhagen, which no bus serves, and Berlin's main station."""
COMBINED = (journey_pb2.MODE_POOLED_RIDE, journey_pb2.MODE_TRANSIT)


@dataclass(frozen=True)
class Desk:
    """Stubs of running services."""

    journeys: journey_service_pb2_grpc.JourneyServiceStub
    pooling: ride_pooling_service_pb2_grpc.RidePoolingServiceStub

    def plan(self, start: str, goal: str, depart_at: datetime) -> journey_pb2.Journey:
        """The first journey that has a ride on demand and a train, and nothing else to book."""
        request = journey_pb2.PlanJourneysRequest(
            depart_at=stamp(depart_at), modes=[journey_pb2.MODE_WALK, *COMBINED]
        )
        getattr(request, "from").place_id = start
        request.to.place_id = goal
        answer = self.journeys.PlanJourneys(request, timeout=CALL_S)
        assert not answer.gaps
        for journey in answer.journeys:
            if {leg.mode for leg in journey.legs} >= set(COMBINED):
                return journey
        raise AssertionError(f"no way from {start} to {goal}: {answer}")

    def book(self, journey_id: str, request_id: str) -> booking_pb2.Booking:
        request = booking_pb2.BookJourneyRequest(request_id=request_id, journey_id=journey_id)
        return self.journeys.BookJourney(request, timeout=CALL_S).booking

    def cancel(self, booking_id: str) -> booking_pb2.Booking:
        request = booking_pb2.CancelBookingRequest(request_id=f"c-{booking_id}", booking_id=booking_id)
        return self.journeys.CancelBooking(request, timeout=CALL_S).booking

    def booking(self, booking_id: str) -> booking_pb2.Booking:
        request = booking_pb2.GetBookingRequest(booking_id=booking_id)
        return self.journeys.GetBooking(request, timeout=CALL_S).booking

    def ride(self, ride_id: str) -> ride_pb2.Ride:
        return self.pooling.GetRide(ride_pb2.GetRideRequest(ride_id=ride_id), timeout=CALL_S).ride

    def booked_rides(self) -> set[str]:
        rides = self.pooling.ListRides(ride_pb2.ListRidesRequest(page_size=500), timeout=CALL_S).rides
        return {ride.ride_id for ride in rides if ride.state == ride_pb2.RIDE_STATE_BOOKED}

    def tours(self, zone_id: str, service_date: str) -> list[plan_pb2.Tour]:
        request = plan_pb2.GetPlanRequest(zone_id=zone_id, service_date=service_date)
        return list(self.pooling.GetPlan(request, timeout=CALL_S).plan.tours)


@contextmanager
def desk_at(address: str, credential: Credential) -> Iterator[Desk]:
    """A desk with a connection of its own."""
    target, options = target_of(address)
    with grpc.insecure_channel(target, [*options, ("grpc.use_local_subchannel_pool", 1)]) as plain:
        channel = authenticated(plain, credential)
        yield Desk(
            journey_service_pb2_grpc.JourneyServiceStub(channel),
            ride_pooling_service_pb2_grpc.RidePoolingServiceStub(channel),
        )


def eventually(found: Callable[[], bool]) -> None:
    """Wait until it is so; only a test that fails waits to the end."""
    give_up = time.monotonic() + PATIENCE_S
    while not found():
        assert time.monotonic() < give_up, "it did not happen in time"
        time.sleep(0.05)
