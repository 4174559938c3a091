"""Who did what: writes are recorded with what they changed, refused ones on their own."""

from collections.abc import Sequence

from service_kit.errors import FailedPrecondition, NotFound, PermissionDenied, ServiceError
from service_kit.identity.audit import AuditEntry, entry_of
from service_kit.identity.principal import Principal

from pooling.application.desk import Call, Desk, ResultT, audited
from pooling.application.ports import AuditFilter
from pooling.application.queries import Page, position_of

TOLD = (PermissionDenied, NotFound, FailedPrecondition)
"""Refusals that say something about the caller's intent; a bad field or a full server does not."""


class AuditTrail:
    """The use cases of auditors, and the record of what was refused."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def refused(self, call: Call[ResultT], error: ServiceError) -> None:
        """Record that a write was refused."""
        if isinstance(error, TOLD):
            with self._desk.store.writing() as writer:
                writer.record(audited(call, self._desk.clock.now(), outcome=error.reason))

    def done(self, caller: Principal, method: str, request_id: str, entity_ids: frozenset[str]) -> None:
        """Record a write that another store keeps, after it: the two share no transaction."""
        now = self._desk.clock.now()
        entry = entry_of(caller, time=now, method=method, request_id=request_id, entity_ids=entity_ids)
        with self._desk.store.writing() as writer:
            writer.record(entry)

    def turned_away(self, entries: Sequence[AuditEntry]) -> None:
        """Record who got no further than the door."""
        with self._desk.store.writing() as writer:
            for entry in entries:
                writer.record(entry)

    def entries(self, chosen: AuditFilter, token: str, size: int) -> Page[tuple[int, AuditEntry]]:
        """Entries with their numbers, oldest first."""
        with self._desk.store.reading() as reader:
            found = reader.audit_entries(chosen, position_of(token), size + 1)
        return Page(found[:size], str(found[size - 1][0]) if len(found) > size else "")
