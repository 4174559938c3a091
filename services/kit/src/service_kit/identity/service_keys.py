"""Keys for programs that cannot log in: made here, shown once, stored as a digest."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from service_kit.database import UtcDateTime, reading
from service_kit.errors import NotFound
from service_kit.identity.principal import Principal, Role
from service_kit.migrations import migrate

PREFIX = "llk_"
_KEY = re.compile(r"llk_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
_USE_TOLD_EVERY = timedelta(minutes=1)

metadata = sa.MetaData()
_keys = sa.Table(
    "service_keys",
    metadata,
    sa.Column("key_id", sa.String, primary_key=True),
    sa.Column("secret_digest", sa.LargeBinary, nullable=False),
    sa.Column("client_id", sa.String, nullable=False),
    sa.Column("roles", sa.JSON, nullable=False),
    sa.Column("tenant", sa.String, nullable=False),
    sa.Column("sub_account_ids", sa.JSON, nullable=False, server_default="[]"),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False),
    sa.Column("revoked_at", UtcDateTime),
    sa.Column("last_used_at", UtcDateTime),
)


@dataclass(frozen=True, slots=True)
class ServiceKey:
    """What is known of a key; never its secret."""

    key_id: str
    client_id: str
    roles: frozenset[Role]
    tenant: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None
    sub_account_ids: frozenset[str] = frozenset()


class ServiceKeys:
    """The keys in one database, which is brought to the shape this program knows."""

    def __init__(self, engine: sa.Engine, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        migrate(engine, "service_kit.identity.migrations")
        self._engine = engine
        self._now = now

    def create(
        self,
        client_id: str,
        roles: frozenset[Role],
        tenant: str,
        ttl: timedelta,
        sub_account_ids: frozenset[str] = frozenset(),
    ) -> tuple[str, str]:
        """Make a key.

        Returns
        -------
        Its id, and the key itself, which cannot be had again: ``llk_``, the id, and 256 random bits.
        """
        key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        now = self._now()
        with self._engine.begin() as connection:
            connection.execute(
                sa.insert(_keys).values(
                    key_id=key_id,
                    secret_digest=_digest(secret),
                    client_id=client_id,
                    roles=sorted(role.value for role in roles),
                    tenant=tenant,
                    sub_account_ids=sorted(sub_account_ids),
                    created_at=now,
                    expires_at=now + ttl,
                )
            )
        return key_id, f"{PREFIX}{key_id}_{secret}"

    def revoke(self, key_id: str) -> None:
        """Take a key back, from the next call on; raises NotFound."""
        with self._engine.begin() as connection:
            mine = _keys.c.key_id == key_id
            if connection.execute(sa.select(_keys.c.key_id).where(mine)).first() is None:
                raise NotFound.in_field("key_id", f"there is no key {key_id!r}", "KEY_NOT_FOUND")
            connection.execute(
                sa.update(_keys).where(mine, _keys.c.revoked_at.is_(None)).values(revoked_at=self._now())
            )

    def all(self) -> list[ServiceKey]:
        """Every key there ever was, oldest first."""
        query = sa.select(_keys).order_by(_keys.c.created_at, _keys.c.key_id)
        with reading(self._engine) as connection:
            return [_key_of(row) for row in connection.execute(query)]

    def principal(self, text: str) -> Principal | None:
        """Return whom the key speaks for; None for one that is unknown, wrong, expired or revoked."""
        found = _KEY.fullmatch(text)
        if found is None:
            return None
        with reading(self._engine) as connection:
            row = connection.execute(sa.select(_keys).where(_keys.c.key_id == found[1])).one_or_none()
        # As long for an unknown id as for a wrong secret.
        stored = row.secret_digest if row else bytes(32)
        if not hmac.compare_digest(stored, _digest(found[2])) or row is None:
            return None
        key, now = _key_of(row), self._now()
        if key.revoked_at is not None or key.expires_at <= now:
            return None
        if key.last_used_at is None or now - key.last_used_at >= _USE_TOLD_EVERY:
            with self._engine.begin() as connection:
                connection.execute(
                    sa.update(_keys).where(_keys.c.key_id == key.key_id).values(last_used_at=now)
                )
        return Principal(
            key.client_id, key.roles, key.tenant, key.client_id, sub_account_ids=key.sub_account_ids
        )


def _digest(secret: str) -> bytes:
    # Of 256 random bits, which nobody guesses: a slow hash would only slow the service.
    return hashlib.sha256(secret.encode()).digest()


def _key_of(row: "sa.Row[tuple[object, ...]]") -> ServiceKey:
    return ServiceKey(
        row.key_id,
        row.client_id,
        frozenset(Role(name) for name in row.roles),
        row.tenant,
        row.created_at,
        row.expires_at,
        row.revoked_at,
        row.last_used_at,
        frozenset(row.sub_account_ids),
    )
