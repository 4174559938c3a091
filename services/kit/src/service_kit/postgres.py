"""PostgreSQL as the kit opens it: bounded waits, and an isolation that makes compare-and-swap right.

Writers run ``SERIALIZABLE``: what a transaction looked at before it wrote still held when it committed, as on
SQLite, where one writer has the database to itself. Who was overtaken is told by an error
(:func:`is_overtaken`) and starts over. Readers run ``REPEATABLE READ READ ONLY``: one state, and no waiting.
"""

import hashlib

import sqlalchemy as sa

CONNECT_TIMEOUT_S = 5
STATEMENT_TIMEOUT_MS = 15_000
IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000
TCP_USER_TIMEOUT_MS = 10_000
RECYCLE_S = 1_800

_OVERTAKEN = frozenset({"40001", "40P01"})
"""SQLSTATE of serialization_failure and deadlock_detected."""


def in_schema(url: sa.URL, schema: str) -> sa.URL:
    """Return the URL with ``schema`` as the one its unqualified names lie in."""
    return url.set(query={**url.query, "options": " ".join([*_options(url), f"-csearch_path={schema}"])})


def open_postgres(url: sa.URL, *, pool_size: int, busy_timeout_s: float) -> sa.Engine:
    """Return an engine with at most ``pool_size`` connections; who waits longer than ``busy_timeout_s`` for a
    connection or a lock is told by ``TimeoutError`` or ``OperationalError``.
    """
    options = [
        f"-cstatement_timeout={STATEMENT_TIMEOUT_MS}",
        f"-clock_timeout={max(1, round(busy_timeout_s * 1e3))}",
        # A process that was paused in a transaction must not hold its locks for good.
        f"-cidle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_TIMEOUT_MS}",
        "-ctimezone=UTC",
        # A sequential scan of a small table counts as having read all of it: whoever writes anything in it
        # then overtakes whoever looked up one row.
        "-cenable_seqscan=off",
        # What has no index then counts as dear beyond measure, and would be compiled anew by each look at it.
        "-cjit=off",
        *_options(url),
    ]
    return sa.create_engine(
        url.set(
            drivername="postgresql+psycopg",
            query={key: value for key, value in url.query.items() if key != "options"},
        ),
        isolation_level="SERIALIZABLE",
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=busy_timeout_s,
        pool_pre_ping=True,
        pool_recycle=RECYCLE_S,
        hide_parameters=True,
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT_S,
            "tcp_user_timeout": TCP_USER_TIMEOUT_MS,
            "application_name": "landlinie",
            "options": " ".join(options),
        },
    )


def is_overtaken(error: sa.exc.DBAPIError) -> bool:
    """Whether the transaction failed only because another one was quicker: starting over may succeed."""
    return getattr(error.orig, "sqlstate", None) in _OVERTAKEN


def lock_key(*parts: str) -> int:
    """A number for an advisory lock: signed 64 bit, the same in every process."""
    digest = hashlib.blake2b("\0".join(parts).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def is_postgres(bind: sa.Engine | sa.Connection) -> bool:
    """Whether PostgreSQL is at the other end."""
    return bind.dialect.name == "postgresql"


def _options(url: sa.URL) -> list[str]:
    given = url.query.get("options", ())
    return [given] if isinstance(given, str) else list(given)
