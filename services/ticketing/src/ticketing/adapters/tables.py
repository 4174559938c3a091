"""The store of rides: what was told of journeys, and the journal. Pseudonyms only."""

import sqlalchemy as sa
from service_kit.answers import answers_table
from service_kit.database import UtcDateTime
from service_kit.inbox import inbox_table
from service_kit.outbox import outbox_table

metadata = sa.MetaData()
answers_table(metadata)
outbox_table(metadata)
inbox_table(metadata)

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")

journeys = sa.Table(
    "journeys",
    metadata,
    sa.Column("position", NUMBER, primary_key=True),
    sa.Column("journey_key", sa.String, nullable=False, unique=True),
    sa.Column("reference", sa.String, nullable=False, unique=True),
    sa.Column("rider", sa.String, nullable=False),
    sa.Column("journey_id", sa.String, nullable=False),
    sa.Column("period_id", sa.String, nullable=False),
    sa.Column("document", sa.LargeBinary, nullable=False),
    sa.Index("journeys_by_rider", "rider", "period_id"),
    sa.Index("journeys_by_period", "period_id", "rider"),
    sqlite_autoincrement=True,
)

# Rows are only added: a journey is what they tell together.
happenings = sa.Table(
    "happenings",
    metadata,
    sa.Column("journey_key", sa.String, primary_key=True),
    sa.Column("digest", sa.LargeBinary, primary_key=True),
    sa.Column("document", sa.LargeBinary, nullable=False),
    sa.Column("told_at", UtcDateTime, nullable=False, index=True),
)

journal = sa.Table(
    "journal",
    metadata,
    sa.Column("rider", sa.String, primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("posted_in", sa.String, nullable=False),
    sa.Column("document", sa.LargeBinary, nullable=False),
    sa.Index("journal_by_statement", "rider", "posted_in", "number"),
)

settlements = sa.Table(
    "settlements",
    metadata,
    sa.Column("rider", sa.String, primary_key=True),
    sa.Column("period_id", sa.String, primary_key=True),
    sa.Column("document", sa.LargeBinary, nullable=False),
)
