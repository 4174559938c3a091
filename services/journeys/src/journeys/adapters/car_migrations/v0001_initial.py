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
        "audit_entries",
        sa.Column("number", NUMBER, primary_key=True),
        sa.Column("time", UtcDateTime(), nullable=False),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("client_id", sa.String, nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("method", sa.String, nullable=False),
        sa.Column("request_id", sa.String, nullable=False),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False, server_default="1"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_entries_time", "audit_entries", ["time"])
    op.create_index("ix_audit_entries_subject", "audit_entries", ["subject"])
    op.create_table(
        "audit_entities",
        sa.Column(
            "number", NUMBER, sa.ForeignKey("audit_entries.number", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("entity_id", sa.String, primary_key=True),
    )
    op.create_index("audit_entities_by_id", "audit_entities", ["entity_id", "number"])
    op.create_table(
        "turns",
        sa.Column("car_id", sa.String, primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "reservations",
        sa.Column("reservation_id", sa.String, primary_key=True),
        sa.Column("car_id", sa.String, nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("ready_at", UtcDateTime(), nullable=False),
        sa.Column("distance_m", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("client_id", sa.String, nullable=False),
        sa.Column("passenger_reference", sa.String, nullable=False),
        sa.Column("returned_at", UtcDateTime(), nullable=True),
    )
    op.create_index("ix_reservations_starts_at", "reservations", ["starts_at"])
    op.create_index("ix_reservations_ready_at", "reservations", ["ready_at"])
    op.create_index("ix_reservations_of_car", "reservations", ["car_id", "ends_at"])
    op.create_index("ix_reservations_of_client", "reservations", ["client_id", "passenger_reference"])
