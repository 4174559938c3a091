"""``landlinie district add``: a made-up village and its bus, made a district that can be asked and served."""

import json
from pathlib import Path

import pytest
from little_district import FEED, write_feed, write_map
from onebox.district import load_district
from onebox.district_making import CannotMake, district_id, names_of_feeds
from onebox.main import app
from typer.testing import CliRunner, Result


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    folder = tmp_path_factory.mktemp("district")
    result = run(
        "district", "add", "Amt Süder-Dörfer", "--osm", write_map(folder / "map.osm"),
        "--gtfs", write_feed(folder / "bus.zip"), "--data-dir", folder / "var",
    )  # fmt: skip
    return folder, result


def test_what_was_found_and_what_is_odd_is_told(made: tuple[Path, Result]) -> None:
    _, result = made
    assert result.exit_code == 0, result.output
    said = " ".join(result.stdout.split())
    assert "1 trips, 3 stops, from 2026-03-02 to 2026-03-31, clocks of Europe/Berlin" in said
    assert "4 places by name, 1 virtual stops" in said
    assert "odd: 1 of 3 stops of the timetables lie off the map" in said
    assert "timetable.gtfs.zip: 0 errors" in said


def test_it_can_be_served_and_asked(made: tuple[Path, Result]) -> None:
    folder, _ = made
    district = folder / "var" / "districts" / "amt-suder-dorfer"
    loaded = load_district(district)
    assert (loaded.id, loaded.name, loaded.timezone) == (
        "amt-suder-dorfer",
        "Amt Süder-Dörfer",
        "Europe/Berlin",
    )
    assert [stop.name for stop in loaded.virtual_stops] == ["Süderdorf"]
    asked = ("plan", "--district", district, "--data-dir", folder / "var", "--alone", "--json", "--walk", 900)
    answer = run(*asked, "--from", "Westend", "--to", "Ostend", "--at", "2026-03-10T07:30")
    assert answer.exit_code == 0, answer.stderr
    (journey,) = json.loads(answer.stdout)["journeys"]
    assert [(leg["mode"], leg["line"]) for leg in journey["legs"]] == [("transit", "7")]
    assert journey["departure_time"] == "2026-03-10T08:00:00+01:00"


def test_its_map_is_drawn_and_can_be_drawn_anew(made: tuple[Path, Result]) -> None:
    folder, _ = made
    district = folder / "var" / "districts" / "amt-suder-dorfer"
    drawn = (district / "map.pmtiles").read_bytes()
    (district / "map.pmtiles").unlink()
    result = run("district", "map", folder / "map.osm", "--folder", district)
    assert result.exit_code == 0, result.output
    assert "tiles" in result.stdout
    assert (district / "map.pmtiles").read_bytes() == drawn
    refused = run("district", "map", folder / "bus.zip", "--folder", district)
    assert refused.exit_code == 2
    assert "bus.zip" in refused.stderr


def test_what_makes_no_district_is_told(made: tuple[Path, Result], tmp_path: Path) -> None:
    folder, _ = made
    osm, bus = folder / "map.osm", folder / "bus.zip"
    never = write_feed(
        tmp_path / "never.zip",
        {**FEED, "calendar.txt": FEED["calendar.txt"].replace("1,1,1,1,1", "0,0,0,0,0")},
    )
    into = ("--folder", tmp_path / "new")
    for arguments, said in (
        (("Süd", "--osm", osm, "--gtfs", bus, "--folder", folder), "is not empty"),
        (("!!!", "--osm", osm, "--gtfs", bus), "name: '!!!' has no letter"),
        (("Süd", "--osm", tmp_path / "no.osm", "--gtfs", bus, *into), "no.osm"),
        (("Süd", "--osm", osm, "--gtfs", tmp_path / "no.zip", *into), "no such file"),
        (("Süd", "--osm", osm, "--gtfs", never, "--folder", tmp_path / "never"), "no trip runs on any day"),
        (("Süd", "--osm", osm, "--gtfs", bus, "--gtfs", bus, *into), "called alike"),
    ):
        result = run("district", "add", *arguments)
        assert result.exit_code == 2, result.output
        assert said in result.stderr.replace("\n", " ")


def test_names_become_ids_and_prefixes() -> None:
    assert district_id("Amt Hüttener Berge") == "amt-huttener-berge"
    assert district_id("Großdorf " * 9).startswith("grossdorf-grossdorf")
    assert len(district_id("Großdorf " * 9)) <= 32
    with pytest.raises(CannotMake):
        district_id("日本")
    assert names_of_feeds(["x/y.zip"]) == ["timetable.gtfs.zip"]
    assert names_of_feeds(["a/bus.gtfs.zip", "https://e.example/rail.zip"]) == [
        "bus.gtfs.zip",
        "rail.gtfs.zip",
    ]
