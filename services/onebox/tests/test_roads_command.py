"""The road commands: a graph made from a map, and what they answer about it."""

import json
from pathlib import Path
from typing import Any

import pytest
import shapely
from onebox.main import app
from routing_core.roads.errors import NoWay
from routing_core.roads.router import Route, Router
from routing_core.roads.snap import RoadPoint
from typer.testing import CliRunner, Result

ROOT = Path(__file__).parents[3]
DEMO_ROADS = ROOT / "data" / "demo" / "roads"
# A street from west to east that becomes another one, and a one-way lane back north of it.
MAP = """<?xml version='1.0' encoding='UTF-8'?>
<osm version="0.6" generator="test">
<node id="1" version="1" lat="53.5000" lon="13.2000"/>
<node id="2" version="1" lat="53.5000" lon="13.2100"/>
<node id="3" version="1" lat="53.5000" lon="13.2200"/>
<node id="4" version="1" lat="53.5050" lon="13.2100"/>
<way id="11" version="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/>
<tag k="name" v="A"/></way>
<way id="12" version="1"><nd ref="2"/><nd ref="3"/><tag k="highway" v="residential"/>
<tag k="name" v="B"/></way>
<way id="13" version="1"><nd ref="3"/><nd ref="4"/><nd ref="1"/><tag k="highway" v="residential"/>
<tag k="oneway" v="yes"/></way>
</osm>
"""
WEST, EAST = "53.5000,13.2020", "53.5000,13.2180"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("roads")
    (folder / "map.osm").write_text(MAP, encoding="utf-8")
    made = run("roads", folder / "map.osm", folder / "graph", "--profile", "minibus")
    assert made.exit_code == 0, made.stderr
    about = json.loads(made.stdout)
    assert (about["source"], about["profile"], about["arc_count"]) == ("map.osm", "minibus", 3)
    return folder / "graph"


def told(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.stderr
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


def test_a_route_is_a_line_with_instructions(graph: Path) -> None:
    feature = told(run("route", "--from", WEST, "--to", EAST, "--roads", graph, "--language", "en"))
    line = shapely.from_geojson(json.dumps(feature["geometry"]))
    assert line.coords[0] == pytest.approx((13.202, 53.5))
    assert line.coords[-1] == pytest.approx((13.218, 53.5))
    properties = feature["properties"]
    assert properties["metres"] == pytest.approx(1058, abs=2)
    assert [one["text"] for one in properties["instructions"]] == [
        "Drive off to the east on A",
        "Go on along B",
        "You have arrived",
    ]


def test_a_matrix_says_the_same_as_the_route(graph: Path) -> None:
    answer = told(run("matrix", "--from", WEST, "--from", EAST, "--roads", graph))
    properties = told(run("route", "--from", WEST, "--to", EAST, "--roads", graph))["properties"]
    assert answer["seconds"][0] == [0, properties["seconds"]]
    assert answer["metres"][0] == [0, properties["metres"]]
    one_to_many = told(run("matrix", "--from", WEST, "--to", EAST, "--to", WEST, "--roads", graph))
    assert one_to_many["metres"] == [answer["metres"][0][::-1]]


def test_an_isochrone_grows_with_its_minutes(graph: Path) -> None:
    areas = []
    for minutes in (0.5, 1):
        feature = told(run("isochrone", "--from", WEST, "--minutes", minutes, "--roads", graph))
        assert feature["properties"]["seconds"] == minutes * 60
        areas.append(shapely.from_geojson(json.dumps(feature["geometry"])))
    assert areas[0].contains(shapely.Point(13.202, 53.5))
    assert areas[1].contains(areas[0].buffer(-1e-6))
    assert areas[1].area > areas[0].area


def test_the_demo_district_has_its_roads() -> None:
    answer = told(
        run("matrix", "--from", "53.5564,13.2612", "--to", "53.4960,13.3129", "--roads", DEMO_ROADS)
    )
    assert answer["seconds"][0][0] is not None


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["route", "--from", "54.5,13.2", "--to", EAST], "54.5,13.2: nearest road is"),
        (["route", "--from", "here", "--to", EAST], "'here', must be LAT,LON"),
        (["route", "--from", WEST, "--to", EAST, "--language", "la"], "language is 'la'"),
        (["isochrone", "--from", "95,13.2", "--minutes", "5"], "latitude_deg is 95.0"),
        (["matrix", "--from", WEST, "--to", "0,0"], "0,0: nearest road is"),
    ],
)
def test_what_cannot_be_is_refused(graph: Path, arguments: list[str], why: str) -> None:
    result = run(*arguments, "--roads", graph)
    assert result.exit_code == 2
    assert why in " ".join(result.stderr.replace("│", " ").split())


def test_no_way_has_an_exit_code_of_its_own(graph: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(_: Router, origin: RoadPoint, destination: RoadPoint) -> Route:
        raise NoWay(origin, destination)

    monkeypatch.setattr(Router, "route", nowhere)
    result = run("route", "--from", WEST, "--to", EAST, "--roads", graph)
    assert (result.exit_code, result.stderr) == (1, f"no drivable way from {WEST} to {EAST}\n")


@pytest.mark.parametrize(
    ("name", "profile", "why"),
    [("missing.osm", "car", "no such file"), ("map.osm", "hovercraft", "profile 'hovercraft'")],
)
def test_maps_and_profiles_that_cannot_be_used(tmp_path: Path, name: str, profile: str, why: str) -> None:
    (tmp_path / "map.osm").write_text(MAP, encoding="utf-8")
    result = run("roads", tmp_path / name, tmp_path / "graph", "--profile", profile)
    assert (result.exit_code, why in result.stderr) == (2, True)


def test_a_folder_without_a_graph_is_refused(tmp_path: Path) -> None:
    result = run("route", "--from", WEST, "--to", EAST, "--roads", tmp_path)
    assert result.exit_code == 2
    assert str(tmp_path) in result.stderr
