"""The first shape of the database."""

from alembic import op

from pooling.adapters.tables import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    metadata.create_all(op.get_bind())
