"""A database with the kit's tables, and a bus, both in files of the test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from service_kit.database import open_engine
from service_kit.embedded_bus import EmbeddedBus
from service_kit.inbox import inbox_table
from service_kit.outbox import outbox_table


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    engine = open_engine(f"sqlite:///{tmp_path}/service.db")
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
