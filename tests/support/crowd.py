"""Passengers who book and cancel without pause, whatever happens to the services, and remember every answer.

with Crowd("kill-redis", server, morning) as crowd:
    cluster.kill("redis")
assert crowd.surprises == []
"""

import math
import random
import re
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self, TypeVar

import grpc
from landlinie.common.v1 import geo_pb2
from landlinie.pooling.v1 import fleet_pb2, ride_pb2
from onebox.day.server_process import ServerProcess
from ride_calls import Stub, stops_of, stub_for, trip
from service_kit.grpc_errors import from_rpc_error

CALL_S = 4.0
"""How long a passenger waits for an answer before asking again."""
INSISTS_S = 90.0
CLIENT_COUNT = 4
KEPT_EACH = 3
"""A client with more rides than that cancels the oldest: the fleet must not fill up."""
HOURS = 8
PAUSE_S = 0.02

AnswerT = TypeVar("AnswerT")

_ASK_AGAIN = {
    grpc.StatusCode.ABORTED,
    grpc.StatusCode.CANCELLED,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.UNAVAILABLE,
}
_TOO_LATE = "OFFER_EXPIRED"


class Crowd:
    """Clients, each with a connection of its own, that book from when the block is entered until it is left.

    A client asks again, with the same request id, until it knows what has become of its call. One that
    is told something surprising ends.

    Parameters
    ----------
    name
        Begins all request ids; different for each crowd of one data folder.
    morning
        Rides are asked for within the hours after it.
    rides_each
        A client that has so many is content; one that may have more than a few cancels some.

    Attributes
    ----------
    booked
        Ride ids by passenger reference, of acknowledged bookings.
    to_cancel, cancelled
        Rides whose cancellation was asked for, and was acknowledged.
    surprises
        What clients were told that no failure of a server explains, or that they never got an answer.
    """

    def __init__(
        self,
        name: str,
        server: ServerProcess,
        morning: datetime,
        *,
        client_count: int = CLIENT_COUNT,
        rides_each: float = math.inf,
    ) -> None:
        self.booked: dict[str, str] = {}
        self.to_cancel: set[str] = set()
        self.cancelled: set[str] = set()
        self.surprises: list[str] = []
        self._name = re.sub("[^a-z0-9]+", "-", name)
        self._server = server
        self._morning = morning
        self._rides_each = rides_each
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._client, args=(number,), name=f"client-{number}")
            for number in range(client_count)
        ]

    def __enter__(self) -> Self:
        with stub_for(self._server) as stub:
            zones = insist(lambda: stub.ListZones(fleet_pb2.ListZonesRequest(), timeout=CALL_S)).zones
            self._places = [
                [stop.position for stop in insist(lambda zone=zone: stops_of(stub, zone.zone_id))]  # type: ignore[misc] # a default as a binding
                for zone in zones
            ]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def await_more(self, count: int) -> None:
        """Wait until so many further bookings were acknowledged."""
        self.await_rides(len(self.booked) + count)

    def await_rides(self, count: int) -> None:
        """Wait until so many bookings were acknowledged altogether."""
        give_up_at_s = time.monotonic() + INSISTS_S
        while len(self.booked) < count:
            if len(self.surprises) == len(self._threads) or time.monotonic() > give_up_at_s:
                raise TimeoutError(f"{len(self.booked)} of {count} bookings, then no more: {self.surprises}")
            time.sleep(0.01)

    def _client(self, number: int) -> None:
        draw = random.Random(f"{self._name} {number}")
        places = self._places[number % len(self._places)]
        kept: deque[str] = deque()
        turn = 0
        with stub_for(self._server) as stub:
            while len(kept) < self._rides_each and not self._stopping.is_set():
                turn += 1
                pickup, dropoff = draw.sample(places, 2)
                earliest = self._morning + timedelta(minutes=draw.randrange(HOURS * 60))
                try:
                    ride_id = self._book(stub, f"{self._name}-{number}-{turn}", pickup, dropoff, earliest)
                    if ride_id:
                        kept.append(ride_id)
                    if len(kept) > KEPT_EACH:
                        self._cancel(stub, kept.popleft())
                except (grpc.RpcError, TimeoutError) as error:
                    self.surprises.append(f"{self._name}-{number}-{turn}: {_said(error)}")
                    return
                self._stopping.wait(PAUSE_S)

    def _book(
        self, stub: Stub, name: str, pickup: geo_pb2.Position, dropoff: geo_pb2.Position, earliest: datetime
    ) -> str | None:
        question = trip(name, pickup, dropoff, earliest, minutes=45)
        offers = insist(lambda: stub.RequestOffers(question, timeout=CALL_S)).offers
        if not offers:
            return None
        booking = ride_pb2.BookRideRequest(
            request_id=f"book-{name}", offer_id=offers[0].offer_id, passenger_reference=name
        )
        try:
            ride = insist(lambda: stub.BookRide(booking, timeout=CALL_S)).ride
        except grpc.RpcError as error:
            if from_rpc_error(error).reason == _TOO_LATE:
                return None
            raise
        self.booked[name] = ride.ride_id
        return str(ride.ride_id)

    def _cancel(self, stub: Stub, ride_id: str) -> None:
        self.to_cancel.add(ride_id)
        wish = ride_pb2.CancelRideRequest(request_id=f"cancel-{ride_id}", ride_id=ride_id, reason="ill")
        insist(lambda: stub.CancelRide(wish, timeout=CALL_S))
        self.cancelled.add(ride_id)


def insist(call: Callable[[], AnswerT], patience_s: float = INSISTS_S) -> AnswerT:
    """Make the call again and again until it is answered or refused for good; its answer.

    Raises
    ------
    grpc.RpcError
        The refusal.
    TimeoutError
        When there was neither.
    """
    give_up_at_s = time.monotonic() + patience_s
    while True:
        try:
            return call()
        except grpc.RpcError as error:
            if error.code() not in _ASK_AGAIN:
                raise
            if time.monotonic() > give_up_at_s:
                raise TimeoutError(f"no answer for {patience_s:.0f} s: {_said(error)}") from None
            # Somebody who looks often notices at once when it works again.
            time.sleep(min(from_rpc_error(error).retry_after_s or 0.1, 0.3))


def _said(error: Exception) -> str:
    if isinstance(error, grpc.RpcError):
        return f"{error.code().name} {from_rpc_error(error).reason}: {error.details()}"
    return str(error)
