"""What the use cases around containers share: the store, the clock, and whose work it is."""

from collections.abc import Callable, Collection, Iterable
from typing import TypeVar

from service_kit.clock import Clock
from service_kit.errors import FailedPrecondition, NotFound, PermissionDenied, ServiceError
from service_kit.identity.audit import DONE, AuditEntry, entry_of
from service_kit.once import Call, write, write_once

from waste.application.ports_containers import (
    AuditFilter,
    ContainerReader,
    ContainerStore,
    ContainerWriter,
    KeptT,
)
from waste.domain.access import Scope
from waste.domain.containers import Container, Device, Site, SubAccount

TOLD = (PermissionDenied, NotFound, FailedPrecondition)
"""Refusals that say something about the caller's intent; a bad field or a full server does not."""

NAMES: dict[type[object], str] = {
    SubAccount: "sub_account",
    Site: "site",
    Container: "container",
    Device: "device",
}

ResultT = TypeVar("ResultT")


class Desk:
    """What the use cases share.

    Parameters
    ----------
    depot_ids
        The district's depots.
    committed
        Called after a transaction with the containers it is about.
    """

    def __init__(
        self,
        store: ContainerStore,
        clock: Clock,
        depot_ids: Collection[str],
        committed: Callable[[Collection[str]], None],
    ) -> None:
        self.store = store
        self.clock = clock
        self.depot_ids = frozenset(depot_ids)
        self.committed = committed

    def once(self, call: Call[ResultT], work: Callable[[ContainerWriter], ResultT], *concerned: str) -> bytes:
        """Do a write once, and note who did it; ``concerned`` are the containers it is about."""

        def noted(writer: ContainerWriter) -> ResultT:
            result = work(writer)
            writer.record(self.audited(call, DONE))
            return result

        answer = write_once(self.store, call, self.clock.now(), noted)
        self.committed(concerned)
        return answer

    def refused(self, call: Call[ResultT], error: ServiceError) -> None:
        """Note that a write was refused."""
        if isinstance(error, TOLD):
            entry = self.audited(call, error.reason)
            write(self.store, lambda writer: writer.record(entry))

    def turned_away(self, entries: Iterable[AuditEntry]) -> None:
        """Note who was not let in, as counted at the door."""

        def work(writer: ContainerWriter) -> None:
            for entry in entries:
                writer.record(entry)

        write(self.store, work)

    def audit_entries(self, chosen: AuditFilter, after: int, count: int) -> list[tuple[int, AuditEntry]]:
        """At most ``count`` entries after a number, oldest first, with their numbers."""
        with self.store.reading() as reader:
            return reader.audit_entries(chosen, after, count)

    def audited(self, call: Call[ResultT], outcome: str) -> AuditEntry:
        """What is kept of the call."""
        return entry_of(
            call.caller,
            time=self.clock.now(),
            method=call.method,
            request_id=call.request_id,
            entity_ids=call.entity_ids,
            outcome=outcome,
        )


def found(reader: ContainerReader, kind: type[KeptT], thing_id: str, scope: Scope, field: str = "") -> KeptT:
    """The thing; raises NotFound where there is none, or none in the scope.

    Parameters
    ----------
    field
        Where the request names it.
    """
    thing = reader.find(kind, thing_id, scope)
    if thing is None:
        raise missing(kind, thing_id, field)
    return thing


def missing(kind: type[object], thing_id: str, field: str = "") -> NotFound:
    """What is said of a thing that is not there, or not there for the caller."""
    name = NAMES[kind]
    words = name.replace("_", "-")
    return NotFound.in_field(
        field or f"{name}_id", f"there is no {words} {thing_id!r}", f"{name.upper()}_NOT_FOUND"
    )
