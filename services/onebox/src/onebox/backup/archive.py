"""The backup file: a compressed tar archive of files, and a manifest that tells what each must be."""

import hashlib
import io
import os
import shutil
import tarfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

MANIFEST = "manifest.json"
LARGEST_MANIFEST_BYTES = 1_000_000
DATA = "data"
"""Below it lies what the data folder holds."""
DUMP = "postgresql.dump"


class BackupError(Exception):
    """A backup cannot be written, or not be used; the text says why."""


class Member(BaseModel):
    """One file in the archive."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    byte_count: int = Field(ge=0)
    revision: str | None = None
    """Of a database: how far its migrations were."""


class Manifest(BaseModel):
    """What a backup holds; ``members`` by path within the archive."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1]
    made_at: AwareDatetime
    program_version: str
    members: dict[str, Member]


def program_version() -> str:
    """Version of this program."""
    return version("landlinie-onebox")


def write(target: Path, files: Mapping[str, Path], revisions: Mapping[str, str | None]) -> Manifest:
    """Pack files, by their path within the archive, into ``target``, which only its owner may read.

    Raises
    ------
    BackupError
        Where ``target`` exists or cannot be written; there is nothing new then.
    """
    manifest = Manifest(
        format=1,
        made_at=datetime.now(UTC),
        program_version=program_version(),
        members={name: _member(path, revisions.get(name)) for name, path in files.items()},
    )
    half = target.with_name(f".{target.name}.part")
    try:
        if target.exists():
            raise BackupError(f"{target} exists; a backup overwrites nothing")
        descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            with tarfile.open(fileobj=stream, mode="w:gz", compresslevel=6) as archive:
                _add_text(archive, MANIFEST, manifest.model_dump_json(indent=1))
                for name, path in files.items():
                    archive.add(path, name, recursive=False)
            stream.flush()
            os.fsync(stream.fileno())
        # Whoever finds the file finds all of it.
        half.rename(target)
    except OSError as error:
        raise BackupError(f"cannot write {target}: {error.strerror}") from None
    finally:
        half.unlink(missing_ok=True)
    return manifest


def unpack(source: Path, folder: Path) -> Manifest:
    """Unpack a backup into an empty folder and compare every file with the manifest.

    Raises
    ------
    BackupError
        Where it is no backup, of another format, of a newer program, cut short, or changed.
    """
    try:
        with tarfile.open(source, "r:gz") as archive:
            entries = iter(archive)
            manifest = _manifest(source, archive, next(entries, None))
            missing = dict(manifest.members)
            for entry in entries:
                member = missing.pop(entry.name, None)
                content = archive.extractfile(entry) if entry.isreg() else None
                if member is None or content is None:
                    raise BackupError(f"{source} holds {entry.name!r}, which its manifest does not tell of")
                path = folder / _inside(source, entry.name)
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with content, os.fdopen(descriptor, "wb") as copy:
                    shutil.copyfileobj(content, copy)
                if _member(path, member.revision) != member:
                    raise BackupError(f"{source} is damaged: {entry.name} is not what it was")
    except (tarfile.TarError, EOFError, OSError) as error:
        raise BackupError(f"cannot read {source}: {error}") from None
    if missing:
        raise BackupError(f"{source} is damaged: {', '.join(sorted(missing))} is missing")
    return manifest


def _manifest(source: Path, archive: tarfile.TarFile, entry: tarfile.TarInfo | None) -> Manifest:
    content = archive.extractfile(entry) if entry and entry.name == MANIFEST and entry.isreg() else None
    if content is None:
        raise BackupError(f"{source} is no backup of ours: it does not begin with {MANIFEST}")
    try:
        manifest = Manifest.model_validate_json(content.read(LARGEST_MANIFEST_BYTES))
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(map(str, fault["loc"]))
        raise BackupError(f"{source}: {MANIFEST}: {where}: {fault['msg']}") from None
    ours = program_version()
    if _parts(manifest.program_version) > _parts(ours):
        raise BackupError(
            f"{source} was made by version {manifest.program_version}, this is {ours}: "
            "restore with a newer one"
        )
    return manifest


def _parts(text: str) -> list[int]:
    return [int(part) for part in text.split(".") if part.isdigit()]


def _inside(source: Path, name: str) -> Path:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise BackupError(f"{source} holds {name!r}, which lies outside of it")
    return Path(path)


def _member(path: Path, revision: str | None) -> Member:
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return Member(sha256=digest, byte_count=path.stat().st_size, revision=revision)


def _add_text(archive: tarfile.TarFile, name: str, text: str) -> None:
    content = text.encode()
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    entry.mode = 0o600
    archive.addfile(entry, io.BytesIO(content))


def data_files(folder: Path) -> Iterable[Path]:
    """Files of a data folder that belong into a backup and are no databases, relative to it."""
    for path in sorted(folder.rglob("*")):
        # What begins with a dot is being written just now, and so are logs; a lock holds nothing.
        endings = (".lock", ".log", ".pid", "-wal", "-shm", "-journal")
        passing = path.name.startswith(".") or path.name.endswith(endings)
        # Built anew from the district's timetable where it is missing; of a state many hundred megabytes.
        passing = passing or path.match("timetable-*.bin")
        if path.is_file() and not passing and path.suffix != ".sqlite":
            yield path.relative_to(folder)
