"""What a district says of its tariff, and what is said to mistakes in it."""

import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from service_kit.json_fields import FieldError
from ticketing.adapters.district import read_fares
from ticketing.application.prices import Prices
from ticketing.bootstrap import best_price
from ticketing.domain.journeys import Journey, JourneyKey, JourneyState, Leg, Place, Reading, Source

DEMO = Path(__file__).parents[3] / "data" / "demo"


def folder(tmp_path: Path, tariff: Any, **more: Any) -> Path:
    shutil.copy(DEMO / "tariffs" / "vos.yaml", tmp_path / "tariff.yaml")
    about = {"id": "amt", "name": "Amt", "tariff": tariff, **more}
    (tmp_path / "district.json").write_text(json.dumps(about))
    return tmp_path


def test_the_demo_district_has_a_tariff_a_timetable_and_places() -> None:
    fares = read_fares(DEMO)
    assert fares is not None
    assert (fares.tenant, fares.zones, fares.network) == ("neubrandenburg", ("100",), "")
    assert fares.book.versions[0].id == "vos-2019"
    assert fares.detect is not None
    assert fares.place_names


def test_a_district_without_a_tariff_bills_nothing(tmp_path: Path) -> None:
    (tmp_path / "district.json").write_text(json.dumps({"id": "amt", "name": "Amt"}))
    assert read_fares(tmp_path) is None


def test_what_is_left_out_is_none(tmp_path: Path) -> None:
    fares = read_fares(folder(tmp_path, {"file": "tariff.yaml"}))
    assert fares is not None
    assert (fares.zones, fares.network, fares.detect, fares.place_names) == ((), "", None, {})
    assert fares.zones_of(Place("s1", None, 52.1, 8.1)) is None


FEED = {
    "agency": "agency_id,agency_name,agency_url,agency_timezone\na,A,https://a.example,Europe/Berlin\n",
    "stops": "stop_id,stop_name,stop_lat,stop_lon,zone_id\ns1,S1,52.1,8.1,100\ns2,S2,52.2,8.2,\n",
    "routes": "route_id,agency_id,route_short_name,route_type\nr,a,1,3\n",
    "trips": "route_id,service_id,trip_id\nr,s,t\n",
    "calendar_dates": "service_id,date,exception_type\ns,20261118,1\n",
    "stop_times": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    "t,08:00:00,08:00:00,s1,1\nt,08:09:00,08:09:00,s2,2\n",
}


def test_a_stop_told_without_zones_is_in_that_of_the_timetable(tmp_path: Path) -> None:
    (tmp_path / "feed").mkdir()
    for name, rows in FEED.items():
        (tmp_path / "feed" / f"{name}.txt").write_text(rows)
    fares = read_fares(folder(tmp_path, {"file": "tariff.yaml", "timetable": "feed"}))
    assert fares is not None
    assert [fares.zones_of(Place(stop)) for stop in ("s1", "s2")] == [("100",), None]

    prices = Prices(fares.book, best_price(), fares.zones_of)
    begins = datetime(2026, 11, 18, 8, tzinfo=ZoneInfo("Europe/Berlin"))

    def cents(board: Place, alight: Place) -> int | None:
        reading = Reading((Leg(begins, begins + timedelta(minutes=9), board, alight),))
        key = JourneyKey("j", "r", "trip", Source.CHECK_IN, begins.date(), "2026-W47", (("adult", 1),))
        journey = Journey(key, JourneyState.COMPLETED, key.riders, begins, None, (reading,))
        return prices.cents_alone(journey, reading)

    assert cents(Place("s1"), Place("s1")) == cents(Place(zones=("100",)), Place("s1")) == 290
    assert cents(Place("s1"), Place("s2")) is None
    assert cents(Place("s1", ("200",)), Place("s1")) is None


def test_a_stop_without_a_zone_of_its_own_is_in_the_area_it_stands_in(tmp_path: Path) -> None:
    (tmp_path / "feed").mkdir()
    rows = {**FEED, "stops": FEED["stops"] + "s3,S3,60.0,8.2,\n"}
    for name, text in rows.items():
        (tmp_path / "feed" / f"{name}.txt").write_text(text)
    ring = [[8, 52], [9, 52], [9, 53], [8, 53], [8, 52]]
    area = {"properties": {"zone_id": "200"}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    (tmp_path / "zones.geojson").write_text(json.dumps({"features": [area]}))
    fares = read_fares(
        folder(tmp_path, {"file": "tariff.yaml", "timetable": "feed", "zones": "zones.geojson"})
    )
    assert fares is not None
    assert [fares.zones_of(Place(stop)) for stop in ("s1", "s2", "s3")] == [("100",), ("200",), ()]
    assert fares.zones_of(Place("s3", None, 52.5, 8.5)) == ()
    assert fares.zones_of(Place("elsewhere", None, 52.5, 8.5)) == ("200",)


@pytest.mark.parametrize(
    ("tariff", "more", "told"),
    [
        ({"file": "tariff.yaml", "zones": "nowhere.geojson"}, {}, r"nowhere\.geojson: No such file"),
        (
            {"file": "tariff.yaml", "timetable": str(DEMO / "timetable.gtfs.zip"), "networks": {"9": "rail"}},
            {},
            r"tariff\.networks\.9: is no agency_id and no route_id of the timetable",
        ),
        (
            {"file": "tariff.yaml", "timetable": str(DEMO / "timetable.gtfs.zip"), "networks": "rail"},
            {},
            r"tariff\.networks: is 'rail', must be an object",
        ),
        ({}, {}, r"tariff\.file: is missing"),
        ({"file": "nowhere.yaml"}, {}, r"tariff\.file: cannot be read: .*No such file"),
        ({"file": "district.json"}, {}, r"district\.json: line: "),
        ("tariff.yaml", {}, r"tariff: is 'tariff.yaml', must be an object"),
        ({"file": "tariff.yaml", "timetable": "district.json"}, {}, r"tariff\.timetable: cannot be read"),
        ({"file": "tariff.yaml", "timetable": "nowhere"}, {}, r"tariff\.timetable: cannot be read"),
        ({"file": "tariff.yaml", "on_demand": {"zones": "1"}}, {}, r"tariff\.on_demand\.zones: is '1'"),
        ({"file": "tariff.yaml"}, {"id": "Amt 1"}, r"id: is not 1 to 32"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, tariff: Any, more: dict[str, str], told: str) -> None:
    with pytest.raises(FieldError, match=told):
        read_fares(folder(tmp_path, tariff, **more))
