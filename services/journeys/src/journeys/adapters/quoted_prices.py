"""The ticketing service, asked over gRPC what a journey would cost."""

from collections.abc import Sequence
from datetime import UTC, datetime

import grpc
from google.protobuf.timestamp_pb2 import Timestamp
from landlinie.common.v1 import geo_pb2
from landlinie.ticketing.v1 import journey_pb2, statement_pb2, ticketing_service_pb2_grpc

from journeys.application.ports import Unavailable
from journeys.domain.journey import Leg, Mode, Price, Transit
from journeys.domain.places import Point

ASK_S = 3.0
_NO_PRICE = frozenset(
    {
        grpc.StatusCode.FAILED_PRECONDITION,
        grpc.StatusCode.INVALID_ARGUMENT,
        grpc.StatusCode.NOT_FOUND,
    }
)
"""Nothing of the tariff covers it: that is an answer."""
_FREE = frozenset({Mode.WALK, Mode.BICYCLE})
_TICKETED = frozenset({Mode.TRANSIT, Mode.POOLED_RIDE})


class QuotedPrices:
    """Asks for what journeys would add to the period's best price."""

    def __init__(self, stub: ticketing_service_pb2_grpc.TicketingServiceStub) -> None:
        self._stub = stub

    def quotes(self, journeys: Sequence[Sequence[Leg]], payer: str) -> Sequence[Price | None]:
        """See :class:`.Prices`."""
        calls = [
            self._stub.Quote.future(_question(legs, payer), timeout=ASK_S)
            if any(leg.mode in _TICKETED for leg in legs)
            else None
            for legs in journeys
        ]
        found: list[Price | None] = []
        for legs, call in zip(journeys, calls, strict=True):
            complete = all(leg.mode in _TICKETED | _FREE for leg in legs)
            if call is None:
                found.append(Price(0, "EUR") if complete else None)
                continue
            try:
                answer = call.result()
            except grpc.RpcError as error:
                if error.code() not in _NO_PRICE:
                    raise Unavailable(
                        "PRICES_UNAVAILABLE", f"prices could not be asked for ({error.code().name})"
                    ) from error
                found.append(None)
            else:
                found.append(Price(answer.price_cents, answer.currency, complete))
        return found


def _question(legs: Sequence[Leg], payer: str) -> statement_pb2.QuoteRequest:
    return statement_pb2.QuoteRequest(
        account_id=payer, legs=[_leg(leg) for leg in legs if leg.mode in _TICKETED]
    )


def _leg(leg: Leg) -> journey_pb2.Leg:
    told = journey_pb2.Leg(
        board_time=_stamp(leg.depart_s),
        alight_time=_stamp(leg.arrive_s),
        board=_place(leg.start),
        alight=_place(leg.end),
    )
    if isinstance(leg.detail, Transit):
        told.route_id, told.trip_id = leg.detail.route_id, leg.detail.trip_id
        told.stop_count = len(leg.detail.passed) + 1
    return told


def _place(point: Point) -> journey_pb2.Place:
    position = geo_pb2.Position(latitude_deg=point.latitude_deg, longitude_deg=point.longitude_deg)
    return journey_pb2.Place(stop_id=point.stop_id, position=position)


def _stamp(instant_s: int) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(datetime.fromtimestamp(instant_s, UTC))
    return stamp
