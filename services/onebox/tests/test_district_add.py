"""``landlinie district add``: a made-up village and its bus, made a district that can be asked and served."""

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from onebox.district import load_district
from onebox.district_making import CannotMake, district_id, names_of_feeds
from onebox.main import app
from typer.testing import CliRunner, Result

STREETS = ("Hauptstraße", "Seeweg", "Kirchweg")
FEED = {
    "agency.txt": "agency_id,agency_name,agency_url,agency_timezone\nb,Bus,https://bus.example,Europe/Berlin\n",
    "stops.txt": "stop_id,stop_name,stop_lat,stop_lon\nw,Westend,53.5001,13.2001\ne,Ostend,53.5001,13.2399\n"
    "f,Fern,54.5,13.2\n",
    "routes.txt": "route_id,agency_id,route_short_name,route_type\n7,b,7,3\n",
    "trips.txt": "route_id,service_id,trip_id\n7,d,t1\n",
    "stop_times.txt": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    "t1,08:00:00,08:00:00,w,1\nt1,08:05:00,08:05:00,e,2\n",
    "calendar.txt": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,"
    "start_date,end_date\n"
    "d,1,1,1,1,1,0,0,20260301,20260331\n",
}


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def write_map(path: Path) -> Path:
    """Three streets from west to east, joined at their ends, and a village."""
    root = ET.Element("osm", version="0.6")
    number = 0
    grid: dict[tuple[int, int], str] = {}
    for row in range(3):
        for column in range(9):
            number += 1
            grid[row, column] = str(number)
            latitude, longitude = f"{53.5 + 0.004 * row:.4f}", f"{13.2 + 0.005 * column:.4f}"
            ET.SubElement(root, "node", id=str(number), version="1", lat=latitude, lon=longitude)
    village = ET.SubElement(root, "node", id="900", version="1", lat="53.5042", lon="13.2200")
    for key, value in {"place": "village", "name": "Süderdorf"}.items():
        ET.SubElement(village, "tag", k=key, v=value)
    lines = [(name, [grid[row, column] for column in range(9)]) for row, name in enumerate(STREETS)]
    lines += [("", [grid[row, column] for row in range(3)]) for column in (0, 8)]
    for way_id, (name, nodes) in enumerate(lines, start=100):
        way = ET.SubElement(root, "way", id=str(way_id), version="1")
        for node in nodes:
            ET.SubElement(way, "nd", ref=node)
        for key, value in {"highway": "residential", "name": name}.items():
            if value:
                ET.SubElement(way, "tag", k=key, v=value)
    path.write_text(ET.tostring(root, encoding="unicode"), encoding="utf-8")
    return path


def write_feed(path: Path, files: Mapping[str, str] = FEED) -> Path:
    with zipfile.ZipFile(path, "w") as packed:
        for name, text in files.items():
            packed.writestr(name, text)
    return path


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
