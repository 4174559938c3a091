"""A town of the test's own, and the same town behind a running service."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from live import Live
from servers import postgres_server, postgres_url, redis_server, redis_url
from service_kit import consumers
from town import Town

__all__ = ["postgres_server", "postgres_url", "redis_server", "redis_url"]


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty database; which kind, modules choose with :mod:`databases`."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return f"sqlite:///{tmp_path}/pooling.sqlite"
    shared: str = request.getfixturevalue("postgres_url")
    return shared


@pytest.fixture
def town(tmp_path: Path, database: str) -> Iterator[Town]:
    town = Town(tmp_path, database=database)
    yield town
    town.close()


@pytest.fixture
def live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Live]:
    # An idle consumer ends at its next look for events: a quarter of a second in every test is too much.
    monkeypatch.setattr(consumers, "_POLL_S", 0.02)
    live = Live(tmp_path)
    yield live
    live.close()
