"""The identity store: who has which account, and under which names its rides are kept."""

import sqlalchemy as sa
from service_kit.answers import answers_table
from service_kit.audit_trail import audit_tables
from service_kit.identity.server_secrets import server_secrets_table

metadata = sa.MetaData()
answers_table(metadata)
audit_tables(metadata)
server_secrets_table(metadata)

accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("account_id", sa.String, primary_key=True),
    sa.Column("client_id", sa.String, nullable=False),
    sa.Column("subject", sa.String, nullable=False),
    sa.Column("document", sa.LargeBinary, nullable=False),
)

# Apart from accounts, so that it can be deleted and kept from readers on its own.
payment_details = sa.Table(
    "payment_details",
    metadata,
    sa.Column("account_id", sa.String, primary_key=True),
    sa.Column("document", sa.LargeBinary, nullable=False),
)

pseudonyms = sa.Table(
    "pseudonyms",
    metadata,
    sa.Column("account_id", sa.String, primary_key=True),
    sa.Column("month", sa.String, primary_key=True),
    sa.Column("rider", sa.String, nullable=False, unique=True),
    sa.Column("payer", sa.String, nullable=False, unique=True),
)
