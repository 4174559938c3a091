"""The first shape of the database of alarms."""

import sqlalchemy as sa
from alembic import op
from service_kit.database import UtcDateTime

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _kit()
    _alarms()
    op.create_table(
        "alarm_messages",
        sa.Column("message_id", sa.String, primary_key=True),
        sa.Column("alarm_id", sa.String, nullable=False),
        sa.Column("contact", sa.JSON(), nullable=False),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("event", sa.JSON(), nullable=False),
        sa.Column("sending", sa.String, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), index=True),
        sa.Column("attempt_count", sa.Integer(), nullable=False),
        sa.Column("error", sa.String, nullable=False),
        sa.Column("ended_at", UtcDateTime()),
    )
    op.create_table(
        "waste_events",
        sa.Column("number", NUMBER, primary_key=True),
        sa.Column("sub_account_id", sa.String, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False, index=True),
        sa.Column("event", sa.JSON(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("waste_events_of", "waste_events", ["sub_account_id", "number"])
    op.create_table(
        "ampels_seen",
        sa.Column("container_id", sa.String, primary_key=True),
        sa.Column("ampel", sa.String, nullable=False),
    )
    op.create_table(
        "device_healths",
        sa.Column("device_id", sa.String, primary_key=True),
        sa.Column("sub_account_id", sa.String, nullable=False, index=True),
        sa.Column("container_id", sa.String, nullable=False),
        sa.Column("looked_at", UtcDateTime(), nullable=False),
        sa.Column("heard_at", UtcDateTime()),
        sa.Column("silent", sa.Boolean()),
        sa.Column("stuck", sa.Boolean()),
        sa.Column("battery_low", sa.Boolean()),
        sa.Column("battery_share", sa.Float()),
        sa.Column("fault", sa.String, nullable=False),
    )


def _alarms() -> None:
    op.create_table(
        "alarm_rules",
        sa.Column("sub_account_id", sa.String, primary_key=True),
        sa.Column("cause", sa.String, primary_key=True),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("contacts", sa.JSON(), nullable=False),
    )
    op.create_table(
        "alarms",
        sa.Column("alarm_id", sa.String, primary_key=True),
        sa.Column("sub_account_id", sa.String, nullable=False),
        sa.Column("container_id", sa.String, nullable=False),
        sa.Column("depot_id", sa.String, nullable=False),
        sa.Column("cause", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("raised_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("unreached", sa.JSON(), nullable=False),
        sa.Column("escalate_at", UtcDateTime()),
        sa.Column("gone_since", UtcDateTime()),
        sa.Column("acknowledged_at", UtcDateTime()),
        sa.Column("acknowledged_by", sa.String, nullable=False),
        sa.Column("note", sa.String, nullable=False),
        sa.Column("resolved_at", UtcDateTime()),
        sa.Column("due_at", UtcDateTime(), index=True),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("alarms_by_time", "alarms", ["raised_at", "alarm_id"])
    live = sa.text("resolved_at IS NULL")
    op.create_index(
        "one_live_alarm",
        "alarms",
        ["container_id", "cause"],
        unique=True,
        sqlite_where=live,
        postgresql_where=live,
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
