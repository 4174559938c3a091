"""Tables of the lifts' database; its migrations make them."""

import sqlalchemy as sa
from service_kit.answers import answers_table
from service_kit.audit_trail import audit_tables
from service_kit.outbox import outbox_table

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

metadata = sa.MetaData()
answers_table(metadata)
audit_tables(metadata)
outbox_table(metadata)

changes = sa.Table(
    "changes",
    metadata,
    sa.Column("one", sa.Integer, primary_key=True),
    sa.Column("newest", sa.BigInteger, nullable=False),
)
"""One row, counted up by every write: who reads it knows whether there is anything new."""

lifts = sa.Table(
    "lifts",
    metadata,
    sa.Column("number", NUMBER, primary_key=True),
    sa.Column("lift_id", sa.String, nullable=False, unique=True),
    sa.Column("client_id", sa.String, nullable=False),
    sa.Column("reference", sa.String, nullable=False),
    sa.Column("last_day", sa.Date, nullable=False, index=True),
    sa.Column("document", sa.JSON, nullable=False),
    sa.Column("changed", sa.BigInteger, nullable=False, index=True),
    sa.Index("ix_lifts_of_driver", "client_id", "reference"),
    sqlite_autoincrement=True,
)

lift_days = sa.Table(
    "lift_days",
    metadata,
    sa.Column("lift_id", sa.String, primary_key=True),
    sa.Column("day", sa.Date, primary_key=True, index=True),
    sa.Column("stops", sa.JSON, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
)

seats = sa.Table(
    "seats",
    metadata,
    sa.Column("number", NUMBER, primary_key=True),
    sa.Column("seat_id", sa.String, nullable=False, unique=True),
    sa.Column("lift_id", sa.String, nullable=False),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("driver_client_id", sa.String, nullable=False),
    sa.Column("driver_reference", sa.String, nullable=False),
    sa.Column("passenger_client_id", sa.String, nullable=False),
    sa.Column("passenger_reference", sa.String, nullable=False),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("answer_by_s", sa.BigInteger, nullable=False),
    sa.Column("dropoff_s", sa.BigInteger, nullable=False),
    # Whether the document still has exact places.
    sa.Column("exact", sa.Boolean, nullable=False),
    sa.Column("document", sa.JSON, nullable=False),
    sa.Column("changed", sa.BigInteger, nullable=False, index=True),
    sa.Index("ix_seats_of_lift", "lift_id", "day"),
    sa.Index("ix_seats_day", "day", "state"),
    sa.Index("ix_seats_of_driver", "driver_client_id", "driver_reference"),
    sa.Index("ix_seats_of_passenger", "passenger_client_id", "passenger_reference"),
    sa.Index("ix_seats_to_answer", "state", "answer_by_s"),
    sqlite_autoincrement=True,
)

lift_reports = sa.Table(
    "lift_reports",
    metadata,
    sa.Column("number", NUMBER, primary_key=True),
    sa.Column("report_id", sa.String, nullable=False),
    sa.Column("lift_id", sa.String, nullable=False),
    sa.Column("at_s", sa.BigInteger, nullable=False, index=True),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("note", sa.String, nullable=False),
    sqlite_autoincrement=True,
)

released_orders = sa.Table(
    "released_orders",
    metadata,
    sa.Column("order_name", sa.String, primary_key=True),
    sa.Column("released_s", sa.BigInteger, nullable=False, index=True),
)
"""Orders of booked journeys that were given back before they were carried out."""

booked_seats = sa.Table(
    "booked_seats",
    metadata,
    sa.Column("seat_id", sa.String, primary_key=True),
    sa.Column("booking_id", sa.String, nullable=False),
    sa.Column("told", sa.String, nullable=False),
    sa.Column("told_until_s", sa.BigInteger, nullable=False),
)
"""Seats that are legs of booked journeys: which state their bookings were told, and until when again."""

bench_hours = sa.Table(
    "bench_hours",
    metadata,
    sa.Column("bench_id", sa.String, primary_key=True),
    sa.Column("destination", sa.String, primary_key=True),
    sa.Column("hour", sa.Integer, primary_key=True),
    sa.Column("waited_s", sa.BigInteger, nullable=False),
    sa.Column("observed_count", sa.Integer, nullable=False),
    sa.Column("taken_count", sa.Integer, nullable=False),
)
"""Sums of what was told about waits: not who waited, and not when."""
