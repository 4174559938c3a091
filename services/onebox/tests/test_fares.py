"""``landlinie fares``: a line per journey in the file's order, and what is wrong on stderr."""

import json
import re
import zipfile
from pathlib import Path

import pytest
from onebox.main import app
from typer.testing import CliRunner, Result

FEED = {
    "agency.txt": "agency_name,agency_url,agency_timezone\nLand,x,Europe/Berlin\n",
    "stops.txt": "stop_id,zone_id\na,1\nb,2\n",
    "routes.txt": "route_id,route_type,network_id\nbus,3,land\n",
    "fare_products.txt": "fare_product_id,rider_category_id,fare_media_id,amount,currency\n"
    "single,adult,paper,2.60,EUR\nsingle,adult,app,2.40,EUR\nsingle,child,paper,1.30,EUR\n",
    "rider_categories.txt": "rider_category_id,rider_category_name,is_default_fare_category\n"
    "adult,Adult,1\nchild,Child,0\n",
    "fare_media.txt": "fare_media_id,fare_media_name,fare_media_type\npaper,,1\napp,App,4\n",
    "fare_leg_rules.txt": "leg_group_id,network_id,fare_product_id\nland,land,single\n",
    "fare_transfer_rules.txt": "from_leg_group_id,to_leg_group_id,transfer_count,duration_limit,"
    "duration_limit_type,fare_transfer_type\nland,land,-1,3600,1,0\n",
    "fare_attributes.txt": "fare_id,price,currency_type,payment_method,transfers\nold,2.00,EUR,0,0\n",
}
LEG = {
    "route_id": "bus",
    "from_stop": "a",
    "to_stop": "b",
    "dep": "2026-06-10T08:00",
    "arr": "2026-06-10T08:20",
}
BACK = LEG | {"from_stop": "b", "to_stop": "a", "dep": "2026-06-10T08:30", "arr": "2026-06-10T08:50"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "feed").mkdir()
    for name, content in FEED.items():
        (tmp_path / "feed" / name).write_text(content)
    return tmp_path


def run(folder: Path, journeys: object, *options: str, feed: str = "feed") -> Result:
    (folder / "legs.json").write_text(json.dumps(journeys))
    return CliRunner().invoke(app, ["fares", str(folder / feed), str(folder / "legs.json"), *options])


def test_a_line_for_every_journey_in_the_order_of_the_file(folder: Path) -> None:
    ran = run(folder, {"cases": [{"id": "there", "legs": [LEG]}, {"id": "and-back", "journey": [LEG, BACK]}]})
    assert ran.exit_code == 0, ran.stderr
    first, second = map(json.loads, ran.stdout.splitlines())
    assert (first["id"], first["total"]) == ("there", {"EUR": "2.40"})
    assert (second["id"], second["total"]) == ("and-back", {"EUR": "2.40"})
    assert second["legs"][1]["transfer"] == {"rule": 2, "type": 0, "bought": None}
    assert first["cheapest"][1] == {"rider": "child", "total": {"EUR": "1.30"}}
    assert len(second["explanation"]) == 2


def test_rider_medium_and_version_are_chosen_by_options(folder: Path) -> None:
    for options, total in (
        (["--rider", "child"], {"EUR": "1.30"}),
        (["--medium", "paper"], {"EUR": "2.60"}),
        (["--rider", "child", "--medium", "app"], "unknown"),
        (["--version", "v1"], {"EUR": "4.00"}),
    ):
        ran = run(folder, [LEG, BACK], *options)
        assert ran.exit_code == 0, ran.stderr
        assert json.loads(ran.stdout)["total"] == total


def test_a_wrong_journey_is_told_with_leg_and_field_and_the_others_are_priced(folder: Path) -> None:
    ran = run(
        folder, [[LEG], {"id": "x", "legs": [LEG, LEG | {"dep": "soon"}]}, {"legs": [LEG], "rider": "kid"}]
    )
    assert ran.exit_code == 2
    assert [json.loads(line)["id"] for line in ran.stdout.splitlines()] == [0]
    assert "legs.json: x: legs[1].dep: 'soon' is no time" in ran.stderr
    assert "legs.json: 2: rider: 'kid' is not in the feed; there is 'adult', 'child'" in ran.stderr


def test_a_category_that_the_feed_does_not_have_is_refused_at_once(folder: Path) -> None:
    ran = run(folder, [LEG], "--rider", "kid")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "rider: 'kid'" in ran.stderr


def test_findings_are_counted_and_told_on_request(folder: Path) -> None:
    (folder / "feed" / "areas.txt").write_text("area_id\nA,extra\n")
    counted = run(folder, [LEG])
    assert (counted.exit_code, counted.stderr) == (0, "findings in the feed: 1; --findings tells them\n")
    told = run(folder, [LEG], "--findings")
    assert told.stderr == "areas.txt:2: error: 2 values in a table of 1 columns [invalid_row_length]\n"


def test_the_example_of_the_page_is_priced(folder: Path) -> None:
    page = Path(__file__).parents[3] / "docs" / "gtfs-fares.md"
    (example,) = re.findall(r"^```json\n(.*?)^```$", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    (folder / "feed" / "routes.txt").write_text("route_id,route_type,network_id\n10,3,land\n")
    (folder / "feed" / "trips.txt").write_text("route_id,service_id,trip_id\n10,x,T7\n")
    (folder / "feed" / "stops.txt").write_text("stop_id\na\nb\nc\n")
    ran = run(folder, json.loads(example))
    assert ran.exit_code == 0, ran.stderr
    answer = json.loads(ran.stdout)
    assert (answer["id"], answer["total"]) == ("to-town", {"EUR": "2.40"})
    assert {"total", "cheapest", "legs", "explanation"} <= set(answer)
    assert {"offers", "rules", "rule", "transfer"} <= set(answer["legs"][0])


def test_a_zip_is_a_feed_as_well(folder: Path) -> None:
    with zipfile.ZipFile(folder / "feed.zip", "w") as packed:
        for name, content in FEED.items():
            packed.writestr(name, content)
    assert run(folder, [LEG], feed="feed.zip").exit_code == 0


def test_what_cannot_be_read_is_told(folder: Path) -> None:
    (folder / "no.zip").write_text("no zip")
    assert "no.zip" in run(folder, [LEG], feed="no.zip").stderr
    assert run(folder, [LEG], feed="no.zip").exit_code == 2
    assert run(folder, 3).exit_code == 2
    assert "neither a list nor an object" in run(folder, 3).stderr
    ran = CliRunner().invoke(app, ["fares", str(folder / "feed"), str(folder / "none.json")])
    assert ran.exit_code == 2
    assert "none.json: No such file or directory" in ran.stderr
