"""What benches need from others: a place where what is told of waits is kept."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from service_kit.identity.audit import AuditEntry
from service_kit.once import Answers, WritableAnswers


@dataclass(frozen=True, slots=True)
class BenchHour:
    """Sums for one bench, sign and hour of the day."""

    bench_id: str
    destination: str
    hour: int
    waited_s: int
    observed_count: int
    taken_count: int


class BenchReader(Answers, Protocol):
    """One consistent view of what is stored."""

    def bench_hours(self) -> list[BenchHour]: ...


class BenchWriter(BenchReader, WritableAnswers, Protocol):
    """A transaction."""

    def add_bench_hour(self, more: BenchHour) -> None:
        """Add to the sums."""
        ...

    def record(self, entry: AuditEntry) -> None: ...


class BenchStore(Protocol):
    """Where waits are summed up."""

    def reading(self) -> AbstractContextManager[BenchReader]: ...

    def writing(self) -> AbstractContextManager[BenchWriter]: ...
