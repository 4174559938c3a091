"""Secrets that all replicas of a service share through its database, and nobody ever types."""

import secrets

import sqlalchemy as sa

from service_kit.database import reading


def server_secrets_table(metadata: sa.MetaData) -> sa.Table:
    """Return the table ``server_secrets``, made part of ``metadata``; a migration creates it."""
    if "server_secrets" in metadata.tables:
        return metadata.tables["server_secrets"]
    return sa.Table(
        "server_secrets",
        metadata,
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("value", sa.LargeBinary, nullable=False),
    )


_secrets = server_secrets_table(sa.MetaData())


def server_secret(engine: sa.Engine, name: str) -> bytes:
    """Return the secret of this name, 32 random bytes, after making it where there is none."""
    query = sa.select(_secrets.c.value).where(_secrets.c.name == name)
    with reading(engine) as connection:
        value: bytes | None = connection.execute(query).scalar_one_or_none()
    if value is not None:
        return value
    try:
        with engine.begin() as connection:
            connection.execute(sa.insert(_secrets).values(name=name, value=secrets.token_bytes(32)))
    except sa.exc.IntegrityError:
        pass  # another replica was quicker
    return server_secret(engine, name)
