"""The first shape of the database."""

import secrets

import sqlalchemy as sa
from alembic import op
from service_kit.database import UtcDateTime

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "inbox",
        sa.Column("consumer_group", sa.String, primary_key=True),
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_inbox_seen_at", "inbox", ["seen_at"])
    op.create_table(
        "sessions",
        sa.Column("session_digest", sa.LargeBinary, primary_key=True),
        sa.Column("sealed_token", sa.LargeBinary, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_table(
        "sign_in_codes",
        sa.Column("code_digest", sa.LargeBinary, primary_key=True),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("vehicle_ids", sa.JSON(), nullable=False),
        sa.Column("sub_account_ids", sa.JSON(), nullable=False),
        sa.Column("session_s", sa.Integer(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_sign_in_codes_expires_at", "sign_in_codes", ["expires_at"])
    head = op.create_table(
        "live_head",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("number", NUMBER, nullable=False),
    )
    op.bulk_insert(head, [{"name": secrets.token_hex(4), "number": 0}])
    op.create_table(
        "live_events",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("heard_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_live_events_heard_at", "live_events", ["heard_at"])
