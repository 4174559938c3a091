"""``landlinie backup`` and ``landlinie restore``."""

import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from journeys.foundation import DATABASES as JOURNEYS_DATABASES
from rich.console import Console
from service_kit.migrations import revisions_in
from service_kit.settings import StoreSettings
from ticketing.bootstrap import DATABASES as TICKETING_DATABASES
from waste.bootstrap import DATABASES as WASTE_DATABASES

from onebox.backup import archive, postgres_dump, sqlite_copies
from onebox.backup.archive import DATA, DUMP, BackupError, Manifest
from onebox.settings import DEFAULT_DATA_DIR, DataDir

_DATABASES = TICKETING_DATABASES | WASTE_DATABASES | JOURNEYS_DATABASES
_PACKAGES = {
    f"{DATA}/pooling.sqlite": "pooling.adapters.migrations",
    f"{DATA}/board.sqlite": "pooling.adapters.board_migrations",
    f"{DATA}/roads.sqlite": "pooling.adapters.road_migrations",
    **{f"{DATA}/{name}.sqlite": package for name, package in _DATABASES.items()},
}

_console = Console(highlight=False, soft_wrap=True)
_errors = Console(highlight=False, soft_wrap=True, stderr=True)


def backup(
    file: Annotated[Path, typer.Argument(help="the backup to write; it must not exist")],
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Write everything that is kept here into one file; services may run meanwhile."""
    try:
        manifest = write_backup(file, data_dir, _database_url())
    except BackupError as error:
        _errors.print(f"No backup: {error}")
        raise typer.Exit(1) from None
    _console.print(f"{file}: {file.stat().st_size} bytes")
    _list(manifest)


def restore(
    file: Annotated[Path, typer.Argument(help="a file that landlinie backup wrote")],
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Make an empty data folder, and an empty PostgreSQL where one is used, what they were in a backup."""
    try:
        manifest = restore_backup(file, data_dir, _database_url())
    except BackupError as error:
        _errors.print(f"Not restored: {error}")
        raise typer.Exit(1) from None
    _console.print(f"{data_dir}: as it was at {manifest.made_at.isoformat(timespec='seconds')}")
    _list(manifest)


def write_backup(file: Path, data_dir: Path, database_url: str | None) -> Manifest:
    """Write a backup of a data folder and of PostgreSQL, where it is used; raises BackupError."""
    if not data_dir.is_dir() and database_url is None:
        raise BackupError(f"there is no data folder {data_dir}")
    try:
        with tempfile.TemporaryDirectory(prefix=".landlinie-backup-", dir=file.absolute().parent) as folder:
            copies = Path(folder)
            files: dict[str, Path] = {}
            revisions: dict[str, str | None] = {}
            # First the plans and rides, then the log: what is told of them twice is dropped by who hears it,
            # what is never told is missed.
            if database_url is not None:
                postgres_dump.dump(database_url, copies / DUMP)
                files[DUMP] = copies / DUMP
            for name in sqlite_copies.copy_all(data_dir, copies / DATA):
                member = f"{DATA}/{name.as_posix()}"
                files[member] = copies / DATA / name
                revisions[member] = sqlite_copies.revision_of(copies / DATA / name)
            for name in archive.data_files(data_dir):
                files[f"{DATA}/{name.as_posix()}"] = data_dir / name
            if not files:
                raise BackupError(f"{data_dir} is empty")
            return archive.write(file, files, revisions)
    except OSError as error:
        raise BackupError(f"cannot write {file}: {error.strerror}") from None


def restore_backup(file: Path, data_dir: Path, database_url: str | None) -> Manifest:
    """Restore into an empty data folder and an empty database; nothing is changed where it fails.

    Raises
    ------
    BackupError
        Where the folder or the database holds anything, or the backup cannot be used.
    """
    if data_dir.exists() and any(data_dir.iterdir()):
        raise BackupError(f"{data_dir} is not empty")
    try:
        data_dir.absolute().parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(
            prefix=".landlinie-restore-", dir=data_dir.absolute().parent
        ) as folder:
            unpacked = Path(folder)
            manifest = archive.unpack(file, unpacked)
            _check_usable(file, manifest, unpacked, database_url)
            if database_url is not None:
                postgres_dump.restore(database_url, unpacked / DUMP)
            # The folder itself may be a volume that is mounted: it stays.
            data_dir.mkdir(mode=0o700, exist_ok=True)
            for path in (unpacked / DATA).glob("*"):
                shutil.move(path, data_dir)
            return manifest
    except OSError as error:
        raise BackupError(f"cannot restore into {data_dir}: {error.strerror}") from None


def _check_usable(file: Path, manifest: Manifest, unpacked: Path, database_url: str | None) -> None:
    for name, member in manifest.members.items():
        if name.endswith(".sqlite"):
            sqlite_copies.check(unpacked / name)
        package = _PACKAGES.get(name)
        if package and member.revision is not None and member.revision not in revisions_in(package):
            raise BackupError(
                f"{file}: {name} is at revision {member.revision}, which this program does not know: "
                "restore with a newer one"
            )
    if (DUMP in manifest.members) != (database_url is not None):
        raise BackupError(
            f"{file} holds what was kept in PostgreSQL: set LANDLINIE_DATABASE_URL"
            if database_url is None
            else f"{file} holds nothing of PostgreSQL: unset LANDLINIE_DATABASE_URL"
        )


def _database_url() -> str | None:
    url = StoreSettings().database_url
    return None if url is None else url.get_secret_value()


def _list(manifest: Manifest) -> None:
    for name, member in manifest.members.items():
        _console.print(f"  {name}  {member.byte_count} bytes")
