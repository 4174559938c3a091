"""What is looked up when somebody asks for the figures: backlogs, lags, connections."""

import pytest
from live import Live
from service_kit.telemetry.metrics import REGISTRY

pytestmark = pytest.mark.network


def value_of(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, labels)


def test_backlogs_lags_and_connections_are_told(live: Live) -> None:
    live.add_bus()
    live.ride(0, 3)
    rides = {"group": "pooling-board", "topic": "landlinie.pooling.ride.v1"}
    live.eventually(lambda: value_of("landlinie_consumer_lag_events", **rides) == 0)
    live.eventually(lambda: value_of("landlinie_outbox_backlog_events", database="pooling") == 0)
    assert value_of("landlinie_outbox_oldest_age_seconds", database="pooling") == 0
    assert value_of("landlinie_outbox_backlog_events", database="roads") == 0
    limit = value_of("landlinie_database_connections_limit", database="pooling")
    assert limit is not None
    assert 0 <= (value_of("landlinie_database_connections", database="pooling") or 0) <= limit
    live.stop()
    assert value_of("landlinie_outbox_backlog_events", database="pooling") is None


def test_what_became_of_rides_is_counted_once(live: Live) -> None:
    def counts() -> tuple[float, ...]:
        return tuple(
            value_of(name, **labels) or 0.0
            for name, labels in (
                ("landlinie_rides_total", {"outcome": "booked"}),
                ("landlinie_offers_asked_total", {"answer": "offered"}),
                ("landlinie_offers_asked_total", {"answer": "refused"}),
                ("landlinie_offers_refused_total", {"reason": "no_seat"}),
                ("landlinie_offers_made_total", {}),
                ("landlinie_insertion_duration_seconds_count", {}),
            )
        )

    live.add_bus()
    before = counts()
    question = live.question(0, 3)
    answer = live.stub.RequestOffers(question)
    assert live.stub.RequestOffers(question) == answer
    live.book(answer.offers[0])
    assert live.ask(0, 3, load=(20, 0)).offers == []
    booked, offered, refused, no_seat, made, searches = (
        now - then for now, then in zip(counts(), before, strict=True)
    )
    assert (booked, offered, refused, no_seat, made) == (1, 1, 1, 1, len(answer.offers))
    assert searches >= 2
