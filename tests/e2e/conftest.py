"""Real services on the demo district, each test with its own."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from onebox.day.server_process import ServerProcess, start

REPOSITORY = Path(__file__).resolve().parents[2]
DISTRICT = REPOSITORY / "data" / "demo"
# A Monday evening in winter time; rides are asked for the day after.
EVENING_BEFORE = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)

Starter = Callable[[], ServerProcess]


@pytest.fixture
def start_services(tmp_path: Path) -> Iterator[Starter]:
    """Starts services on one data folder, again and again if need be; all are ended after the test."""
    started: list[ServerProcess] = []

    def again() -> ServerProcess:
        server = start(DISTRICT, tmp_path / "var", EVENING_BEFORE, seed_days=2)
        started.append(server)
        return server

    yield again
    for server in started:
        server.kill()


@pytest.fixture
def services(start_services: Starter) -> ServerProcess:
    return start_services()
