"""The first shape of the board."""

from alembic import op

from pooling.adapters.board_tables import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    metadata.create_all(op.get_bind())
