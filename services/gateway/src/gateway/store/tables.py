"""The gateway's tables; migrations make them."""

import sqlalchemy as sa
from service_kit.database import UtcDateTime
from service_kit.inbox import inbox_table

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

metadata = sa.MetaData()
inbox = inbox_table(metadata)

sessions = sa.Table(
    "sessions",
    metadata,
    # Of what the browser has; nobody who reads the database can call with it.
    sa.Column("session_digest", sa.LargeBinary, primary_key=True),
    # With a key made of what the browser has.
    sa.Column("sealed_token", sa.LargeBinary, nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False, index=True),
    # What others name it by; nobody signs in with it.
    sa.Column("session_id", sa.String, nullable=False, unique=True),
    # Empty where it began before this was written down and the browser has not come since.
    sa.Column("subject", sa.String, nullable=False),
    # Sorted and divided by commas.
    sa.Column("roles", sa.String, nullable=False),
    sa.Column("vehicle_ids", sa.JSON, nullable=False),
    sa.Column("device", sa.String, nullable=False),
    sa.Column("browser", sa.String, nullable=False),
    sa.Column("system", sa.String, nullable=False),
    sa.Column("begun_at", UtcDateTime),
    sa.Column("seen_at", UtcDateTime),
)

sign_in_codes = sa.Table(
    "sign_in_codes",
    metadata,
    sa.Column("code_digest", sa.LargeBinary, primary_key=True),
    sa.Column("subject", sa.String, nullable=False),
    sa.Column("roles", sa.JSON, nullable=False),
    sa.Column("vehicle_ids", sa.JSON, nullable=False),
    sa.Column("sub_account_ids", sa.JSON, nullable=False),
    sa.Column("session_s", sa.Integer, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False, index=True),
)

live_head = sa.Table(
    "live_head",
    metadata,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("number", NUMBER, nullable=False),
)

live_events = sa.Table(
    "live_events",
    metadata,
    sa.Column("number", NUMBER, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("data", sa.LargeBinary, nullable=False),
    sa.Column("about", sa.JSON, nullable=False),
    sa.Column("heard_at", UtcDateTime, nullable=False, index=True),
)
