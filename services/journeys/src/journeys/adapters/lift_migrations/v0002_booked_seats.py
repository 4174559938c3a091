"""Seats that are legs of booked journeys, and what their bookings were told."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "booked_seats",
        sa.Column("seat_id", sa.String, primary_key=True),
        sa.Column("booking_id", sa.String, nullable=False),
        sa.Column("told", sa.String, nullable=False),
        sa.Column("told_until_s", sa.BigInteger, nullable=False),
    )
