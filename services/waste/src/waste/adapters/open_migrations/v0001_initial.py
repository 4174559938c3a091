"""The first shape of the database of yards and exports."""

import sqlalchemy as sa
from alembic import op
from service_kit.database import UtcDateTime

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _kit()
    op.create_table(
        "places",
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("sub_account_id", sa.String, nullable=False, index=True),
        sa.Column("document", sa.JSON(), nullable=False),
    )
    op.create_table(
        "export_schedules",
        sa.Column("schedule_id", sa.String, primary_key=True),
        sa.Column("sub_account_id", sa.String, nullable=False, index=True),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=False, index=True),
        sa.Column("latest_at", UtcDateTime()),
        sa.Column("error", sa.String, nullable=False),
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
