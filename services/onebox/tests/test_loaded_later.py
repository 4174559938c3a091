"""Commands are imported when they are asked for, and every one of them can be."""

import subprocess
import sys

import pytest
from onebox.main import COMMANDS, app
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
