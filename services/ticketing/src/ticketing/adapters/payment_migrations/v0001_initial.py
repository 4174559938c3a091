"""The first shape of the database of payments."""

import sqlalchemy as sa
from alembic import op
from service_kit.database import UtcDateTime

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "inbox",
        sa.Column("consumer_group", sa.String, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("id", sa.String, nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("consumer_group", "source", "id"),
    )
    op.create_index("ix_inbox_seen_at", "inbox", ["seen_at"], unique=False)
    op.create_table(
        "payments",
        sa.Column("payment_id", sa.String, nullable=False),
        sa.Column("rider", sa.String, nullable=False),
        sa.Column("period_id", sa.String, nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("ending", sa.String, nullable=False),
        sa.Column("take_cents", sa.BigInteger(), nullable=True),
        sa.Column("give_back_cents", sa.BigInteger(), nullable=False),
        sa.Column("unsure", sa.Boolean(), nullable=False),
        sa.Column("captured_cents", sa.BigInteger(), nullable=False),
        sa.Column("refunded_cents", sa.BigInteger(), nullable=False),
        sa.Column("returned_cents", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("booked_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("attempt_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("payment_id"),
    )
    op.create_index("ix_payments_due_at", "payments", ["due_at"], unique=False)
    op.create_index("ix_payments_rider_period", "payments", ["rider", "period_id"], unique=False)
    op.create_table(
        "bank_runs",
        sa.Column("run_id", sa.String, nullable=False),
        sa.Column("period_id", sa.String, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("last_rider", sa.String, nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("run_id"),
    )
    op.create_table(
        "bank_orders",
        sa.Column("order_id", sa.String, nullable=False),
        sa.Column("run_id", sa.String, nullable=False),
        sa.Column("rider", sa.String, nullable=False),
        sa.Column("period_id", sa.String, nullable=False),
        sa.Column("first_debit", sa.Boolean(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("returned_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("order_id"),
        sa.UniqueConstraint("run_id", "rider", name="one_order_per_rider"),
    )
    op.create_index("ix_bank_orders_rider", "bank_orders", ["rider"], unique=False)
