"""The store of what devices send, in a database of its own: it grows fastest, and is deleted first."""

import sqlalchemy as sa
from service_kit.database import UtcDateTime

metadata = sa.MetaData()

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")

frames = sa.Table(
    "frames",
    metadata,
    sa.Column("number", _NUMBER, primary_key=True),
    sa.Column("device_id", sa.String, nullable=False),
    sa.Column("session", sa.String, nullable=False),
    sa.Column("counter", sa.BigInteger, nullable=False),
    sa.Column("network", sa.String, nullable=False),
    sa.Column("port", sa.Integer, nullable=False),
    sa.Column("payload", sa.LargeBinary, nullable=False),
    sa.Column("model", sa.String),
    sa.Column("measurement", sa.LargeBinary),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("received_at", UtcDateTime, nullable=False, index=True),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("detail", sa.String, nullable=False),
    sa.UniqueConstraint("device_id", "session", "counter", name="frames_once"),
    sa.Index("frames_by_device", "device_id", "at"),
    # Both are few among many.
    sa.Index(
        "frames_waiting",
        "number",
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    ),
    sa.Index(
        "frames_refused",
        "reason",
        "number",
        sqlite_where=sa.text("state = 'refused'"),
        postgresql_where=sa.text("state = 'refused'"),
    ),
    sqlite_autoincrement=True,
)

unreadable = sa.Table(
    "unreadable",
    metadata,
    sa.Column("number", _NUMBER, primary_key=True),
    sa.Column("digest", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("source", sa.String, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("detail", sa.String, nullable=False),
    sa.Column("received_at", UtcDateTime, nullable=False, index=True),
    sa.Column("times", sa.Integer, nullable=False),
    sqlite_autoincrement=True,
)
