"""The description others make their clients of."""

import json
import re
from typing import Any

import pytest
from gateway.bootstrap import description
from gateway.routes.catalogue import ROUTES
from jsonschema import Draft202012Validator


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    return description()


def test_every_route_is_described_with_all_it_may_answer(described: dict[str, Any]) -> None:
    for route in ROUTES:
        operation = described["paths"][route.path][route.verb.lower()]
        assert operation["operationId"] == route.operation
        assert str(route.success) in operation["responses"]
        assert {"400", "401", "403", "404", "503"} <= operation["responses"].keys()


def test_all_references_lead_somewhere(described: dict[str, Any]) -> None:
    text = json.dumps(described)
    for reference in set(re.findall(r'"\$ref": "#/([^"]+)"', text)):
        found: Any = described
        for part in reference.split("/"):
            found = found[part]
        assert found, reference


def test_schemas_are_schemas(described: dict[str, Any]) -> None:
    for schema in described["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_what_the_protos_say_is_told(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]

    assert schemas["PoolingOffer"]["description"].startswith("A ride that can be booked until expire_time")
    assert "Minibus that runs on call." in schemas["PoolingVehicleKind"]["description"]
    assert "district" in schemas["PoolingOffer"]["properties"]["service_date"]["description"]


def test_keys_are_headers_and_paths_fill_their_fields(described: dict[str, Any]) -> None:
    cancel = described["paths"]["/v1/rides/{ride_id}/cancel"]["post"]
    body = described["components"]["schemas"]["PoolingCancelRideRequestInput"]

    assert [(each["name"], each["in"]) for each in cancel["parameters"]] == [
        ("ride_id", "path"),
        ("Idempotency-Key", "header"),
    ]
    assert list(body["properties"]) == ["reason"]
    assert body["additionalProperties"] is False


def test_what_is_answered_always_has_its_fields_and_what_is_asked_needs_none(
    described: dict[str, Any],
) -> None:
    schemas = described["components"]["schemas"]

    assert "expire_time" not in schemas["PoolingOffer"]["required"]
    assert {"offer_id", "zone_id"} <= set(schemas["PoolingOffer"]["required"])
    assert "required" not in schemas["PoolingPartyInput"]
