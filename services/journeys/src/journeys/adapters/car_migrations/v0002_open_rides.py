"""What pooling's events tell of rides on demand, as far as everybody may know it."""

import sqlalchemy as sa
from alembic import op
from service_kit.database import UtcDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "inbox",
        sa.Column("consumer_group", sa.String, primary_key=True),
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_inbox_seen_at", "inbox", ["seen_at"])
    op.create_table(
        "open_shifts",
        sa.Column("shift_id", sa.String, primary_key=True),
        sa.Column("zone_id", sa.String, nullable=False),
        sa.Column("vehicle_id", sa.String, nullable=False),
        sa.Column("service_date", sa.Date, nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("cancelled", sa.Boolean, nullable=False),
    )
    op.create_index("ix_open_shifts_service_date", "open_shifts", ["service_date"])
    op.create_table(
        "open_vehicles",
        sa.Column("vehicle_id", sa.String, primary_key=True),
        sa.Column("zone_id", sa.String, nullable=False),
        sa.Column("virtual_stop_id", sa.String, nullable=False),
        sa.Column("shift_id", sa.String, nullable=False),
        sa.Column("arrived_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_open_vehicles_arrived_at", "open_vehicles", ["arrived_at"])
    op.create_table(
        "open_parties",
        sa.Column("ride_id", sa.String, primary_key=True),
        sa.Column("vehicle_id", sa.String, nullable=False),
        sa.Column("boarded_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_open_parties_vehicle_id", "open_parties", ["vehicle_id"])
    op.create_table(
        "open_delays",
        sa.Column("ride_id", sa.String, primary_key=True),
        sa.Column("zone_id", sa.String, nullable=False),
        sa.Column("late_s", sa.Integer, nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_open_delays_told_at", "open_delays", ["told_at"])
