"""The store of settling: operations, and which riders they have dealt with. Nothing in it is billed."""

import sqlalchemy as sa
from service_kit.answers import answers_table
from service_kit.database import UtcDateTime
from service_kit.inbox import inbox_table
from service_kit.outbox import outbox_table

metadata = sa.MetaData()
answers_table(metadata)
outbox_table(metadata)
inbox_table(metadata)

operations = sa.Table(
    "operations",
    metadata,
    sa.Column("operation_id", sa.String, primary_key=True),
    sa.Column("period_id", sa.String, nullable=False),
    sa.Column("start_time", UtcDateTime, nullable=False, index=True),
    sa.Column("cancel_time", UtcDateTime),
    sa.Column("all_found", sa.Boolean, nullable=False),
    sa.Column("rider_count", sa.Integer, nullable=False),
)

steps = sa.Table(
    "steps",
    metadata,
    sa.Column("operation_id", sa.String, primary_key=True),
    sa.Column("rider", sa.String, primary_key=True),
    sa.Column("outcome", sa.String, nullable=False),
    sa.Column("time", UtcDateTime, nullable=False),
    sa.Column("posted_cents", sa.BigInteger, nullable=False),
    sa.Column("proven", sa.Boolean, nullable=False),
)
