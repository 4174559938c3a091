"""The store of the tour desk: tours and proposals as documents, beside what they are looked for by."""

import sqlalchemy as sa
from service_kit.answers import answers_table
from service_kit.database import UtcDateTime
from service_kit.inbox import inbox_table
from service_kit.outbox import outbox_table

metadata = sa.MetaData()
answers_table(metadata)
outbox_table(metadata)
inbox_table(metadata)

tours = sa.Table(
    "tours",
    metadata,
    sa.Column("tour_id", sa.String, primary_key=True),
    sa.Column("depot_id", sa.String, nullable=False, index=True),
    sa.Column("truck_id", sa.String, nullable=False, index=True),
    sa.Column("service_date", sa.Date, nullable=False, index=True),
    sa.Column("state", sa.String, nullable=False, index=True),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("document", sa.JSON, nullable=False),
)

tour_containers = sa.Table(
    "tour_containers",
    metadata,
    sa.Column("tour_id", sa.String, primary_key=True),
    sa.Column("container_id", sa.String, primary_key=True, index=True),
    sa.Column("sub_account_id", sa.String, nullable=False, index=True),
)

proposals = sa.Table(
    "proposals",
    metadata,
    sa.Column("proposal_id", sa.String, primary_key=True),
    sa.Column("requested_at", UtcDateTime, nullable=False, index=True),
    sa.Column("state", sa.String, nullable=False, index=True),
    sa.Column("progress_share", sa.Float, nullable=False),
    sa.Column("worker", sa.String, nullable=False),
    sa.Column("worker_until", UtcDateTime),
    sa.Column("document", sa.JSON, nullable=False),
)

urgent = sa.Table(
    "urgent",
    metadata,
    sa.Column("container_id", sa.String, primary_key=True),
    sa.Column("asked_at", UtcDateTime, nullable=False),
    sa.Column("try_after", UtcDateTime, nullable=False, index=True),
)

weighings = sa.Table(
    "weighings",
    metadata,
    sa.Column("tour_id", sa.String, primary_key=True),
    sa.Column("stop_id", sa.String, primary_key=True),
    sa.Column("fraction", sa.String, primary_key=True),
    sa.Column("weighed_at", UtcDateTime, nullable=False, index=True),
    sa.Column("volume_l", sa.Float, nullable=False),
    sa.Column("weight_kg", sa.Float, nullable=False),
)
