"""Containers that turned red and wait to be put on a tour."""

import sqlalchemy as sa
from alembic import op
from service_kit.database import UtcDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "urgent",
        sa.Column("container_id", sa.String, primary_key=True),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("try_after", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_urgent_try_after", "urgent", ["try_after"])
