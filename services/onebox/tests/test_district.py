import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from onebox.district import DistrictError, Window, load_district
from pooling.adapters.outline import Position
from pooling.domain.zone import Policy
from routing_core.fleet.model import Layout

Files = dict[str, Any]


def place(label: str) -> dict[str, Any]:
    return {"latitude_deg": 53.55, "longitude_deg": 13.26, "label": label}


def small_district() -> Files:
    """One of everything."""
    ring = [[13.2, 53.5], [13.3, 53.5], [13.3, 53.6], [13.2, 53.5]]
    return {
        "district.json": {
            "id": "hueben",
            "name": "Amt Beispiel",
            "timezone": "Europe/Berlin",
            "service_date": "2021-06-15",
            "service_day_start": "03:00",
        },
        "zones.geojson": {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {"id": "nord", "name": "Nord"},
                    "geometry": {"type": "Polygon", "coordinates": [ring]},
                }
            ],
        },
        "virtual_stops.geojson": {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {"id": "vs-1", "name": "Dorfmitte", "zone_ids": ["nord"]},
                    "geometry": {"type": "Point", "coordinates": [13.26, 53.55]},
                }
            ],
        },
        "fleet.json": {
            "vehicles": [
                {
                    "id": "bus-1",
                    "zone_id": "nord",
                    "kind": "buergerbus",
                    "name": "Bürgerbus",
                    "layouts": [{"seat_count": 8, "wheelchair_place_count": 0}],
                }
            ],
            "shifts": [
                {
                    "id": "bus-1-night",
                    "vehicle_id": "bus-1",
                    "start": "18:00",
                    "end": "25:30",
                    "start_place": place("Depot"),
                    "end_place": place("Depot"),
                    "breaks": [{"id": "pause", "earliest": "20:00", "latest": "21:00", "minutes": 30}],
                }
            ],
        },
        "requests.json": {
            "requests": [
                {
                    "id": "r1",
                    "kind": "pupil",
                    "call": {"day": -1, "time": "18:00:30"},
                    "pickup": place("Dorf"),
                    "dropoff": place("Schule"),
                    "pickup_window": None,
                    "dropoff_window": {"earliest": "07:10:00", "latest": "07:30:00"},
                    "seated_count": 1,
                    "wheelchair_count": 0,
                    "max_walk_m": 300,
                }
            ]
        },
    }


def write(files: Files, folder: Path) -> Path:
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    return folder


def test_everything_is_read(tmp_path: Path) -> None:
    district = load_district(write(small_district(), tmp_path))
    assert district.name == "Amt Beispiel"
    assert district.service_day_start_s == 3 * 3600
    assert district.zones[0].boundary[0] == Position(latitude_deg=53.5, longitude_deg=13.2)
    assert district.virtual_stops[0].position == Position(latitude_deg=53.55, longitude_deg=13.26)
    assert district.vehicles[0].layouts == (Layout(8, 0),)
    shift = district.shifts[0]
    assert (shift.start_s, shift.end_s) == (18 * 3600, 25 * 3600 + 1800)
    assert shift.breaks[0].start_window == Window(20 * 3600, 21 * 3600)
    assert shift.breaks[0].duration_s == 1800
    request = district.requests[0]
    assert request.call_s == 18 * 3600 + 30 - 24 * 3600
    assert request.pickup_window is None
    assert request.dropoff_window == Window(7 * 3600 + 600, 7 * 3600 + 1800)
    assert district.graph_path == tmp_path / "roads"


def test_a_zone_may_have_rules_of_its_own(tmp_path: Path) -> None:
    files = small_district()
    zone(files)["properties"]["policy"] = {"pickup_window_s": 900, "hold_s": 30}
    write(files, tmp_path)
    policy = load_district(tmp_path).zones[0].policy
    assert policy == Policy(pickup_window_s=900, hold_s=30)


def zone(files: Files) -> Any:
    return files["zones.geojson"]["features"][0]


def stop(files: Files) -> Any:
    return files["virtual_stops.geojson"]["features"][0]


def vehicle(files: Files) -> Any:
    return files["fleet.json"]["vehicles"][0]


def shift(files: Files) -> Any:
    return files["fleet.json"]["shifts"][0]


def request(files: Files) -> Any:
    return files["requests.json"]["requests"][0]


BROKEN: list[tuple[str, Callable[[Files], object], str]] = [
    ("no id", lambda f: f["district.json"].pop("id"), r"district\.json: id: is missing"),
    ("id", lambda f: f["district.json"].update(id="Amt/1"), r"district\.json: id: is 'Amt/1'"),
    ("no name", lambda f: f["district.json"].pop("name"), r"district\.json: name: is missing"),
    ("blank name", lambda f: f["district.json"].update(name=" "), r"district\.json: name: is ' '"),
    ("zone of time", lambda f: f["district.json"].update(timezone="Mars/Base"), "timezone: is 'Mars/Base'"),
    ("path as zone", lambda f: f["district.json"].update(timezone="../x"), r"timezone: is '\.\./x'"),
    ("date", lambda f: f["district.json"].update(service_date="15.06.2021"), "service_date: is '15.06.2021'"),
    ("no list", lambda f: f["fleet.json"].update(vehicles={}), r"fleet\.json: vehicles: is {}"),
    (
        "unknown rule",
        lambda f: zone(f)["properties"].update(policy={"pickup_window_min": 9}),
        r"policy\.pickup_window_min: is not known; known are .*pickup_window_s",
    ),
    (
        "rule of nothing",
        lambda f: zone(f)["properties"].update(policy={"hold_s": 0}),
        r"policy\.hold_s: is 0, must be a whole number from 1",
    ),
    (
        "promise before the window",
        lambda f: zone(f)["properties"].update(policy={"pickup_window_s": 240}),
        r"policy: has a pickup_before_s of 300, more than pickup_window_s: 240",
    ),
    ("rules of no kind", lambda f: zone(f)["properties"].update(policy=[]), r"policy: is \[\]"),
    ("no zones", lambda f: f["zones.geojson"].update(features=[]), "features: has 0 entries"),
    ("no object", lambda f: f["zones.geojson"].update(features=[7]), r"features\[0\]: is 7"),
    (
        "a point",
        lambda f: zone(f)["geometry"].update(type="Point"),
        r"features\[0\]\.geometry\.type: is 'Point'",
    ),
    ("a hole", lambda f: zone(f)["geometry"]["coordinates"].append([]), "coordinates: has 2 rings"),
    ("open ring", lambda f: zone(f)["geometry"]["coordinates"][0].append([1, 2]), "is not closed"),
    ("short ring", lambda f: zone(f)["geometry"].update(coordinates=[[[1, 2]]]), "has 1 entries, at least 4"),
    (
        "one number",
        lambda f: stop(f)["geometry"].update(coordinates=[13]),
        r"must be \[longitude, latitude\]",
    ),
    ("latitude", lambda f: stop(f)["geometry"].update(coordinates=[13, 91]), r"coordinates\[1\]: is 91"),
    (
        "not a number",
        lambda f: shift(f)["start_place"].update(latitude_deg=float("nan")),
        "latitude_deg: is nan",
    ),
    ("truth", lambda f: shift(f)["start_place"].update(longitude_deg=True), "longitude_deg: is True"),
    ("stop's zone", lambda f: stop(f)["properties"].update(zone_ids=["mond"]), "zone_ids: names 'mond'"),
    ("no zone", lambda f: stop(f)["properties"].update(zone_ids=[]), "zone_ids: has 0 entries"),
    ("kind", lambda f: vehicle(f).update(kind="boat"), r"vehicles\[0\]\.kind: is 'boat', must be one of"),
    ("vehicle's zone", lambda f: vehicle(f).update(zone_id="mond"), r"vehicles\[0\]\.zone_id: names 'mond'"),
    ("no layout", lambda f: vehicle(f).update(layouts=[]), r"layouts: has 0 entries"),
    ("seats", lambda f: vehicle(f)["layouts"][0].update(seat_count=-1), r"layouts\[0\]\.seat_count: is -1"),
    ("half a seat", lambda f: vehicle(f)["layouts"][0].update(seat_count=1.5), "seat_count: is 1.5"),
    ("no vehicle", lambda f: shift(f).update(vehicle_id="bus-9"), r"shifts\[0\]\.vehicle_id: names 'bus-9'"),
    ("clock", lambda f: shift(f).update(start="6 Uhr"), r"shifts\[0\]\.start: is '6 Uhr'"),
    ("minutes", lambda f: shift(f).update(start="06:60"), "start: is '06:60'"),
    ("two days", lambda f: shift(f).update(end="48:00"), "end: is '48:00', must not be after 36:00"),
    ("backwards", lambda f: shift(f).update(end="17:00"), "end: is '17:00', must be after start '18:00'"),
    ("break", lambda f: shift(f)["breaks"][0].update(latest="19:00"), r"breaks\[0\]\.latest: is '19:00'"),
    ("long break", lambda f: shift(f)["breaks"][0].update(minutes=600), "minutes: is 600"),
    ("no window", lambda f: request(f).update(dropoff_window=None), r"requests\[0\]: must have either"),
    (
        "two windows",
        lambda f: request(f).update(pickup_window=request(f)["dropoff_window"]),
        "must have either",
    ),
    ("nobody", lambda f: request(f).update(seated_count=0), "seated_count: is 0, and so is wheelchair_count"),
    ("crowd", lambda f: request(f).update(seated_count=10**9), "seated_count: is 1000000000"),
    ("walk", lambda f: request(f).update(max_walk_m="far"), "max_walk_m: is 'far'"),
    ("call", lambda f: request(f)["call"].update(day=-99), r"requests\[0\]\.call\.day: is -99"),
    (
        "twice",
        lambda f: f["requests.json"]["requests"].append(request(f)),
        "requests: holds the id 'r1' twice",
    ),
]


@pytest.mark.parametrize(
    ("change", "message"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN]
)
def test_what_is_wrong_is_named(tmp_path: Path, change: Callable[[Files], object], message: str) -> None:
    files = small_district()
    change(files)
    with pytest.raises(DistrictError, match=message) as caught:
        load_district(write(files, tmp_path))
    assert Path(caught.value.file).parent == tmp_path


@pytest.mark.parametrize("name", list(small_district()))
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "No such file"),
        (b"{", "is not JSON"),
        (b'"\xff"', "is not UTF-8"),
        (b"[]", "must be an object"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    write(small_district(), tmp_path)
    if content is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DistrictError, match=message) as caught:
        load_district(tmp_path)
    assert Path(caught.value.file).name == name
