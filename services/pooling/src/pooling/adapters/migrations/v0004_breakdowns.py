"""Breakdowns, to be found again."""

import sqlalchemy as sa
from alembic import op
from service_kit.database import UtcDateTime

revision = "0004"
down_revision = "0003"

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "breakdowns",
        sa.Column("position", NUMBER, primary_key=True),
        sa.Column("breakdown_id", sa.String, nullable=False, unique=True),
        sa.Column("zone_id", sa.String, nullable=False),
        sa.Column("vehicle_id", sa.String, nullable=False),
        sa.Column("event_time", UtcDateTime(), nullable=False),
        sa.Column("told_time", UtcDateTime(), nullable=False),
        sa.Column("document", sa.LargeBinary, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("breakdowns_by_vehicle", "breakdowns", ["vehicle_id", "event_time"])
    op.create_index("ix_breakdowns_told_time", "breakdowns", ["told_time"])
