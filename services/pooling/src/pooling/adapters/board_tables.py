"""The board's own tables, in a database of its own: nothing in them that the events do not tell."""

import sqlalchemy as sa
from service_kit.database import UtcDateTime
from service_kit.inbox import inbox_table

metadata = sa.MetaData()
inbox_table(metadata)

vehicles = sa.Table(
    "board_vehicles",
    metadata,
    sa.Column("vehicle_id", sa.String, primary_key=True),
    sa.Column("zone_id", sa.String, nullable=False, index=True),
    # Rides and vehicles are topics of their own: a vehicle may be heard of before it is registered.
    sa.Column("is_registered", sa.Boolean, nullable=False),
    sa.Column("latitude_deg", sa.Float),
    sa.Column("longitude_deg", sa.Float),
    sa.Column("report_time", UtcDateTime),
    # None while only a report was heard of.
    sa.Column("kind", sa.String),
)

# Rides that are booked or aboard; over, they are figures.
rides = sa.Table(
    "board_rides",
    metadata,
    sa.Column("ride_id", sa.String, primary_key=True),
    sa.Column("seated_count", sa.Integer, nullable=False),
    sa.Column("wheelchair_count", sa.Integer, nullable=False),
    sa.Column("pickup_latitude_deg", sa.Float, nullable=False),
    sa.Column("pickup_longitude_deg", sa.Float, nullable=False),
    sa.Column("dropoff_latitude_deg", sa.Float, nullable=False),
    sa.Column("dropoff_longitude_deg", sa.Float, nullable=False),
    sa.Column("promised_from", UtcDateTime, nullable=False),
    sa.Column("direct_s", sa.Integer, nullable=False),
    sa.Column("vehicle_id", sa.String, index=True),
    sa.Column("board_time", UtcDateTime),
    # Driven for some time together with another one.
    sa.Column("pooled", sa.Boolean, nullable=False, server_default=sa.false()),
)

days = sa.Table(
    "board_days",
    metadata,
    sa.Column("zone_id", sa.String, primary_key=True),
    sa.Column("service_date", sa.Date, primary_key=True),
    *(
        sa.Column(name, sa.BigInteger, nullable=False, server_default="0")
        for name in (
            "request_count",
            "refused_count",
            "booked_count",
            "cancelled_count",
            "no_show_count",
            "boarded_count",
            "completed_count",
            "total_wait_s",
            "total_ride_s",
            "total_direct_s",
            "broken_promise_count",
            "pooled_count",
            "direct_m",
        )
    ),
)

refusals = sa.Table(
    "board_refusals",
    metadata,
    sa.Column("zone_id", sa.String, primary_key=True),
    sa.Column("service_date", sa.Date, primary_key=True),
    sa.Column("code", sa.String, primary_key=True),
    sa.Column("count", sa.BigInteger, nullable=False),
)

# What each shift drove: kinds of vehicles differ in what a kilometre costs the air.
driven = sa.Table(
    "board_driven",
    metadata,
    sa.Column("shift_id", sa.String, primary_key=True),
    sa.Column("zone_id", sa.String, nullable=False),
    sa.Column("service_date", sa.Date, nullable=False, index=True),
    sa.Column("vehicle_id", sa.String, nullable=False),
    sa.Column("driven_m", sa.BigInteger, nullable=False),
    sa.Column("empty_m", sa.BigInteger, nullable=False),
    # From the last stop so far to where the shift ends.
    sa.Column("home_m", sa.BigInteger, nullable=False),
)
