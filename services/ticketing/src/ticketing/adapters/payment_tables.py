"""The tables of payments and bank runs, in a database of their own: amounts under pseudonyms, no names."""

import sqlalchemy as sa
from service_kit.database import UtcDateTime
from service_kit.inbox import inbox_table

metadata = sa.MetaData()
inbox_table(metadata)

payments = sa.Table(
    "payments",
    metadata,
    sa.Column("payment_id", sa.String, primary_key=True),
    sa.Column("rider", sa.String, nullable=False),
    sa.Column("period_id", sa.String, nullable=False),
    sa.Column("amount_cents", sa.BigInteger, nullable=False),
    sa.Column("currency", sa.String, nullable=False),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("ending", sa.String, nullable=False),
    sa.Column("take_cents", sa.BigInteger),
    sa.Column("give_back_cents", sa.BigInteger, nullable=False),
    sa.Column("unsure", sa.Boolean, nullable=False),
    sa.Column("captured_cents", sa.BigInteger, nullable=False),
    sa.Column("refunded_cents", sa.BigInteger, nullable=False),
    sa.Column("returned_cents", sa.BigInteger, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("booked_at", UtcDateTime, nullable=False),
    # None while nothing is to be asked of the provider.
    sa.Column("due_at", UtcDateTime, index=True),
    sa.Column("attempt_count", sa.Integer, nullable=False),
    sa.Index("ix_payments_rider_period", "rider", "period_id"),
)

bank_runs = sa.Table(
    "bank_runs",
    metadata,
    sa.Column("run_id", sa.String, primary_key=True),
    sa.Column("period_id", sa.String, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("due", sa.Date, nullable=False),
    # How far it is: riders come in order.
    sa.Column("last_rider", sa.String, nullable=False),
    sa.Column("complete", sa.Boolean, nullable=False),
)

bank_orders = sa.Table(
    "bank_orders",
    metadata,
    sa.Column("order_id", sa.String, primary_key=True),
    sa.Column("run_id", sa.String, nullable=False),
    sa.Column("rider", sa.String, nullable=False),
    sa.Column("period_id", sa.String, nullable=False),
    sa.Column("first_debit", sa.Boolean, nullable=False),
    # Positive is debited, negative is paid out.
    sa.Column("cents", sa.BigInteger, nullable=False),
    sa.Column("returned_at", UtcDateTime),
    sa.UniqueConstraint("run_id", "rider", name="one_order_per_rider"),
    sa.Index("ix_bank_orders_rider", "rider"),
)
