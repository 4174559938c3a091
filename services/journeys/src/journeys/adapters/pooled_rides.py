"""The pooling service, asked over gRPC."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import grpc
import shapely
import structlog
from google.protobuf.timestamp_pb2 import Timestamp
from landlinie.common.v1 import geo_pb2, time_pb2
from landlinie.pooling.v1 import fleet_pb2, offer_pb2, ride_pooling_service_pb2_grpc
from shapely.geometry.base import BaseGeometry

from journeys.adapters.asking import ASK_S, time_to_ask_s
from journeys.application.ports import RideWish, Span, Unavailable
from journeys.domain.journey import PooledOffer
from journeys.domain.places import Point

_log = structlog.get_logger(__name__)

UNAVAILABLE = "POOLING_UNAVAILABLE"
ZONES_KEPT_S = 60.0
LONGEST_LABEL = 200
MOST_RELEASED = 50
_GONE = frozenset(
    {
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.ABORTED,
        grpc.StatusCode.UNAUTHENTICATED,
        grpc.StatusCode.PERMISSION_DENIED,
    }
)


@dataclass(frozen=True, slots=True)
class _Zones:
    areas: tuple[BaseGeometry, ...]
    read_s: float


class PooledRides:
    """Asks for offers, all at once, and gives back those that are not used.

    Parameters
    ----------
    stub
        How to call it, with the credentials of this service: offers are made to it. May raise Unavailable.
    monotonic_s
        The seconds that zones are kept by.
    """

    def __init__(
        self,
        stub: Callable[[], ride_pooling_service_pb2_grpc.RidePoolingServiceStub],
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stub = stub
        self._monotonic_s = monotonic_s
        self._zones: _Zones | None = None
        self._lock = threading.Lock()

    def covered(self, start: Point, ends: Sequence[Point]) -> Sequence[bool]:
        """See :class:`.OnDemand`."""
        areas = [area for area in self._areas() if area.covers(_shape(start))]
        return [any(area.covers(_shape(end)) for area in areas) for end in ends]

    def offers(self, wishes: Sequence[RideWish]) -> Sequence[PooledOffer | None]:
        """See :class:`.OnDemand`."""
        stub, time_s = self._stub(), time_to_ask_s(UNAVAILABLE)
        calls = [
            stub.RequestOffers.future(_question(wish), timeout=time_s) if _possible(wish) else None
            for wish in wishes
        ]
        found: list[PooledOffer | None] = []
        lost: grpc.RpcError | None = None
        for call in calls:
            try:
                answer = None if call is None else call.result()
            except grpc.RpcError as error:
                if error.code() in _GONE:
                    lost = error
                # A place without a road, a time long past: there is no ride, and that is an answer.
                answer = None
            found.append(_offer(answer.offers[0]) if answer is not None and answer.offers else None)
        if lost is not None and not any(found):
            raise _unavailable(lost)
        return found

    def release(self, offers: Sequence[PooledOffer]) -> None:
        """See :class:`.OnDemand`."""
        if not offers:
            return
        try:
            stub = self._stub()
        except Unavailable:
            return
        for begin in range(0, len(offers), MOST_RELEASED):
            request = offer_pb2.ReleaseOffersRequest(
                request_id=uuid4().hex,
                offer_ids=[offer.offer_id for offer in offers[begin : begin + MOST_RELEASED]],
            )
            call = stub.ReleaseOffers.future(request, timeout=ASK_S)
            call.add_done_callback(_told)

    def _areas(self) -> tuple[BaseGeometry, ...]:
        with self._lock:
            zones = self._zones
        if zones is None or self._monotonic_s() - zones.read_s > ZONES_KEPT_S:
            try:
                answer = self._stub().ListZones(
                    fleet_pb2.ListZonesRequest(), timeout=time_to_ask_s(UNAVAILABLE)
                )
            except grpc.RpcError as error:
                raise _unavailable(error) from error
            zones = _Zones(tuple(_area(zone) for zone in answer.zones), self._monotonic_s())
            with self._lock:
                self._zones = zones
        return zones.areas


def _told(call: Any) -> None:  # a grpc.Future whose type the stubs keep to themselves
    error = None if call.cancelled() else call.exception()
    if error is not None:
        _log.info("offers_not_released", error=type(error).__name__)


def _unavailable(error: grpc.RpcError) -> Unavailable:
    return Unavailable(UNAVAILABLE, f"rides on demand could not be asked for ({error.code().name})")


def _possible(wish: RideWish) -> bool:
    spans = (wish.pickup_span, wish.dropoff_span)
    return all(span.earliest_s < span.latest_s for span in spans) and (
        wish.pickup_span.earliest_s < wish.dropoff_span.latest_s
    )


def _question(wish: RideWish) -> offer_pb2.RequestOffersRequest:
    pickup, dropoff = (_place(point) for point in (wish.pickup, wish.dropoff))
    return offer_pb2.RequestOffersRequest(
        request_id=uuid4().hex,
        pickup=pickup,
        dropoff=dropoff,
        pickup_window=_window(wish.pickup_span),
        dropoff_window=_window(wish.dropoff_span),
        party=offer_pb2.Party(
            seated_count=wish.travellers.seated, wheelchair_count=wish.travellers.wheelchairs
        ),
        max_walk_m=wish.max_walk_m,
        max_offer_count=1,
        part_of_search=True,
    )


def _window(span: Span) -> time_pb2.TimeWindow:
    return time_pb2.TimeWindow(earliest=_stamp(span.earliest_s), latest=_stamp(span.latest_s))


def _place(point: Point) -> offer_pb2.Place:
    position = geo_pb2.Position(latitude_deg=point.latitude_deg, longitude_deg=point.longitude_deg)
    return offer_pb2.Place(position=position, label=point.label[:LONGEST_LABEL])


def _offer(offer: offer_pb2.Offer) -> PooledOffer:
    return PooledOffer(
        offer_id=offer.offer_id,
        zone_id=offer.zone_id,
        pickup=_point(offer.pickup),
        dropoff=_point(offer.dropoff),
        pickup_walk_m=offer.pickup.walk_m,
        pickup_walk_s=offer.pickup.walk_duration.seconds,
        dropoff_walk_m=offer.dropoff.walk_m,
        dropoff_walk_s=offer.dropoff.walk_duration.seconds,
        pickup_earliest_s=offer.promise.pickup_window.earliest.seconds,
        pickup_latest_s=offer.promise.pickup_window.latest.seconds,
        latest_arrival_s=offer.promise.latest_arrival.seconds,
        planned_pickup_s=offer.planned_pickup_time.seconds,
        planned_dropoff_s=offer.planned_dropoff_time.seconds,
        direct_s=offer.direct_duration.seconds,
        expire_s=offer.expire_time.seconds,
        wire=offer.SerializeToString(),
    )


def _point(where: offer_pb2.BoardingPoint) -> Point:
    return Point(where.position.latitude_deg, where.position.longitude_deg, where.label)


def _area(zone: fleet_pb2.Zone) -> BaseGeometry:
    area = shapely.Polygon([(corner.longitude_deg, corner.latitude_deg) for corner in zone.boundary])
    shapely.prepare(area)
    return area


def _shape(point: Point) -> shapely.Point:
    return shapely.Point(point.longitude_deg, point.latitude_deg)


def _stamp(instant_s: int) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(datetime.fromtimestamp(instant_s, UTC))
    return stamp
