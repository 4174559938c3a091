"""What a consumer has seen, kept in the same database as what it made of it: each event counts once."""

from collections.abc import Callable
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from service_kit.database import UtcDateTime
from service_kit.events import Event


def inbox_table(metadata: sa.MetaData) -> sa.Table:
    """Return the table ``inbox``, made part of ``metadata`` (a service's first migration creates it)."""
    if "inbox" in metadata.tables:
        return metadata.tables["inbox"]
    return sa.Table(
        "inbox",
        metadata,
        sa.Column("consumer_group", sa.String, primary_key=True),
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("seen_at", UtcDateTime, nullable=False, index=True),
    )


_inbox = inbox_table(sa.MetaData())
_INSERTS: dict[str, Callable[[sa.Table], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


def first_time(connection: sa.Connection, group: str, event: Event) -> bool:
    """Remember, in the caller's transaction, that ``group`` has this event; False when it had it before."""
    insert = _INSERTS[connection.dialect.name](_inbox).on_conflict_do_nothing()
    values = {
        "consumer_group": group,
        "source": event.source,
        "id": event.id,
        "seen_at": datetime.now(UTC),
    }
    # What drivers tell of an insert is kept for those who ask only.
    counted = insert.execution_options(preserve_rowcount=True)
    return connection.execute(counted, values).rowcount == 1


def purge(connection: sa.Connection, seen_before: datetime) -> int:
    """Forget events seen before an instant and return how many; those are no longer deduped."""
    return connection.execute(sa.delete(_inbox).where(_inbox.c.seen_at < seen_before)).rowcount
