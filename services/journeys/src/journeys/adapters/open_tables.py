"""Tables of what pooling's events tell, in the cars' database: both are there to be published."""

import sqlalchemy as sa
from service_kit.database import UtcDateTime
from service_kit.inbox import inbox_table

from journeys.adapters.car_tables import metadata

inbox_table(metadata)

shifts = sa.Table(
    "open_shifts",
    metadata,
    sa.Column("shift_id", sa.String, primary_key=True),
    sa.Column("zone_id", sa.String, nullable=False),
    sa.Column("vehicle_id", sa.String, nullable=False),
    sa.Column("service_date", sa.Date, nullable=False, index=True),
    sa.Column("starts_at", UtcDateTime, nullable=False),
    sa.Column("ends_at", UtcDateTime, nullable=False),
    sa.Column("cancelled", sa.Boolean, nullable=False),
)

vehicles = sa.Table(
    "open_vehicles",
    metadata,
    sa.Column("vehicle_id", sa.String, primary_key=True),
    sa.Column("zone_id", sa.String, nullable=False),
    sa.Column("virtual_stop_id", sa.String, nullable=False),
    sa.Column("shift_id", sa.String, nullable=False),
    sa.Column("arrived_at", UtcDateTime, nullable=False, index=True),
)
"""Where each stopped last: the virtual stop, or empty. The place of a door is never stored."""

parties = sa.Table(
    "open_parties",
    metadata,
    sa.Column("ride_id", sa.String, primary_key=True),
    sa.Column("vehicle_id", sa.String, nullable=False, index=True),
    sa.Column("boarded_at", UtcDateTime, nullable=False),
)
"""Who is aboard; a row is deleted when they get off."""

delays = sa.Table(
    "open_delays",
    metadata,
    sa.Column("ride_id", sa.String, primary_key=True),
    sa.Column("zone_id", sa.String, nullable=False),
    sa.Column("late_s", sa.Integer, nullable=False),
    sa.Column("told_at", UtcDateTime, nullable=False, index=True),
)
