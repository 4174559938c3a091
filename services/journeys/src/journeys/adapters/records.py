"""What every database of the service keeps besides its own: answers, events to be sent, who did what."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from service_kit import audit_trail, outbox
from service_kit.answers import SqlAnswers, transaction, view
from service_kit.events import Event
from service_kit.identity.audit import AuditEntry

from journeys.application.desk import AuditFilter


class SqlRecords(SqlAnswers):
    """The base of every store's readers and writers."""

    def record(self, entry: AuditEntry) -> None:
        """See :class:`.Recording`."""
        audit_trail.append(self._connection, entry)

    def tell(self, events: Sequence[Event]) -> None:
        """Send events once the transaction has committed."""
        outbox.append(self._connection, events)


class AuditTrails:
    """The audit trails of all databases, read as one.

    Parameters
    ----------
    engines
        By name; entries of one instant come in this order.
    """

    def __init__(self, engines: Mapping[str, sa.Engine]) -> None:
        self._engines = engines

    def entries(
        self, chosen: AuditFilter, after: Mapping[str, int], count: int
    ) -> list[tuple[str, int, AuditEntry]]:
        """See :class:`.AuditTrail`."""
        found: list[tuple[str, int, AuditEntry]] = []
        for name, engine in self._engines.items():
            with view(engine) as connection:
                found += [
                    (name, number, entry)
                    for number, entry in audit_trail.entries(
                        connection,
                        since=chosen.since,
                        subject=chosen.subject,
                        entity_id=chosen.entity_id,
                        after=after.get(name, 0),
                        count=count,
                    )
                ]
        # Stable: those of one database stay in the order of their numbers.
        return _merged(found, list(self._engines))[:count]


def _merged(
    found: Iterable[tuple[str, int, AuditEntry]], names: Sequence[str]
) -> list[tuple[str, int, AuditEntry]]:
    """By time; one that was written later never comes before another of its database, whatever clocks say."""
    keyed = []
    latest: dict[str, datetime] = {}
    for name, number, entry in found:
        latest[name] = max(latest.get(name, entry.time), entry.time)
        keyed.append(((latest[name], names.index(name), number), (name, number, entry)))
    return [each for _, each in sorted(keyed, key=lambda pair: pair[0])]


def turned_away(engine: sa.Engine, entries: Iterable[AuditEntry]) -> None:
    """Note who was not let in, as counted at the door."""
    with transaction(engine) as connection:
        for entry in entries:
            audit_trail.append(connection, entry)


def purge(engine: sa.Engine, *, answered_before: datetime, audited_before: datetime) -> int:
    """Delete old answers and audit entries; how many rows went."""
    with transaction(engine) as connection:
        gone = SqlRecords(connection).purge_answers(answered_before)
        return gone + audit_trail.purge(connection, audited_before)
