"""Bringing a database to the shape the code knows, with Alembic revisions shipped inside a package.

The package holds the revision files themselves (``v0001_initial.py`` with ``revision`` and
``down_revision``); no ``env.py`` and no ``alembic.ini`` are needed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files

import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import ScriptDirectory

from service_kit.postgres import is_postgres, lock_key

PATIENCE_MS = 300_000
"""How long a replica waits for the one that migrates, and a statement of a migration may take."""


class DatabaseTooNew(Exception):  # noqa: N818 - reads as what it is
    """The database was written by a newer version of the program."""


def revisions_in(package: str) -> set[str]:
    """Return every revision the package knows."""
    with as_file(files(package)) as folder:
        script = ScriptDirectory(str(folder), version_locations=[str(folder)])
        return {revision.revision for revision in script.walk_revisions()}


def migrate(engine: sa.Engine, package: str) -> str | None:
    """Apply every revision in ``package`` the database lacks, all of them or none.

    Safe to run in several processes at once: on SQLite the write lock, on PostgreSQL an advisory one lets one
    of them do the work. A schema that is missing on PostgreSQL is made.

    Returns
    -------
    The revision the database is at now; None when the package has none.

    Raises
    ------
    DatabaseTooNew
        When the database is at a revision the package does not know; nothing is changed.
    """
    with as_file(files(package)) as folder:
        script = ScriptDirectory(str(folder), version_locations=[str(folder)])
        known = {revision.revision for revision in script.walk_revisions()}

        def missing(current: str, _context: MigrationContext) -> list[RevisionStep]:
            return list(script._upgrade_revs("head", current))  # noqa: SLF001 - as Alembic's upgrade does

        with alone(engine, package) as connection:
            context = MigrationContext.configure(connection, opts={"fn": missing, "script": script})
            unknown = set(context.get_current_heads()) - known
            if unknown:
                raise DatabaseTooNew(
                    f"database {engine.url!s} is at revision {', '.join(sorted(unknown))}, which "
                    f"{package} does not know; run a newer version of the program"
                )
            with Operations.context(context):
                context.run_migrations()
            return context.get_current_revision()


@contextmanager
def alone(engine: sa.Engine, doing: str) -> Iterator[sa.Connection]:
    """Open a transaction in which nobody else does the same to this database; a missing schema is made."""
    if not is_postgres(engine):
        with engine.begin() as connection:
            yield connection
        return
    with engine.connect() as connection:
        # Who has waited for the lock must see what was done meanwhile: a snapshot would be older than that.
        waiting = connection.execution_options(isolation_level="READ COMMITTED")
        with waiting.begin():
            for setting in ("lock_timeout", "statement_timeout"):
                waiting.exec_driver_sql(f"SET LOCAL {setting} = {PATIENCE_MS}")
            schema = waiting.exec_driver_sql("SHOW search_path").scalar_one()
            waiting.execute(
                sa.select(sa.func.pg_advisory_xact_lock(lock_key("landlinie migrations", doing, schema)))
            )
            if "," not in schema:
                quoted = waiting.dialect.identifier_preparer.quote_identifier(schema.strip('"'))
                waiting.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {quoted}")
            yield waiting
