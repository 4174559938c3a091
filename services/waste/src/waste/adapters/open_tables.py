"""The store of what is told to the public and written for others: yards, parking spaces, exports."""

import sqlalchemy as sa
from service_kit.answers import answers_table
from service_kit.audit_trail import audit_tables
from service_kit.database import UtcDateTime

metadata = sa.MetaData()
answers_table(metadata)
audit_tables(metadata)

places = sa.Table(
    "places",
    metadata,
    sa.Column("kind", sa.String, primary_key=True),
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("sub_account_id", sa.String, nullable=False, index=True),
    sa.Column("document", sa.JSON, nullable=False),
)

export_schedules = sa.Table(
    "export_schedules",
    metadata,
    sa.Column("schedule_id", sa.String, primary_key=True),
    sa.Column("sub_account_id", sa.String, nullable=False, index=True),
    sa.Column("document", sa.JSON, nullable=False),
    sa.Column("next_at", UtcDateTime, nullable=False, index=True),
    sa.Column("latest_at", UtcDateTime),
    sa.Column("error", sa.String, nullable=False),
)
