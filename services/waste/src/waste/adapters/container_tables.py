"""The store of containers: who has which, what was measured, and what is known of them now."""

import sqlalchemy as sa
from service_kit.answers import answers_table
from service_kit.audit_trail import audit_tables
from service_kit.database import UtcDateTime
from service_kit.identity.server_secrets import server_secrets_table
from service_kit.outbox import outbox_table

metadata = sa.MetaData()
answers_table(metadata)
audit_tables(metadata)
outbox_table(metadata)
server_secrets_table(metadata)

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")

sub_accounts = sa.Table(
    "sub_accounts",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("sub_account_id", sa.String, nullable=False),
    sa.Column("document", sa.LargeBinary, nullable=False),
)

sites = sa.Table(
    "sites",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("sub_account_id", sa.String, nullable=False, index=True),
    sa.Column("document", sa.LargeBinary, nullable=False),
)

containers = sa.Table(
    "containers",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("sub_account_id", sa.String, nullable=False, index=True),
    sa.Column("site_id", sa.String, nullable=False, index=True),
    sa.Column("depot_id", sa.String, nullable=False),
    sa.Column("fraction", sa.String, nullable=False),
    sa.Column("document", sa.LargeBinary, nullable=False),
)

devices = sa.Table(
    "devices",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("sub_account_id", sa.String, nullable=False, index=True),
    sa.Column("container_id", sa.String, nullable=False, index=True),
    sa.Column("document", sa.LargeBinary, nullable=False),
)

readings = sa.Table(
    "readings",
    metadata,
    sa.Column("device_id", sa.String, primary_key=True),
    sa.Column("at", UtcDateTime, primary_key=True),
    # Whose the device was then.
    sa.Column("sub_account_id", sa.String, nullable=False),
    sa.Column("received_at", UtcDateTime, nullable=False, index=True),
    sa.Column("measurement", sa.LargeBinary, nullable=False),
)

levels = sa.Table(
    "levels",
    metadata,
    sa.Column("container_id", sa.String, primary_key=True),
    sa.Column("at", UtcDateTime, primary_key=True),
    sa.Column("device_id", sa.String, nullable=False),
    sa.Column("level_share", sa.Float, nullable=False),
    sa.Index("levels_by_time", "at"),
)

lifts = sa.Table(
    "lifts",
    metadata,
    sa.Column("number", _NUMBER, primary_key=True),
    sa.Column("container_id", sa.String, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("source", sa.String, nullable=False),
    sa.Column("sub_account_id", sa.String, nullable=False),
    sa.Column("depot_id", sa.String, nullable=False),
    sa.Column("fraction", sa.String, nullable=False),
    sa.Column("document", sa.LargeBinary, nullable=False),
    sa.UniqueConstraint("container_id", "at", "source", name="lifts_once"),
    sqlite_autoincrement=True,
)

states = sa.Table(
    "states",
    metadata,
    sa.Column("container_id", sa.String, primary_key=True),
    sa.Column("sub_account_id", sa.String, nullable=False, index=True),
    sa.Column("depot_id", sa.String, nullable=False),
    sa.Column("fraction", sa.String, nullable=False),
    sa.Column("ampel", sa.String, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("judge_at", UtcDateTime, nullable=False, index=True),
    # Grows whenever somebody asks for the state to be worked out anew.
    sa.Column("asked_count", sa.Integer, nullable=False),
    sa.Column("document", sa.LargeBinary, nullable=False),
)
