"""Requests become calls; answers and errors come back as HTTP says."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from gateway.settings import HttpSettings
from gateway_rig import PATIENCE_S, Rig, eventually, rigged, told
from identified import token
from landlinie.pooling.v1 import fleet_pb2, plan_pb2
from service_kit.errors import (
    Aborted,
    AlreadyExists,
    DeadlineExceeded,
    FailedPrecondition,
    FieldViolation,
    InvalidInput,
    NotFound,
    PermissionDenied,
    ResourceExhausted,
    Unauthenticated,
    Unavailable,
)

pytestmark = pytest.mark.network


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with rigged(tmp_path) as running:
        yield running


async def test_an_answer_is_the_methods_message(rig: Rig) -> None:
    answer = await rig.http.get("/v1/zones")

    assert answer.status_code == 200
    assert answer.json() == {
        "zones": [{"zone_id": "nord", "name": "Nord", "boundary": [], "time_zone": "Europe/Berlin"}]
    }
    assert answer.headers["cache-control"] == "private, no-cache"


async def test_path_header_and_body_fill_one_message(rig: Rig) -> None:
    answer = await rig.http.put(
        "/v1/vehicles/bus-1",
        json={"vehicle": {"name": "Bus", "kind": "VEHICLE_KIND_ANRUFBUS"}},
        headers={"Idempotency-Key": '"change-7"'},
    )

    assert answer.status_code == 200, answer.text
    (asked,) = rig.answers.asked
    assert asked == fleet_pb2.UpdateVehicleRequest(
        request_id="change-7",
        vehicle=fleet_pb2.Vehicle(vehicle_id="bus-1", kind=fleet_pb2.VEHICLE_KIND_ANRUFBUS, name="Bus"),
    )


async def test_a_shift_is_changed_by_its_path_or_the_rides_are_named(rig: Rig) -> None:
    body = {"shift": {"vehicle_id": "bus-1", "end_time": "2026-03-10T12:00:00Z"}}
    changed = await rig.http.put("/v1/shifts/s-1", json=body, headers={"Idempotency-Key": "c-1"})
    assert changed.status_code == 200, changed.text
    assert changed.json()["moved_ride_ids"] == ["r-3"]
    assert changed.json()["shift"]["shift_id"] == "s-1"
    asked = fleet_pb2.Shift(shift_id="s-1", vehicle_id="bus-1")
    asked.end_time.FromJsonString("2026-03-10T12:00:00Z")
    assert rig.answers.asked == [fleet_pb2.UpdateShiftRequest(request_id="c-1", shift=asked)]

    body["shift"]["etag"] = "stale"
    overtaken = await rig.http.put("/v1/shifts/s-1", json=body, headers={"Idempotency-Key": "c-3"})
    told = overtaken.json()
    assert (overtaken.status_code, told["reason"]) == (409, "SHIFT_CHANGED")
    assert [fault["field"] for fault in told["violations"]] == ["shift.etag"]

    del body["shift"]["etag"]
    refused = await rig.http.put("/v1/shifts/s-2", json=body, headers={"Idempotency-Key": "c-2"})
    assert refused.status_code == 409
    assert refused.headers["content-type"] == "application/problem+json"
    told = refused.json()
    assert (told["reason"], told["metadata"]) == ("RIDES_PROMISED", {"ride_ids": "r-1,r-2"})


async def test_what_is_created_says_so(rig: Rig) -> None:
    answer = await rig.http.post("/v1/rides", json={"offer_id": "o"}, headers={"Idempotency-Key": "k"})

    assert answer.status_code == 201
    assert answer.json()["ride"]["state"] == "RIDE_STATE_BOOKED"
    assert answer.headers["cache-control"] == "no-store"


async def test_who_has_an_answer_already_gets_none(rig: Rig) -> None:
    first = await rig.http.get("/v1/zones")
    tag = first.headers["etag"]

    again = await rig.http.get("/v1/zones", headers={"If-None-Match": f'"other", {tag}'})
    rig.answers.zones[0].name = "Norden"
    changed = await rig.http.get("/v1/zones", headers={"If-None-Match": tag})

    assert (again.status_code, again.content) == (304, b"")
    assert changed.status_code == 200


async def test_the_next_page_is_linked(rig: Rig) -> None:
    first = await rig.http.get("/v1/vehicles", params={"page_size": 1})
    following = await rig.http.get(first.links["next"]["url"])

    assert "link" not in following.headers
    assert [str(asked) for asked in rig.answers.asked] == [
        "page_size: 1\n",
        'page_size: 1\npage_token: "more&more"\n',
    ]


async def test_only_the_head_of_an_answer(rig: Rig) -> None:
    answer = await rig.http.head("/v1/zones")

    assert (answer.status_code, answer.content) == (200, b"")
    assert "etag" in answer.headers


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InvalidInput("BAD", "bad"), 400),
        (Unauthenticated("WHO", "who"), 401),
        (PermissionDenied("MAY_NOT", "may not"), 403),
        (NotFound("NONE", "none"), 404),
        (AlreadyExists("THERE", "there"), 409),
        (FailedPrecondition("NOT_NOW", "not now"), 409),
        (Aborted("AGAIN", "again", retry_after_s=0.2), 409),
        (ResourceExhausted("FULL", "full", retry_after_s=3.4), 429),
        (Unavailable("AWAY", "away"), 503),
        (DeadlineExceeded("LATE", "late"), 504),
    ],
)
async def test_errors_keep_their_reason(rig: Rig, error: Exception, status: int) -> None:
    rig.answers.error = error

    answer = await rig.http.get("/v1/zones")

    told_problem = answer.json()
    assert answer.status_code == told_problem["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert told_problem["reason"] == str(error).split(":", maxsplit=1)[0]
    assert told_problem["domain"] == "landlinie.pooling"
    assert told_problem["type"] == f"urn:landlinie:pooling:{told_problem['reason']}"
    if status in {429, 503}:
        assert int(answer.headers["retry-after"]) >= told_problem["retry_after_s"]


async def test_faults_of_fields_are_told_each(rig: Rig) -> None:
    faults = [
        FieldViolation("party", "is missing", "FIELD_MISSING"),
        FieldViolation("pickup", "is far", "FAR"),
    ]
    rig.answers.error = InvalidInput.in_fields(faults)

    answer = await rig.http.post("/v1/ride-offers", json={}, headers={"Idempotency-Key": "k"})

    assert [(each["field"], each["reason"]) for each in answer.json()["violations"]] == [
        ("party", "FIELD_MISSING"),
        ("pickup", "FAR"),
    ]


async def test_a_mistake_of_ours_tells_nothing_but_what_to_quote(rig: Rig) -> None:
    rig.answers.error = RuntimeError("secret")

    answer = await rig.http.get("/v1/zones", headers={"X-Request-Id": "asked-7"})

    assert answer.status_code == 500
    assert answer.json()["request_id"] == answer.headers["x-request-id"] == "asked-7"
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    ("verb", "path", "sent", "reason", "field"),
    [
        ("GET", "/v1/zones?zone=1", {}, "UNKNOWN_FIELD", "zone"),
        ("GET", "/v1/vehicles?page_size=many", {}, "WRONG_TYPE", "page_size"),
        ("GET", "/v1/vehicles?page_size=-1", {}, "OUT_OF_RANGE", "page_size"),
        ("GET", "/v1/vehicles?page_size=1&page_size=2", {}, "GIVEN_TWICE", "page_size"),
        ("GET", "/v1/rides?states=RIDE_STATE_LOST", {}, "UNKNOWN_VALUE", "states[0]"),
        ("POST", "/v1/rides", {"json": {"offer_id": "o"}}, "IDEMPOTENCY_KEY_MISSING", "Idempotency-Key"),
        (
            "POST",
            "/v1/rides?offer_id=o",
            {"headers": {"Idempotency-Key": "k"}},
            "UNKNOWN_FIELD",
            "offer_id",
        ),
        (
            "POST",
            "/v1/rides",
            {"json": {"request_id": "k"}, "headers": {"Idempotency-Key": "k"}},
            "UNKNOWN_FIELD",
            "request_id",
        ),
        (
            "PUT",
            "/v1/vehicles/a",
            {"json": {"vehicle": {"vehicle_id": "b"}}, "headers": {"Idempotency-Key": "k"}},
            "NOT_AS_IN_PATH",
            "vehicle.vehicle_id",
        ),
        (
            "PUT",
            "/v1/vehicles/a",
            {"json": {"vehicle": {"vehicle_id": []}}, "headers": {"Idempotency-Key": "k"}},
            "NOT_AS_IN_PATH",
            "vehicle.vehicle_id",
        ),
        (
            "PUT",
            "/v1/vehicles/a",
            {"json": {"vehicle": 7}, "headers": {"Idempotency-Key": "k"}},
            "WRONG_TYPE",
            "vehicle",
        ),
        (
            "POST",
            "/v1/rides",
            {"json": {}, "headers": {"Idempotency-Key": "ü ü".encode()}},
            "INVALID_ID",
            "Idempotency-Key",
        ),
    ],
)
async def test_requests_that_are_wrong_name_the_field(  # noqa: PLR0917 - a table's columns
    rig: Rig, verb: str, path: str, sent: dict[str, object], reason: str, field: str
) -> None:
    answer = await rig.http.request(verb, path, **sent)  # type: ignore[arg-type] # json or headers

    assert (answer.status_code, answer.json()["reason"]) == (400, reason)
    assert answer.json()["violations"][0]["field"] == field
    assert rig.answers.asked == []


@pytest.mark.parametrize(
    ("content", "media_type", "status", "reason"),
    [
        (b"{", "application/json", 400, "MALFORMED_JSON"),
        (b"[]", "application/json", 400, "MALFORMED_JSON"),
        (b'{"offer_id": NaN}', "application/json", 400, "MALFORMED_JSON"),
        (b'{"a":' * 100_000, "application/json", 400, "MALFORMED_JSON"),
        (b"\xff\xfe{", "application/json", 400, "MALFORMED_JSON"),
        (b"offer_id=1", "application/x-www-form-urlencoded", 415, "BODY_IS_NO_JSON"),
        (b'"' + b"x" * 2_000_000 + b'"', "application/json", 413, "BODY_TOO_LARGE"),
    ],
)
async def test_bodies_that_are_no_json_are_refused(
    rig: Rig, content: bytes, media_type: str, status: int, reason: str
) -> None:
    answer = await rig.http.post(
        "/v1/rides", content=content, headers={"Content-Type": media_type, "Idempotency-Key": "k"}
    )

    assert (answer.status_code, answer.json()["reason"]) == (status, reason)


async def test_a_body_of_unknown_length_is_counted(rig: Rig) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b" " * 65_536

    answer = await rig.http.post(
        "/v1/rides",
        content=endless(),
        headers={"Content-Type": "application/json", "Idempotency-Key": "k"},
    )

    assert answer.status_code == 413


async def test_a_body_that_does_not_come_is_not_waited_for(tmp_path: Path) -> None:
    async with rigged(tmp_path, http=HttpSettings(body_patience_s=0.2, drain_grace_s=1)) as rig:
        host, _, port = rig.address.rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"POST /v1/rides HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
        async with asyncio.timeout(PATIENCE_S):
            answer = await reader.read()
        writer.close()
        await writer.wait_closed()

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"BODY_TOO_SLOW" in answer


async def test_paths_and_verbs_that_are_not_offered(rig: Rig) -> None:
    nowhere = await rig.http.get("/v1/nowhere")
    other_verb = await rig.http.delete("/v1/rides")

    assert (nowhere.status_code, nowhere.json()["reason"]) == (404, "NO_SUCH_PATH")
    assert (other_verb.status_code, other_verb.json()["reason"]) == (405, "VERB_NOT_OFFERED")
    assert {"GET", "POST"} <= set(other_verb.headers["allow"].split(", "))


async def test_services_that_a_district_does_without(rig: Rig) -> None:
    answer = await rig.http.get("/v1/containers")

    assert (answer.status_code, answer.json()["reason"]) == (501, "NOT_OFFERED_HERE")


async def test_roles_are_asked_for_by_the_services(rig: Rig) -> None:
    async with rig.client() as nobody, rig.client(credential="x.y.z") as stranger:
        unknown = await nobody.get("/v1/zones")
        wrong = await stranger.get("/v1/zones")
        several = await nobody.get(
            "/v1/zones", headers=[("Authorization", "Bearer a"), ("Authorization", "Bearer b")]
        )

    assert (unknown.status_code, unknown.json()["reason"]) == (401, "CREDENTIALS_MISSING")
    assert (wrong.status_code, wrong.json()["reason"]) == (401, "CREDENTIALS_INVALID")
    assert (several.status_code, several.json()["domain"]) == (401, "landlinie.gateway")
    assert "www-authenticate" in unknown.headers


async def test_more_requests_than_places_are_refused_at_once(tmp_path: Path) -> None:
    async with rigged(tmp_path, http=HttpSettings(max_concurrent_requests=2, drain_grace_s=1)) as rig:
        rig.answers.delay_s = 60.0
        waiting = [asyncio.create_task(rig.http.get("/v1/zones")) for _ in range(2)]
        await eventually(lambda: len(rig.answers.asked) == 2)

        refused = await rig.http.get("/v1/zones")
        for task in waiting:
            task.cancel()

    assert (refused.status_code, refused.json()["reason"]) == (429, "TOO_MANY_REQUESTS")
    assert "retry-after" in refused.headers


async def test_a_service_that_is_too_slow_is_not_waited_for(tmp_path: Path) -> None:
    async with rigged(tmp_path, http=HttpSettings(call_timeout_s=0.2, drain_grace_s=1)) as rig:
        rig.answers.delay_s = 60.0
        answer = await rig.http.get("/v1/zones")

    told = answer.json()
    assert answer.status_code == 504
    assert (told["reason"], told["domain"]) == ("DEADLINE_EXCEEDED", "landlinie.pooling")
    assert told["detail"] == "the service did not answer in time"
    assert "retry-after" in answer.headers


async def test_a_service_that_is_away_is_back_by_itself(tmp_path: Path) -> None:
    async with rigged(tmp_path / "a") as rig:
        await rig.server.drain()
        away = await rig.http.get("/v1/zones")
        async with asyncio.timeout(30):
            while (await rig.http.get("/v1/status")).json()["services"][0]["answers"]:
                await asyncio.sleep(0.05)
        async with rigged(tmp_path / "b", grpc_address=rig.grpc_address):
            async with asyncio.timeout(30):
                while (await rig.http.get("/v1/zones")).status_code != 200:
                    await asyncio.sleep(0.05)
                while not (await rig.http.get("/v1/status")).json()["services"][0]["answers"]:
                    await asyncio.sleep(0.05)

    assert (away.status_code, away.json()["reason"]) == (503, "SERVICE_DOES_NOT_ANSWER")
    assert "retry-after" in away.headers
    assert "127.0.0.1" not in away.text


async def test_answers_are_compressed_where_that_is_taken(rig: Rig) -> None:
    zone = rig.answers.zones[0]
    zone.name = "N" * 5_000

    packed = await rig.http.get("/v1/zones", headers={"Accept-Encoding": "gzip"})
    plain = await rig.http.get("/v1/zones", headers={"Accept-Encoding": "identity"})

    assert packed.headers["content-encoding"] == "gzip"
    assert packed.json() == plain.json()
    assert "content-encoding" not in plain.headers


async def test_pages_of_other_origins_may_call_where_that_is_set(tmp_path: Path) -> None:
    origin = {"Origin": "https://app.example"}
    async with rigged(tmp_path, cors_origins=("https://app.example",)) as rig:
        asked = await rig.http.options(
            "/v1/rides",
            headers={
                **origin,
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "Idempotency-Key",
            },
        )
        refused = await rig.http.get("/v1/zones?x=1", headers=origin)
        other = await rig.http.get("/v1/zones", headers={"Origin": "https://other.example"})

    assert asked.headers["access-control-allow-origin"] == "https://app.example"
    assert refused.headers["access-control-allow-origin"] == "https://app.example"
    assert refused.status_code == 400
    assert "access-control-allow-origin" not in other.headers


async def test_every_answer_says_what_browsers_may_do_with_it(rig: Rig) -> None:
    for path in ("/v1/zones", "/v1/nowhere", "/openapi.json", "/healthz"):
        headers = (await rig.http.get(path)).headers
        assert "script-src 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert "strict-transport-security" not in headers


async def test_the_page_for_people_needs_no_other_server(rig: Rig) -> None:
    page = await rig.http.get("/docs")
    parts = re.findall(r'(?:href|src)="([^"]+)"', page.text)

    assert page.headers["content-type"].startswith("text/html")
    assert {"/docs/docs.js", "/docs/docs.css"} <= set(parts)
    assert all(part.startswith("/") for part in parts)
    for part in ("/docs/docs.js", "/docs/docs.css"):
        file = await rig.http.get(part)
        assert file.status_code == 200
        assert not re.search(r"https?://(?!www\.w3\.org)", file.text)


async def test_what_a_service_watches_is_a_stream_of_events(rig: Rig) -> None:
    rig.answers.plans.put_nowait(plan_pb2.Plan(zone_id="nord", version=1))
    async with rig.http.stream("GET", "/v1/zones/nord/plan/watch") as stream:
        events = told(stream.aiter_lines())
        first = await anext(events)
        rig.answers.plans.put_nowait(plan_pb2.Plan(zone_id="nord", version=2))
        second = await anext(events)
        rig.answers.plans.put_nowait(Unavailable("AWAY", "away"))
        last = await anext(events)

    assert stream.headers["content-type"].startswith("text/event-stream")
    assert [first.data["plan"]["version"], second.data["plan"]["version"]] == [1, 2]
    assert (last.kind, last.data["reason"]) == ("problem", "AWAY")


async def test_who_has_nothing_to_tell_yet_keeps_no_request_waiting(tmp_path: Path) -> None:
    async with (
        rigged(tmp_path, http=HttpSettings(call_timeout_s=0.2, drain_grace_s=1)) as rig,
        rig.http.stream("GET", "/v1/zones/nord/plan/watch") as stream,
    ):
        assert stream.status_code == 200
        rig.answers.plans.put_nowait(plan_pb2.Plan(zone_id="nord", version=1))
        first = await anext(told(stream.aiter_lines()))

    assert first.data["plan"]["version"] == 1


async def test_a_stream_that_is_refused_is_refused_before_it_begins(rig: Rig) -> None:
    rig.answers.plans.put_nowait(NotFound("ZONE_NOT_FOUND", "zone_id: there is no zone 'x'"))

    answer = await rig.http.get("/v1/zones/x/plan/watch")

    assert (answer.status_code, answer.json()["reason"]) == (404, "ZONE_NOT_FOUND")


async def test_streams_end_when_the_gateway_does(tmp_path: Path) -> None:
    async with rigged(tmp_path) as rig:
        rig.answers.plans.put_nowait(plan_pb2.Plan(zone_id="nord", version=1))
        async with httpx.AsyncClient(base_url=f"http://{rig.address}", timeout=60) as client:
            asked = client.stream(
                "GET", "/v1/zones/nord/plan/watch", headers={"Authorization": f"Bearer {token()}"}
            )
            async with asked as stream:
                lines = stream.aiter_lines()
                await anext(told(lines))
                await rig.app.stop()
                assert [line async for line in lines if line.startswith("data")] == []
