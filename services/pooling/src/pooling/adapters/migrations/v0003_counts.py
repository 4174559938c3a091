"""How often, where one entry of the audit trail stands for many."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("audit_entries", sa.Column("count", sa.Integer, nullable=False, server_default="1"))
