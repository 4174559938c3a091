"""What the use cases that write share: a store, the clock, and whose work it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from service_kit.clock import Clock
from service_kit.errors import FailedPrecondition, NotFound, PermissionDenied, ServiceError
from service_kit.identity.audit import DONE, AuditEntry, entry_of
from service_kit.once import Answers, Call, Readable, Writable, WritableAnswers, write, write_once

TOLD = (PermissionDenied, NotFound, FailedPrecondition)
"""Refusals that say something about the caller's intent; a bad field or a full server does not."""

ResultT = TypeVar("ResultT")


class Recording(WritableAnswers, Protocol):
    """A writer that keeps who did what."""

    def record(self, entry: AuditEntry) -> None: ...


ReaderT = TypeVar("ReaderT", bound=Answers, covariant=True)  # noqa: PLC0105 - as long as it is only read
WriterT = TypeVar("WriterT", bound=Recording, covariant=True)  # noqa: PLC0105 - the same


class Store(Readable[ReaderT], Writable[WriterT], Protocol[ReaderT, WriterT]):
    """A store that is read and written."""


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries of the audit trail."""

    since: datetime | None
    subject: str | None
    entity_id: str | None


class AuditTrail(Protocol):
    """Who did what, in all parts of the service."""

    def entries(
        self, chosen: AuditFilter, after: Mapping[str, int], count: int
    ) -> list[tuple[str, int, AuditEntry]]:
        """At most ``count`` entries after a number of each part, oldest first, with part and number."""
        ...


KeptReaderT = TypeVar("KeptReaderT", bound=Answers)
KeptWriterT = TypeVar("KeptWriterT", bound=Recording)


class Desk(Generic[KeptReaderT, KeptWriterT]):
    """What the use cases of one store share.

    Parameters
    ----------
    committed
        Called after each transaction that did something.
    """

    def __init__(
        self, store: Store[KeptReaderT, KeptWriterT], clock: Clock, committed: Callable[[], None]
    ) -> None:
        self.store = store
        self.clock = clock
        self.committed = committed

    def once(self, call: Call[ResultT], work: Callable[[KeptWriterT], ResultT]) -> bytes:
        """Do a write once, and note who did it."""

        def noted(writer: KeptWriterT) -> ResultT:
            result = work(writer)
            writer.record(self._entry(call, DONE))
            return result

        answer = write_once(self.store, call, self.clock.now(), noted)
        self.committed()
        return answer

    def refused(self, call: Call[ResultT], error: ServiceError) -> None:
        """Note that a write was refused."""
        if isinstance(error, TOLD):
            entry = self._entry(call, error.reason)
            write(self.store, lambda writer: writer.record(entry))

    def _entry(self, call: Call[ResultT], outcome: str) -> AuditEntry:
        return entry_of(
            call.caller,
            time=self.clock.now(),
            method=call.method,
            request_id=call.request_id,
            entity_ids=call.entity_ids,
            outcome=outcome,
        )
