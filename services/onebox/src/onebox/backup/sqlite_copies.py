"""Copies of all SQLite databases of a folder as they were at one moment, while others write."""

import sqlite3
import time
from contextlib import ExitStack, closing
from pathlib import Path

from onebox.backup.archive import BackupError

BUSY_S = 30.0
"""How long a writer at work is waited for."""
PAGES_AT_ONCE = 1_000


def copy_all(folder: Path, target: Path) -> list[Path]:
    """Copy every ``*.sqlite`` below ``folder`` to the same place below ``target``; paths relative to it.

    Writers are held for the moment in which each database's state is pinned, and go on while it is copied:
    what one database tells of another at that moment is in the other one's copy.

    Raises
    ------
    BackupError
        Where a database stays locked, or a copy is not sound.
    """
    names = sorted(path.relative_to(folder) for path in folder.rglob("*.sqlite"))
    with ExitStack() as stack:
        try:
            pinned = _pinned(folder, names, stack)
            for name, source in zip(names, pinned, strict=True):
                copy = target / name
                copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                with closing(sqlite3.connect(copy)) as destination:
                    source.backup(destination, pages=PAGES_AT_ONCE)
                    # One file, without a log beside it.
                    destination.execute("PRAGMA journal_mode = DELETE")
                check(copy)
        except sqlite3.Error as error:
            raise BackupError(f"cannot copy the databases in {folder}: {error}") from None
    return names


def check(database: Path) -> None:
    """Raise BackupError unless a database's pages are sound."""
    with closing(sqlite3.connect(database)) as connection:
        found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        raise BackupError(f"{database.name} is damaged: {found}")


def revision_of(database: Path) -> str | None:
    """How far the migrations of a database are; None where it has none."""
    with closing(sqlite3.connect(database)) as connection:
        table = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'"
        if connection.execute(table).fetchone() is None:
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return None if row is None else str(row[0])


def _pinned(folder: Path, names: list[Path], stack: ExitStack) -> list[sqlite3.Connection]:
    """A connection to each database that sees its state of one and the same moment."""
    readers = []
    with ExitStack() as held:
        for name in names:
            holder = _connected(folder / name, held)
            _begin(holder, "BEGIN IMMEDIATE", time.monotonic() + BUSY_S)
        for name in names:
            reader = _connected(folder / name, stack)
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM sqlite_master").fetchone()
            readers.append(reader)
    return readers


def _connected(path: Path, stack: ExitStack) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, timeout=1.0)
    stack.callback(connection.close)
    return connection


def _begin(connection: sqlite3.Connection, statement: str, until: float) -> None:
    while True:
        try:
            connection.execute(statement)
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
        else:
            return
