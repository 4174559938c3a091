"""The first shape of the database."""

import sqlalchemy as sa
from alembic import op
from service_kit.database import UtcDateTime

revision = "0001"
down_revision = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "frames",
        sa.Column("number", number, primary_key=True),
        sa.Column("device_id", sa.String, nullable=False),
        sa.Column("session", sa.String, nullable=False),
        sa.Column("counter", sa.BigInteger, nullable=False),
        sa.Column("network", sa.String, nullable=False),
        sa.Column("port", sa.Integer, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("model", sa.String),
        sa.Column("measurement", sa.LargeBinary),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("detail", sa.String, nullable=False),
        sa.UniqueConstraint("device_id", "session", "counter", name="frames_once"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_frames_received_at", "frames", ["received_at"])
    op.create_index("frames_by_device", "frames", ["device_id", "at"])
    for name, columns, state in (
        ("frames_waiting", ["number"], "waiting"),
        ("frames_refused", ["reason", "number"], "refused"),
    ):
        chosen = sa.text(f"state = '{state}'")
        op.create_index(name, "frames", columns, sqlite_where=chosen, postgresql_where=chosen)
    op.create_table(
        "unreadable",
        sa.Column("number", number, primary_key=True),
        sa.Column("digest", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("detail", sa.String, nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("times", sa.Integer, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_unreadable_received_at", "unreadable", ["received_at"])
