"""Sessions in SQL: nobody calls with what is stored, and those who may end them know whose they are."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copyfile

import pytest
import sqlalchemy as sa
from gateway.bootstrap import open_store
from gateway.http.device import device_of
from gateway.settings import GatewaySettings
from gateway.store import migrations
from gateway.store.live_events import LiveEvents
from gateway.store.session_ends import SESSIONS_ENDED
from gateway.store.sessions import SEEN_TO, Device, Sessions, SignIn
from gateway.store.signed_in import EVERYBODY, Ended, Reach, SignedIn
from identified import TENANT
from pydantic import SecretStr
from service_kit.database import database_url, open_engine
from service_kit.identity.principal import Principal, Role
from service_kit.migrations import migrate
from service_kit.settings import StoreSettings

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DRIVER = SignIn("d-7", frozenset({Role.DRIVER}), frozenset({"bus-1"}), frozenset(), 8 * HOUR)
OF_DISPATCHERS = frozenset({Role.DRIVER, Role.PASSENGER})


def person(subject: str, *roles: Role, vehicles: tuple[str, ...] = ()) -> Principal:
    return Principal(subject, frozenset(roles), TENANT, "console", frozenset(vehicles))


class Desk:
    """A store with a clock that tests move."""

    def __init__(self, settings: GatewaySettings) -> None:
        self.now = NOW
        self.engine = open_store(settings, TENANT)
        self.sessions = Sessions(self.engine, lambda: self.now)
        self.signed_in = SignedIn(self.engine, lambda: self.now)

    def begin(self, subject: str, *roles: Role, kind: str = "code") -> str:
        return self.sessions.begin("token", kind, self.now + HOUR, person(subject, *roles))

    def ids(self, reach: Reach = EVERYBODY, subject: str = "") -> list[str]:
        found = self.signed_in.page(reach, subject=subject, count=100)
        return [each.session_id for each in found]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.network)])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    store = StoreSettings()
    if request.param == "postgresql":
        store = StoreSettings(database_url=SecretStr(str(request.getfixturevalue("postgres_url"))))
    opened = Desk(GatewaySettings(data_dir=tmp_path, store=store))
    yield opened
    opened.engine.dispose()


def test_a_session_tells_whose_it_is_since_when_and_on_what(desk: Desk) -> None:
    whose = person("driver-bus-1", Role.DRIVER, vehicles=("bus-1",))
    phone = Device("phone", "Firefox", "Android")
    secret = desk.sessions.begin("token", "code", NOW + 2 * HOUR, whose, phone)
    desk.now += SEEN_TO / 2
    assert desk.sessions.find(secret) is not None

    (shown,) = desk.signed_in.page(EVERYBODY, count=9)
    assert (shown.subject, shown.kind, shown.roles) == ("driver-bus-1", "code", [Role.DRIVER])
    assert (shown.vehicle_ids, shown.device) == (["bus-1"], phone)
    assert (shown.begun_at, shown.seen_at, shown.expires_at) == (NOW, NOW, NOW + 2 * HOUR)

    desk.now = NOW + HOUR
    assert desk.sessions.find(secret) is not None
    assert desk.signed_in.page(EVERYBODY, count=9)[0].seen_at == NOW + HOUR
    desk.now = NOW + 2 * HOUR
    assert desk.ids() == []


def test_who_is_ended_is_out_and_all_replicas_hear_it(desk: Desk) -> None:
    lost, kept = desk.begin("ann", Role.DRIVER), desk.begin("ann", Role.DRIVER)
    found = desk.sessions.find(lost)
    assert found is not None

    assert desk.signed_in.end(EVERYBODY, found.session_id)

    assert desk.sessions.find(lost) is None
    assert desk.sessions.find(kept) is not None
    assert not desk.signed_in.end(EVERYBODY, found.session_id)
    (event,) = LiveEvents(desk.engine).after(0, 9) or ()
    assert (event.kind, event.about) == (SESSIONS_ENDED, {"session": [found.session_id]})


def test_all_of_somebody_are_ended_and_links_to_come_back_are_taken_away(desk: Desk) -> None:
    mine = [desk.begin("d-7", Role.DRIVER) for _ in range(2)]
    other = desk.begin("d-8", Role.DRIVER)
    code = desk.sessions.make_code(DRIVER, HOUR)

    assert desk.signed_in.end_all(EVERYBODY, "d-7") == Ended(2, 1)

    assert [desk.sessions.find(secret) for secret in mine] == [None, None]
    assert desk.sessions.use_code(code) is None
    assert desk.sessions.find(other) is not None
    assert desk.signed_in.end_all(EVERYBODY, "d-7") == Ended(0, 0)
    assert len(LiveEvents(desk.engine).after(0, 9) or ()) == 1


def test_who_signs_out_is_told_to_all_replicas_as_well(desk: Desk) -> None:
    desk.sessions.end(desk.begin("ann", Role.OPERATOR))
    desk.sessions.end("what nobody has")

    assert [event.kind for event in LiveEvents(desk.engine).after(0, 9) or ()] == [SESSIONS_ENDED]


def test_nobody_reaches_farther_than_the_role_allows(desk: Desk) -> None:
    desk.begin("driver", Role.DRIVER)
    desk.begin("guest", Role.PASSENGER, kind="guest")
    desk.begin("both", Role.DRIVER, Role.PASSENGER)
    desk.begin("more", Role.DRIVER, Role.OPERATOR)
    desk.begin("colleague", Role.DISPATCHER)
    desk.begin("me", Role.DISPATCHER)
    boss = SignIn("driver", frozenset({Role.OPERATOR}), frozenset(), frozenset(), HOUR)
    desk.sessions.make_code(boss, HOUR)
    mine = Reach("me", OF_DISPATCHERS)
    shown = [each.subject for each in desk.signed_in.page(mine, count=99)]

    assert shown == ["both", "driver", "guest", "me"]
    assert [each.subject for each in desk.signed_in.page(mine, kinds=["guest"], count=99)] == ["guest"]
    (colleague,) = desk.ids(subject="colleague")
    assert not desk.signed_in.end(mine, colleague)
    assert desk.signed_in.end_all(mine, "more") == Ended(0, 0)
    # A link that lets in as more than the dispatcher may deal with stays.
    assert desk.signed_in.end_all(mine, "driver") == Ended(1, 0)
    assert desk.ids(subject="colleague") == [colleague]


def test_pages_neither_repeat_nor_leave_out(desk: Desk) -> None:
    for subject in ("b", "a", "b", "c", "b"):
        desk.begin(subject, Role.DRIVER)
    seen: list[tuple[str, str]] = []
    while page := desk.signed_in.page(EVERYBODY, after=seen[-1] if seen else None, count=2):
        assert len(page) <= 2
        seen += [(each.subject, each.session_id) for each in page]

    assert len(seen) == 5
    assert seen == sorted(set(seen))


def test_sessions_of_an_older_database_go_on_and_are_named_when_they_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = tmp_path / "older_gateway_shapes"
    older.mkdir()
    for name in ("__init__.py", "v0001_initial.py"):
        copyfile(Path(migrations.__path__[0]) / name, older / name)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "new").mkdir()
    made = Desk(GatewaySettings(data_dir=tmp_path / "new"))
    secret = made.begin("ann", Role.DRIVER)
    with made.engine.connect() as connection:
        row = connection.execute(
            sa.text("SELECT session_digest, sealed_token, kind, expires_at FROM sessions")
        ).one()
    made.engine.dispose()
    engine = open_engine(database_url(StoreSettings(), tmp_path, "gateway"))
    migrate(engine, "older_gateway_shapes")
    with engine.begin() as connection:
        connection.execute(
            sa.text("INSERT INTO sessions VALUES (:session_digest, :sealed_token, :kind, :expires_at)"),
            row._asdict(),
        )
    engine.dispose()

    desk = Desk(GatewaySettings(data_dir=tmp_path))
    (shown,) = desk.signed_in.page(EVERYBODY, count=9)
    assert (shown.subject, shown.roles, shown.begun_at, shown.device.kind) == ("", [], None, "other")
    assert desk.signed_in.page(Reach("", OF_DISPATCHERS), count=9) == []
    found = desk.sessions.find(secret)
    assert found is not None
    assert not found.is_named
    desk.sessions.name(found.session_id, person("ann", Role.DRIVER))

    (named,) = desk.signed_in.page(Reach("", OF_DISPATCHERS), count=9)
    assert (named.session_id, named.subject, named.seen_at) == (shown.session_id, "ann", NOW)
    assert desk.signed_in.end(EVERYBODY, shown.session_id)
    assert desk.sessions.find(secret) is None
    desk.engine.dispose()


def test_who_reads_the_database_can_call_nobody(tmp_path: Path) -> None:
    desk = Desk(GatewaySettings(data_dir=tmp_path))
    secret = desk.sessions.begin("the-token", "token", NOW + HOUR, person("ann", Role.OPERATOR))
    code = desk.sessions.make_code(DRIVER, timedelta(minutes=5))
    found = desk.sessions.find(secret)
    with desk.engine.connect() as connection:
        connection.execute(sa.text("SELECT 1"))
    desk.engine.dispose()

    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert found is not None
    assert (found.kind, found.token) == ("token", "the-token")
    for hidden in (b"the-token", secret.encode(), code.encode()):
        assert hidden not in stored


def test_what_has_ended_is_forgotten(desk: Desk) -> None:
    secret = desk.begin("ann", Role.OPERATOR)
    desk.sessions.make_code(DRIVER, timedelta(minutes=5))

    desk.now = NOW + 2 * HOUR

    assert desk.sessions.find(secret) is None
    assert desk.sessions.purge() == 2


@pytest.mark.parametrize(
    ("told", "device"),
    [
        (
            (
                "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) "
                "Chrome/140.0.0.0 Mobile Safari/537.36"
            ),
            Device("phone", "Chrome", "Android"),
        ),
        (
            (
                "Mozilla/5.0 (Linux; Android 14; SM-X210) AppleWebKit/537.36 (KHTML, like Gecko) "
                "SamsungBrowser/28.0 Chrome/130.0.0.0 Safari/537.36"
            ),
            Device("tablet", "Samsung Internet", "Android"),
        ),
        (
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
                "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
            ),
            Device("phone", "Safari", "iOS"),
        ),
        (
            (
                "Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
                "FxiOS/140.0 Mobile/15E148 Safari/605.1.15"
            ),
            Device("tablet", "Firefox", "iOS"),
        ),
        (
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
                "Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0"
            ),
            Device("computer", "Edge", "Windows"),
        ),
        (
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
                "Version/18.5 Safari/605.1.15"
            ),
            Device("computer", "Safari", "macOS"),
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            Device("computer", "Firefox", "Linux"),
        ),
        ("python-httpx/0.28.1", Device("other")),
        ("x" * 100_000 + " Firefox/1 (X11; Linux", Device("other")),
        ("", Device("other")),
    ],
)
def test_devices_are_known_by_kind(told: str, device: Device) -> None:
    assert device_of(told) == device
