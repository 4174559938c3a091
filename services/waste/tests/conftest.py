"""A district of the test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from district import Office
from live_waste import LiveWaste
from servers import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty database: SQLite, or what a test's parameter says."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return f"sqlite:///{tmp_path}/waste.sqlite"
    shared: str = request.getfixturevalue("postgres_url")
    return shared


@pytest.fixture
def office(database: str) -> Iterator[Office]:
    office = Office(database)
    yield office
    office.close()


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveWaste]:
    live = LiveWaste(tmp_path)
    yield live
    live.close()
