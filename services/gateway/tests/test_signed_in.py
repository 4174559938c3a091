"""A phone that is lost is shut out at once, by those who answer for it, on every replica."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from gateway.store.sessions import SignIn
from gateway_rig import Rig, Told, rigged, told
from google.protobuf.timestamp_pb2 import Timestamp
from identified import token
from landlinie.pooling.events.v1 import ride_events_pb2
from landlinie.pooling.v1 import plan_pb2
from service_kit.embedded_bus import EmbeddedBus
from service_kit.identity.principal import Role

pytestmark = pytest.mark.network

CLIENT = {"X-Landlinie-Client": "test"}
PHONE = (
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 "
    "Mobile Safari/537.36"
)


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with rigged(tmp_path) as running:
        yield running


@asynccontextmanager
async def phone_of(rig: Rig, subject: str, *roles: Role) -> AsyncIterator[httpx.AsyncClient]:
    """A phone that somebody signed in with by a link."""
    whom = SignIn(subject, frozenset(roles), frozenset({"bus-1"}), frozenset(), timedelta(hours=8))
    code = await rig.app.sign_in_code(whom, timedelta(minutes=5))
    async with rig.client() as client:
        client.headers["User-Agent"] = PHONE
        entered = await client.post("/v1/session", json={"code": code}, headers=CLIENT)
        assert entered.status_code == 201, entered.text
        yield client


async def listed(rig: Rig, *roles: Role, **query: Any) -> list[dict[str, Any]]:
    async with rig.client(credential=token(*roles, subject="boss")) as client:
        answer = await client.get("/v1/sessions", params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["sessions"]
    return found


async def until_problem(events: AsyncIterator[Told]) -> Told:
    """The last event of a stream, which says why."""
    return [event async for event in events][-1]


async def test_who_is_signed_in_is_told_in_words(rig: Rig) -> None:
    async with phone_of(rig, "driver-bus-1", Role.DRIVER):
        (shown,) = await listed(rig, Role.DISPATCHER)

    assert (shown["subject"], shown["kind"], shown["roles"]) == ("driver-bus-1", "code", ["driver"])
    assert (shown["device"], shown["browser"], shown["system"]) == ("phone", "Chrome", "Android")
    assert shown["vehicle_ids"] == ["bus-1"]
    assert shown["begin_time"] <= shown["seen_time"] < shown["expire_time"]
    assert not shown["is_own"]


async def test_a_session_is_ended_and_its_streams_with_it_on_every_replica(tmp_path: Path) -> None:
    bus = EmbeddedBus(tmp_path / "events.sqlite")
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(rigged(tmp_path, bus=bus))
        there = await stack.enter_async_context(rigged(tmp_path, bus=bus))
        phone = await stack.enter_async_context(phone_of(here, "driver-bus-1", Role.DRIVER))
        other = await stack.enter_async_context(phone_of(here, "other-driver", Role.DRIVER))
        phone.base_url = other.base_url = httpx.URL(f"http://{there.address}")
        for _ in range(2):
            there.answers.plans.put_nowait(plan_pb2.Plan(zone_id="nord", version=1))
        live = await stack.enter_async_context(phone.stream("GET", "/v1/events"))
        watch = await stack.enter_async_context(phone.stream("GET", "/v1/zones/nord/plan/watch"))
        kept = await stack.enter_async_context(other.stream("GET", "/v1/events"))
        streams = [told(each.aiter_lines()) for each in (live, watch, kept)]
        assert [(await anext(each)).kind for each in streams] == ["heartbeat", "message", "heartbeat"]
        (lost,) = await listed(there, Role.DISPATCHER, subject="driver-bus-1")
        own = await stack.enter_async_context(phone_of(here, "boss", Role.DISPATCHER))
        shown = (await own.get("/v1/sessions")).json()["sessions"]
        assert [each["is_own"] for each in shown] == [True, False, False]
        ended = await own.delete(f"/v1/sessions/{lost['session_id']}", headers=CLIENT)
        here.happens(ride_events_pb2.RideBooked(event_time=Timestamp(seconds=1), vehicle_id="bus-1"))

        assert ended.status_code == 204, ended.text
        for stream in streams[:2]:
            last = await until_problem(stream)
            assert (last.kind, last.data["reason"]) == ("problem", "SESSION_ENDED")
        refused = await phone.get("/v1/zones")
        assert (refused.status_code, refused.json()["reason"]) == (401, "SESSION_ENDED")
        assert (await other.get("/v1/zones")).status_code == 200
        async for event in streams[2]:
            if event.kind == "RideBooked":
                break
    bus.close()


async def test_somebody_is_signed_out_everywhere(rig: Rig) -> None:
    async with AsyncExitStack() as stack:
        phones = [
            await stack.enter_async_context(phone_of(rig, "driver-bus-1", Role.DRIVER)) for _ in range(2)
        ]
        boss = await stack.enter_async_context(rig.client(credential=token(Role.DISPATCHER)))
        link = (await boss.post("/v1/driver-links", json={"vehicle_id": "bus-1"})).json()
        ended = await boss.delete("/v1/sessions", params={"subject": "driver-bus-1"})
        statuses = [(await phone.get("/v1/zones")).status_code for phone in phones]
        late = await phones[0].post(
            "/v1/session", json={"code": link["path"].partition("#code=")[2]}, headers=CLIENT
        )

    assert (ended.status_code, ended.json()) == (200, {"ended_count": 2, "link_count": 1})
    assert statuses == [401, 401]
    assert (late.status_code, late.json()["reason"]) == (401, "CODE_INVALID")


async def test_dispatchers_see_drivers_and_passengers_and_operators_all(rig: Rig) -> None:
    async with (
        phone_of(rig, "driver-bus-1", Role.DRIVER),
        phone_of(rig, "colleague", Role.DISPATCHER),
        phone_of(rig, "boss", Role.OPERATOR),
        rig.client() as guest,
        rig.client(credential=token(Role.DISPATCHER, subject="boss-not")) as dispatcher,
    ):
        await guest.post("/v1/session", json={"guest": True}, headers=CLIENT)
        seen = {each["subject"][:6] for each in await listed(rig, Role.OPERATOR)}
        of_dispatcher = (await dispatcher.get("/v1/sessions?kind=code&kind=token")).json()["sessions"]
        (colleague,) = await listed(rig, Role.OPERATOR, subject="colleague")
        refused = await dispatcher.delete(f"/v1/sessions/{colleague['session_id']}")
        first = (await dispatcher.get("/v1/sessions?page_size=1")).json()
        second = await dispatcher.get(f"/v1/sessions?page_size=1&page_token={first['next_page_token']}")

    assert seen == {"driver", "collea", "boss", "guest-"}
    assert [each["subject"] for each in of_dispatcher] == ["driver-bus-1"]
    assert (refused.status_code, refused.json()["reason"]) == (404, "SESSION_NOT_FOUND")
    assert [each["kind"] for each in first["sessions"] + second.json()["sessions"]] == ["code", "guest"]
    assert second.json()["next_page_token"] == ""


@pytest.mark.parametrize("role", [Role.DRIVER, Role.PASSENGER, Role.DEPOT, Role.APP_BACKEND, Role.AUDITOR])
async def test_others_see_and_end_nothing(rig: Rig, role: Role) -> None:
    async with rig.client(credential=token(role)) as client:
        answers = [
            await client.get("/v1/sessions"),
            await client.delete("/v1/sessions?subject=local"),
            await client.delete("/v1/sessions/abc"),
        ]

    assert [(each.status_code, each.json()["reason"]) for each in answers] == [(403, "ROLE_MISSING")] * 3


@pytest.mark.parametrize(
    ("verb", "query", "field"),
    [
        ("GET", "kind=ghost", "kind"),
        ("GET", "page_size=0", "page_size"),
        ("GET", "page_size=a", "page_size"),
        ("GET", "page_token=%00", "page_token"),
        ("GET", "roles=driver", "roles"),
        ("DELETE", "", "subject"),
        ("DELETE", "subject=a%20b", "subject"),
        ("DELETE", "subject=a&kind=code", "kind"),
    ],
)
async def test_what_is_wrong_is_named(rig: Rig, verb: str, query: str, field: str) -> None:
    refused = await rig.http.request(verb, f"/v1/sessions?{query}")

    assert refused.status_code == 400, refused.text
    assert [each["field"] for each in refused.json()["violations"]] == [field]


async def test_other_sites_pages_sign_nobody_out(rig: Rig) -> None:
    async with phone_of(rig, "boss", Role.OPERATOR) as boss:
        refused = await boss.delete("/v1/sessions?subject=boss")
        other = await boss.delete(
            "/v1/sessions?subject=boss", headers={**CLIENT, "Origin": "https://evil.example"}
        )

    assert (refused.status_code, refused.json()["reason"]) == (403, "CLIENT_HEADER_MISSING")
    assert (other.status_code, other.json()["reason"]) == (403, "OTHER_ORIGIN")


async def test_signing_in_anew_leaves_no_session_that_nobody_has(rig: Rig) -> None:
    async with phone_of(rig, "driver-bus-1", Role.DRIVER) as phone:
        await phone.post("/v1/session", json={"guest": True}, headers=CLIENT)
        refused = await phone.post("/v1/session", json={"code": "wrong"}, headers=CLIENT)
        shown = await listed(rig, Role.OPERATOR)
        still = await phone.get("/v1/session")

    assert refused.status_code == 401
    assert [each["kind"] for each in shown] == ["guest"]
    assert still.json()["kind"] == "guest"
