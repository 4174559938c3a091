"""The tables of road changes, in a database of their own: they outlive plans and are no part of them."""

import sqlalchemy as sa
from service_kit.database import UtcDateTime
from service_kit.inbox import inbox_table
from service_kit.outbox import outbox_table

metadata = sa.MetaData()
outbox_table(metadata)
inbox_table(metadata)

road_changes = sa.Table(
    "road_changes",
    metadata,
    sa.Column("road_change_id", sa.String, primary_key=True),
    # None where another service told of it.
    sa.Column("request_id", sa.String, unique=True),
    sa.Column("fingerprint", sa.LargeBinary, nullable=False),
    # As the document says, unless it was lifted before.
    sa.Column("end_time", UtcDateTime, index=True),
    sa.Column("document", sa.LargeBinary, nullable=False),
)
