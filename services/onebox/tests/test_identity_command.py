"""``landlinie identity`` as people use it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from gateway.bootstrap import open_store
from gateway.settings import GatewaySettings
from gateway.store.sessions import Device, Sessions, SignIn
from onebox.main import app
from service_kit.errors import Unauthenticated
from service_kit.identity.authentication import Authentication
from service_kit.identity.local_issuer import bind_tenant
from service_kit.identity.opening import Identity
from service_kit.identity.principal import Principal, Role
from service_kit.identity.tokens import TokenVerifier
from service_kit.settings import IdentitySettings
from typer.testing import CliRunner, Result


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    bind_tenant(tmp_path, "amt")
    Identity(IdentitySettings(), tmp_path).close()
    return tmp_path


def landlinie(data_dir: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["identity", *words, "--data-dir", str(data_dir)], env={"COLUMNS": "200"})


async def who(data_dir: Path, credential: str) -> Principal:
    with Identity(IdentitySettings(), data_dir) as identity:
        taking = Authentication(TokenVerifier([identity.local.trusted()]), identity.keys)
        return await taking.principal([("authorization", f"Bearer {credential}")])


async def test_a_token_says_who_calls(data_dir: Path) -> None:
    words = ("--role", "driver", "--subject", "d1", "--client", "phone", "--vehicle", "bus", "--ttl", "8h")
    told = landlinie(data_dir, "issue", *words)
    assert told.exit_code == 0, told.output
    expected = Principal("d1", frozenset({Role.DRIVER}), "amt", "phone", frozenset({"bus"}))
    assert await who(data_dir, told.stdout.strip()) == expected


async def test_a_key_is_made_listed_and_revoked(data_dir: Path) -> None:
    made = landlinie(data_dir, "key", "create", "app", "--role", "app_backend")
    key = made.stdout.splitlines()[0]
    assert await who(data_dir, key) == Principal("app", frozenset({Role.APP_BACKEND}), "amt", "app")
    listed = landlinie(data_dir, "key", "list").stdout
    key_id = key.split("_")[1]
    assert key_id in listed
    assert key.split("_", 2)[2] not in listed
    assert landlinie(data_dir, "key", "revoke", key_id).exit_code == 0
    with pytest.raises(Unauthenticated):
        await who(data_dir, key)
    assert landlinie(data_dir, "key", "revoke", "nothing").exit_code == 1


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("issue",), "--role"),
        (("issue", "--role", "king"), "king"),
        (("issue", "--role", "driver", "--ttl", "31d"), "--ttl"),
        (("issue", "--role", "driver", "--ttl", "soon"), "soon"),
        (("issue", "--role", "driver", "--subject", "Erika Muster"), "Erika"),
        (("issue", "--role", "driver", "--vehicle", "a b"), "a b"),
        (("key", "create", "app", "--role", "driver", "--ttl", "731d"), "--ttl"),
    ],
)
def test_what_is_wrong_is_named(data_dir: Path, words: tuple[str, ...], named: str) -> None:
    told = landlinie(data_dir, *words)
    assert told.exit_code == 2
    assert named in told.output


def test_without_an_identity_the_command_says_what_to_do(tmp_path: Path) -> None:
    told = landlinie(tmp_path, "issue", "--role", "driver")
    assert told.exit_code == 1
    assert "landlinie up" in told.output


def test_certificates_are_written(data_dir: Path) -> None:
    told = landlinie(data_dir, "certificates", "--host", "pooling", "--host", "10.0.0.7")
    assert told.exit_code == 0, told.output
    assert len(told.stdout.split()) == 5
    assert all(Path(line).stat().st_mode & 0o777 == 0o600 for line in told.stdout.split())


def test_a_link_lets_somebody_in_once(data_dir: Path) -> None:
    words = ("--role", "driver", "--subject", "d1", "--vehicle", "bus", "--session", "8h")
    told = landlinie(data_dir, "link", *words, "--url", "https://rides.example/")
    assert told.exit_code == 0, told.output
    base, _, code = told.stdout.strip().partition("#code=")
    # Drivers begin at their own page.
    assert base == "https://rides.example/driver"

    engine = open_store(GatewaySettings(data_dir=data_dir), "amt")
    sessions = Sessions(engine)
    whom = sessions.use_code(code)
    again = sessions.use_code(code)
    engine.dispose()

    assert whom == SignIn("d1", frozenset({Role.DRIVER}), frozenset({"bus"}), frozenset(), timedelta(hours=8))
    assert again is None


def test_a_link_for_longer_than_tokens_last_is_refused(data_dir: Path) -> None:
    told = landlinie(data_dir, "link", "--role", "driver", "--session", "31d")
    assert told.exit_code == 2
    assert "30 days" in told.output


def test_who_is_signed_in_is_listed_and_signed_out(data_dir: Path) -> None:
    engine = open_store(GatewaySettings(data_dir=data_dir), "amt")
    sessions = Sessions(engine)
    ends = datetime.now(UTC) + timedelta(hours=1)
    driver = Principal("driver-bus-1", frozenset({Role.DRIVER}), "amt", "console", frozenset({"bus-1"}))
    guest = Principal("guest-1", frozenset({Role.PASSENGER}), "amt", "console")
    phones = [
        sessions.begin("token", "code", ends, driver, Device("phone", "Firefox", "Android")) for _ in range(3)
    ]
    sessions.begin("token", "guest", ends, guest)
    first = sessions.find(phones[0])
    assert first is not None

    listed = landlinie(data_dir, "sessions", "list")
    assert listed.exit_code == 0, listed.output
    assert [line.split()[:6] for line in listed.stdout.splitlines() if first.session_id in line] == [
        [first.session_id, "driver-bus-1", "driver", "phone", "Firefox", "Android"]
    ]
    assert "guest-1" not in listed.stdout
    assert "guest-1" in landlinie(data_dir, "sessions", "list", "--guests").stdout
    assert landlinie(data_dir, "sessions", "end", first.session_id).exit_code == 0
    assert [sessions.find(secret) is None for secret in phones] == [True, False, False]
    assert landlinie(data_dir, "sessions", "end", first.session_id).exit_code == 1
    everywhere = landlinie(data_dir, "sessions", "end", "--subject", "driver-bus-1")
    assert "2 sessions and 0 links" in everywhere.stdout
    assert [sessions.find(secret) for secret in phones] == [None] * 3
    assert landlinie(data_dir, "sessions", "end").exit_code == 2
    engine.dispose()
