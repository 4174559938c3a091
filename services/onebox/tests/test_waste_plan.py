"""``landlinie waste plan`` and ``replay`` on the demo district."""

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from onebox.main import app
from service_kit.json_fields import FieldError
from typer.testing import CliRunner
from waste.adapters.depot_file import load_waste

DEMO = Path(__file__).parents[3] / "data" / "demo"
RESERVE = "papier-auto"


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["waste", *arguments, "--district", str(DEMO)], env={"COLUMNS": "160"})


def planned(*arguments: str) -> Any:
    result = run("plan", "--seconds", "1", "--json", *arguments)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_the_demo_district_has_containers_at_the_recycling_places_of_its_map() -> None:
    depot = load_waste(DEMO).depot
    assert len(depot.sites) == 54
    assert {container.site_id for container in depot.containers} == {site.site_id for site in depot.sites}
    counts = Counter(container.fraction for container in depot.containers)
    assert counts["glass_white"] == counts["glass_green"] == counts["glass_brown"] >= 40
    collected = {fraction for truck in depot.trucks for fraction in truck.chambers}
    assert collected == set(counts)
    for truck in depot.trucks:
        assert any(truck.chambers.keys() <= plant.fractions for plant in depot.plants)
    assert depot.reserves == {RESERVE}


def test_every_container_is_on_a_tour_or_told_why_not() -> None:
    depot = load_waste(DEMO).depot
    wanted = next(container for container in depot.containers if container.fraction == "paper").container_id
    told = planned("--urgent", wanted, "--day", "2021-06-16", "--days", "4")
    assert told["faults"] == []
    on_tours = [stop for tour in told["tours"] for stop in tour["stops"] if stop["container_id"]]
    names = [stop["container_id"] for stop in on_tours] + [left["container_id"] for left in told["left"]]
    assert sorted(names) == sorted(container.container_id for container in depot.containers)
    assert all(stop["german"] and stop["english"] for stop in on_tours)
    assert {stop["reason"] for stop in on_tours if stop["container_id"] == wanted} == {"URGENT"}
    assert all(tour["stops"][-1]["plant_id"] for tour in told["tours"])
    assert all(tour["leaves"] >= "2021-06-16T06:00:00+02:00" for tour in told["tours"])
    assert all(tour["back"] <= "2021-06-16T14:30:00+02:00" for tour in told["tours"])
    assert all(tour["kg_co2e"] == pytest.approx(3.24 * tour["fuel_l"], abs=0.05) for tour in told["tours"])


def test_it_shows_what_it_is_at(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = []

    @contextmanager
    def kept(first: str) -> Iterator[Callable[[str], None]]:
        shown.append(first)
        yield shown.append

    monkeypatch.setattr("onebox.waste_plan.steps", kept)
    planned()
    assert shown[0] == "reading the district"
    assert "compiles for minutes" in shown[1]
    assert shown[2] == "searching for tours: 0%"
    assert shown[-1] == "searching for tours: 100%"


def test_levels_from_a_file_decide_who_is_visited(tmp_path: Path) -> None:
    depot = load_waste(DEMO).depot
    full = [container.container_id for container in depot.containers if container.fraction == "textile"][:3]
    levels = tmp_path / "levels.csv"
    rows = [f"{c.container_id},{1.05 if c.container_id in full else 0.0}" for c in depot.containers]
    levels.write_text("\n".join(["container_id,level_share", *rows]) + "\n", "utf-8")
    told = planned("--levels", str(levels), "--days", "1")
    (tour,) = told["tours"]
    assert set(full) <= {stop["container_id"] for stop in tour["stops"] if stop["container_id"]}
    assert {stop["reason"] for stop in tour["stops"] if stop["container_id"] in full} == {"RISK"}
    assert {left["reason"] for left in told["left"]} <= {"CAN_WAIT", "DETOUR"}


def test_nobody_drives_on_a_sunday_but_the_plan_tells_who_comes_when() -> None:
    told = planned("--day", "2021-06-20", "--days", "3")
    assert told["tours"] == []
    assert {tour["day"] for tour in told["preview"]} <= {1, 2}
    assert {left["reason"] for left in told["left"]} >= {"LATER"}


def test_people_get_tables() -> None:
    result = run("plan", "--seconds", "1", "--days", "1", "--truck", RESERVE)
    assert result.exit_code == 0
    assert "glas-1: 06:" in result.stdout
    assert "Not on that day" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["plan", "--urgent", "n1"], "--urgent is 'n1': must be a container of the depot"),
        (["plan", "--truck", "kran-9"], "reserves is 'kran-9'"),
        (["plan", "--levels", "/nowhere.csv"], "levels is '/nowhere.csv'"),
        (["replay", "--truck", "kran-9"], "reserves is 'kran-9'"),
    ],
)
def test_what_is_wrong_is_named(arguments: list[str], told: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert told in result.stderr


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("ghost,0.5", "container_id is 'ghost'"),
        ("{known},much", "is 'much': must be from 0 to 3"),
        ("{known},-0.1", "must be from 0 to 3"),
        ("{known},nan", "must be from 0 to 3"),
        ("{known},0.5\n{known},0.6", "is there twice"),
    ],
)
def test_wrong_levels_are_named(tmp_path: Path, line: str, told: str) -> None:
    levels = tmp_path / "levels.csv"
    known = load_waste(DEMO).depot.containers[0].container_id
    levels.write_text(f"container_id,level_share\n{line.format(known=known)}\n", "utf-8")
    result = run("plan", "--levels", str(levels))
    assert result.exit_code == 2
    assert told in result.stderr


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (("containers", 0, "fraction"), "soup", "containers[0].fraction: is 'soup'"),
        (("containers", 0, "site_id"), "site-0", "containers[0].site_id: is 'site-0'"),
        (("trucks", 0, "shift"), ["06:00"], "trucks[0].shift: is ['06:00'], must be two clock times"),
        (("trucks", 0, "kind"), "boat", "trucks[0].kind: is 'boat'"),
        (("plants", 0, "opening_hours"), {"mon": [["09:00", "08:00"]]}, "opening_hours.mon[0][1]"),
        (("vehicle_kinds", "autonomous", "closed_highways"), ["canal"], "closed_highways[0]: is 'canal'"),
        (("sites", 0, "curb_side"), "left", "sites[0].curb_side: is 'left', must be true or false"),
    ],
)
def test_a_district_file_that_is_wrong_is_refused_at_its_field(
    tmp_path: Path, path: tuple[str | int, ...], value: object, told: str
) -> None:
    shutil.copy(DEMO / "district.json", tmp_path)
    content = json.loads((DEMO / "waste.json").read_text("utf-8"))
    inner = content
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    (tmp_path / "waste.json").write_text(json.dumps(content), "utf-8")
    with pytest.raises(FieldError) as caught:
        load_waste(tmp_path)
    assert told in str(caught.value)


def test_a_replay_of_days_compares_plan_and_schedules_and_is_the_same_again() -> None:
    arguments = ["replay", "--days", "2", "--settling", "1", "--first", "2021-06-14", "--json"]
    result = run(*arguments)
    assert result.exit_code == 0, result.stderr
    told = json.loads(result.stdout)
    names = [outcome["name"] for outcome in told["outcomes"]]
    assert names == ["fixed rounds", "fixed own intervals", "plan, 150 € a day"]
    for outcome in told["outcomes"]:
        assert outcome["km"] > 0
        assert outcome["lifts"] > 0
        assert outcome["kg_co2e"] == pytest.approx(3.24 * outcome["fuel_l"], abs=0.3)
    against = told["saved"]["fixed rounds"]
    assert against["lifts_share"] == pytest.approx(
        1 - told["outcomes"][2]["lifts"] / told["outcomes"][0]["lifts"], abs=0.001
    )
    assert run(*arguments).stdout == result.stdout


def test_a_replay_is_shown_as_a_table() -> None:
    result = run("replay", "--days", "1", "--settling", "0", "--also-euro", "10")
    assert result.exit_code == 0
    for text in ("fixed rounds", "fixed own intervals", "plan, 150 €", "plan, 10 €", "against fixed rounds:"):
        assert text in result.stdout
