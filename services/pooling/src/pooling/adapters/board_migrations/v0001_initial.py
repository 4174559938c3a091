"""The first shape of the board."""

import sqlalchemy as sa
from alembic import op
from service_kit.database import UtcDateTime

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "board_days",
        sa.Column("zone_id", sa.String, nullable=False),
        sa.Column("service_date", sa.Date(), nullable=False),
        sa.Column("request_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("refused_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("booked_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cancelled_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("no_show_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("boarded_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("completed_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("total_wait_s", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("total_ride_s", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("total_direct_s", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("broken_promise_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("zone_id", "service_date"),
    )
    op.create_table(
        "board_refusals",
        sa.Column("zone_id", sa.String, nullable=False),
        sa.Column("service_date", sa.Date(), nullable=False),
        sa.Column("code", sa.String, nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("zone_id", "service_date", "code"),
    )
    op.create_table(
        "board_rides",
        sa.Column("ride_id", sa.String, nullable=False),
        sa.Column("seated_count", sa.Integer(), nullable=False),
        sa.Column("wheelchair_count", sa.Integer(), nullable=False),
        sa.Column("pickup_latitude_deg", sa.Float(), nullable=False),
        sa.Column("pickup_longitude_deg", sa.Float(), nullable=False),
        sa.Column("dropoff_latitude_deg", sa.Float(), nullable=False),
        sa.Column("dropoff_longitude_deg", sa.Float(), nullable=False),
        sa.Column("promised_from", UtcDateTime(), nullable=False),
        sa.Column("direct_s", sa.Integer(), nullable=False),
        sa.Column("vehicle_id", sa.String, nullable=True),
        sa.Column("board_time", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("ride_id"),
    )
    op.create_index("ix_board_rides_vehicle_id", "board_rides", ["vehicle_id"], unique=False)
    op.create_table(
        "board_vehicles",
        sa.Column("vehicle_id", sa.String, nullable=False),
        sa.Column("zone_id", sa.String, nullable=False),
        sa.Column("is_registered", sa.Boolean(), nullable=False),
        sa.Column("latitude_deg", sa.Float(), nullable=True),
        sa.Column("longitude_deg", sa.Float(), nullable=True),
        sa.Column("report_time", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("vehicle_id"),
    )
    op.create_index("ix_board_vehicles_zone_id", "board_vehicles", ["zone_id"], unique=False)
    op.create_table(
        "inbox",
        sa.Column("consumer_group", sa.String, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("id", sa.String, nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("consumer_group", "source", "id"),
    )
    op.create_index("ix_inbox_seen_at", "inbox", ["seen_at"], unique=False)
