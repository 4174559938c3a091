"""The tables. What rules look at is a document; what is searched for is a column."""

import sqlalchemy as sa
from service_kit.audit_trail import audit_tables
from service_kit.database import UtcDateTime
from service_kit.identity.server_secrets import server_secrets_table
from service_kit.outbox import outbox_table

metadata = sa.MetaData()
outbox_table(metadata)
audit_tables(metadata)
server_secrets_table(metadata)

zone_days = sa.Table(
    "zone_days",
    metadata,
    sa.Column("zone_id", sa.String, primary_key=True),
    sa.Column("service_date", sa.Date, primary_key=True),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("document", sa.LargeBinary, nullable=False),
)

offers = sa.Table(
    "offers",
    metadata,
    sa.Column("offer_id", sa.String, primary_key=True),
    sa.Column("answer_id", sa.String, nullable=False, index=True),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("expire_time", UtcDateTime, nullable=False, index=True),
    sa.Column("document", sa.LargeBinary, nullable=False),
)

rides = sa.Table(
    "rides",
    metadata,
    sa.Column("position", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("ride_id", sa.String, nullable=False, unique=True),
    sa.Column("zone_id", sa.String, nullable=False),
    sa.Column("service_date", sa.Date, nullable=False),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("client_id", sa.String, nullable=False, server_default=""),
    sa.Column("passenger_reference", sa.String, nullable=False, server_default=""),
    sa.Column("document", sa.LargeBinary, nullable=False),
    sa.Index("rides_by_client", "client_id", "passenger_reference"),
    sa.Index("rides_by_day", "service_date", "zone_id"),
    sqlite_autoincrement=True,
)

# Apart from rides, so that it can be deleted, exported and kept from readers on its own.
contacts = sa.Table(
    "contacts",
    metadata,
    sa.Column("ride_id", sa.String, primary_key=True),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("phone", sa.String, nullable=False),
    sa.Column("delete_after", UtcDateTime, nullable=False, index=True),
)

vehicles = sa.Table(
    "vehicles",
    metadata,
    sa.Column("vehicle_id", sa.String, primary_key=True),
    sa.Column("zone_id", sa.String, nullable=False, index=True),
    sa.Column("document", sa.LargeBinary, nullable=False),
)

shifts = sa.Table(
    "shifts",
    metadata,
    sa.Column("shift_id", sa.String, primary_key=True),
    sa.Column("vehicle_id", sa.String, nullable=False, index=True),
    sa.Column("zone_id", sa.String, nullable=False),
    sa.Column("service_date", sa.Date, nullable=False),
    sa.Column("document", sa.LargeBinary, nullable=False),
    sa.Index("shifts_by_day", "service_date", "zone_id"),
)

breakdowns = sa.Table(
    "breakdowns",
    metadata,
    sa.Column("position", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("breakdown_id", sa.String, nullable=False, unique=True),
    sa.Column("zone_id", sa.String, nullable=False),
    sa.Column("vehicle_id", sa.String, nullable=False),
    sa.Column("event_time", UtcDateTime, nullable=False),
    sa.Column("told_time", UtcDateTime, nullable=False, index=True),
    sa.Column("document", sa.LargeBinary, nullable=False),
    sa.Index("breakdowns_by_vehicle", "vehicle_id", "event_time"),
    sqlite_autoincrement=True,
)

answers = sa.Table(
    "answers",
    metadata,
    sa.Column("method", sa.String, primary_key=True),
    sa.Column("request_id", sa.String, primary_key=True),
    sa.Column("fingerprint", sa.LargeBinary, nullable=False),
    sa.Column("answer", sa.LargeBinary, nullable=False),
    sa.Column("answered_at", UtcDateTime, nullable=False, index=True),
)
