"""Tables of the cars' database; its migrations make them."""

import sqlalchemy as sa
from service_kit.answers import answers_table
from service_kit.audit_trail import audit_tables
from service_kit.database import UtcDateTime
from service_kit.outbox import outbox_table

metadata = sa.MetaData()
answers_table(metadata)
audit_tables(metadata)
outbox_table(metadata)

turns = sa.Table(
    "turns",
    metadata,
    sa.Column("car_id", sa.String, primary_key=True),
    sa.Column("number", sa.BigInteger, nullable=False),
)
"""A car's row is counted up by whoever reserves it: of two at once the second one waits, or starts over."""

reservations = sa.Table(
    "reservations",
    metadata,
    sa.Column("reservation_id", sa.String, primary_key=True),
    sa.Column("car_id", sa.String, nullable=False),
    sa.Column("starts_at", UtcDateTime, nullable=False, index=True),
    sa.Column("ends_at", UtcDateTime, nullable=False),
    sa.Column("ready_at", UtcDateTime, nullable=False, index=True),
    sa.Column("distance_m", sa.BigInteger, nullable=False),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("client_id", sa.String, nullable=False),
    sa.Column("passenger_reference", sa.String, nullable=False),
    sa.Column("returned_at", UtcDateTime),
    sa.Index("ix_reservations_of_car", "car_id", "ends_at"),
    sa.Index("ix_reservations_of_client", "client_id", "passenger_reference"),
)
