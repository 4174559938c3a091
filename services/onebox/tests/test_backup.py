"""One file that holds everything, written while others write, and refused when it is not what it was."""

import io
import json
import sqlite3
import stat
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from onebox.backup import archive
from onebox.backup.archive import BackupError
from onebox.backup.commands import restore_backup, write_backup
from onebox.main import app
from service_kit.database import database_url, open_engine
from service_kit.migrations import migrate
from service_kit.settings import StoreSettings
from typer.testing import CliRunner


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A data folder as services leave it."""
    folder = tmp_path / "var"
    for name, package in (("pooling", "migrations"), ("board", "board_migrations")):
        engine = open_engine(database_url(StoreSettings(), folder, name))
        migrate(engine, f"pooling.adapters.{package}")
        engine.dispose()
    (folder / "identity").mkdir(mode=0o700)
    (folder / "identity" / "key.pem").write_text("secret")
    (folder / "identity" / "key.pem").chmod(0o600)
    (folder / "events.group.lock").touch()
    (folder / ".half-written").touch()
    (folder / "timetable-0f3a.bin").touch()
    return folder


@pytest.fixture
def made(data_dir: Path, tmp_path: Path) -> Path:
    write_backup(tmp_path / "b.tar.gz", data_dir, None)
    return tmp_path / "b.tar.gz"


def content(folder: Path) -> dict[str, object]:
    """Files of a folder; of databases what is in them, as text."""
    found: dict[str, object] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".sqlite":
            with closing(sqlite3.connect(path)) as connection:
                found[str(path.relative_to(folder))] = list(connection.iterdump())
        elif path.is_file() and not path.name.endswith(("-wal", "-shm")):
            found[str(path.relative_to(folder))] = path.read_bytes()
    return found


def test_what_is_restored_is_what_was_there(data_dir: Path, made: Path, tmp_path: Path) -> None:
    restored = tmp_path / "elsewhere" / "var"
    manifest = restore_backup(made, restored, None)
    expected = content(data_dir)
    for passing in ("events.group.lock", ".half-written", "timetable-0f3a.bin"):
        del expected[passing]
    assert content(restored) == expected
    assert set(manifest.members) == {f"data/{name}" for name in expected}
    assert manifest.members["data/pooling.sqlite"].revision
    for path in (made, restored / "identity" / "key.pem"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.tar.gz", "elsewhere", "var"]


def test_all_databases_are_of_one_moment(tmp_path: Path) -> None:
    """Each number is written to the first database, then to the second: a copy never has it the other way."""
    folder = tmp_path / "var"
    folder.mkdir()
    names = ("a.sqlite", "b.sqlite")
    for name in names:
        with closing(sqlite3.connect(folder / name)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("CREATE TABLE seen (number INTEGER)")
    stopping, written = threading.Event(), threading.Event()

    def write() -> None:
        with (
            closing(sqlite3.connect(folder / "a.sqlite")) as a,
            closing(sqlite3.connect(folder / "b.sqlite")) as b,
        ):
            number = 0
            while not stopping.is_set():
                for connection in (a, b):
                    connection.execute("INSERT INTO seen VALUES (?)", (number,))
                    connection.commit()
                number += 1
                if number == 20:
                    written.set()

    writer = threading.Thread(target=write)
    writer.start()
    assert written.wait(30)
    try:
        for number in range(5):
            write_backup(tmp_path / f"{number}.tar.gz", folder, None)
    finally:
        stopping.set()
        writer.join()
    counts = []
    for number in range(5):
        restored = tmp_path / f"restored{number}"
        restore_backup(tmp_path / f"{number}.tar.gz", restored, None)
        for name in names:
            with closing(sqlite3.connect(restored / name)) as connection:
                counts.append(connection.execute("SELECT count(*) FROM seen").fetchone()[0])
    first, second = counts[::2], counts[1::2]
    assert all(b <= a <= b + 1 for a, b in zip(first, second, strict=True))
    assert first == sorted(first)
    assert first[0] >= 20


def test_nothing_is_overwritten(data_dir: Path, made: Path, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="exists"):
        write_backup(made, data_dir, None)
    before = content(data_dir)
    with pytest.raises(BackupError, match="is not empty"):
        restore_backup(made, data_dir, None)
    assert content(data_dir) == before
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(BackupError, match="is empty"):
        write_backup(tmp_path / "c.tar.gz", empty, None)
    with pytest.raises(BackupError, match="no data folder"):
        write_backup(tmp_path / "c.tar.gz", tmp_path / "nowhere", None)
    assert not (tmp_path / "c.tar.gz").exists()


def changed(source: Path, change: Callable[[str, bytes], Iterator[tuple[str, bytes]]]) -> Path:
    """The backup with each member replaced by what ``change`` makes of it."""
    target = source.with_name("changed.tar.gz")
    with tarfile.open(source) as old, tarfile.open(target, "w:gz") as new:
        for entry in old:
            stream = old.extractfile(entry)
            assert stream is not None
            for name, data in change(entry.name, stream.read()):
                copy = tarfile.TarInfo(name)
                copy.size = len(data)
                new.addfile(copy, io.BytesIO(data))
    return target


def manifest_with(**values: object) -> Callable[[str, bytes], Iterator[tuple[str, bytes]]]:
    def change(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
        yield name, json.dumps({**json.loads(data), **values}).encode() if name == archive.MANIFEST else data

    return change


def flipped(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    yield name, bytes([data[0] ^ 1]) + data[1:] if name.endswith("pooling.sqlite") else data


def without_database(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    if not name.endswith("pooling.sqlite"):
        yield name, data


def with_stranger(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    yield name, data
    if name == archive.MANIFEST:
        yield "data/../../evil", b"x"


def outside(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    if name == archive.MANIFEST:
        manifest = json.loads(data)
        manifest["members"]["../evil"] = manifest["members"].pop("data/identity/key.pem")
        yield name, json.dumps(manifest).encode()
    else:
        yield name.replace("data/identity/key.pem", "../evil"), data


def of_the_future(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    if name == archive.MANIFEST:
        manifest = json.loads(data)
        manifest["members"]["data/board.sqlite"]["revision"] = "0042"
        data = json.dumps(manifest).encode()
    yield name, data


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (manifest_with(format=2), "format: Input should be 1"),
        (manifest_with(program_version="999.0.0"), "made by version 999.0.0"),
        (manifest_with(members={"a": {"sha256": "x", "byte_count": 1}}), "members.a.sha256"),
        (of_the_future, "board.sqlite is at revision 0042"),
        (flipped, "pooling.sqlite is not what it was"),
        (without_database, "pooling.sqlite is missing"),
        (with_stranger, "its manifest does not tell of"),
        (outside, "lies outside"),
    ],
)
def test_a_backup_that_is_not_as_it_was_is_refused(
    made: Path,
    tmp_path: Path,
    change: Callable[[str, bytes], Iterator[tuple[str, bytes]]],
    complaint: str,
) -> None:
    with pytest.raises(BackupError, match=complaint):
        restore_backup(changed(made, change), tmp_path / "restored", None)
    assert not (tmp_path / "restored").exists()
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize("kept", [0, 10, 0.5, 0.99])
def test_a_backup_that_was_cut_off_is_refused(made: Path, tmp_path: Path, kept: float) -> None:
    whole = made.read_bytes()
    made.write_bytes(whole[: int(kept * len(whole)) if kept < 1 else int(kept)])
    with pytest.raises(BackupError, match=r"cannot read|is damaged|no backup of ours"):
        restore_backup(made, tmp_path / "restored", None)
    assert not (tmp_path / "restored").exists()


def test_the_commands_say_what_they_did_and_why_not(data_dir: Path, tmp_path: Path) -> None:
    runner, file = CliRunner(), str(tmp_path / "b.tar.gz")
    done = runner.invoke(app, ["backup", file, "--data-dir", str(data_dir)])
    assert done.exit_code == 0
    assert "data/pooling.sqlite" in done.output
    again = runner.invoke(app, ["backup", file, "--data-dir", str(data_dir)])
    assert (again.exit_code, "overwrites nothing" in again.output) == (1, True)
    into = runner.invoke(app, ["restore", file, "--data-dir", str(tmp_path / "new")])
    assert (into.exit_code, "as it was at" in into.output) == (0, True)
    twice = runner.invoke(app, ["restore", file, "--data-dir", str(tmp_path / "new")])
    assert (twice.exit_code, "is not empty" in twice.output) == (1, True)


def test_what_postgresql_holds_is_in_the_backup(
    data_dir: Path, made: Path, postgres_server: str, postgres_url: str, tmp_path: Path
) -> None:
    store = StoreSettings.model_validate({"database_url": postgres_url})
    engine = open_engine(database_url(store, data_dir, "pooling"))
    migrate(engine, "pooling.adapters.migrations")
    with engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO vehicles VALUES ('bus', 'nord', 'x')"))
    both = tmp_path / "both.tar.gz"
    write_backup(both, data_dir, postgres_url)
    with pytest.raises(BackupError, match=r"not empty: it holds pooling\."):
        restore_backup(both, tmp_path / "restored", postgres_url)
    with pytest.raises(BackupError, match="set LANDLINIE_DATABASE_URL"):
        restore_backup(both, tmp_path / "restored", None)
    assert not (tmp_path / "restored").exists()
    with engine.begin() as connection:
        connection.execute(sa.text("DROP SCHEMA pooling CASCADE"))
    with pytest.raises(BackupError, match="nothing of PostgreSQL"):
        restore_backup(made, tmp_path / "restored", postgres_url)
    restore_backup(both, tmp_path / "restored", postgres_url)
    with engine.begin() as connection:
        assert connection.scalar(sa.text("SELECT vehicle_id FROM vehicles")) == "bus"
    engine.dispose()
    assert migrate(engine, "pooling.adapters.migrations")
    engine.dispose()
    assert (tmp_path / "restored" / "identity" / "key.pem").exists()
    missing = sa.make_url(postgres_server).set(database="nowhere").render_as_string(hide_password=False)
    with pytest.raises(BackupError, match="nowhere"):
        write_backup(tmp_path / "c.tar.gz", data_dir, missing)
