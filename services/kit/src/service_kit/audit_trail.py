"""Who did what, in the service's own database: rows come with the write they tell of, and never change."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service_kit.database import UtcDateTime
from service_kit.identity.audit import AuditEntry
from service_kit.identity.principal import Role


def audit_tables(metadata: sa.MetaData) -> tuple[sa.Table, sa.Table]:
    """Return ``audit_entries`` and ``audit_entities``, made part of ``metadata``."""
    if "audit_entries" in metadata.tables:
        return metadata.tables["audit_entries"], metadata.tables["audit_entities"]
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    entries = sa.Table(
        "audit_entries",
        metadata,
        sa.Column("number", number, primary_key=True),
        sa.Column("time", UtcDateTime, nullable=False, index=True),
        sa.Column("subject", sa.String, nullable=False, index=True),
        sa.Column("client_id", sa.String, nullable=False),
        sa.Column("roles", sa.JSON, nullable=False),
        sa.Column("method", sa.String, nullable=False),
        sa.Column("request_id", sa.String, nullable=False),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("count", sa.Integer, nullable=False, server_default="1"),
        # Without it SQLite hands the numbers of deleted rows out again.
        sqlite_autoincrement=True,
    )
    entities = sa.Table(
        "audit_entities",
        metadata,
        sa.Column(
            "number", number, sa.ForeignKey("audit_entries.number", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("entity_id", sa.String, primary_key=True),
        sa.Index("audit_entities_by_id", "entity_id", "number"),
    )
    return entries, entities


_entries, _entities = audit_tables(sa.MetaData())


def append(connection: sa.Connection, entry: AuditEntry) -> None:
    """Store an entry in the caller's transaction."""
    result = connection.execute(
        sa.insert(_entries).values(
            time=entry.time,
            subject=entry.subject,
            client_id=entry.client_id,
            roles=sorted(role.value for role in entry.roles),
            method=entry.method,
            request_id=entry.request_id,
            outcome=entry.outcome,
            count=entry.count,
        )
    )
    [number] = result.inserted_primary_key or (None,)
    if entry.entity_ids:
        connection.execute(
            sa.insert(_entities),
            [{"number": number, "entity_id": entity_id} for entity_id in sorted(entry.entity_ids)],
        )


def entries(
    connection: sa.Connection,
    *,
    since: datetime | None,
    subject: str | None,
    entity_id: str | None,
    after: int,
    count: int,
) -> list[tuple[int, AuditEntry]]:
    """Return at most ``count`` entries after a number, oldest first, with their numbers; None for all."""
    query = sa.select(_entries).where(_entries.c.number > after)
    if since is not None:
        query = query.where(_entries.c.time >= since)
    if subject is not None:
        query = query.where(_entries.c.subject == subject)
    if entity_id is not None:
        concerned = sa.select(_entities.c.number).where(_entities.c.entity_id == entity_id)
        query = query.where(_entries.c.number.in_(concerned))
    rows = connection.execute(query.order_by(_entries.c.number).limit(count)).all()
    concerned_by: dict[int, set[str]] = {row.number: set() for row in rows}
    for number, found in connection.execute(
        sa.select(_entities.c.number, _entities.c.entity_id).where(_entities.c.number.in_(concerned_by))
    ):
        concerned_by[number].add(found)
    return [(row.number, _entry_of(row, frozenset(concerned_by[row.number]))) for row in rows]


def purge(connection: sa.Connection, before: datetime) -> int:
    """Delete entries from before an instant, and return how many."""
    old = sa.select(_entries.c.number).where(_entries.c.time < before)
    connection.execute(sa.delete(_entities).where(_entities.c.number.in_(old)))
    return connection.execute(sa.delete(_entries).where(_entries.c.time < before)).rowcount


def _entry_of(row: "sa.Row[Any]", entity_ids: frozenset[str]) -> AuditEntry:
    return AuditEntry(
        row.time,
        row.subject,
        row.client_id,
        frozenset(Role(name) for name in row.roles),
        row.method,
        row.request_id,
        entity_ids,
        row.outcome,
        row._mapping[_entries.c["count"]],  # noqa: SLF001 - rows have a method of that name
    )
