"""Prices asked of ticketing, as far as the caller's time reaches."""

from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from journeys.adapters.asking import ASK_S
from journeys.adapters.quoted_prices import QuotedPrices
from journeys.application.ports import Unavailable
from journeys.application.question import NOBODY, Travellers
from journeys.domain.journey import Leg, Mode, Price
from journeys.domain.places import Point
from landlinie.ticketing.v1 import statement_pb2
from service_kit.deadline import set_remaining_s

HERE, THERE = Point(53.5, 13.2, "here"), Point(53.5, 13.3, "there")
RIDE, TRAIN = (Leg(mode, HERE, THERE, 0, 600, 900) for mode in (Mode.POOLED_RIDE, Mode.TRANSIT))


class NotCovered(grpc.RpcError):
    def code(self) -> grpc.StatusCode:
        return grpc.StatusCode.FAILED_PRECONDITION


class Ticketing:
    """A tariff for rides on demand alone; ``left_s`` is what is left of the caller's time after a refusal."""

    def __init__(self, left_s: float | None) -> None:
        self.left_s = left_s
        self.asked: list[tuple[int, float]] = []
        self.Quote = self

    def future(self, request: statement_pb2.QuoteRequest, timeout: float) -> Any:
        self.asked.append((len(request.legs), timeout))
        return Quoted(self, len(request.legs))


class Quoted:
    def __init__(self, ticketing: Ticketing, leg_count: int) -> None:
        self._ticketing = ticketing
        self._leg_count = leg_count

    def result(self) -> statement_pb2.QuoteResponse:
        if self._leg_count > 1:
            set_remaining_s(self._ticketing.left_s)
            raise NotCovered
        return statement_pb2.QuoteResponse(price_cents=150, currency="EUR")


@pytest.fixture(autouse=True)
def unhurried() -> Iterator[None]:
    yield
    set_remaining_s(None)


def quoted(ticketing: Ticketing, *journeys: list[Leg]) -> list[Price | None]:
    prices = QuotedPrices(lambda _: ticketing)  # type: ignore[arg-type, return-value]  # as far as it is asked
    return list(prices.quotes(journeys, NOBODY, Travellers()))


def test_where_the_tariff_ends_the_part_it_covers_is_told() -> None:
    ticketing = Ticketing(left_s=None)
    assert quoted(ticketing, [RIDE, TRAIN], [RIDE]) == [Price(150, "EUR", False), Price(150, "EUR", True)]
    assert ticketing.asked == [(2, ASK_S), (1, ASK_S), (1, ASK_S)]


def test_a_second_question_takes_no_longer_than_the_caller_still_waits() -> None:
    ticketing = Ticketing(left_s=0.1)
    with pytest.raises(Unavailable):
        quoted(ticketing, [RIDE, TRAIN])
    assert ticketing.asked == [(2, ASK_S)]


def test_nobody_is_asked_for_the_price_of_a_walk() -> None:
    ticketing = Ticketing(left_s=None)
    set_remaining_s(0.0)
    (price,) = quoted(ticketing, [Leg(Mode.WALK, HERE, THERE, 0, 600, 900)])
    assert price == Price(0, "EUR", True)
    assert ticketing.asked == []
