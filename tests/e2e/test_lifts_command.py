"""Lifts as the phone desk keeps them at the command line, over a crash."""

import json
from typing import Any

import pytest
from onebox.day.server_process import ServerProcess, start
from onebox.main import app
from typer.testing import CliRunner

from conftest import DISTRICT, EVENING_BEFORE

pytestmark = [pytest.mark.slow, pytest.mark.network]

DAY = "2026-11-24"
WAY = ("--from", "Wulkenzin", "--to", "Klinikum, Neubrandenburg")


def lifts(services: ServerProcess, *arguments: str, exit_code: int = 0) -> str:
    address = ["--address", services.address, "--data-dir", str(services.data_dir)]
    told = CliRunner().invoke(app, ["lifts", *arguments, *address])
    assert told.exit_code == exit_code, told.output
    return told.stdout


def read(services: ServerProcess, *arguments: str) -> Any:
    return json.loads(lifts(services, *arguments, "--json"))


def test_a_lift_from_post_to_withdrawal_over_a_crash(services: ServerProcess) -> None:
    offer = ("--from", "Alt Rehse", "--to", "Klinikum, Neubrandenburg", "--at", f"{DAY}T07:10")
    wrong = CliRunner().invoke(app, ["lifts", "post", "--driver", "anna", *offer, "--weekdays", "daily"])
    assert wrong.exit_code != 0
    lift = read(services, "post", "--driver", "anna", *offer, "--weekdays", "2,3", "--until", "2026-12-31")
    (found,) = read(services, "find", *WAY, "--at", f"{DAY}T06:30")["lifts"]
    assert found["lift"]["lift_id"] == lift["lift_id"]
    seat = read(services, "ask", lift["lift_id"], "--passenger", "peter", *WAY, "--date", DAY)
    assert seat["state"] == "SEAT_STATE_ASKED"
    services.kill()
    with start(DISTRICT, services.data_dir, EVENING_BEFORE, seed_days=0) as again:
        assert lifts(again, "find", *WAY, "--at", f"{DAY}T06:30", exit_code=3) == (
            "No lift goes that way then.\n"
        )
        assert "relay-" in lifts(again, "answer", seat["seat_id"], "--yes")
        told = lifts(again, "list", "--driver", "anna")
        assert lift["lift_id"] in told
        assert f"{seat['seat_id']} confirmed" in told
        assert "cancelled" in lifts(again, "cancel", seat["seat_id"])
        assert "Wulkenzin" in lifts(again, "benches")
        assert "Withdrawn" in lifts(again, "withdraw", lift["lift_id"])
        lifts(again, "find", *WAY, "--at", f"{DAY}T06:30", exit_code=3)
