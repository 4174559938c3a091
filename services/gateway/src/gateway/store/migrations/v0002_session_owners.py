"""Sessions tell whose they are, so that they can be ended by somebody else.

Whose an older session is stands in it sealed with a secret that only its browser has: it is written down when
that comes again.
"""

import secrets
from typing import Any

import sqlalchemy as sa
from alembic import op
from service_kit.database import UtcDateTime

revision = "0002"
down_revision = "0001"

NEW: tuple[sa.Column[Any], ...] = (
    sa.Column("session_id", sa.String, nullable=False, server_default=""),
    sa.Column("subject", sa.String, nullable=False, server_default=""),
    sa.Column("roles", sa.String, nullable=False, server_default=""),
    sa.Column("vehicle_ids", sa.JSON(), nullable=False, server_default="[]"),
    sa.Column("device", sa.String, nullable=False, server_default="other"),
    sa.Column("browser", sa.String, nullable=False, server_default=""),
    sa.Column("system", sa.String, nullable=False, server_default=""),
    sa.Column("begun_at", UtcDateTime()),
    sa.Column("seen_at", UtcDateTime()),
)


def upgrade() -> None:
    for column in NEW:
        op.add_column("sessions", column)
    connection = op.get_bind()
    there = sa.table("sessions", sa.column("session_digest"), sa.column("session_id"))
    for digest in connection.execute(sa.select(there.c.session_digest)).scalars().all():
        connection.execute(
            sa.update(there).where(there.c.session_digest == digest).values(session_id=secrets.token_hex(8))
        )
    op.create_index("ix_sessions_session_id", "sessions", ["session_id"], unique=True)
    op.create_index("ix_sessions_subject", "sessions", ["subject", "session_id"])
