"""Bringing a database to the shape the code knows, with Alembic revisions shipped inside a package.

The package holds the revision files themselves (``v0001_initial.py`` with ``revision`` and
``down_revision``); no ``env.py`` and no ``alembic.ini`` are needed.
"""

from importlib.resources import as_file, files

import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import ScriptDirectory


class DatabaseTooNew(Exception):  # noqa: N818 - reads as what it is
    """The database was written by a newer version of the program."""


def migrate(engine: sa.Engine, package: str) -> str | None:
    """Apply every revision in ``package`` the database lacks, all of them or none.

    Safe to run in several processes at once on SQLite: the write lock lets one do the work.

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

        with engine.begin() as connection:
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
