import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
from gbfs_validator import GBFS
from timetable.gbfs import reading
from timetable.gbfs.model import Plan, Rate, SharedFleet, Station, System, Vehicle, VehicleKind
from timetable.gbfs.reading import GbfsReadError, feeds_of, read_gbfs
from timetable.gbfs.writing import GbfsError, gbfs_documents

NOW = datetime(2026, 6, 1, 8, tzinfo=UTC)
BASE = "https://land.example.org/gbfs"
FLEET = SharedFleet(
    System("doerpsmobil", "Dörpsmobil", "de", "Europe/Berlin", "gbfs@land.example.org", "24/7", "Amt Nord",
           "https://land.example.org", "+4939512345", "auto@land.example.org"),
    (VehicleKind("zoe", "Elektroauto", "car", "electric", 5, 300_000.0, "roundtrip_station", "stunde"),),
    (Plan("stunde", "Stundenpreis", "4 € je Stunde, 10 ct je Kilometer", "EUR", Decimal(0), True,
          (Rate(0, Decimal("0.10"), 1),), (Rate(0, Decimal(4), 60, 600),)),),
    (Station("markt", "Am Markt", 53.55, 13.25, "Markt 1", 2, True, booking_url="https://land.example.org/b"),
     Station("kirche", "Kirche", 53.56, 13.26)),
    (Vehicle("a1", "zoe", "markt", home_station_id="markt", range_m=210_000.0, charge_percent=70.0,
             available_until=datetime(2026, 6, 1, 12, tzinfo=UTC)),
     Vehicle("a2", "zoe", "markt", reserved=True, range_m=100.0),
     Vehicle("a3", "zoe", "", 53.57, 13.27, range_m=50_000.0, plan_id="stunde")),
    NOW,
)  # fmt: skip


def as_bytes(documents: dict[str, Any]) -> dict[str, bytes]:
    return {name: json.dumps(document).encode() for name, document in documents.items()}


def schema(version: str, name: str) -> dict[str, Any]:
    """The standard's own schema."""
    path = files("gbfs_validator") / "data" / "schemas" / version / f"{name}.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize(
    "fleet",
    [FLEET, replace(FLEET, vehicles=(), stations=()), replace(FLEET, plans=(), kinds=(), vehicles=())],
)
def test_all_documents_follow_the_schemas_of_the_standard(fleet: SharedFleet) -> None:
    documents = gbfs_documents(fleet, BASE, 60)
    assert len(documents) == 8
    for name, document in documents.items():
        checker = jsonschema.Draft7Validator(schema("v3.0", name), format_checker=jsonschema.FormatChecker())
        assert [error.message for error in checker.iter_errors(document)] == [], name


class _Served:
    """The documents, as if they were asked for by address."""

    def __init__(self, documents: dict[str, Any]) -> None:
        self._documents = {f"{BASE}/{name}.json": document for name, document in documents.items()}

    def get_json(self, url: str) -> object:
        return self._documents[url]


def test_all_documents_pass_a_validator_of_others_together() -> None:
    """It also asks what a schema alone cannot: what one document demands of another."""
    served = _Served(gbfs_documents(FLEET, BASE, 60))
    report = GBFS(f"{BASE}/gbfs.json", fetcher=served).validation()
    assert report["summary"]["version"] == {"detected": "3.0", "validated": "3.0"}
    assert report["summary"]["errorsCount"] == 0, report["files"]
    assert {found["file"] for found in report["files"] if found.get("exists")} >= {
        "gbfs.json",
        "vehicle_types.json",
        "station_status.json",
        "vehicle_status.json",
        "system_pricing_plans.json",
    }


def test_what_is_free_at_a_station_is_counted() -> None:
    markt, kirche = gbfs_documents(FLEET, BASE, 60)["station_status"]["data"]["stations"]
    assert (markt["num_vehicles_available"], markt["num_docks_available"]) == (1, 0)
    assert kirche["num_vehicles_available"] == 0


def test_what_we_write_is_what_we_read() -> None:
    documents = as_bytes(gbfs_documents(FLEET, BASE, 60))
    feeds = feeds_of(documents["gbfs"], "de")
    assert feeds["vehicle_status"] == f"{BASE}/vehicle_status.json"
    fleet, findings = read_gbfs({name: documents[name] for name in feeds})
    assert list(findings) == []
    assert (fleet.system, fleet.kinds, fleet.plans, fleet.told_at) == (
        FLEET.system,
        FLEET.kinds,
        FLEET.plans,
        NOW,
    )
    assert fleet.vehicles == FLEET.vehicles
    assert fleet.stations == (replace(FLEET.stations[0], available_count=1), FLEET.stations[1])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"kinds": (replace(FLEET.kinds[0], most_range_m=None),)}, "most_range_m: None"),
        ({"plans": ()}, "plan_id: 'stunde'"),
        ({"stations": ()}, "station_id: 'markt'"),
        ({"vehicles": (replace(FLEET.vehicles[2], lat=None),)}, "neither a station nor a place"),
        ({"vehicles": (replace(FLEET.vehicles[0], kind_id="bulli"),)}, "kind_id: 'bulli'"),
        ({"vehicles": (replace(FLEET.vehicles[0], range_m=None),)}, "range_m: None"),
        ({"vehicles": (FLEET.vehicles[0], FLEET.vehicles[0])}, "vehicle_id: 'a1' 2 times"),
    ],
)
def test_a_fleet_that_makes_no_valid_documents_is_refused(change: dict[str, Any], told: str) -> None:
    with pytest.raises(GbfsError, match=told):
        gbfs_documents(replace(FLEET, **change), BASE, 60)


def version_2() -> dict[str, Any]:
    def document(data: dict[str, Any]) -> dict[str, Any]:
        return {"last_updated": int(NOW.timestamp()), "ttl": 60, "version": "2.3", "data": data}

    return {
        "system_information": document(
            {"system_id": "rad", "language": "de", "name": "Landrad", "timezone": "Europe/Berlin"}
        ),
        "vehicle_types": document(
            {
                "vehicle_types": [
                    {"vehicle_type_id": "rad", "form_factor": "bicycle", "propulsion_type": "human"}
                ]
            }
        ),
        "station_information": document(
            {"stations": [{"station_id": "1", "name": "Bahnhof", "lat": 53.5, "lon": 13.2, "capacity": 8}]}
        ),
        "station_status": document(
            {
                "stations": [
                    {
                        "station_id": "1",
                        "num_bikes_available": 3,
                        "is_installed": True,
                        "is_renting": False,
                        "is_returning": True,
                        "last_reported": int(NOW.timestamp()),
                        "vehicle_types_available": [{"vehicle_type_id": "rad", "count": 3}],
                    }
                ]
            }
        ),
        "free_bike_status": document(
            {"bikes": [{"bike_id": "b", "lat": 53.51, "lon": 13.21, "is_reserved": False, "is_disabled": True,
                        "vehicle_type_id": "rad"}]}
        ),
    }  # fmt: skip


def test_version_2_is_read() -> None:
    documents = version_2()
    for name, document in documents.items():
        jsonschema.validate(document, schema("v2.3", name))
    fleet, findings = read_gbfs(as_bytes(documents))
    assert list(findings) == []
    assert (fleet.system.name, fleet.system.language, fleet.told_at) == ("Landrad", "de", NOW)
    (station,) = fleet.stations
    assert (station.name, station.available_count, station.renting, station.returning) == (
        "Bahnhof",
        3,
        False,
        True,
    )
    assert fleet.vehicles == (Vehicle("b", "rad", "", 53.51, 13.21, disabled=True),)


def test_addresses_of_version_2_are_those_of_the_language() -> None:
    feeds = {
        code: {"feeds": [{"name": "station_status", "url": f"https://x.example.org/{code}"}]}
        for code in ("en", "de")
    }
    document = {"last_updated": 0, "ttl": 0, "version": "2.3", "data": feeds}
    assert feeds_of(json.dumps(document).encode(), "de") == {"station_status": "https://x.example.org/de"}
    assert feeds_of(json.dumps(document).encode(), "fr") == {"station_status": "https://x.example.org/en"}


def test_entries_that_are_wrong_are_named_and_left_out() -> None:
    documents = version_2()
    documents["station_information"]["data"]["stations"] += [
        {"station_id": "2", "name": "Nirgends", "lat": 953.5, "lon": 13.2}, "no station",
        {"station_id": "3", "name": "Ohne Stand", "lat": 53.5, "lon": 13.2},
    ]  # fmt: skip
    documents["free_bike_status"]["data"]["bikes"] += [
        {"bike_id": "c", "station_id": "9"},
        {"lat": 53.0, "lon": 13.0},
    ]
    documents["system_pricing_plans"] = documents["vehicle_types"] | {
        "data": {"plans": [{"plan_id": "p", "currency": "EUR", "price": "free"}]}
    }
    fleet, findings = read_gbfs(as_bytes(documents))
    assert [(found.file, found.row, found.field, found.severity.value) for found in findings] == [
        ("station_information", 2, "lat", "error"),
        ("station_information", 3, None, "error"),
        ("station_information", 4, "station_id", "warning"),
        ("system_pricing_plans", 1, None, "error"),
        ("free_bike_status", 2, "station_id", "error"),
        ("free_bike_status", 3, "vehicle_id", "error"),
    ]
    assert (len(fleet.stations), len(fleet.vehicles), fleet.plans) == (2, 1, ())


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"data": {}}', b'{"data": {}, "version": "1.1"}', b"[" * 100_000]
)
def test_what_is_no_document_is_refused(content: bytes) -> None:
    with pytest.raises(GbfsReadError, match="system_information"):
        read_gbfs({"system_information": content})
    with pytest.raises(GbfsReadError, match="gbfs"):
        feeds_of(content, "de")


def test_a_fleet_without_its_system_or_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(GbfsReadError, match="not there"):
        read_gbfs({})
    monkeypatch.setattr(reading, "MOST_ENTRIES", 0)
    with pytest.raises(GbfsReadError, match="1 entries"):
        read_gbfs(as_bytes(version_2()))
    monkeypatch.setattr(reading, "MOST_BYTES", 10)
    with pytest.raises(GbfsReadError, match="at most 10"):
        read_gbfs(as_bytes(version_2()))
