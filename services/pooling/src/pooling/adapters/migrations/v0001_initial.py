"""The first shape of the database."""

import sqlalchemy as sa
from alembic import op
from service_kit.database import UtcDateTime

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "answers",
        sa.Column("method", sa.String, nullable=False),
        sa.Column("request_id", sa.String, nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("method", "request_id"),
    )
    op.create_index("ix_answers_answered_at", "answers", ["answered_at"], unique=False)
    op.create_table(
        "contacts",
        sa.Column("ride_id", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("phone", sa.String, nullable=False),
        sa.Column("delete_after", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("ride_id"),
    )
    op.create_index("ix_contacts_delete_after", "contacts", ["delete_after"], unique=False)
    op.create_table(
        "offers",
        sa.Column("offer_id", sa.String, nullable=False),
        sa.Column("answer_id", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("expire_time", UtcDateTime(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("offer_id"),
    )
    op.create_index("ix_offers_answer_id", "offers", ["answer_id"], unique=False)
    op.create_index("ix_offers_expire_time", "offers", ["expire_time"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.String, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("type", sa.String, nullable=False),
        sa.Column("topic", sa.String, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("time", UtcDateTime(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("extra_headers", sa.JSON(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("seq"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "outbox_unsent",
        "outbox",
        ["seq"],
        unique=False,
        sqlite_where=sa.text("sent_at IS NULL"),
        postgresql_where=sa.text("sent_at IS NULL"),
    )
    op.create_table(
        "rides",
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ride_id", sa.String, nullable=False),
        sa.Column("zone_id", sa.String, nullable=False),
        sa.Column("service_date", sa.Date(), nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("position"),
        sa.UniqueConstraint("ride_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("rides_by_day", "rides", ["service_date", "zone_id"], unique=False)
    op.create_table(
        "shifts",
        sa.Column("shift_id", sa.String, nullable=False),
        sa.Column("vehicle_id", sa.String, nullable=False),
        sa.Column("zone_id", sa.String, nullable=False),
        sa.Column("service_date", sa.Date(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("shift_id"),
    )
    op.create_index("ix_shifts_vehicle_id", "shifts", ["vehicle_id"], unique=False)
    op.create_index("shifts_by_day", "shifts", ["service_date", "zone_id"], unique=False)
    op.create_table(
        "vehicles",
        sa.Column("vehicle_id", sa.String, nullable=False),
        sa.Column("zone_id", sa.String, nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("vehicle_id"),
    )
    op.create_index("ix_vehicles_zone_id", "vehicles", ["zone_id"], unique=False)
    op.create_table(
        "zone_days",
        sa.Column("zone_id", sa.String, nullable=False),
        sa.Column("service_date", sa.Date(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("zone_id", "service_date"),
    )
