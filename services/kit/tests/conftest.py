"""A database with the kit's tables, and a bus, both in files of the test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from servers import postgres_server, postgres_url, redis_server, redis_url
from service_kit.database import open_engine
from service_kit.embedded_bus import EmbeddedBus
from service_kit.inbox import inbox_table
from service_kit.outbox import outbox_table

__all__ = ["postgres_server", "postgres_url", "redis_server", "redis_url"]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/service.db"
    shared: str = request.getfixturevalue("postgres_url")
    return shared


@pytest.fixture
def engine(url: str) -> Iterator[sa.Engine]:
    engine = open_engine(url)
    metadata = sa.MetaData()
    outbox_table(metadata)
    inbox_table(metadata)
    # What a handler makes of events: their order of arrival.
    sa.Table("handled", metadata, sa.Column("seq", sa.Integer, primary_key=True), sa.Column("id", sa.String))
    with engine.begin() as connection:
        metadata.create_all(connection)
    yield engine
    engine.dispose()


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[EmbeddedBus]:
    bus = EmbeddedBus(tmp_path / "events.db")
    yield bus
    bus.close()
