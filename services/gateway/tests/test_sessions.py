"""Browsers sign in with a token, a code or as a guest; nobody else can use what they have."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from gateway.store.sessions import SignIn
from gateway_rig import Rig, rigged
from identified import IDENTITY, TENANT, token
from service_kit.identity.principal import Role

pytestmark = pytest.mark.network

CLIENT = {"X-Landlinie-Client": "test"}
DRIVER = SignIn("d-7", frozenset({Role.DRIVER}), frozenset({"bus-1"}), frozenset(), timedelta(hours=8))


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with rigged(tmp_path) as running:
        yield running


@pytest.fixture
async def browser(rig: Rig) -> AsyncIterator[httpx.AsyncClient]:
    async with rig.client() as client:
        yield client


async def test_a_code_lets_in_once(rig: Rig, browser: httpx.AsyncClient) -> None:
    code = await rig.app.sign_in_code(DRIVER, timedelta(minutes=5))

    entered = await browser.post("/v1/session", json={"code": code}, headers=CLIENT)
    again = await browser.post("/v1/session", json={"code": code}, headers=CLIENT)

    assert entered.status_code == 201, entered.text
    assert (
        entered.json() | {"subject": "d-7", "roles": ["driver"], "vehicle_ids": ["bus-1"]} == entered.json()
    )
    assert entered.json()["kind"] == "code"
    assert (again.status_code, again.json()["reason"]) == (401, "CODE_INVALID")
    cookie = entered.headers["set-cookie"]
    assert all(word in cookie for word in ("HttpOnly", "SameSite=strict", "Path=/"))


async def test_a_code_runs_out(rig: Rig, browser: httpx.AsyncClient) -> None:
    code = await rig.app.sign_in_code(DRIVER, timedelta(seconds=0))

    entered = await browser.post("/v1/session", json={"code": code}, headers=CLIENT)

    assert entered.status_code == 401


async def test_a_session_calls_the_services_and_survives_a_restart(tmp_path: Path) -> None:
    async with rigged(tmp_path) as rig, rig.client() as browser:
        entered = await browser.post("/v1/session", json={"token": token(Role.DISPATCHER)}, headers=CLIENT)
        assert entered.status_code == 201, entered.text
        assert (await browser.get("/v1/zones")).status_code == 200
        cookies = browser.cookies
    async with rigged(tmp_path) as rig, rig.client() as browser:
        browser.cookies = httpx.Cookies({"landlinie_session": cookies["landlinie_session"]})
        assert (await browser.get("/v1/zones")).status_code == 200
        told = (await browser.get("/v1/session")).json()
        assert told["roles"] == ["dispatcher"]
        assert told["district_name"] == "Testamt"

        ended = await browser.delete("/v1/session", headers=CLIENT)
        browser.cookies = httpx.Cookies({"landlinie_session": cookies["landlinie_session"]})
        after = await browser.get("/v1/zones")

    assert ended.status_code == 204
    assert (after.status_code, after.json()["reason"]) == (401, "SESSION_ENDED")


async def test_a_session_lasts_no_longer_than_its_token(browser: httpx.AsyncClient) -> None:
    short = token(Role.DISPATCHER, ttl=timedelta(minutes=10))

    entered = await browser.post("/v1/session", json={"token": short}, headers=CLIENT)

    ends = datetime.fromisoformat(entered.json()["expire_time"])
    assert ends <= datetime.now(UTC) + timedelta(minutes=10)


async def test_service_keys_may_sign_in(browser: httpx.AsyncClient) -> None:
    _, key = IDENTITY.keys.create("app", frozenset({Role.APP_BACKEND}), TENANT, timedelta(days=1))

    entered = await browser.post("/v1/session", json={"token": key}, headers=CLIENT)

    assert entered.json()["roles"] == ["app_backend"]


async def test_guests_are_passengers_of_their_own(rig: Rig, browser: httpx.AsyncClient) -> None:
    one = (await browser.post("/v1/session", json={"guest": True}, headers=CLIENT)).json()
    async with rig.client() as second:
        other = (await second.post("/v1/session", json={"guest": True}, headers=CLIENT)).json()

        own = await browser.get(f"/v1/rides/{one['subject']}")
        others = await second.get(f"/v1/rides/{one['subject']}")

    assert one["roles"] == other["roles"] == ["passenger"]
    assert one["subject"] != other["subject"]
    assert (own.status_code, others.status_code) == (200, 404)


async def test_a_district_may_want_no_guests(tmp_path: Path) -> None:
    async with rigged(tmp_path, guests=False) as rig:
        refused = await rig.http.post("/v1/session", json={"guest": True}, headers=CLIENT)

    assert (refused.status_code, refused.json()["reason"]) == (403, "NO_GUESTS")


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({}, "CLIENT_HEADER_MISSING"),
        ({**CLIENT, "Origin": "https://evil.example"}, "OTHER_ORIGIN"),
        ({**CLIENT, "Origin": "null"}, "OTHER_ORIGIN"),
    ],
)
async def test_other_sites_pages_cannot_use_a_browsers_session(
    browser: httpx.AsyncClient, headers: dict[str, str], reason: str
) -> None:
    await browser.post("/v1/session", json={"token": token(Role.DISPATCHER)}, headers=CLIENT)

    written = await browser.post(
        "/v1/rides", json={"offer_id": "o"}, headers={"Idempotency-Key": "k", **headers}
    )
    signed_in = await browser.post("/v1/session", json={"guest": True}, headers=headers)

    assert (written.status_code, written.json()["reason"]) == (403, reason)
    assert signed_in.status_code == 403


async def test_our_own_page_may_write(rig: Rig, browser: httpx.AsyncClient) -> None:
    await browser.post("/v1/session", json={"token": token(Role.DISPATCHER)}, headers=CLIENT)

    written = await browser.post(
        "/v1/rides",
        json={"offer_id": "o"},
        headers={"Idempotency-Key": "k", "Origin": f"http://{rig.address}", **CLIENT},
    )

    assert written.status_code == 201


async def test_whoever_tries_codes_is_slowed_down(browser: httpx.AsyncClient) -> None:
    statuses = [
        (await browser.post("/v1/session", json={"code": f"guess-{number}"}, headers=CLIENT)).status_code
        for number in range(25)
    ]

    assert statuses[0] == 401
    assert statuses[-1] == 429


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "token"),
        ({"token": "a", "code": "b"}, "token"),
        ({"password": "x"}, "password"),
        ({"guest": False}, "guest"),
        ({"code": 7}, "code"),
        ({"token": "\u00fc"}, "token"),
    ],
)
async def test_what_is_no_way_to_sign_in_is_refused(
    browser: httpx.AsyncClient, body: dict[str, object], field: str
) -> None:
    refused = await browser.post("/v1/session", json=body, headers=CLIENT)

    assert refused.status_code == 400
    assert refused.json()["violations"][0]["field"] == field


async def test_a_token_of_another_district_signs_nobody_in(browser: httpx.AsyncClient) -> None:
    refused = await browser.post(
        "/v1/session", json={"token": token(Role.DISPATCHER, tenant="anderswo")}, headers=CLIENT
    )

    assert (refused.status_code, refused.json()["reason"]) == (403, "OTHER_TENANT")
