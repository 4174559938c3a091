"""Rides on demand as legs of a booking: booked, and given back, at the pooling service."""

import time
from collections.abc import Callable
from typing import TypeVar

import grpc
from google.protobuf.message import Message
from landlinie.pooling.v1 import offer_pb2, ride_pb2, ride_pooling_service_pb2_grpc
from service_kit.grpc_errors import from_rpc_error

from journeys.adapters.shown import offer_id_of
from journeys.application.ports import Unavailable
from journeys.application.ports_booking import Booked, Kept, LegOrder, Refused, Released

_SAYS_NO = frozenset(
    {
        grpc.StatusCode.INVALID_ARGUMENT,
        grpc.StatusCode.NOT_FOUND,
        grpc.StatusCode.ALREADY_EXISTS,
        grpc.StatusCode.FAILED_PRECONDITION,
    }
)
"""What is an answer; after anything else it is not known what was done."""

RequestT = TypeVar("RequestT", bound=Message)
AnswerT = TypeVar("AnswerT", bound=Message)


class SaysNo(Exception):  # noqa: N818 - says what is the matter
    """The service's answer is no."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


class PooledLegs:
    """See :class:`.BookableLegs`.

    Parameters
    ----------
    stub
        Returns the pooling service with the credentials its offers were made to; raises Unavailable.
    """

    def __init__(
        self,
        stub: Callable[[], ride_pooling_service_pb2_grpc.RidePoolingServiceStub],
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stub = stub
        self._monotonic_s = monotonic_s

    def book(self, order: LegOrder, timeout_s: float) -> Booked | Refused:
        """See :class:`.BookableLegs`."""
        request = ride_pb2.BookRideRequest(
            request_id=f"{order.name}.book",
            offer_id=offer_id_of(order.leg),
            passenger_reference=order.passenger_reference,
            payer=order.payer,
        )
        if order.contact is not None:
            request.contact.name, request.contact.phone = order.contact.name, order.contact.phone
        try:
            answer = asked(self._stub().BookRide, request, timeout_s)
        except SaysNo as no:
            return Refused(no.reason, no.message)
        return Booked(answer.ride.ride_id)

    def release(self, order: LegOrder, timeout_s: float) -> Released | Kept:
        """See :class:`.BookableLegs`.

        The offer goes first: nothing is booked of it after that. A ride has the id of its offer.
        """
        ends_s = self._monotonic_s() + timeout_s
        offer_id, stub = offer_id_of(order.leg), self._stub()
        given_back = offer_pb2.ReleaseOffersRequest(request_id=f"{order.name}.release", offer_ids=[offer_id])
        try:
            asked(stub.ReleaseOffers, given_back, ends_s - self._monotonic_s())
        except SaysNo as no:
            if no.reason != "OFFER_NOT_FOUND":
                return Kept(no.reason, no.message)
        cancelled = ride_pb2.CancelRideRequest(
            request_id=f"{order.name}.cancel", ride_id=offer_id, reason="its journey was given up"
        )
        try:
            asked(stub.CancelRide, cancelled, ends_s - self._monotonic_s())
        except SaysNo as no:
            if no.reason == "RIDE_NOT_FOUND":
                return Released()
            if no.reason == "RIDE_OVER" and self._is_cancelled(offer_id, ends_s - self._monotonic_s()):
                return Released()
            return Kept(no.reason, no.message)
        return Released()

    def _is_cancelled(self, ride_id: str, timeout_s: float) -> bool:
        found = asked(self._stub().GetRide, ride_pb2.GetRideRequest(ride_id=ride_id), timeout_s)
        return bool(found.ride.state == ride_pb2.RIDE_STATE_CANCELLED)


def asked(call: Callable[..., AnswerT], request: RequestT, timeout_s: float) -> AnswerT:
    """The answer; raises SaysNo, or Unavailable where there is none."""
    try:
        return call(request, timeout=max(0.01, timeout_s))
    except grpc.RpcError as error:
        told = from_rpc_error(error)
        if error.code() in _SAYS_NO:
            raise SaysNo(told.reason, told.message) from error
        raise Unavailable(
            "POOLING_UNAVAILABLE", f"rides on demand cannot be booked now ({error.code().name})"
        ) from error
