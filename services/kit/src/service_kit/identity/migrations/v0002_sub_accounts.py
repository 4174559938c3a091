"""Keys are for sub-accounts, too."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column(
        "service_keys", sa.Column("sub_account_ids", sa.JSON(), nullable=False, server_default="[]")
    )
