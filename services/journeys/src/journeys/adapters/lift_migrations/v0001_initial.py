"""The first shape of the database."""

import sqlalchemy as sa
from alembic import op
from service_kit.database import UtcDateTime

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _kit()
    op.create_table(
        "changes",
        sa.Column("one", sa.Integer, primary_key=True),
        sa.Column("newest", sa.BigInteger, nullable=False),
    )
    op.execute("INSERT INTO changes (one, newest) VALUES (1, 0)")
    op.create_table(
        "lifts",
        sa.Column("number", NUMBER, primary_key=True),
        sa.Column("lift_id", sa.String, nullable=False, unique=True),
        sa.Column("client_id", sa.String, nullable=False),
        sa.Column("reference", sa.String, nullable=False),
        sa.Column("last_day", sa.Date, nullable=False),
        sa.Column("document", sa.JSON, nullable=False),
        sa.Column("changed", sa.BigInteger, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_lifts_changed", "lifts", ["changed"])
    op.create_index("ix_lifts_of_driver", "lifts", ["client_id", "reference"])
    op.create_index("ix_lifts_last_day", "lifts", ["last_day"])
    op.create_table(
        "lift_days",
        sa.Column("lift_id", sa.String, primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("stops", sa.JSON, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_index("ix_lift_days_day", "lift_days", ["day"])
    op.create_table(
        "seats",
        sa.Column("number", NUMBER, primary_key=True),
        sa.Column("seat_id", sa.String, nullable=False, unique=True),
        sa.Column("lift_id", sa.String, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("driver_client_id", sa.String, nullable=False),
        sa.Column("driver_reference", sa.String, nullable=False),
        sa.Column("passenger_client_id", sa.String, nullable=False),
        sa.Column("passenger_reference", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("answer_by_s", sa.BigInteger, nullable=False),
        sa.Column("dropoff_s", sa.BigInteger, nullable=False),
        sa.Column("exact", sa.Boolean, nullable=False),
        sa.Column("document", sa.JSON, nullable=False),
        sa.Column("changed", sa.BigInteger, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_seats_of_lift", "seats", ["lift_id", "day"])
    op.create_index("ix_seats_day", "seats", ["day", "state"])
    op.create_index("ix_seats_of_driver", "seats", ["driver_client_id", "driver_reference"])
    op.create_index("ix_seats_of_passenger", "seats", ["passenger_client_id", "passenger_reference"])
    op.create_index("ix_seats_to_answer", "seats", ["state", "answer_by_s"])
    op.create_index("ix_seats_changed", "seats", ["changed"])
    op.create_table(
        "lift_reports",
        sa.Column("number", NUMBER, primary_key=True),
        sa.Column("report_id", sa.String, nullable=False),
        sa.Column("lift_id", sa.String, nullable=False),
        sa.Column("at_s", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("note", sa.String, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_lift_reports_at_s", "lift_reports", ["at_s"])
    op.create_table(
        "released_orders",
        sa.Column("order_name", sa.String, primary_key=True),
        sa.Column("released_s", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_released_orders_released_s", "released_orders", ["released_s"])
    op.create_table(
        "bench_hours",
        sa.Column("bench_id", sa.String, primary_key=True),
        sa.Column("destination", sa.String, primary_key=True),
        sa.Column("hour", sa.Integer, primary_key=True),
        sa.Column("waited_s", sa.BigInteger, nullable=False),
        sa.Column("observed_count", sa.Integer, nullable=False),
        sa.Column("taken_count", sa.Integer, nullable=False),
    )


def _kit() -> None:
    """What the kit keeps in every service's database."""
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
        sa.Column("sent_at", UtcDateTime()),
        sqlite_autoincrement=True,
    )
    unsent = sa.text("sent_at IS NULL")
    op.create_index("outbox_unsent", "outbox", ["seq"], sqlite_where=unsent, postgresql_where=unsent)
    op.create_table(
        "inbox",
        sa.Column("consumer_group", sa.String, primary_key=True),
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_inbox_seen_at", "inbox", ["seen_at"])
    op.create_table(
        "server_secrets",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("value", sa.LargeBinary(), nullable=False),
    )
