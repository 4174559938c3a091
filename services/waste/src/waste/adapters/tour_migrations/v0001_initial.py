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
        "tours",
        sa.Column("tour_id", sa.String, primary_key=True),
        sa.Column("depot_id", sa.String, nullable=False),
        sa.Column("truck_id", sa.String, nullable=False),
        sa.Column("service_date", sa.Date, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("document", sa.JSON, nullable=False),
    )
    for column in ("depot_id", "truck_id", "service_date", "state"):
        op.create_index(f"ix_tours_{column}", "tours", [column])
    op.create_table(
        "tour_containers",
        sa.Column("tour_id", sa.String, primary_key=True),
        sa.Column("container_id", sa.String, primary_key=True),
        sa.Column("sub_account_id", sa.String, nullable=False),
    )
    for column in ("container_id", "sub_account_id"):
        op.create_index(f"ix_tour_containers_{column}", "tour_containers", [column])
    op.create_table(
        "proposals",
        sa.Column("proposal_id", sa.String, primary_key=True),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("progress_share", sa.Float, nullable=False),
        sa.Column("worker", sa.String, nullable=False),
        sa.Column("worker_until", UtcDateTime(), nullable=True),
        sa.Column("document", sa.JSON, nullable=False),
    )
    for column in ("requested_at", "state"):
        op.create_index(f"ix_proposals_{column}", "proposals", [column])
    op.create_table(
        "weighings",
        sa.Column("tour_id", sa.String, primary_key=True),
        sa.Column("stop_id", sa.String, primary_key=True),
        sa.Column("fraction", sa.String, primary_key=True),
        sa.Column("weighed_at", UtcDateTime(), nullable=False),
        sa.Column("volume_l", sa.Float, nullable=False),
        sa.Column("weight_kg", sa.Float, nullable=False),
    )
    op.create_index("ix_weighings_weighed_at", "weighings", ["weighed_at"])
