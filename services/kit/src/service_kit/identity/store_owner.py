"""Whose data a database holds: written into it when it is first opened, and asked for ever after."""

import sqlalchemy as sa

from service_kit.identity.local_issuer import OtherTenant
from service_kit.migrations import alone
from service_kit.postgres import is_postgres

# Not part of any service's own tables: it has to be asked before those are made, or changed.
_owner = sa.Table(
    "store_owner",
    sa.MetaData(),
    sa.Column("only_row", sa.Integer, sa.CheckConstraint("only_row = 1"), primary_key=True),
    sa.Column("tenant", sa.String, nullable=False),
)


def bind_store(engine: sa.Engine, tenant: str) -> None:
    """Say whose data the database holds – on PostgreSQL, its schema, which is made where it is missing.

    Safe to run in several processes at once. A database from before owners were written down belongs to
    whoever opens it first.

    Raises
    ------
    OtherTenant
        Where it is another's; nothing is changed.
    """
    with alone(engine, "store_owner") as connection:
        _owner.create(connection, checkfirst=True)
        bound = connection.execute(sa.select(_owner.c.tenant)).scalar_one_or_none()
        if bound is None:
            connection.execute(sa.insert(_owner).values(only_row=1, tenant=tenant))
        elif bound != tenant:
            raise OtherTenant(f"{_place(connection)} holds the data of {bound!r}, not of {tenant!r}")


def _place(connection: sa.Connection) -> str:
    """The database as its operator knows it, without what opens it."""
    database = connection.engine.url.set(query={}).render_as_string(hide_password=True)
    if not is_postgres(connection):
        return database
    return f"schema {connection.scalar(sa.select(sa.func.current_schema()))!r} of {database}"
