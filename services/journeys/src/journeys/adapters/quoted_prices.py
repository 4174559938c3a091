"""The ticketing service, asked over gRPC what a journey would cost."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import grpc
from google.protobuf.timestamp_pb2 import Timestamp
from landlinie.common.v1 import geo_pb2
from landlinie.ticketing.v1 import journey_pb2, statement_pb2, ticketing_service_pb2_grpc
from service_kit.errors import NotFound
from service_kit.grpc_errors import from_rpc_error

from journeys.adapters.asking import time_to_ask_s
from journeys.application.ports import Unavailable
from journeys.application.question import Payer, Travellers
from journeys.domain.journey import Leg, Mode, Price, SharedCar, Transit
from journeys.domain.places import Point

UNAVAILABLE = "PRICES_UNAVAILABLE"
NO_ACCOUNT = "ACCOUNT_NOT_FOUND"
ADULT = "adult"
EURO = "EUR"
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
_PRICED_HERE = frozenset({Mode.SHARED_CAR})
"""Legs that tell their price themselves."""


class QuotedPrices:
    """Asks for what journeys would add to the period's best price.

    Parameters
    ----------
    stub
        How to call it, with somebody's credential: what accounts there are for them, ticketing decides. None
        for this service's own. May raise Unavailable.
    """

    def __init__(self, stub: Callable[[str | None], ticketing_service_pb2_grpc.TicketingServiceStub]) -> None:
        self._stub = stub

    def quotes(
        self, journeys: Sequence[Sequence[Leg]], payer: Payer, travellers: Travellers
    ) -> Sequence[Price | None]:
        """See :class:`.Prices`."""
        stub = self._stub(payer.credential or None)

        def asked(every: Sequence[Sequence[Leg]]) -> list[statement_pb2.QuoteResponse | None]:
            if not any(every):
                return [None] * len(every)
            time_s = time_to_ask_s(UNAVAILABLE)
            calls = [
                stub.Quote.future(_question(legs, payer, travellers), timeout=time_s) if legs else None
                for legs in every
            ]
            return [None if call is None else _answer(call, payer) for call in calls]

        ticketed = [[leg for leg in legs if leg.mode in _TICKETED] for legs in journeys]
        answers = asked(ticketed)
        # Where the train leads out of the tariff, it is told at least what the ride to it costs.
        on_demand = [
            [leg for leg in legs if leg.mode is Mode.POOLED_RIDE] if answer is None else []
            for legs, answer in zip(ticketed, answers, strict=True)
        ]
        parts = asked(
            [some if len(some) < len(legs) else [] for some, legs in zip(on_demand, ticketed, strict=True)]
        )
        return [
            _price(legs, answer, part) for legs, answer, part in zip(journeys, answers, parts, strict=True)
        ]


def _answer(call: Any, payer: Payer) -> statement_pb2.QuoteResponse | None:  # a grpc.Future, as stubs say
    """What a call brings; None where no tariff covers it. Raises Unavailable, NotFound."""
    try:
        answer: statement_pb2.QuoteResponse = call.result()
    except grpc.RpcError as error:
        if payer.account_id and from_rpc_error(error).reason == NO_ACCOUNT:
            raise NotFound.in_field(
                "payer", f"there is no account {payer.account_id!r}", NO_ACCOUNT
            ) from None
        if error.code() not in _NO_PRICE:
            raise Unavailable(UNAVAILABLE, f"prices could not be asked for ({error.code().name})") from error
        return None
    return answer


def _price(
    legs: Sequence[Leg], whole: statement_pb2.QuoteResponse | None, part: statement_pb2.QuoteResponse | None
) -> Price | None:
    """What is known of a price: of everything, of a part, of what tells it itself; None where nothing is."""
    own = _own_price(legs)
    quoted = whole or part
    if quoted is None:
        priced = all(leg.mode in _FREE | _PRICED_HERE for leg in legs)
        return replace(own, complete=priced) if priced or own.cents else None
    complete = part is None and all(leg.mode in _TICKETED | _FREE | _PRICED_HERE for leg in legs)
    same = not own.cents or own.currency == quoted.currency
    return Price(quoted.price_cents + (own.cents if same else 0), quoted.currency, complete and same)


def _own_price(legs: Sequence[Leg]) -> Price:
    """What legs cost that tell it themselves, in the currency of the first of them."""
    details = [leg.detail for leg in legs if isinstance(leg.detail, SharedCar)]
    currency = details[0].currency if details else EURO
    return Price(sum(detail.price_cents for detail in details if detail.currency == currency), currency)


def _question(legs: Sequence[Leg], payer: Payer, travellers: Travellers) -> statement_pb2.QuoteRequest:
    count = travellers.seated + travellers.wheelchairs
    riders = [journey_pb2.RiderGroup(rider_category=ADULT, count=count)] if count > 1 else []
    return statement_pb2.QuoteRequest(
        account_id=payer.account_id,
        legs=[_leg(leg) for leg in legs],
        riders=riders,
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
