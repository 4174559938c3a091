"""What keeps a program from starting is told by setting, file or address."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from service_kit.bus_settings import BusSettings
from service_kit.database import open_engine
from service_kit.settings import ServiceSettings
from service_kit.start_trouble import CANNOT_START, sentence_about


def told(start: Callable[[], object]) -> str:
    with pytest.raises(CANNOT_START) as caught:
        start()
    return sentence_about(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("LANDLINIE_LOG_LEVEL", "loud", "LANDLINIE_LOG_LEVEL: Input should be 'debug', 'info'"),
        ("LANDLINIE_GRPC__WORKER_THREADS", "0", "LANDLINIE_GRPC__WORKER_THREADS: Input should be greater"),
        ("LANDLINIE_GRPC__TLS_KEY", "k.pem", "LANDLINIE_GRPC: tls_certificate None and tls_key k.pem"),
        ("LANDLINIE_DATABASE_URL", "mysql://u:secret@h/d", "LANDLINIE_DATABASE_URL: database_url begins"),
        ("LANDLINIE_GRPC", "{", 'error parsing value for field "grpc"'),
    ],
)
def test_settings_are_named_by_their_variables(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(name, value)
    found = told(ServiceSettings)
    assert found.startswith(sentence)
    assert "secret" not in found
    assert "\n" not in found


def test_every_setting_at_fault_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDLINIE_BUS_TIMEOUT_S", "long")
    monkeypatch.setenv("LANDLINIE_BUS_SESSION_TIMEOUT_S", "-1")
    found = told(BusSettings)
    assert "LANDLINIE_BUS_TIMEOUT_S: " in found
    assert "; LANDLINIE_BUS_SESSION_TIMEOUT_S: " in found


def begin_in(path: Path) -> None:
    engine = open_engine(sa.URL.create("sqlite", database=str(path)))
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE ride (id TEXT)")
    finally:
        engine.dispose()


def test_a_damaged_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "pooling.sqlite"
    path.write_bytes(b"no database " * 1000)
    assert told(lambda: begin_in(path)) == f"database {path}: file is not a database"


def test_a_page_damaged_later_is_named(tmp_path: Path) -> None:
    path = tmp_path / "pooling.sqlite"
    begin_in(path)
    content = path.read_bytes()
    path.write_bytes(content[:100] + bytes(len(content) - 100))
    assert told(lambda: begin_in(path)) == f"database {path}: database disk image is malformed"


def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    assert told(lambda: begin_in(tmp_path)) == f"database {tmp_path}: unable to open database file"
    (tmp_path / "file").touch()
    below = tmp_path / "file" / "identity"
    assert told(lambda: below.mkdir(parents=True)) == f"{below}: Not a directory"


def test_other_errors_are_told_as_they_are() -> None:
    assert sentence_about(sqlite3.OperationalError("disk I/O error")) == "disk I/O error"
    assert sentence_about(OSError("no buffer")) == "no buffer"
