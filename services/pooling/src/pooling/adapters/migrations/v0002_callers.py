"""Whose a ride is, who did what, and a secret to seal page tokens with."""

import json

import sqlalchemy as sa
from alembic import op
from service_kit.database import UtcDateTime

revision = "0002"
down_revision = "0001"

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.add_column("rides", sa.Column("client_id", sa.String, nullable=False, server_default=""))
    op.add_column("rides", sa.Column("passenger_reference", sa.String, nullable=False, server_default=""))
    op.create_index("rides_by_client", "rides", ["client_id", "passenger_reference"])
    rides = sa.table("rides", sa.column("ride_id"), sa.column("passenger_reference"), sa.column("document"))
    connection = op.get_bind()
    for ride_id, document in connection.execute(sa.select(rides.c.ride_id, rides.c.document)).all():
        reference = json.loads(document)["passenger_reference"]
        if reference:
            connection.execute(
                sa.update(rides).where(rides.c.ride_id == ride_id).values(passenger_reference=reference)
            )
    op.create_table(
        "audit_entries",
        sa.Column("number", NUMBER, primary_key=True),
        sa.Column("time", UtcDateTime(), nullable=False),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("client_id", sa.String, nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("method", sa.String, nullable=False),
        sa.Column("request_id", sa.String, nullable=False),
        sa.Column("outcome", sa.String, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_entries_time", "audit_entries", ["time"])
    op.create_index("ix_audit_entries_subject", "audit_entries", ["subject"])
    op.create_table(
        "audit_entities",
        sa.Column(
            "number", NUMBER, sa.ForeignKey("audit_entries.number", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("entity_id", sa.String, primary_key=True),
    )
    op.create_index("audit_entities_by_id", "audit_entities", ["entity_id", "number"])
    op.create_table(
        "server_secrets",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("value", sa.LargeBinary(), nullable=False),
    )
