"""Who signed in with a browser, and codes to do so once."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from service_kit.database import reading
from service_kit.identity.principal import Principal, Role

from gateway.store.live_events import LiveEvents
from gateway.store.session_ends import tell_ended
from gateway.store.tables import sessions, sign_in_codes

SEEN_TO = timedelta(minutes=1)
"""When a session was last seen is known as exactly as this."""

_NONCE_BYTES = 12
_SECRET_BYTES = 32
_CODE_BYTES = 18
_LONGEST_SECRET = 64
_ID_BYTES = 8

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SignIn:
    """Whom a code lets in, and for how long."""

    subject: str
    roles: frozenset[Role]
    vehicle_ids: frozenset[str]
    sub_account_ids: frozenset[str]
    session: timedelta


@dataclass(frozen=True, slots=True)
class Device:
    """What somebody signed in with, as far as it says.

    Parameters
    ----------
    kind
        ``phone``, ``tablet``, ``computer`` or ``other``.
    browser, system
        Their names; empty where they are not known.
    """

    kind: str
    browser: str = ""
    system: str = ""


UNKNOWN_DEVICE = Device("other")


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that signed in.

    ``session_id`` is its name to others, ``token`` what services are called with, ``kind`` what it came of:
    ``token``, ``code`` or ``guest``. ``is_named`` says whether it is known whose it is.
    """

    session_id: str
    is_named: bool
    token: str
    kind: str
    expires_at: datetime


class Sessions:
    """Sessions and codes in one database; methods block, so call them in a thread.

    Only digests of secrets are stored, and tokens sealed with a key made of the browser's secret: who reads
    the database can call nobody.
    """

    def __init__(self, engine: sa.Engine, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._engine, self._now = engine, now
        self._events = LiveEvents(engine, now)

    def begin(
        self,
        token: str,
        kind: str,
        expires_at: datetime,
        whose: Principal,
        device: Device = UNKNOWN_DEVICE,
    ) -> str:
        """Begin a session; return the secret for the browser to keep."""
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = nonce + AESGCM(_key(secret)).encrypt(nonce, token.encode(), None)
        row = {
            "session_digest": _digest(secret),
            "sealed_token": sealed,
            "kind": kind,
            "expires_at": expires_at,
            "session_id": secrets.token_hex(_ID_BYTES),
            "device": device.kind,
            "browser": device.browser,
            "system": device.system,
            "begun_at": self._now(),
            "seen_at": self._now(),
            **_owner(whose),
        }
        with self._engine.begin() as connection:
            connection.execute(sa.insert(sessions).values(row))
        return secret

    def find(self, secret: str) -> Session | None:
        """Return the session of a browser's secret; None where there is none, or it has ended."""
        if len(secret) > _LONGEST_SECRET or not secret.isascii():
            return None
        query = sa.select(sessions).where(
            sessions.c.session_digest == _digest(secret), sessions.c.expires_at > self._now()
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        sealed = row.sealed_token
        try:
            token = AESGCM(_key(secret)).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)
        except InvalidTag:
            return None
        if row.seen_at is None or row.seen_at <= self._now() - SEEN_TO:
            self._see(row.session_id)
        return Session(row.session_id, bool(row.subject), token.decode(), row.kind, row.expires_at)

    def name(self, session_id: str, whose: Principal) -> None:
        """Write down whose a session is that began before this was."""
        with self._engine.begin() as connection:
            mine = sessions.c.session_id == session_id
            connection.execute(sa.update(sessions).where(mine).values(_owner(whose)))

    def end(self, secret: str) -> None:
        """End the session of a browser's secret, where there is one."""
        mine = sessions.c.session_digest == _digest(secret)
        with self._engine.begin() as connection:
            ended = connection.execute(sa.delete(sessions).where(mine).returning(sessions.c.session_id))
            tell_ended(self._events, connection, ended.scalars().all())

    def make_code(self, whom: SignIn, ttl: timedelta) -> str:
        """Return a code that lets somebody in, once, for as long as ``ttl``."""
        code = secrets.token_urlsafe(_CODE_BYTES)
        row = {
            "code_digest": _digest(code),
            "subject": whom.subject,
            "roles": sorted(role.value for role in whom.roles),
            "vehicle_ids": sorted(whom.vehicle_ids),
            "sub_account_ids": sorted(whom.sub_account_ids),
            "session_s": round(whom.session.total_seconds()),
            "expires_at": self._now() + ttl,
        }
        with self._engine.begin() as connection:
            connection.execute(sa.insert(sign_in_codes).values(row))
        return code

    def use_code(self, code: str) -> SignIn | None:
        """Take a code; None where there is no such one any more."""
        mine = sign_in_codes.c.code_digest == _digest(code)
        with self._engine.begin() as connection:
            row = connection.execute(sa.select(sign_in_codes).where(mine)).one_or_none()
            # Of two who are at it at the same moment, the one who deletes it has it.
            if row is None or connection.execute(sa.delete(sign_in_codes).where(mine)).rowcount != 1:
                return None
        if row.expires_at <= self._now():
            return None
        return SignIn(
            row.subject,
            frozenset(map(Role, row.roles)),
            frozenset(row.vehicle_ids),
            frozenset(row.sub_account_ids),
            timedelta(seconds=row.session_s),
        )

    def purge(self) -> int:
        """Forget what has ended; return how many rows that were."""
        now = self._now()
        with self._engine.begin() as connection:
            return sum(
                connection.execute(sa.delete(table).where(table.c.expires_at <= now)).rowcount
                for table in (sessions, sign_in_codes)
            )

    def _see(self, session_id: str) -> None:
        mine = sessions.c.session_id == session_id
        try:
            with self._engine.begin() as connection:
                connection.execute(sa.update(sessions).where(mine).values(seen_at=self._now()))
        except sa.exc.SQLAlchemyError as error:
            # A disk that is full keeps nobody out.
            _log.warning("session_not_seen", error=type(error).__name__)


def _owner(whose: Principal) -> dict[str, object]:
    return {
        "subject": whose.subject,
        "roles": ",".join(sorted(role.value for role in whose.roles)),
        "vehicle_ids": sorted(whose.vehicle_ids),
    }


def _digest(secret: str) -> bytes:
    # 32 random bytes need no slow digest: there is nothing to guess.
    return hashlib.sha256(b"session " + secret.encode(errors="replace")).digest()


def _key(secret: str) -> bytes:
    return hashlib.sha256(b"token " + secret.encode()).digest()
