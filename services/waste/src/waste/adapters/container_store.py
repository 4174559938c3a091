"""The store of containers, in one database: a SQLite file, or a schema of PostgreSQL that replicas share."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import sqlalchemy as sa
from service_kit import audit_trail, outbox
from service_kit.answers import transaction, view
from service_kit.identity.audit import AuditEntry

from waste.adapters import container_messages
from waste.adapters.measured_rows import MeasuredRows
from waste.adapters.registered_rows import RegisteredRows
from waste.application.ports_containers import AuditFilter
from waste.domain.container_state import Fact


class SqlContainers(RegisteredRows, MeasuredRows):
    """One transaction: see ``application.ports_containers.ContainerWriter``."""

    def __init__(self, connection: sa.Connection, tenant: str) -> None:
        super().__init__(connection)
        self._tenant = tenant

    def audit_entries(self, chosen: AuditFilter, after: int, count: int) -> list[tuple[int, AuditEntry]]:
        return audit_trail.entries(
            self._connection,
            since=chosen.since,
            subject=chosen.subject,
            entity_id=chosen.entity_id,
            after=after,
            count=count,
        )

    def tell(self, facts: Sequence[Fact]) -> None:
        outbox.append(self._connection, [container_messages.event_of(self._tenant, fact) for fact in facts])

    def record(self, entry: AuditEntry) -> None:
        audit_trail.append(self._connection, entry)

    def purge(self, *, answered_before: datetime, audited_before: datetime, measured_before: datetime) -> int:
        gone = self.purge_answers(answered_before) + audit_trail.purge(self._connection, audited_before)
        return gone + self.purge_measured(measured_before)


class SqlContainerStore:
    """See ``application.ports_containers.ContainerStore``."""

    def __init__(self, engine: sa.Engine, tenant: str) -> None:
        self._engine = engine
        self._tenant = tenant

    @contextmanager
    def reading(self) -> Iterator[SqlContainers]:
        with view(self._engine) as connection:
            yield SqlContainers(connection, self._tenant)

    @contextmanager
    def writing(self) -> Iterator[SqlContainers]:
        with transaction(self._engine) as connection:
            yield SqlContainers(connection, self._tenant)
