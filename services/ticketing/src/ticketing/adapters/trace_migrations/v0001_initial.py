"""The first shape of the database."""

import sqlalchemy as sa
from alembic import op
from service_kit.database import UtcDateTime

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "traces",
        sa.Column("reference", sa.String, primary_key=True),
        sa.Column("rider", sa.String, nullable=False),
        sa.Column("upload_time", UtcDateTime(), nullable=False),
        sa.Column("delete_time", UtcDateTime(), nullable=False),
        sa.Column("points", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_traces_rider", "traces", ["rider"])
    op.create_index("ix_traces_delete_time", "traces", ["delete_time"])
