"""``landlinie alight``: legs of a file of positions, and what is wrong on stderr."""

import json
import random
from datetime import date
from pathlib import Path

import pytest
from onebox.main import app
from simulated_riders import Day, Phone, Rider, rider
from timetable.schedule_reading import read_schedule
from typer.testing import CliRunner

FEED = Path(__file__).parents[3] / "data" / "neubrandenburg" / "vbb-neubrandenburg-2021.gtfs.zip"


@pytest.fixture(scope="module")
def traveller() -> Rider:
    return rider(Day(read_schedule(FEED)[0], date(2021, 5, 19)), random.Random(4), Phone(), transfers=1)


def positions(who: Rider, device: str) -> str:
    return "".join(
        f"{device},{fix.time.isoformat()},{fix.lon},{fix.lat},{fix.accuracy_m}\n" for fix in who.trace.fixes
    )


def test_legs_of_every_device_are_printed(tmp_path: Path, traveller: Rider) -> None:
    trace, delays = tmp_path / "trace.csv", tmp_path / "delays.json"
    trace.write_text(
        "device,time,lon,lat,accuracy_m\n" + positions(traveller, "a") + positions(traveller, "b")
    )
    delays.write_text(json.dumps({leg.trip_id: 60 for leg in traveller.legs}))
    for more in ([], ["--delays", str(delays)]):
        ran = CliRunner().invoke(app, ["alight", "--trace", str(trace), "--feed", str(FEED), *more])
        assert ran.exit_code == 0
        lines = [json.loads(line) for line in ran.stdout.splitlines()]
        wanted = [(leg.trip_id, leg.board_stop, leg.alight_stop) for leg in traveller.legs]
        told = [(line["trip_id"], line["board"]["stop_id"], line["alight"]["stop_id"]) for line in lines]
        assert told == wanted * 2
        assert [line["device"] for line in lines] == ["a"] * len(wanted) + ["b"] * len(wanted)
        assert all(line["board"]["time"].endswith("+02:00") for line in lines)


def test_without_a_feed_rides_have_no_stops(tmp_path: Path, traveller: Rider) -> None:
    trace = tmp_path / "trace.csv"
    trace.write_text("device,time,lon,lat,accuracy_m\n" + positions(traveller, "a"))
    ran = CliRunner().invoke(app, ["alight", "--trace", str(trace), "--zone", "Europe/Berlin"])
    assert ran.exit_code == 0
    line = json.loads(ran.stdout.splitlines()[0])
    assert line["trip_id"] is None
    assert line["alight"]["stop_id"] is None
    assert line["alight"]["time"].endswith("+02:00")


def test_a_wrong_row_is_told_with_its_line_and_the_rest_is_read(tmp_path: Path, traveller: Rider) -> None:
    trace = tmp_path / "trace.csv"
    trace.write_text("device,time,lon,lat,accuracy_m\na,now,13,53,5\n" + positions(traveller, "a"))
    ran = CliRunner().invoke(app, ["alight", "--trace", str(trace), "--feed", str(FEED)])
    assert ran.exit_code == 2
    assert f"{trace}:2: time: " in ran.stderr
    assert len(ran.stdout.splitlines()) == len(traveller.legs)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--trace", "none.csv"], "No such file"),
        (["--trace", "{trace}", "--feed", "none.zip"], "none.zip"),
        (["--trace", "{trace}", "--delays", "{trace}"], "trip_id: no such column"),
        (["--trace", "{trace}", "--zone", "Mars"], "Mars"),
    ],
)
def test_what_cannot_be_read_ends_with_2(tmp_path: Path, options: list[str], told: str) -> None:
    trace = tmp_path / "trace.csv"
    trace.write_text("time,lon,lat\n2026-03-25T12:00Z,13,53\n")
    ran = CliRunner().invoke(app, ["alight", *(option.format(trace=trace) for option in options)])
    assert ran.exit_code == 2
    assert told in ran.stderr
