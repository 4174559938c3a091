"""Booked rides on demand as they are now, at the pooling service."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from landlinie.journeys.v1 import booking_pb2
from landlinie.pooling.v1 import ride_pb2, ride_pooling_service_pb2_grpc

from journeys.adapters.asking import time_to_ask_s
from journeys.adapters.pooled_legs import SaysNo, asked
from journeys.application.ports import Unavailable

GOOD_FOR_S = 3.0
"""Those who watch a booking look every second; pooling is asked less often."""
MOST_KEPT = 10_000


class PooledRidesNow:
    """See :class:`.RidesNow`; safe to use from several threads.

    Parameters
    ----------
    stub
        Returns the pooling service with the credentials the rides were booked with; raises Unavailable.
    """

    def __init__(
        self,
        stub: Callable[[], ride_pooling_service_pb2_grpc.RidePoolingServiceStub],
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stub = stub
        self._monotonic_s = monotonic_s
        self._lock = threading.Lock()
        self._known: OrderedDict[str, tuple[float, bytes | None]] = OrderedDict()

    def now(self, ride_id: str) -> bytes | None:
        """See :class:`.RidesNow`."""
        with self._lock:
            known = self._known.get(ride_id)
        if known is not None and self._monotonic_s() - known[0] < GOOD_FOR_S:
            return known[1]
        found = self._asked(ride_id)
        with self._lock:
            self._known[ride_id] = (self._monotonic_s(), found)
            self._known.move_to_end(ride_id)
            if len(self._known) > MOST_KEPT:
                self._known.popitem(last=False)
        return found

    def _asked(self, ride_id: str) -> bytes | None:
        request = ride_pb2.GetRideRequest(ride_id=ride_id)
        try:
            answer = asked(self._stub().GetRide, request, time_to_ask_s("POOLING_UNAVAILABLE"))
        except (SaysNo, Unavailable):
            return None
        ride = answer.ride
        told = booking_pb2.RideNow(
            state=ride.state,
            pickup_time=ride.pickup_time,
            dropoff_time=ride.dropoff_time,
            promise=ride.promise,
            without_vehicle=ride.state == ride_pb2.RIDE_STATE_BOOKED and not ride.vehicle_id,
        )
        if answer.HasField("approach"):
            told.approach.CopyFrom(answer.approach)
        return told.SerializeToString(deterministic=True)
