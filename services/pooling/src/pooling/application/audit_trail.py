"""Who did what: writes are recorded with what they changed, refused ones on their own."""

from service_kit.errors import FailedPrecondition, NotFound, PermissionDenied, ServiceError
from service_kit.identity.audit import AuditEntry

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

    def entries(self, chosen: AuditFilter, token: str, size: int) -> Page[tuple[int, AuditEntry]]:
        """Entries with their numbers, oldest first."""
        with self._desk.store.reading() as reader:
            found = reader.audit_entries(chosen, position_of(token), size + 1)
        return Page(found[:size], str(found[size - 1][0]) if len(found) > size else "")
