"""The command as people use it, against running services."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from onebox.day.server_process import ServerProcess

from conftest import DISTRICT

pytestmark = [pytest.mark.slow, pytest.mark.network]


def landlinie(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "onebox", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "COLUMNS": "200"},
    )


def test_book_list_plan_and_feed(services: ServerProcess) -> None:
    address = ("--address", services.address, "--data-dir", str(services.data_dir))
    trip = ("--from", "Alt Rehse, Ortsmitte", "--to", "53.5567,13.2612", "--at", "2026-11-24T10:30")
    asked = landlinie("book", *trip, "--ask", "--json", *address)
    assert asked.returncode == 0, asked.stderr
    assert json.loads(asked.stdout)["offers"]

    booked = landlinie(
        "book", *trip, "--seats", "2", "--name", "Erika Muster", "--phone", "0395 1", "--json", *address
    )
    assert booked.returncode == 0, booked.stderr
    ride = json.loads(booked.stdout)
    assert ride["party"]["seated_count"] == 2

    listed = landlinie("rides", "--json", *address)
    assert [json.loads(line)["ride_id"] for line in listed.stdout.splitlines()] == [ride["ride_id"]]

    plan = landlinie("tours", ride["zone_id"], "--date", "2026-11-24", *address)
    assert plan.returncode == 0
    assert "pickup Alt Rehse, Ortsmitte" in plan.stdout

    feed = landlinie("feed", "--data-dir", str(services.data_dir), "--from-start", "--no-follow", "--json")
    events = [json.loads(line) for line in feed.stdout.splitlines()]
    told = [event for event in events if event["type"].endswith(".RideBooked")]
    assert [event["data"]["ride_id"] for event in told] == [ride["ride_id"]]
    assert "Muster" not in feed.stdout
    assert "Muster" not in (services.data_dir / "server.log").read_text("utf-8")


def test_journeys_are_planned_by_the_running_services(services: ServerProcess) -> None:
    address = ("--address", services.address, "--data-dir", str(services.data_dir))
    here = ("--from", "Burg Stargard", "--to", "Neubrandenburg, Bahnhof")
    by = landlinie("plan", *here, "--by", "2026-11-24T12:00", "--json", *address)
    assert by.returncode == 0, by.stderr
    answer = json.loads(by.stdout)
    modes = {leg["mode"] for journey in answer["journeys"] for leg in journey["legs"]}
    assert {"pooled_ride", "transit"} <= modes
    assert all(journey["arrival_time"][:16] <= "2026-11-24T12:00" for journey in answer["journeys"])
    # The demo district's timetable is of another year and goes on, and that is said.
    assert answer["gaps"] == []
    alerts = [
        leg["alerts"] for journey in answer["journeys"] for leg in journey["legs"] if leg["mode"] == "transit"
    ]
    assert all(any(alert.startswith("Demonstration") for alert in told) for told in alerts)

    page = ("--page", answer["earlier_page_token"])
    earlier = landlinie("plan", *here, "--by", "2026-11-24T12:00", "--json", *page, *address)
    assert earlier.returncode == 0, earlier.stderr
    assert json.loads(earlier.stdout)["journeys"] != answer["journeys"]

    shown = landlinie("plan", *here, "--at", "2026-11-24T10:30", *address)
    assert shown.returncode == 0, shown.stderr
    assert "ride on demand" in shown.stdout
    assert " until " in shown.stdout

    nothing = landlinie("plan", "--from", "xyzzyqq", "--to", "53.55,13.26", "--at", "10:30", *address)
    assert nothing.returncode == 2
    assert "nothing is called 'xyzzyqq'" in nothing.stderr
    stop = landlinie("plan", "--from", "stop:nix", "--to", "53.55,13.26", "--at", "10:30", *address)
    assert "there is no stop 'nix'" in stop.stdout + stop.stderr
    nobody = landlinie("plan", *here, "--at", "10:30", *address, "--address", "127.0.0.1:1")
    assert nobody.returncode == 1
    assert "landlinie up" in nobody.stderr


def test_what_is_wrong_is_named(services: ServerProcess) -> None:
    address = ("--address", services.address, "--data-dir", str(services.data_dir))
    far = landlinie(
        "book", "--from", "50.0,8.0", "--to", "53.5567,13.2612", "--at", "2026-11-24T10:30", *address
    )
    assert far.returncode == 1
    assert "pickup.position" in far.stderr
    unknown = landlinie("book", "--from", "Nirgendwo", "--to", "53.5567,13.2612", "--at", "10:30", *address)
    assert unknown.returncode == 2
    assert "--from" in unknown.stderr
    nobody = landlinie("rides", *address, "--address", "127.0.0.1:1")
    assert nobody.returncode == 1
    assert "landlinie up" in nobody.stderr
    stranger = landlinie("rides", *address, "--token", "secret")
    assert stranger.returncode == 1
    assert "CREDENTIALS_INVALID" in stranger.stderr
    no_key = landlinie("rides", "--address", services.address, "--data-dir", str(services.data_dir / "other"))
    assert no_key.returncode == 1
    assert "--token" in no_key.stderr


def test_doctor_finds_an_installation_well_and_an_empty_folder_not(tmp_path: Path) -> None:
    places = ("--data-dir", str(tmp_path / "var"), "--address", "127.0.0.1:50999")
    well = landlinie("doctor", "--district", str(DISTRICT), *places)
    assert well.returncode == 0, well.stdout
    unwell = landlinie("doctor", "--district", str(tmp_path), *places)
    assert unwell.returncode == 1
    assert "district.json: No such file" in unwell.stdout


def test_services_say_that_their_address_is_taken(services: ServerProcess, tmp_path: Path) -> None:
    second = landlinie(
        *(
            "up",
            "--district",
            str(DISTRICT),
            "--data-dir",
            str(tmp_path / "other"),
            "--address",
            services.address,
        )
    )
    assert second.returncode == 1
    assert services.address in second.stdout


def test_services_drain_and_end_when_asked(services: ServerProcess) -> None:
    assert services.stop() == 0
