"""The revisions build exactly the tables the code works with."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from pooling.adapters import board_tables, tables
from service_kit.database import open_engine
from service_kit.migrations import migrate


@pytest.mark.parametrize(
    ("package", "metadata"),
    [
        ("pooling.adapters.migrations", tables.metadata),
        ("pooling.adapters.board_migrations", board_tables.metadata),
    ],
)
def test_migrated_database_is_the_one_the_code_knows(
    tmp_path: Path, package: str, metadata: sa.MetaData
) -> None:
    migrated = open_engine(f"sqlite:///{tmp_path / 'migrated.sqlite'}")
    migrate(migrated, package)
    with migrated.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    made = open_engine(f"sqlite:///{tmp_path / 'made.sqlite'}")
    metadata.create_all(made)
    assert _numbered(migrated) == _numbered(made)
    migrated.dispose()
    made.dispose()


def _numbered(engine: sa.Engine) -> set[str]:
    """Tables whose numbers are never given out again."""
    query = sa.text("SELECT name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'")
    with engine.connect() as connection:
        return set(connection.execute(query).scalars())
