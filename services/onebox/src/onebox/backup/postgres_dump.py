"""What PostgreSQL holds, by its own tools; they must be of the server's version or newer."""

import os
import shutil
import subprocess
from pathlib import Path

import sqlalchemy as sa

from onebox.backup.archive import BackupError

LOCK_TIMEOUT_MS = 30_000


def dump(url: str, target: Path) -> None:
    """Write one consistent state of the whole database to ``target``; others go on writing meanwhile.

    Raises
    ------
    BackupError
        With what ``pg_dump`` says.
    """
    _run(
        [
            "pg_dump",
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            f"--lock-wait-timeout={LOCK_TIMEOUT_MS}",
        ],
        url,
        ["--file", str(target)],
    )


def restore(url: str, source: Path) -> None:
    """Make a dump the content of an empty database: all of it, or nothing.

    Raises
    ------
    BackupError
        Where the database holds tables already, and with what ``pg_restore`` says.
    """
    tables = tables_in(url)
    if tables:
        raise BackupError(f"the database is not empty: it holds {', '.join(tables[:5])}")
    _run(
        ["pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges"],
        url,
        [str(source)],
    )


def tables_in(url: str) -> list[str]:
    """Tables of the database, with their schemas; raises BackupError where it does not answer."""
    engine = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg"), poolclass=sa.NullPool)
    query = sa.text(
        "SELECT schemaname || '.' || tablename FROM pg_tables"
        " WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
    )
    try:
        with engine.connect() as connection:
            return list(connection.scalars(query))
    except sa.exc.OperationalError as error:
        raise BackupError(f"the database does not answer: {error.orig}") from None


def _run(command: list[str], url: str, further: list[str]) -> None:
    if shutil.which(command[0]) is None:
        raise BackupError(f"{command[0]} is missing here; install PostgreSQL's client programs")
    address = sa.make_url(url).set(drivername="postgresql")
    environment = dict(os.environ)
    if address.password is not None:
        # Not among the arguments: those are shown to everybody on the machine.
        environment["PGPASSWORD"] = str(address.password)
    shown = sa.URL.create(
        "postgresql", address.username, None, address.host, address.port, address.database, address.query
    )
    done = subprocess.run(  # noqa: S603 - our own arguments
        [*command, "--dbname", shown.render_as_string(), *further],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BackupError(f"{command[0]}: {done.stderr.strip()[-500:]}")
