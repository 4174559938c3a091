"""Passengers and phone desks: each request asked at its time, and the best offer booked."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

import grpc
from landlinie.common.v1 import geo_pb2, time_pb2
from landlinie.pooling.v1 import offer_pb2, ride_pb2
from service_kit.grpc_errors import from_rpc_error

from onebox.client import DEADLINE_S, Services
from onebox.day.latency import Stopwatch
from onebox.district import Place, RideRequest, Window
from onebox.local_time import stamp
from onebox.seeding import clock_instant


@dataclass(slots=True)
class Answers:
    """What passengers were told."""

    request_count: int = 0
    booked: dict[str, ride_pb2.Ride] = field(default_factory=dict)
    refused_by_reason: Counter[str] = field(default_factory=Counter)
    """By the main reason; what was an error instead of an answer counts under its reason, too."""
    alternative_count: int = 0
    offers: Stopwatch = field(default_factory=Stopwatch)
    bookings: Stopwatch = field(default_factory=Stopwatch)


class Passengers:
    """All requests of a day, in the order of their calls."""

    def __init__(
        self, services: Services, requests: Iterable[RideRequest], day: date, zone: ZoneInfo
    ) -> None:
        self._services = services
        self._day = day
        self._zone = zone
        self._waiting = sorted(requests, key=lambda request: (request.call_s, request.id), reverse=True)
        self.answers = Answers()

    def next_call(self) -> datetime | None:
        """When the next request is made; None when all are."""
        return self._instant(self._waiting[-1].call_s) if self._waiting else None

    def call(self) -> set[str]:
        """Make the next request and book its best offer; the zones whose plans may have changed."""
        request = self._waiting.pop()
        answers = self.answers
        answers.request_count += 1
        try:
            answer = answers.offers.around(self._ask(request))
            if not answer.offers:
                return self._refused(answer.refusal)
            offer = answer.offers[0]
            booked = answers.bookings.around(self._book(request, offer))
        except grpc.RpcError as error:
            answers.refused_by_reason[from_rpc_error(error).reason] += 1
            return set()
        answers.booked[booked.ride.ride_id] = booked.ride
        return {found.zone_id for found in answer.offers}

    def _ask(self, request: RideRequest) -> Callable[[], offer_pb2.RequestOffersResponse]:
        message = offer_pb2.RequestOffersRequest(
            request_id=f"day.{self._day}.{request.id}",
            pickup=_place(request.pickup),
            dropoff=_place(request.dropoff),
            pickup_window=self._window(request.pickup_window),
            dropoff_window=self._window(request.dropoff_window),
            party=offer_pb2.Party(
                seated_count=request.seated_count, wheelchair_count=request.wheelchair_count
            ),
            max_walk_m=request.max_walk_m,
        )
        return lambda: self._services.pooling.RequestOffers(message, timeout=DEADLINE_S)

    def _book(self, request: RideRequest, offer: offer_pb2.Offer) -> Callable[[], ride_pb2.BookRideResponse]:
        message = ride_pb2.BookRideRequest(
            request_id=f"day.{self._day}.{request.id}.book",
            offer_id=offer.offer_id,
            passenger_reference=request.id,
        )
        return lambda: self._services.pooling.BookRide(message, timeout=DEADLINE_S)

    def _refused(self, refusal: offer_pb2.Refusal) -> set[str]:
        code = refusal.reasons[0].code if refusal.reasons else offer_pb2.REFUSAL_CODE_UNSPECIFIED
        name = offer_pb2.RefusalCode.Name(code).removeprefix("REFUSAL_CODE_").lower()
        self.answers.refused_by_reason[name] += 1
        if not refusal.HasField("alternative"):
            return set()
        self.answers.alternative_count += 1
        return {refusal.alternative.zone_id}

    def _window(self, window: Window | None) -> time_pb2.TimeWindow | None:
        if window is None:
            return None
        return time_pb2.TimeWindow(
            earliest=stamp(self._instant(window.earliest_s)), latest=stamp(self._instant(window.latest_s))
        )

    def _instant(self, seconds: int) -> datetime:
        return clock_instant(self._day, seconds, self._zone)


def _place(place: Place) -> offer_pb2.Place:
    return offer_pb2.Place(
        position=geo_pb2.Position(
            latitude_deg=place.position.latitude_deg, longitude_deg=place.position.longitude_deg
        ),
        label=place.label,
    )
