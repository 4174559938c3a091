import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from service_kit.database import open_engine
from service_kit.migrations import DatabaseTooNew, migrate

FIRST = """
import sqlalchemy as sa
from alembic import op
from service_kit.inbox import inbox_table
from service_kit.outbox import outbox_table

revision = "0001"
down_revision = None


def upgrade():
    metadata = sa.MetaData()
    sa.Table("ride", metadata, sa.Column("id", sa.String, primary_key=True))
    outbox_table(metadata)
    inbox_table(metadata)
    metadata.create_all(op.get_bind())
"""
SECOND = """
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.add_column("ride", sa.Column("zone_id", sa.String))
"""
BROKEN = """
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade():
    op.execute("CREATE TABLE half (x INTEGER)")
    op.execute("INSERT INTO nowhere VALUES (1)")
"""
PACKAGE = "a_service_of_this_test.migrations"


class Package:
    """A package of migrations to which revisions are added."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True)
        (folder / "__init__.py").touch()
        (folder.parent / "__init__.py").touch()

    def add(self, name: str, code: str) -> None:
        (self.folder / name).write_text(code)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Package]:
    made = Package(tmp_path / "src" / PACKAGE.replace(".", "/"))
    made.add("v0001_initial.py", FIRST)
    monkeypatch.syspath_prepend(tmp_path / "src")
    yield made
    for name in [name for name in sys.modules if name.startswith("a_service_of_this_test")]:
        del sys.modules[name]


@pytest.fixture
def empty(url: str) -> Iterator[sa.Engine]:
    engine = open_engine(url)
    yield engine
    engine.dispose()


def columns(engine: sa.Engine, table: str) -> list[str]:
    return [column["name"] for column in sa.inspect(engine).get_columns(table)]


@pytest.mark.usefixtures("package")
def test_an_empty_database_gets_everything_and_once(empty: sa.Engine) -> None:
    assert migrate(empty, PACKAGE) == "0001"
    assert {"ride", "outbox", "inbox"} <= set(sa.inspect(empty).get_table_names())
    with empty.begin() as connection:
        connection.exec_driver_sql("INSERT INTO ride VALUES ('r1')")
    assert migrate(empty, PACKAGE) == "0001"
    with empty.connect() as connection:
        assert connection.exec_driver_sql("SELECT id FROM ride").scalars().all() == ["r1"]


def test_an_older_database_is_brought_forward_with_its_rows(empty: sa.Engine, package: Package) -> None:
    migrate(empty, PACKAGE)
    with empty.begin() as connection:
        connection.exec_driver_sql("INSERT INTO ride VALUES ('r1')")
    package.add("v0002_zone.py", SECOND)
    assert migrate(empty, PACKAGE) == "0002"
    assert columns(empty, "ride") == ["id", "zone_id"]
    with empty.connect() as connection:
        assert connection.exec_driver_sql("SELECT id FROM ride").scalars().all() == ["r1"]


def test_a_database_from_the_future_is_refused_untouched(empty: sa.Engine, package: Package) -> None:
    migrate(empty, PACKAGE)
    with empty.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0042'")
    package.add("v0002_zone.py", SECOND)
    with pytest.raises(DatabaseTooNew, match="0042"):
        migrate(empty, PACKAGE)
    assert columns(empty, "ride") == ["id"]


def test_a_broken_migration_leaves_the_database_as_it_was(empty: sa.Engine, package: Package) -> None:
    migrate(empty, PACKAGE)
    package.add("v0002_zone.py", SECOND)
    package.add("v0003_broken.py", BROKEN)
    with pytest.raises(sa.exc.DBAPIError, match="nowhere"):
        migrate(empty, PACKAGE)
    assert columns(empty, "ride") == ["id"]
    assert "half" not in sa.inspect(empty).get_table_names()
    with empty.connect() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == "0001"


@pytest.mark.usefixtures("package")
def test_two_that_migrate_at_once_do_it_once(empty: sa.Engine) -> None:
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lambda _: migrate(empty, PACKAGE), range(2))) == ["0001", "0001"]
