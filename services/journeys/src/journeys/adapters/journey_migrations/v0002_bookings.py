"""Bookings of planned journeys, leg by leg."""

import sqlalchemy as sa
from alembic import op
from service_kit.database import UtcDateTime

revision = "0002"
down_revision = "0001"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "bookings",
        sa.Column("number", NUMBER, primary_key=True),
        sa.Column("booking_id", sa.String, nullable=False, unique=True),
        sa.Column("request_key", sa.String, nullable=False, unique=True),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("journey_id", sa.String, nullable=False, unique=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("is_over", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("message", sa.String, nullable=False),
        sa.Column("legs", sa.JSON(), nullable=False),
        sa.Column("connections", sa.JSON(), nullable=False),
        sa.Column("journey", sa.LargeBinary(), nullable=False),
        sa.Column("travellers", sa.JSON(), nullable=False),
        sa.Column("client_id", sa.String, nullable=False),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("passenger_reference", sa.String, nullable=False),
        sa.Column("payer", sa.String, nullable=False),
        sa.Column("with_contact", sa.Boolean(), nullable=False),
        sa.Column("booked_at", UtcDateTime(), nullable=False),
        sa.Column("departs_at", UtcDateTime(), nullable=False),
        sa.Column("arrives_at", UtcDateTime(), nullable=False),
        sa.Column("holder", sa.String, nullable=False),
        sa.Column("held_until_s", sa.Float(), nullable=False),
        sa.Column("retry_at_s", sa.Float(), nullable=False),
        sa.Column("give_up_s", sa.Float(), nullable=False),
        sa.Column("failure_count", sa.Integer(), nullable=False),
        sqlite_autoincrement=True,
    )
    open_ = sa.text("is_over = false")
    op.create_index("bookings_open", "bookings", ["retry_at_s"], sqlite_where=open_, postgresql_where=open_)
    op.create_index("ix_bookings_arrives_at", "bookings", ["arrives_at"])
    op.create_index("bookings_of_client", "bookings", ["client_id", "subject", "number"])
