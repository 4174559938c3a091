"""Positions in tariff zones: areas, mistakes in their file, and rides that nobody told zones of."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from office import BERLIN, Office, tariff
from service_kit.json_fields import FieldError
from ticketing.adapters.district import Fares, read_fares
from ticketing.adapters.tariff_zones import read_tariff_zones
from ticketing.application.places import ZonesOfPlaces
from ticketing.domain.account import Profile
from ticketing.domain.journeys import Place
from ticketing.domain.operations import Operation
from ticketing.domain.products import Product, Validity
from ticketing.domain.tariff import Owned, TariffBook
from ticketing.domain.trace import Fix

DEMO = Path(__file__).parents[3] / "data" / "demo"
TUESDAY = date(2021, 6, 15)
WEEK = "2021-W24"
BURG_STARGARD, NEUBRANDENBURG = (53.499762, 13.303165), (53.561852, 13.261441)
SQUARE = [[13, 53], [14, 53], [14, 54], [13, 54], [13, 53]]
HOLE = [[13.4, 53.4], [13.6, 53.4], [13.6, 53.6], [13.4, 53.6], [13.4, 53.4]]
EASTERN = [[14, 53], [15, 53], [15, 54], [14, 54], [14, 53]]


def written(path: Path, *areas: tuple[object, str, object]) -> Path:
    """A GeoJSON file of zone ids, kinds and coordinates."""
    features = [
        {
            "type": "Feature",
            "properties": {"zone_id": zone_id},
            "geometry": {"type": kind, "coordinates": parts},
        }
        for zone_id, kind, parts in areas
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def test_a_position_is_in_every_area_that_holds_it(tmp_path: Path) -> None:
    file = written(
        tmp_path / "zones.geojson",
        ("2", "Polygon", [SQUARE, HOLE]),
        ("1", "MultiPolygon", [[EASTERN], [HOLE]]),
        ("3", "Polygon", [[[*corner, 80.5] for corner in EASTERN]]),
        ("3", "Polygon", [[[20, 50], [21, 50], [21, 51], [20, 50]]]),
    )
    zones = read_tariff_zones(file)
    assert zones.at(53.2, 13.2) == ("2",)
    assert zones.at(53.5, 13.5) == ("1",)
    assert zones.at(53.5, 14.5) == ("1", "3")
    assert zones.at(53.5, 14.0) == ("1", "2", "3")
    assert zones.at(50.2, 20.5) == ("3",)
    assert zones.at(13.2, 53.2) == ()


@pytest.mark.parametrize(
    ("area", "told"),
    [
        ((100, "Polygon", [SQUARE]), r"features\[0\]\.properties\.zone_id: is 100, must be text"),
        (("1", "Point", [13, 53]), r"geometry\.type: is 'Point', must be one of MultiPolygon, Polygon"),
        (("1", "Polygon", []), r"coordinates: has 0 entries, at least 1"),
        (("1", "Polygon", [SQUARE[:4]]), r"coordinates\[0\]: does not end where it begins"),
        (("1", "Polygon", [SQUARE[:3]]), r"coordinates\[0\]: has 3 entries, at least 4"),
        (("1", "Polygon", [[[13], *SQUARE[1:]]]), r"coordinates\[0\]\[0\]: has 1 entries, at least 2"),
        (("1", "Polygon", [[[13, 91], *SQUARE[1:]]]), r"coordinates\[0\]\[0\]\[1\]: is 91, must be from -90"),
        (
            ("1", "Polygon", [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]),
            r"geometry: is no area: Self-intersection",
        ),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, area: tuple[object, str, object], told: str) -> None:
    with pytest.raises(FieldError, match=told):
        read_tariff_zones(written(tmp_path / "zones.geojson", area))


def test_a_stop_goes_before_a_position() -> None:
    zones_of = ZonesOfPlaces({"s": ("1",), "outside": ()}, lambda lat, _: ("2",) if lat > 50 else ())
    here = Place(latitude_deg=53.0, longitude_deg=13.0)
    assert zones_of(replace(here, stop_id="s")) == ("1",)
    assert zones_of(replace(here, stop_id="outside")) == ()
    assert zones_of(replace(here, stop_id="unknown")) == zones_of(here) == ("2",)
    assert zones_of(replace(here, latitude_deg=40.0)) == ()
    assert zones_of(Place("unknown")) is None
    assert ZonesOfPlaces()(here) is None


def train_ride() -> list[Fix]:
    """The RE5 of 8:22 from Burg Stargard to Neubrandenburg, waits and a way on foot around it."""
    away = (NEUBRANDENBURG[0] + 0.003, NEUBRANDENBURG[1] + 0.003)
    ways = [
        (10.0, BURG_STARGARD), (22.0, BURG_STARGARD), (29.0, NEUBRANDENBURG),
        (30.0, NEUBRANDENBURG), (37.0, away), (45.0, away),
    ]  # fmt: skip
    minutes = [minute for minute, _ in ways]
    lat, lon = np.array([place for _, place in ways]).T
    start = datetime(2021, 6, 15, 8, tzinfo=BERLIN)
    return [
        Fix(
            start + timedelta(minutes=float(minute)),
            float(np.interp(minute, minutes, lon)),
            float(np.interp(minute, minutes, lat)),
            10.0,
        )
        for minute in np.arange(minutes[0], minutes[-1], 1 / 6)
    ]


@contextmanager
def office_of(folder: Path, fares: Fares, book: TariffBook) -> Iterator[Office]:
    evening = datetime(2021, 6, 15, 20, tzinfo=BERLIN)
    office = Office(folder, book=book, now=evening, detect=fares.detect, zones_of=fares.zones_of)
    yield office
    office.close()


def settled(office: Office) -> Operation:
    """Their week, after its end."""
    office.clock.advance_to(datetime(2021, 6, 21, 12, tzinfo=BERLIN))
    return office.settle(WEEK)


@pytest.fixture(scope="module")
def demo() -> Fares:
    fares = read_fares(DEMO)
    assert fares is not None
    return fares


def test_a_trace_over_the_demo_timetable_has_a_price(tmp_path: Path, demo: Fares) -> None:
    with office_of(tmp_path, demo, demo.book) as office:
        account_id = office.open()
        fixes = train_ride()
        here = Place(latitude_deg=fixes[0].lat, longitude_deg=fixes[0].lon)
        office.check_in(account_id, "trip", fixes[0].time, here)
        journey = office.do(office.use.journeys.upload, account_id, "trip", fixes).journey
        assert [(leg.board.stop_id, leg.alight.stop_id) for leg in journey.readings[0].legs] == [
            ("000008011293", "000008010241")
        ]
        assert journey.readings[0].legs[0].board.zones is None
        assert (settled(office).incomplete_count, office.sold(account_id)) == (0, [("single-0", 280)])


def test_a_check_in_and_out_by_position_has_a_price_inside_the_zone_only(tmp_path: Path, demo: Fares) -> None:
    berlin = Place(latitude_deg=52.5251, longitude_deg=13.3694)
    with office_of(tmp_path, demo, demo.book) as office:
        account_id = office.open()
        for hour, end in ((9, Place("", None, *NEUBRANDENBURG)), (12, berlin)):
            begin = datetime(2021, 6, 15, hour, tzinfo=BERLIN)
            office.check_in(account_id, f"trip-{hour}", begin, Place("", None, *BURG_STARGARD))
            office.check_out(account_id, f"trip-{hour}", begin + timedelta(minutes=30), end)
        assert (settled(office).incomplete_count, office.sold(account_id)) == (1, [("single-0", 280)])


@pytest.mark.parametrize(
    ("networks", "covered"),
    [
        ({}, False),
        ({"network": "rail"}, True),
        ({"network": "bus", "networks": {"108": "rail"}}, True),
        ({"networks": {"108": "bus", "19059_100": "rail"}}, True),
        ({"network": "rail", "networks": {"108": "rail", "19059_100": "express"}}, False),
    ],
)
def test_a_ticket_for_some_networks_covers_what_was_ridden_in_them(
    tmp_path: Path, networks: dict[str, Any], covered: bool
) -> None:
    about = json.loads((DEMO / "district.json").read_text())
    about["tariff"] = {"file": str(DEMO / "tariffs" / "vos.yaml"), **networks}
    about["tariff"]["timetable"] = str(DEMO / "timetable.gtfs.zip")
    (tmp_path / "district.json").write_text(json.dumps(about))
    fares = read_fares(tmp_path)
    assert fares is not None
    dticket = Product("dticket", Validity.MONTH, 0, networks=frozenset({"rail"}))
    book = TariffBook((tariff(ownable=(dticket,), valid_from=date(2021, 1, 1)),))
    owned = Profile(owned=(Owned("dticket", date(2021, 6, 1), date(2021, 6, 30)),))
    with office_of(tmp_path, fares, book) as office:
        account_id = office.open(owned)
        fixes = train_ride()
        office.check_in(account_id, "trip", fixes[0].time, Place("", None, *BURG_STARGARD))
        office.do(office.use.journeys.upload, account_id, "trip", fixes)
        assert settled(office).incomplete_count == (0 if covered else 1)
        assert office.cents(account_id) == 0
