"""The revisions build exactly the tables the code works with."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from pooling.adapters import board_tables, tables
from pydantic import SecretStr
from service_kit.database import database_url, open_engine
from service_kit.migrations import migrate
from service_kit.settings import StoreSettings


@pytest.mark.parametrize(
    ("package", "metadata"),
    [
        ("pooling.adapters.migrations", tables.metadata),
        ("pooling.adapters.board_migrations", board_tables.metadata),
    ],
)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_migrated_database_is_the_one_the_code_knows(
    request: pytest.FixtureRequest, tmp_path: Path, package: str, metadata: sa.MetaData, kind: str
) -> None:
    kept = StoreSettings()
    if kind == "postgresql":
        kept = StoreSettings(database_url=request.getfixturevalue("postgres_url"))
    migrated = open_engine(database_url(kept, tmp_path, "migrated"))
    migrate(migrated, package)
    with migrated.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    if kind == "sqlite":
        made = open_engine(f"sqlite:///{tmp_path / 'made.sqlite'}")
        metadata.create_all(made)
        assert _numbered(migrated) == _numbered(made)
        made.dispose()
    migrated.dispose()


def test_replicas_that_start_at_once_migrate_once(postgres_url: str) -> None:
    engines = [
        open_engine(database_url(StoreSettings(database_url=SecretStr(postgres_url)), Path(), "pooling"))
        for _ in range(4)
    ]
    barrier = Barrier(len(engines))

    def start(engine: sa.Engine) -> str | None:
        barrier.wait()
        return migrate(engine, "pooling.adapters.migrations")

    with ThreadPoolExecutor(len(engines)) as replicas:
        assert len(set(replicas.map(start, engines))) == 1
    for engine in engines:
        engine.dispose()


def _numbered(engine: sa.Engine) -> set[str]:
    """Tables whose numbers are never given out again."""
    query = sa.text("SELECT name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'")
    with engine.connect() as connection:
        return set(connection.execute(query).scalars())
