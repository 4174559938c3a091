import io
import json
import logging
from collections.abc import Iterator
from typing import Literal

import pytest
import structlog
from pydantic import ValidationError
from service_kit.logging import configure_logging
from service_kit.settings import ServiceSettings


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDLINIE_LOG_LEVEL", "debug")
    monkeypatch.setenv("LANDLINIE_GRPC__WORKER_THREADS", "3")
    settings = ServiceSettings()
    assert (settings.log_level, settings.grpc.worker_threads) == ("debug", 3)
    assert settings.grpc.default_deadline_s == 10.0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LANDLINIE_LOG_LEVEL", "loud"),
        ("LANDLINIE_GRPC__WORKER_THREADS", "0"),
        ("LANDLINIE_GRPC__DEFAULT_DEADLINE_S", "-1"),
        ("LANDLINIE_GRPC__NO_SUCH_THING", "1"),
    ],
)
def test_wrong_settings_are_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(
        ValidationError, match=name.rsplit("__", maxsplit=1)[-1].removeprefix("LANDLINIE_").lower()
    ):
        ServiceSettings()


def test_elsewhere_than_on_a_terminal_lines_are_json() -> None:
    stream = io.StringIO()
    configure_logging("info", "auto", stream)
    with structlog.contextvars.bound_contextvars(request_id="call-1"):
        structlog.get_logger("kit").info("ride_booked", ride_id="r1", stop="Süderbrarup")
    logging.getLogger("alembic").warning("moved %d rows", 3)
    structlog.get_logger("kit").debug("unseen")
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert (first["event"], first["ride_id"], first["request_id"]) == ("ride_booked", "r1", "call-1")
    assert first["level"] == "info"
    assert first["timestamp"].endswith("Z")
    assert "Süderbrarup" in stream.getvalue()
    assert (second["event"], second["level"]) == ("moved 3 rows", "warning")


def test_an_exception_is_in_its_line() -> None:
    stream = io.StringIO()
    configure_logging("info", "json", stream)
    structlog.get_logger("kit").error("internal_error", exc_info=RuntimeError("odd"))
    (line,) = (json.loads(line) for line in stream.getvalue().splitlines())
    assert "RuntimeError: odd" in line["exception"]


def test_on_a_terminal_lines_are_for_people() -> None:
    stream = Terminal()
    configure_logging("info", "auto", stream)
    structlog.get_logger("kit").info("ride_booked", ride_id="r1")
    assert "ride_booked" in stream.getvalue()
    with pytest.raises(json.JSONDecodeError):
        json.loads(stream.getvalue())


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_tracebacks_keep_values_to_themselves(log_format: Literal["console", "json"]) -> None:
    stream = io.StringIO()
    configure_logging("info", log_format, stream)

    def book(phone: str) -> None:
        raise RuntimeError(f"odd after {len(phone)}")

    try:
        book("".join(["04356 ", "1234"]))
    except RuntimeError:
        structlog.get_logger("kit").exception("internal_error")
    assert "RuntimeError: odd after 10" in stream.getvalue()
    assert "04356 1234" not in stream.getvalue()
