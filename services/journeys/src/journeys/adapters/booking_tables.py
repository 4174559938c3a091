"""The table of bookings, in the database of planned journeys."""

import sqlalchemy as sa
from service_kit.database import UtcDateTime

metadata = sa.MetaData()

OPEN = sa.text("is_over = false")
UNTOLD = sa.text("way_on_due = true")

bookings = sa.Table(
    "bookings",
    metadata,
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("booking_id", sa.String, nullable=False, unique=True),
    sa.Column("request_key", sa.String, nullable=False, unique=True),
    sa.Column("fingerprint", sa.LargeBinary, nullable=False),
    # One that was shown is booked once: its seats are held once.
    sa.Column("journey_id", sa.String, nullable=False, unique=True),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("is_over", sa.Boolean, nullable=False),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("message", sa.String, nullable=False),
    sa.Column("legs", sa.JSON, nullable=False),
    sa.Column("connections", sa.JSON, nullable=False),
    sa.Column("journey", sa.LargeBinary, nullable=False),
    sa.Column("travellers", sa.JSON, nullable=False),
    sa.Column("client_id", sa.String, nullable=False),
    sa.Column("subject", sa.String, nullable=False),
    sa.Column("passenger_reference", sa.String, nullable=False),
    sa.Column("payer", sa.String, nullable=False),
    sa.Column("with_contact", sa.Boolean, nullable=False),
    sa.Column("booked_at", UtcDateTime, nullable=False),
    sa.Column("departs_at", UtcDateTime, nullable=False),
    sa.Column("arrives_at", UtcDateTime, nullable=False, index=True),
    sa.Column("holder", sa.String, nullable=False),
    sa.Column("held_until_s", sa.Float, nullable=False),
    sa.Column("retry_at_s", sa.Float, nullable=False),
    sa.Column("give_up_s", sa.Float, nullable=False),
    sa.Column("failure_count", sa.Integer, nullable=False),
    sa.Column("way_on_due", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Index("bookings_open", "retry_at_s", sqlite_where=OPEN, postgresql_where=OPEN),
    sa.Index("bookings_untold", "number", sqlite_where=UNTOLD, postgresql_where=UNTOLD),
    sa.Index("bookings_of_client", "client_id", "subject", "number"),
    # Without it SQLite hands the numbers of deleted rows out again.
    sqlite_autoincrement=True,
)

# By what others call a leg: they tell of rides and reservations, and know no bookings.
booked_legs = sa.Table(
    "booked_legs",
    metadata,
    sa.Column(
        "booking_id",
        sa.String,
        sa.ForeignKey("bookings.booking_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    sa.Column("leg_number", sa.Integer, primary_key=True),
    sa.Column("reference", sa.String, nullable=False, index=True),
)
