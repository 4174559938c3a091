"""How far vehicles drove, and which rides shared one."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("board_vehicles", sa.Column("kind", sa.String, nullable=True))
    op.add_column("board_rides", sa.Column("pooled", sa.Boolean(), server_default=sa.false(), nullable=False))
    for name in ("pooled_count", "direct_m"):
        op.add_column("board_days", sa.Column(name, sa.BigInteger(), server_default="0", nullable=False))
    op.create_table(
        "board_driven",
        sa.Column("shift_id", sa.String, nullable=False),
        sa.Column("zone_id", sa.String, nullable=False),
        sa.Column("service_date", sa.Date(), nullable=False),
        sa.Column("vehicle_id", sa.String, nullable=False),
        sa.Column("driven_m", sa.BigInteger(), nullable=False),
        sa.Column("empty_m", sa.BigInteger(), nullable=False),
        sa.Column("home_m", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("shift_id"),
    )
    op.create_index("ix_board_driven_service_date", "board_driven", ["service_date"], unique=False)
