"""Keys: those of issuers as they change, and those we give out."""

import asyncio
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jwt
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from service_kit.database import open_engine
from service_kit.errors import NotFound, Unavailable
from service_kit.identity import service_keys
from service_kit.identity.key_sources import FetchedKeys
from service_kit.identity.principal import Principal, Role
from service_kit.identity.service_keys import ServiceKeys

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def key_set(*kids: str) -> bytes:
    keys = [
        {
            **jwt.algorithms.OKPAlgorithm.to_jwk(Ed25519PrivateKey.generate().public_key(), as_dict=True),
            "kid": kid,
        }
        for kid in kids
    ]
    return json.dumps({"keys": keys}).encode()


class Issuer:
    """An issuer's server; it answers with what the test says."""

    def __init__(self) -> None:
        self.status, self.body, self.asked_count = 200, key_set("first"), 0
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.asked_count += 1
                self.send_response(issuer.status)
                self.send_header("location", "http://127.0.0.1:1/elsewhere")
                self.end_headers()
                self.wfile.write(issuer.body)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/jwks.json"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    issuer = Issuer()
    yield issuer
    issuer.close()


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.mark.network
async def test_keys_are_fetched_once_and_kept(issuer: Issuer) -> None:
    source = FetchedKeys(issuer.url, clock_s=Clock())
    found = await asyncio.gather(*(source.key("first") for _ in range(20)))
    assert all(found)
    assert issuer.asked_count == 1


@pytest.mark.network
async def test_a_new_key_is_found_but_nobody_makes_us_fetch_at_will(issuer: Issuer) -> None:
    clock = Clock()
    source = FetchedKeys(issuer.url, pause_s=10, clock_s=clock)
    assert await source.key("first")
    issuer.body = key_set("second")
    for number in range(50):
        assert await source.key(f"made-up-{number}") is None
    assert issuer.asked_count == 1
    clock.now_s = 10
    assert await source.key("second")
    assert await source.key("first") is None
    assert issuer.asked_count == 2


@pytest.mark.network
@pytest.mark.parametrize(
    ("status", "body"),
    [(500, b""), (302, b""), (200, b"<html>"), (200, b"[]"), (200, b"x" * 300_000), (200, b"\xff")],
)
async def test_keys_stay_in_use_while_the_issuer_is_down(issuer: Issuer, status: int, body: bytes) -> None:
    clock = Clock()
    source = FetchedKeys(issuer.url, keep_s=600, pause_s=10, clock_s=clock)
    assert await source.key("first")
    issuer.status, issuer.body = status, body
    clock.now_s = 1000
    assert await source.key("first")
    assert await source.key("new") is None
    assert issuer.asked_count == 2
    issuer.status, issuer.body = 200, key_set("first", "new")
    clock.now_s = 1010
    assert await source.key("new")


@pytest.mark.network
async def test_without_any_keys_the_caller_is_told_to_come_again() -> None:
    source = FetchedKeys("https://localhost:1/jwks.json", pause_s=10)
    with pytest.raises(Unavailable) as raised:
        await source.key("first")
    assert raised.value.retry_after_s == 10


@pytest.mark.parametrize("url", ["http://login.example.org/jwks", "file:///etc/passwd", "ftp://x/y", "jwks"])
def test_keys_come_encrypted_or_from_this_machine(url: str) -> None:
    with pytest.raises(ValueError, match="jwks_url"):
        FetchedKeys(url)


class Desk:
    """Service keys, and a clock that is told."""

    def __init__(self, folder: Path) -> None:
        self.now = NOON
        self.engine = open_engine(f"sqlite:///{folder}/keys.sqlite")
        self.keys = ServiceKeys(self.engine, lambda: self.now)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.engine.dispose()


ROLES = frozenset({Role.APP_BACKEND})


def test_a_key_speaks_for_its_client(desk: Desk) -> None:
    key_id, text = desk.keys.create("app", ROLES, "amt", timedelta(days=30))
    assert desk.keys.principal(text) == Principal("app", ROLES, "amt", "app")
    [known] = desk.keys.all()
    assert (known.key_id, known.client_id, known.last_used_at) == (key_id, "app", NOON)
    other_id, other = desk.keys.create("app", ROLES, "amt", timedelta(days=30))
    assert other_id != key_id
    assert other != text


def test_the_secret_is_nowhere_in_the_database(desk: Desk, tmp_path: Path) -> None:
    _, text = desk.keys.create("app", ROLES, "amt", timedelta(days=30))
    desk.keys.principal(text)
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert text.split("_", 2)[2].encode() not in stored
    assert b"app" in stored


def test_a_key_ends(desk: Desk) -> None:
    key_id, text = desk.keys.create("app", ROLES, "amt", timedelta(days=30))
    _, other = desk.keys.create("app", ROLES, "amt", timedelta(days=60))
    desk.now = NOON + timedelta(days=30)
    assert desk.keys.principal(text) is None
    assert desk.keys.principal(other) is not None
    desk.now = NOON + timedelta(days=1)
    desk.keys.revoke(key_id)
    desk.keys.revoke(key_id)
    assert desk.keys.principal(text) is None
    with pytest.raises(NotFound, match="nothing"):
        desk.keys.revoke("nothing")


def test_what_is_no_key_is_refused(desk: Desk) -> None:
    key_id, text = desk.keys.create("app", ROLES, "amt", timedelta(days=30))
    secret = text.split("_", 2)[2]
    for wrong in (
        "",
        "llk_",
        f"llk_{key_id}_",
        f"llk_{key_id}_{'A' * 43}",
        f"llk_{'0' * 12}_{secret}",
        f"llk_{key_id}_{secret}x",
        f"llk_{key_id}_{secret}\n",
        text.upper(),
        f"llk_' OR 1=1 --_{secret}",
    ):
        assert desk.keys.principal(wrong) is None, wrong


def test_a_key_speaks_for_its_sub_accounts(desk: Desk) -> None:
    _, text = desk.keys.create("gateway", ROLES, "amt", timedelta(days=30), frozenset({"markets"}))
    found = desk.keys.principal(text)
    assert found is not None
    assert found.sub_account_ids == {"markets"}
    assert desk.keys.all()[0].sub_account_ids == {"markets"}


def test_use_is_noted_now_and_then(desk: Desk) -> None:
    _, text = desk.keys.create("app", ROLES, "amt", timedelta(days=30))
    desk.keys.principal(text)
    desk.now = NOON + timedelta(seconds=30)
    desk.keys.principal(text)
    assert desk.keys.all()[0].last_used_at == NOON
    desk.now = NOON + timedelta(seconds=90)
    desk.keys.principal(text)
    assert desk.keys.all()[0].last_used_at == desk.now


def test_the_migrated_database_is_the_one_the_code_knows(desk: Desk) -> None:
    with desk.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), service_keys.metadata) == []
        assert sa.inspect(connection).get_table_names()
