"""Uplinks over HTTP: signed or with a token, kept once, and told what is wrong with them."""

import http.client
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from intake import AT, EM310, NOW, Intake, chirpstack_event, eventually
from service_kit.signed_bodies import SIGNATURE_HEADER, signature
from waste.entrypoints.frame_loop import FrameLoop
from waste.entrypoints.http_port import HttpPort
from waste.entrypoints.uplink_webhook import PATH, WebhookKeys, uplink_routes

pytestmark = pytest.mark.network

SECRET = "a secret of the network's server"  # noqa: S105 - of nobody
TOKEN = "a token of the network's server"  # noqa: S105 - of nobody


class Door:
    def __init__(self, folder: Path) -> None:
        self.intake = Intake(f"sqlite:///{folder}/frames.sqlite")
        self.intake.registry.known |= {EM310: "EM310-UDL", "x": "by hand"}
        self.loop = FrameLoop(self.intake.ingestion, lambda: NOW, timedelta(days=30))
        self.port = self.opened(WebhookKeys(SECRET, TOKEN))

    def opened(self, keys: WebhookKeys) -> HttpPort:
        port = HttpPort("127.0.0.1:0", uplink_routes(self.intake.ingestion, keys, lambda: NOW))
        port.start()
        return port

    def post(self, body: bytes, **headers: str) -> tuple[int, dict[str, object]]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if not named.keys() & {"Authorization", SIGNATURE_HEADER}:
            named[SIGNATURE_HEADER] = signature(SECRET, body, NOW)
        host, _, number = self.port.address.rpartition(":")
        connection = http.client.HTTPConnection(host, int(number), timeout=30)
        connection.request("POST", PATH, body, named)
        answer = connection.getresponse()
        told = answer.status, json.loads(answer.read())
        connection.close()
        return told

    def close(self) -> None:
        self.port.stop()
        self.loop.stop()
        self.intake.close()


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    door = Door(tmp_path)
    yield door
    door.close()


def test_a_signed_message_is_kept_once_and_read_at_once(door: Door) -> None:
    door.loop.start()
    assert door.post(chirpstack_event(7)) == (200, {"new": 1, "repeated": 0})
    assert door.post(chirpstack_event(7)) == (200, {"new": 0, "repeated": 1})
    eventually(lambda: (EM310, AT + timedelta(seconds=7)) in door.intake.sink.kept)


def test_what_waits_while_the_store_of_readings_is_away_is_read_afterwards(door: Door) -> None:
    door.intake.sink.away = True
    door.loop.start()
    assert door.post(chirpstack_event(7))[0] == 200
    door.intake.sink.away = False
    eventually(lambda: len(door.intake.sink.kept) == 1)


def test_a_token_opens_too(door: Door) -> None:
    assert door.post(chirpstack_event(7), Authorization=f"Bearer {TOKEN}")[0] == 200


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"Landlinie_Signature": ""}, "NOT_SIGNED"),
        ({"Landlinie_Signature": signature("another secret", chirpstack_event(7), NOW)}, "NOT_SIGNED"),
        ({"Landlinie_Signature": signature(SECRET, chirpstack_event(8), NOW)}, "NOT_SIGNED"),
        (
            {"Landlinie_Signature": signature(SECRET, chirpstack_event(7), NOW - timedelta(seconds=301))},
            "NOT_SIGNED",
        ),
        ({"Authorization": "Bearer another"}, "TOKEN_WRONG"),
        ({"Authorization": "Basic YTpi"}, "NOT_SIGNED"),
    ],
)
def test_nobody_elses_message_is_kept(door: Door, headers: dict[str, str], reason: str) -> None:
    status, told = door.post(chirpstack_event(7), **headers)
    assert (status, told["reason"]) == (401, reason)
    assert door.intake.counters() == []


def test_a_key_that_is_not_set_opens_nothing(door: Door) -> None:
    door.port.stop()
    door.port = door.opened(WebhookKeys(token=TOKEN))
    assert (
        door.post(chirpstack_event(7), Landlinie_Signature=signature("", chirpstack_event(7), NOW))[0] == 401
    )
    door.port.stop()
    door.port = door.opened(WebhookKeys(secret=SECRET))
    assert door.post(chirpstack_event(7), Authorization="Bearer ")[0] == 401
    assert door.post(chirpstack_event(7))[0] == 200


def test_what_cannot_be_read_is_kept_with_the_reason_and_told(door: Door) -> None:
    status, told = door.post(b'{"payload": 1}')
    assert (status, told["reason"]) == (400, "ENVELOPE_UNKNOWN")
    with door.intake.store.reading() as reader:
        (kept,) = reader.unreadable(reason="", after=0, count=9)
    assert kept.message.body == b'{"payload": 1}'
    assert kept.message.detail == told["detail"]


def test_a_table_of_readings_with_the_lines_that_are_none(door: Door) -> None:
    table = b"device_id,at,fill_percent\nx,2026-03-02T06:00:00Z,60\nx,2026-03-02T06:01:00Z,160\n"
    status, told = door.post(table, Content_Type="text/csv; charset=utf-8")
    assert status == 200
    assert told == {
        "new": 1,
        "repeated": 0,
        "bad_count": 1,
        "bad_lines": [
            {
                "line": 2,
                "reason": "FIELD_WRONG",
                "detail": "line 2: fill_share is 1.6: a share from 0 to 1",
            }
        ],
    }
    assert door.post(table, Content_Type="text/csv")[1]["repeated"] == 1
    assert door.intake.read_all() == 1
    assert door.intake.sink.kept["x", AT].measurement.fill_share == 0.6
