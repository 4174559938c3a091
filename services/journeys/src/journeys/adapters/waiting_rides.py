"""Rides on demand that may wait, at the pooling service."""

from collections.abc import Callable
from datetime import UTC, datetime

from landlinie.pooling.v1 import offer_pb2, ride_pb2, ride_pooling_service_pb2_grpc

from journeys.adapters.pooled_legs import SaysNo, asked
from journeys.application.ports_connection import RideTimes, Wait
from journeys.messages import stamp

ASK_S = 4.0


class PooledWaits:
    """See :class:`.WaitingRides`.

    Parameters
    ----------
    stub
        Returns the pooling service with the credentials the rides were booked with; raises Unavailable.
    """

    def __init__(self, stub: Callable[[], ride_pooling_service_pb2_grpc.RidePoolingServiceStub]) -> None:
        self._stub = stub

    def times(self, ride_id: str) -> RideTimes | None:
        """See :class:`.WaitingRides`."""
        try:
            ride = asked(self._stub().GetRide, ride_pb2.GetRideRequest(ride_id=ride_id), ASK_S).ride
        except SaysNo:
            return None
        if ride.state in {ride_pb2.RIDE_STATE_CANCELLED, ride_pb2.RIDE_STATE_NO_SHOW}:
            return None
        return RideTimes(
            ride.promise.pickup_window.earliest.seconds,
            ride.pickup_time.seconds,
            ride.dropoff_time.seconds,
            ride.state == ride_pb2.RIDE_STATE_BOOKED,
            bool(ride.vehicle_id),
        )

    def wait(self, name: str, ride_id: str, earliest_s: int) -> Wait:
        """See :class:`.WaitingRides`."""
        request = ride_pb2.PostponePickupRequest(
            request_id=name,
            ride_id=ride_id,
            earliest_pickup_time=stamp(datetime.fromtimestamp(earliest_s, UTC)),
        )
        try:
            answer = asked(self._stub().PostponePickup, request, ASK_S)
        except SaysNo as no:
            # Too late by hours, under way, or over: there is nobody who could wait.
            return Wait(granted=False, reasons=(no.reason,))
        latest = answer.latest_possible_time.seconds if answer.HasField("latest_possible_time") else None
        reasons = tuple(
            offer_pb2.RefusalCode.Name(reason.code).removeprefix("REFUSAL_CODE_") for reason in answer.reasons
        )
        return Wait(answer.postponed, answer.ride.pickup_time.seconds, latest, reasons)
