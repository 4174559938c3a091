"""Legs by what others call them, and passengers who are still to be told another way."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column(
        "bookings", sa.Column("way_on_due", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    untold = sa.text("way_on_due = true")
    op.create_index("bookings_untold", "bookings", ["number"], sqlite_where=untold, postgresql_where=untold)
    op.create_table(
        "booked_legs",
        sa.Column(
            "booking_id",
            sa.String,
            sa.ForeignKey("bookings.booking_id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("leg_number", sa.Integer(), primary_key=True),
        sa.Column("reference", sa.String, nullable=False),
    )
    op.create_index("ix_booked_legs_reference", "booked_legs", ["reference"])
    _fill()


def _fill() -> None:
    """Legs that are booked already; one that is being booked just now is known once it is."""
    connection = op.get_bind()
    insert = sa.text("INSERT INTO booked_legs VALUES (:booking_id, :number, :reference)")
    for booking_id, told in connection.execute(sa.text("SELECT booking_id, legs FROM bookings")).all():
        legs: list[dict[str, Any]] = json.loads(told) if isinstance(told, str) else told
        for number, leg in enumerate(legs):
            if leg["reference"]:
                values = {"booking_id": booking_id, "number": number, "reference": leg["reference"]}
                connection.execute(insert, values)
