"""Bytes and texts meant to break something: nothing crashes, nothing is told, nothing is stored."""

import random
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
import structlog
from doors import METHODS, bearer, knock, plain_channel
from google.protobuf.descriptor import FieldDescriptor
from identified import token
from live import Live
from wrong import fields_of, put

pytestmark = pytest.mark.network

MARK = "iN7rUd3r"
TEXTS = (
    f"{MARK}'; DROP TABLE rides; --",
    f"' OR '1'='1' /* {MARK} */",
    f'{MARK}" UNION SELECT name, phone FROM contacts --',  # noqa: S608 - meant as it is
    f"{MARK}\n2026-11-24 [error] forged line",
    f"\x1b[2J{MARK}\x00",
    f"{MARK}%s%n{{0}}${{jndi:ldap://x}}",
    f"../../{MARK}/etc/passwd",
    f"{MARK}\u202e\u2028" + "x" * 5000,
)
OF_OURS = ("sqlite", "sqlalchemy", "Traceback", ".py", "SELECT", "INSERT", "UPDATE", "/site-packages/")
CRASHES = {grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN, grpc.StatusCode.UNAVAILABLE}


@pytest.fixture(scope="module")
def channel(live: Live) -> Iterator[grpc.Channel]:
    with plain_channel(live) as channel:
        yield channel


def texts_of(method: str) -> list[str]:
    return [
        path
        for path, field in fields_of(METHODS[method].input_type)
        if field.type == FieldDescriptor.TYPE_STRING
    ]


@pytest.mark.parametrize("method", [name for name in METHODS if texts_of(name)])
def test_injections_in_every_text_of_every_request(
    live: Live, requests: dict[str, Any], channel: grpc.Channel, method: str
) -> None:
    before = live.row_counts()
    with structlog.testing.capture_logs() as logs:
        for path in texts_of(method):
            for text in TEXTS:
                request = type(requests[method])()
                request.CopyFrom(requests[method])
                put(request, path, text)
                said = knock(channel, method, request.SerializeToString(), bearer(token()))
                assert said.code not in CRASHES, (path, said)
                # The caller's own text may be named to the caller; ours may not.
                told = said.message.replace(text, "").replace(repr(text)[1:-1], "")
                assert not [word for word in OF_OURS if word in told and word not in text], said
                assert "\n" not in said.message
    assert MARK not in repr(logs)
    assert not [line for line in logs if line["event"] == "internal_error"]
    after = live.row_counts()
    # No table is gone, and nothing that was kept.
    assert after.keys() == before.keys()
    assert all(after[name] >= before[name] for name in ("rides", "contacts", "vehicles", "shifts"))


def test_credentials_and_request_ids_write_no_lines_into_the_log(channel: grpc.Channel) -> None:
    with structlog.testing.capture_logs() as logs:
        knock(
            channel, "ListZones", b"", [*bearer(f"{MARK}.{MARK}.{MARK}"), ("x-request-id", f"{MARK} forged")]
        )
    assert logs
    assert MARK not in repr(logs)


def fuzzed(body: bytes, chance: random.Random) -> bytes:
    """A request with some of its bytes changed, cut out, doubled or made up."""
    data = bytearray(body or b"\x0a\x01a")
    for _ in range(chance.randint(1, 6)):
        where = chance.randrange(len(data) + 1)
        match chance.randrange(4):
            case 0:
                data[where : where + 1] = bytes([chance.randrange(256)])
            case 1:
                del data[where : where + chance.randint(1, 8)]
            case 2:
                data[where:where] = data[where : where + chance.randint(1, 16)]
            case _:
                data[where:where] = chance.randbytes(chance.randint(1, 12))
    return bytes(data)


@pytest.mark.parametrize("method", METHODS)
def test_fuzzed_bytes(requests: dict[str, Any], channel: grpc.Channel, method: str) -> None:
    chance = random.Random(f"intruder {method}")
    body = requests[method].SerializeToString()
    with structlog.testing.capture_logs() as logs:
        for _ in range(25):
            said = knock(channel, method, fuzzed(body, chance), bearer(token()))
            assert said.code not in CRASHES, said
    assert not [line for line in logs if line["event"] == "internal_error"]
    assert knock(channel, "ListZones", b"", bearer(token())).code is grpc.StatusCode.OK


def test_oversized_and_nested_without_end(channel: grpc.Channel) -> None:
    nested = b""
    for _ in range(12_000):
        nested = b"\x12" + _varint(len(nested)) + nested
        if len(nested) > 60_000:
            break
    assert knock(channel, "CreateShift", nested, bearer(token())).code is grpc.StatusCode.INVALID_ARGUMENT
    far_too_much = b"\x0a" + _varint(2_000_000) + b"x" * 2_000_000
    said = knock(channel, "GetRide", far_too_much, bearer(token()))
    assert said.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert knock(channel, "ListZones", b"", bearer(token())).code is grpc.StatusCode.OK


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])
