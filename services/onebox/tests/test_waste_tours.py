"""``landlinie waste tours``, ``propose``, ``approve`` and ``sheet`` against a running service."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from identified import token
from live_depot import NIGHT, Depot
from live_waste import LiveWaste
from onebox.waste import app
from service_kit import consumers
from service_kit.identity.principal import Role
from typer.testing import CliRunner

pytestmark = pytest.mark.network


@pytest.fixture
def live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveWaste]:
    monkeypatch.setattr(consumers, "_POLL_S", 0.02)
    monkeypatch.setattr("live_waste.NOON", NIGHT)
    live = LiveWaste(tmp_path)
    Depot(live)
    yield live
    live.close()


def told_in(output: str) -> Any:
    """The one answer in JSON; the server of the test logs to the same place."""
    (line,) = (line for line in output.splitlines() if line.startswith('{"tour_id"'))
    return json.loads(line)


def test_a_depots_day_at_the_command_line(live: LiveWaste, tmp_path: Path) -> None:
    runner = CliRunner()
    mine = token(Role.DEPOT, subject="desk", sub_account_ids=["town"])

    def run(*words: str, code: int = 0) -> str:
        result = runner.invoke(app, [*words, "--address", live.address, "--token", mine])
        assert result.exit_code == code, result.output
        return result.stdout if code == 0 else result.output

    assert "No tours." in run("tours")
    proposed = run("propose", "--depot", "yard", "--seconds", "1", "--json")
    tour = told_in(proposed)
    assert (tour["truck_id"], tour["state"]) == ("papier-1", "TOUR_STATE_PROPOSED")
    told = run("tours", "--stops")
    assert "06:0" in told
    assert "full" in told
    approved = told_in(run("approve", tour["tour_id"], "--json"))
    assert approved["state"] == "TOUR_STATE_APPROVED"
    run("approve", tour["tour_id"], code=1)
    sheet = tmp_path / "sheet.pdf"
    assert str(sheet) in run("sheet", tour["tour_id"], "--out", str(sheet), "--language", "en")
    assert sheet.read_bytes().startswith(b"%PDF-")
    assert [path.name for path in tmp_path.glob("*.part")] == []
    run("sheet", tour["tour_id"], "--language", "fr", code=2)
    run("sheet", "t-none", code=1)
    sunday = run("propose", "--depot", "yard", "--date", "2026-06-21", "--seconds", "1", code=1)
    assert "NO_TRUCK" in sunday
