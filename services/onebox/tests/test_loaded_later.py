"""Commands are imported when they are asked for, and every one of them can be."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer
from onebox.loaded_later import group_of
from onebox.main import COMMANDS, app
from service_kit.identity.local_issuer import LocalIssuer, bind_tenant
from typer.testing import CliRunner

HEAVY = {"numba", "ortools", "routing_core", "pooling", "waste", "ticketing"}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_what_it_does(name: str) -> None:
    told = CliRunner().invoke(app, [name, "--help"])
    assert told.exit_code == 0, told.output
    assert f"landlinie {name} " in told.output


def test_what_only_asks_services_imports_no_solver() -> None:
    program = "import sys; import onebox.main, onebox.journey_plan; print(*sorted(sys.modules))"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not HEAVY & set(told.stdout.split())


def test_what_there_is_not_is_said() -> None:
    told = CliRunner().invoke(app, ["fly"])
    assert told.exit_code == 2
    assert "No such command 'fly'" in " ".join(told.output.split())


@pytest.mark.parametrize(
    ("variable", "command"),
    [
        ("LANDLINIE_GATEWAY_HTTP__BODY_PATIENCE_S", ("identity", "sessions", "list")),
        ("LANDLINIE_BUS_TIMEOUT_S", ("lag",)),
    ],
)
def test_a_wrong_setting_is_told_by_every_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str, command: tuple[str, ...]
) -> None:
    LocalIssuer.open_or_make(tmp_path)
    bind_tenant(tmp_path, "nord")
    monkeypatch.setenv(variable, "long")
    told = CliRunner().invoke(app, [*command, "--data-dir", str(tmp_path)])
    assert told.exit_code == 1
    assert f"{variable}: Input should be a valid number" in told.output


@pytest.mark.parametrize("error", [KeyError("ours"), BrokenPipeError(32, "nobody reads")])
def test_mistakes_of_ours_stay_what_they_are(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setitem(sys.modules, "made_up", SimpleNamespace(fail=fail))
    failing = typer.Typer(cls=group_of({"fail": "made_up:fail"}))
    failing.callback()(lambda: None)
    told = CliRunner().invoke(failing, ["fail"])
    assert told.exit_code == 1
    assert "Cannot go on" not in told.output


def test_a_file_at_fault_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "made_up", SimpleNamespace(read=(tmp_path / "no.json").read_bytes))
    reading = typer.Typer(cls=group_of({"read": "made_up:read"}))
    reading.callback()(lambda: None)
    told = CliRunner().invoke(reading, ["read"])
    assert told.exit_code == 1
    assert f"Cannot go on: {tmp_path / 'no.json'}: No such file or directory" in told.output
