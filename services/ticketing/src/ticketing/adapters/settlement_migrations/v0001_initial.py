"""The first shape of the database."""

import sqlalchemy as sa
from alembic import op
from service_kit.database import UtcDateTime

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "answers",
        sa.Column("method", sa.String, primary_key=True),
        sa.Column("answer_key", sa.String, primary_key=True),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_answers_answered_at", "answers", ["answered_at"])
    op.create_table(
        "outbox",
        sa.Column("seq", NUMBER, primary_key=True),
        sa.Column("id", sa.String, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("type", sa.String, nullable=False),
        sa.Column("topic", sa.String, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("time", UtcDateTime(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("extra_headers", sa.JSON(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "outbox_unsent",
        "outbox",
        ["seq"],
        sqlite_where=sa.text("sent_at IS NULL"),
        postgresql_where=sa.text("sent_at IS NULL"),
    )
    op.create_table(
        "inbox",
        sa.Column("consumer_group", sa.String, primary_key=True),
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_inbox_seen_at", "inbox", ["seen_at"])
    op.create_table(
        "operations",
        sa.Column("operation_id", sa.String, primary_key=True),
        sa.Column("period_id", sa.String, nullable=False),
        sa.Column("start_time", UtcDateTime(), nullable=False),
        sa.Column("cancel_time", UtcDateTime(), nullable=True),
        sa.Column("all_found", sa.Boolean(), nullable=False),
        sa.Column("rider_count", sa.Integer(), nullable=False),
    )
    op.create_index("ix_operations_start_time", "operations", ["start_time"])
    op.create_table(
        "steps",
        sa.Column("operation_id", sa.String, primary_key=True),
        sa.Column("rider", sa.String, primary_key=True),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("time", UtcDateTime(), nullable=False),
        sa.Column("posted_cents", sa.BigInteger(), nullable=False),
        sa.Column("proven", sa.Boolean(), nullable=False),
    )
