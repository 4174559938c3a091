"""``landlinie plan``, on the demo district, without services."""

import json
from pathlib import Path
from typing import Any

import pytest
from onebox.main import app
from typer.testing import CliRunner, Result

STATION, BERLIN = "Bahnhofstraße 10, Burg Stargard", "Berlin Hauptbahnhof"


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("journeys")


def run(data_dir: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["plan", "--alone", "--data-dir", str(data_dir), *arguments])


def told(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.stderr
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


def test_the_first_train_to_berlin(data_dir: Path) -> None:
    answer = told(run(data_dir, "--from", STATION, "--to", BERLIN, "--at", "2021-06-15T04:30", "--json"))
    first = answer["journeys"][0]
    assert [leg["mode"] for leg in first["legs"]] == ["walk", "transit"]
    assert first["legs"][1]["line"] == "RE5"
    assert first["departure_time"].startswith("2021-06-15T04:3")
    assert first["departure_time"].endswith("+02:00")
    assert first["reasons"]
    assert {gap["reason"] for gap in answer["gaps"]} == {"NOT_ASKED"}
    assert len(list(data_dir.glob("timetable-*.bin"))) == 1, "built once, and kept"


def test_arriving_in_time(data_dir: Path) -> None:
    answer = told(run(data_dir, "--from", STATION, "--to", BERLIN, "--by", "2021-06-15T12:00", "--json"))
    arrivals = [journey["arrival_time"] for journey in answer["journeys"]]
    assert arrivals
    assert all("2021-06-15T10:00" <= arrival[:16] <= "2021-06-15T12:00" for arrival in arrivals)


def test_what_is_near_is_walked_or_cycled(data_dir: Path) -> None:
    where = ("--from", "53.5564,13.2612", "--to", "53.5600,13.2640", "--at", "2021-06-15T10:00")
    (walk,) = told(run(data_dir, *where, "--json"))["journeys"]
    assert [leg["mode"] for leg in walk["legs"]] == ["walk"]
    assert 400 < walk["walk_m"] < 1000
    table = run(data_dir, *where)
    assert f"{walk['walk_m']} m on foot" in " ".join(table.stdout.split())


def test_what_is_wrong_is_told(data_dir: Path, tmp_path: Path) -> None:
    here, there = ("--from", STATION), ("--to", BERLIN)
    for arguments, code, said in (
        ((*here, *there), 2, "one of the two is needed"),
        ((*here, *there, "--at", "noon"), 2, "neither HH:MM"),
        (("--from", "xyzzy", *there, "--at", "10:00"), 2, "nothing is called 'xyzzy'"),
        (("--from", "99,0", *there, "--at", "10:00"), 2, "99.0 is not from -90 to 90"),
        (("--from", "stop:nix", *there, "--at", "10:00"), 2, "there is no stop 'nix'"),
        ((*here, *there, "--at", "10:00", "--seats", "0"), 2, "nobody travels"),
        ((*here, *there, "--at", "10:00", "--district", str(tmp_path)), 2, "district.json"),
        ((*here, *there, "--at", "2031-06-15T10:00"), 1, ""),
    ):
        answer = run(data_dir, *arguments)
        assert answer.exit_code == code, answer.output
        assert said in " ".join(answer.stderr.replace("│", " ").split())
