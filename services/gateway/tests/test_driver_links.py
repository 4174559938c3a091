"""Dispatchers give drivers a link; whoever opens it is the driver of one vehicle, and of nothing else."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from gateway_rig import Rig, rigged
from identified import token
from service_kit.errors import Unavailable
from service_kit.identity.principal import Role

pytestmark = pytest.mark.network

CLIENT = {"X-Landlinie-Client": "test"}


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with rigged(tmp_path, rooms=("pooling", "waste")) as running:
        yield running


async def made(rig: Rig, body: dict[str, Any], *roles: Role) -> httpx.Response:
    async with rig.client(credential=token(*roles)) as client:
        return await client.post("/v1/driver-links", json=body)


async def test_who_opens_the_link_drives_that_vehicle_only(rig: Rig) -> None:
    link = await made(rig, {"vehicle_id": "bus-1"}, Role.DISPATCHER)
    assert link.status_code == 201, link.text
    told = link.json()
    assert (told["vehicle_id"], told["session_hours"]) == ("bus-1", 14)
    page, _, code = told["path"].partition("#code=")
    assert page == "/driver"
    async with rig.client() as phone:
        entered = await phone.post("/v1/session", json={"code": code}, headers=CLIENT)
        again = await phone.post("/v1/session", json={"code": code}, headers=CLIENT)
        for_more = await phone.post("/v1/driver-links", json={"vehicle_id": "bus-1"}, headers=CLIENT)
    assert entered.status_code == 201
    assert entered.json()["roles"] == ["driver"]
    assert entered.json()["vehicle_ids"] == ["bus-1"]
    assert entered.json()["subject"] == "driver-bus-1"
    assert again.status_code == 401
    assert (for_more.status_code, for_more.json()["reason"]) == (403, "ROLE_MISSING")


async def test_all_drivers_of_a_vehicle_are_one_caller(rig: Rig) -> None:
    subjects = set()
    for hours in (1, 720):
        link = await made(rig, {"vehicle_id": "bus-1", "session_hours": hours}, Role.OPERATOR)
        code = link.json()["path"].partition("#code=")[2]
        async with rig.client() as phone:
            subjects.add(
                (await phone.post("/v1/session", json={"code": code}, headers=CLIENT)).json()["subject"]
            )
    assert len(subjects) == 1


async def test_what_is_wrong_with_a_request_is_named(rig: Rig) -> None:
    for body, field in (
        ({}, "vehicle_id"),
        ({"vehicle_id": "bus 1"}, "vehicle_id"),
        ({"vehicle_id": 7}, "vehicle_id"),
        ({"vehicle_id": "bus-1", "session_hours": 0}, "session_hours"),
        ({"vehicle_id": "bus-1", "session_hours": 721}, "session_hours"),
        ({"vehicle_id": "bus-1", "session_hours": True}, "session_hours"),
        ({"vehicle_id": "bus-1", "session_hours": "14"}, "session_hours"),
        ({"vehicle_id": "bus-1", "roles": ["operator"]}, "roles"),
    ):
        refused = await made(rig, body, Role.DISPATCHER)
        assert refused.status_code == 400
        assert [violation["field"] for violation in refused.json()["violations"]] == [field]


async def test_others_give_no_links(rig: Rig) -> None:
    for role in (Role.DRIVER, Role.PASSENGER, Role.APP_BACKEND, Role.DEPOT, Role.AUDITOR):
        refused = await made(rig, {"vehicle_id": "bus-1"}, role)
        assert (refused.status_code, refused.json()["reason"]) == (403, "ROLE_MISSING")


async def test_nobody_gives_no_links(rig: Rig) -> None:
    async with rig.client() as nobody:
        refused = await nobody.post("/v1/driver-links", json={"vehicle_id": "bus-1"}, headers=CLIENT)
    assert refused.status_code == 401


async def test_a_truck_is_the_operators_to_give(rig: Rig) -> None:
    truck = {"vehicle_id": "glas-1"}
    assert (await made(rig, truck, Role.OPERATOR)).status_code == 201
    refused = await made(rig, truck, Role.DISPATCHER)
    assert (refused.status_code, refused.json()["reason"]) == (404, "VEHICLE_NOT_FOUND")
    unknown = await made(rig, {"vehicle_id": "glas-2"}, Role.OPERATOR)
    assert (unknown.status_code, unknown.json()["violations"][0]["field"]) == (404, "vehicle_id")


async def test_a_district_may_do_without_trucks(tmp_path: Path) -> None:
    async with rigged(tmp_path) as rig:
        refused = await made(rig, {"vehicle_id": "glas-1"}, Role.OPERATOR)
    assert refused.status_code == 404


async def test_while_vehicles_cannot_be_asked_for_there_are_no_links(rig: Rig) -> None:
    rig.answers.error = Unavailable("DATABASE_AWAY", "the database does not answer")
    refused = await made(rig, {"vehicle_id": "bus-1"}, Role.DISPATCHER)
    assert refused.status_code == 503


async def test_nobody_gets_links_without_end(rig: Rig) -> None:
    async with rig.client(credential=token(Role.DISPATCHER)) as client:
        answers = [await client.post("/v1/driver-links", json={"vehicle_id": "bus-1"}) for _ in range(70)]
    assert {answer.status_code for answer in answers[:50]} == {201}
    limited = [answer for answer in answers if answer.status_code == 429]
    assert limited
    assert all(answer.headers["retry-after"] for answer in limited)
