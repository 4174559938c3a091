"""The store of traces: where phones were, under the references of journeys, for a short time."""

import sqlalchemy as sa
from service_kit.database import UtcDateTime

metadata = sa.MetaData()

traces = sa.Table(
    "traces",
    metadata,
    sa.Column("reference", sa.String, primary_key=True),
    sa.Column("rider", sa.String, nullable=False, index=True),
    sa.Column("upload_time", UtcDateTime, nullable=False),
    sa.Column("delete_time", UtcDateTime, nullable=False, index=True),
    sa.Column("points", sa.LargeBinary, nullable=False),
)
