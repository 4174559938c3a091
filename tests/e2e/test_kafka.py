"""The services on a real Kafka broker that dies while passengers book."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from kafka_broker import Broker
from landlinie.pooling.v1 import board_pb2
from onebox.bus_commands import declared, groups_of
from onebox.day.server_process import start
from onebox.main import app
from pooling.adapters import board
from ride_calls import CALL_S, Stub, ask_and_book, stops_of, stub_for, trip
from service_kit.bus_settings import BusSettings
from service_kit.identity.local_issuer import tenant_of
from service_kit.open_bus import open_bus
from typer.testing import CliRunner

from conftest import DISTRICT, EVENING_BEFORE

CATCH_UP_S = 60.0
MORNING = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def booked_on_board(stub: Stub, expected_count: int) -> int:
    """Rides booked on the day as the read model counts them, once it has caught up."""
    give_up_at_s = time.monotonic() + CATCH_UP_S
    while True:
        figures = stub.GetDayFigures(
            board_pb2.GetDayFiguresRequest(service_date="2026-11-24"), timeout=CALL_S
        ).figures
        if figures.booked_count == expected_count or time.monotonic() > give_up_at_s:
            return figures.booked_count
        time.sleep(0.1)


def book(stub: Stub, request_id: str) -> None:
    stops = stops_of(stub, "nord")
    assert ask_and_book(stub, trip(request_id, stops[0].position, stops[-1].position, MORNING)).ride


@pytest.mark.slow
@pytest.mark.network
def test_bookings_go_on_without_a_broker_and_their_events_follow(
    own_broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANDLINIE_BUS_URL", f"kafka://{own_broker.address}")
    monkeypatch.setenv("LANDLINIE_BUS_TIMEOUT_S", "2")
    assert CliRunner().invoke(app, ["topics", "apply"]).exit_code == 0
    with (
        start(DISTRICT, tmp_path / "var", EVENING_BEFORE, seed_days=2) as services,
        stub_for(services) as stub,
    ):
        book(stub, "before")
        assert booked_on_board(stub, 1) == 1
        own_broker.kill()
        book(stub, "without")
        own_broker.start()
        book(stub, "after")
        assert booked_on_board(stub, 3) == 3
    bus = open_bus(BusSettings(), tmp_path / "var" / "unused", tenant_of(tmp_path / "var"))
    assert not (tmp_path / "var" / "events.sqlite").exists()
    lags = bus.lag(board.GROUP, groups_of(declared())[board.GROUP])
    assert sum(lag.event_count for lag in lags) == 0
    bus.close()
