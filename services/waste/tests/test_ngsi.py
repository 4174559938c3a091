"""NGSI-LD: entities that are what the data models say, in pages, and each sub-account's own only."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import jsonschema
import pytest
from district import TENANT, Office, container
from open_door import Asking, NamedDoor, NoCauses, opened
from waste.application.judging import Judging
from waste.application.open_data import OpenData
from waste.entrypoints.ngsi_port import ngsi_routes

pytestmark = pytest.mark.network

_URI: dict[str, Any] = {"type": "string", "pattern": "^urn:ngsi-ld:[A-Za-z]+:.+$"}
_TIME: dict[str, Any] = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"}
_POINT: dict[str, Any] = {
    "type": "object",
    "required": ["type", "coordinates"],
    "properties": {
        "type": {"const": "Point"},
        "coordinates": {
            "prefixItems": [
                {"type": "number", "minimum": -180, "maximum": 180},
                {"type": "number", "minimum": -90, "maximum": 90},
            ],
            "minItems": 2,
            "maxItems": 2,
        },
    },
}


def _set_of(*values: str) -> dict[str, Any]:
    return {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"enum": list(values)}}


def _entity(kind: str, required: list[str], **properties: Any) -> dict[str, Any]:
    own = {"id": _URI, "type": {"const": kind}, "owner": {"type": "array"}, **properties}
    return {
        "type": "object",
        "required": ["id", "type", *required],
        "properties": own,
        "additionalProperties": False,
    }


SCHEMAS = {
    "WasteContainer": _entity(
        "WasteContainer",
        ["location"],
        location=_POINT,
        description={"type": "string"},
        dateModified=_TIME,
        fillingLevel={"type": "number", "minimum": 0, "maximum": 1},
        cargoWeight={"type": "number", "minimum": 0},
        category=_set_of("fixed", "ground", "other", "portable", "underground"),
        storedWasteKind={
            "enum": [
                "organic",
                "inorganic",
                "glass",
                "oil",
                "plastic",
                "metal",
                "paper",
                "batteries",
                "electronics",
                "hazardous",
                "other",
            ]
        },
        status={"enum": ["ok", "lidOpen", "dropped", "moved", "vandalized", "burning", "unknown"]},
        binCapacity={"type": "number"},
        binFullnessThreshold={"type": "number"},
        binLoggedTime=_TIME,
        dateLastEmptying=_TIME,
        nextActuationDeadline=_TIME,
        refWasteContainerModel=_URI,
        refWasteContainerIsle=_URI,
        refDevice={"type": "array", "minItems": 1, "uniqueItems": True, "items": _URI},
    ),
    "WasteContainerIsle": _entity(
        "WasteContainerIsle",
        ["location"],
        name={"type": "string"},
        location=_POINT,
        features=_set_of("containerFix", "underground", "fenced", "other"),
        refWasteContainer={"type": "array", "minItems": 1, "items": _URI},
    ),
    "WasteContainerModel": _entity(
        "WasteContainerModel",
        ["name"],
        name={"type": "string"},
        cargoVolume={"type": "number"},
        category=_set_of("dumpster", "trashCan", "wheelieBin", "other"),
    ),
}


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    office = Office(tmp_path_factory.mktemp("ngsi"))
    for name in ("east", "west"):
        office.settle(name)
    office.registry.add_container(office.call(), container("east-more", "east-site"))
    office.measure("east-0", [700], timedelta(0))
    Judging(office.desk).judge("east-box")
    data = OpenData(office.store, NoCauses(west_box=frozenset({"fire"})), office.clock)
    with opened(ngsi_routes(data, NamedDoor(), TENANT)) as asking:
        yield asking
    office.close()


@pytest.mark.parametrize("kind", sorted(SCHEMAS))
def test_entities_are_what_the_data_models_say(asking: Asking, kind: str) -> None:
    for name in ("east", "west"):
        answer = asking.get(f"/ngsi-ld/v1/entities?type={kind}&options=keyValues", name)
        assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
        assert len(answer.json) >= 1
        for entity in answer.json:
            jsonschema.validate(entity, SCHEMAS[kind])


def test_a_container_in_normalised_form(asking: Asking) -> None:
    path = f"/ngsi-ld/v1/entities/urn:ngsi-ld:WasteContainer:{TENANT}:east-box"
    answer = asking.get(path, "east", Accept="application/ld+json")
    assert answer.headers["content-type"] == "application/ld+json"
    entity = answer.json
    assert entity["@context"][0].endswith("dataModel.WasteManagement/master/context.jsonld")
    assert entity["fillingLevel"] == {
        "type": "Property",
        "value": 0.75,
        "observedAt": "2026-06-15T12:00:00.000Z",
    }
    assert entity["location"] == {
        "type": "GeoProperty",
        "value": {"type": "Point", "coordinates": [13.2, 53.5]},
    }
    assert entity["refDevice"] == {
        "type": "Relationship",
        "object": [f"urn:ngsi-ld:Device:{TENANT}:east-0"],
    }
    assert entity["status"]["value"] == "ok"
    linked = asking.get(path, "east")
    assert 'rel="http://www.w3.org/ns/json-ld#context"' in linked.headers["Link"]
    assert "@context" not in linked.json
    burning = f"/ngsi-ld/v1/entities/urn:ngsi-ld:WasteContainer:{TENANT}:west-box?attrs=status"
    assert asking.get(burning, "west").json["status"]["value"] == "burning"


def test_nobody_sees_anothers(asking: Asking) -> None:
    assert asking.get("/ngsi-ld/v1/entities?type=WasteContainer").status == 401
    for kind in SCHEMAS:
        for entity in asking.get(f"/ngsi-ld/v1/entities?type={kind}&options=keyValues", "west").json:
            assert "east" not in str(entity)
    path = f"/ngsi-ld/v1/entities/urn:ngsi-ld:WasteContainer:{TENANT}:east-box"
    assert asking.get(path, "west").status == 404
    assert asking.get(f"/ngsi-ld/v1/entities?id={path.rpartition('/')[2]}", "west").json == []
    assert asking.get("/ngsi-ld/v1/entities?type=WasteContainerModel", "nobody").json == []


def test_pages_are_linked_and_counted(asking: Asking) -> None:
    types = "WasteContainer,WasteContainerIsle,WasteContainerModel"
    seen, path = [], f"/ngsi-ld/v1/entities?type={types}&limit=1&count=true"
    while path:
        answer = asking.get(path, "east")
        assert answer.headers["ngsild-results-count"] == "4"
        seen += [entity["id"] for entity in answer.json]
        found = re.search(r'<([^>]*)>; rel="next"', answer.headers["Link"])
        path = found[1] if found else ""
    assert seen == [
        f"urn:ngsi-ld:WasteContainer:{TENANT}:east-box",
        f"urn:ngsi-ld:WasteContainer:{TENANT}:east-more",
        f"urn:ngsi-ld:WasteContainerIsle:{TENANT}:east-site",
        f"urn:ngsi-ld:WasteContainerModel:{TENANT}:igloo-2000",
    ]


def test_attributes_and_ids_choose(asking: Asking) -> None:
    told = asking.get("/ngsi-ld/v1/entities?type=WasteContainer&attrs=fillingLevel", "east").json
    assert [sorted(entity) for entity in told] == [["fillingLevel", "id", "type"]]
    one = f"urn:ngsi-ld:WasteContainerIsle:{TENANT}:east-site"
    assert [each["id"] for each in asking.get(f"/ngsi-ld/v1/entities?id={one}", "east").json] == [one]
    assert asking.get(f"/ngsi-ld/v1/entities?id={one}&type=WasteContainer", "east").json == []
    assert asking.get("/ngsi-ld/v1/types", "east").json["typeList"] == [
        "WasteContainer",
        "WasteContainerIsle",
        "WasteContainerModel",
    ]


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("entities", 400, "BadRequestData"),
        ("entities?type=WasteContainer&limit=-1", 400, "BadRequestData"),
        ("entities?type=WasteContainer&limit=1001", 400, "BadRequestData"),
        ("entities?type=WasteContainer&offset=x", 400, "BadRequestData"),
        ("entities?type=WasteContainer&options=sysAttrs", 400, "BadRequestData"),
        ("entities?type=WasteContainer&q=fillingLevel%3E0.5", 422, "OperationNotSupported"),
        ("entities?type=WasteContainer&georel=near", 422, "OperationNotSupported"),
        ("entities/urn:ngsi-ld:WasteContainer:other:east-box", 404, "ResourceNotFound"),
        ("entities/nonsense", 404, "ResourceNotFound"),
    ],
)
def test_what_cannot_be_answered_is_told(asking: Asking, path: str, status: int, kind: str) -> None:
    answer = asking.get(f"/ngsi-ld/v1/{path}", "east")
    assert (answer.status, answer.json["type"]) == (status, f"https://uri.etsi.org/ngsi-ld/errors/{kind}")


def test_only_json_is_told(asking: Asking) -> None:
    answer = asking.get("/ngsi-ld/v1/entities?type=WasteContainer", "east", Accept="text/html")
    assert answer.status == 406
