"""``landlinie places``, on the demo district's map."""

import json
from pathlib import Path

from onebox.main import app
from typer.testing import CliRunner, Result

ROOT = Path(__file__).parents[3]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_an_address_is_found_as_it_is_typed() -> None:
    answer = run("places", "bahnhofstr 10 burg stagard", "--json")
    assert answer.exit_code == 0, answer.stderr
    first = json.loads(answer.stdout)[0]
    assert first["label"].startswith("Bahnhofstraße 10, 17094 Burg Stargard")
    assert (first["kind"], first["exact_number"]) == ("address", True)


def test_a_table_tells_that_a_number_is_not_on_the_map() -> None:
    answer = run("places", "Robinienstraße 790", "--most", 1)
    assert answer.exit_code == 0, answer.stderr
    assert "Robinienstraße, Neubrandenburg" in answer.stdout
    assert "1 of 11944 places" in answer.stdout


def test_a_map_can_be_asked_itself(tmp_path: Path) -> None:
    extract = tmp_path / "map.osm"
    extract.write_text(
        '<osm version="0.6"><node id="1" version="1" lat="53.5" lon="13.2"><tag k="place" v="village"/>'
        '<tag k="name" v="Rühlow"/></node></osm>',
        encoding="utf-8",
    )
    answer = run("places", "ruehl", "--in", extract, "--json")
    assert [place["label"] for place in json.loads(answer.stdout)] == ["Rühlow"]


def test_what_is_wrong_is_told(tmp_path: Path) -> None:
    assert run("places", "xyzzy").exit_code == 1
    for arguments, said in (
        (("Markt", "--near", "here"), "--near is 'here', must be LAT,LON"),
        (("Markt", "--near", "99,0"), "not on the globe"),
        (("x" * 201,), "at most 200"),
        (("Markt", "--in", tmp_path / "none.gz"), "none.gz"),
        (("Markt", "--in", tmp_path / "none.osm"), "no such file"),
    ):
        answer = run("places", *arguments)
        assert answer.exit_code == 2
        assert said in answer.stderr
