"""What the use cases around exports need from outside."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from service_kit.identity.audit import AuditEntry
from service_kit.once import WritableAnswers

from waste.domain.access import Scope
from waste.domain.cron import cron_of
from waste.domain.errors import WrongFieldError

LONGEST_KEEP_DAYS = 3650


class ExportFormat(StrEnum):
    """How a file is written; the value is its ending."""

    CSV = "csv"
    GEOJSON = "geojson"
    PARQUET = "parquet"


class ExportContent(StrEnum):
    """What is in a file."""

    CONTAINERS = "containers"
    LEVELS = "levels"
    LIFTS = "lifts"
    READINGS = "readings"
    ALARMS = "alarms"


Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ExportSchedule:
    """An export that is written again and again.

    Parameters
    ----------
    cron
        Five fields, see :mod:`waste.domain.cron`.
    keep_days
        How long its files are kept.

    Raises
    ------
    WrongFieldError
        Naming the field and its value.
    """

    id: str
    sub_account: str
    format: ExportFormat
    content: ExportContent
    cron: str
    zone: ZoneInfo
    keep_days: int = 30

    def __post_init__(self) -> None:
        check_format(self.format, self.content)
        cron_of(self.cron)
        if not 1 <= self.keep_days <= LONGEST_KEEP_DAYS:
            raise WrongFieldError("keep_days", self.keep_days, f"1 to {LONGEST_KEEP_DAYS}")

    def next_after(self, at: datetime) -> datetime:
        """When it is due after an instant."""
        found = cron_of(self.cron).next_after(at, self.zone)
        if found is None:
            raise WrongFieldError("cron", self.cron, "due at some time")
        return found


def check_format(file_format: ExportFormat, content: ExportContent) -> None:
    """Raise WrongFieldError unless the content can be written so."""
    if file_format is ExportFormat.GEOJSON and content is not ExportContent.CONTAINERS:
        raise WrongFieldError("format", file_format.value, f"csv or parquet: {content.value} have no place")


@dataclass(frozen=True, slots=True)
class KeptSchedule:
    """A schedule, and how its runs went."""

    schedule: ExportSchedule
    next_at: datetime
    latest_at: datetime | None = None
    error: str = ""


class ExportReader(Protocol):
    """One state of what is kept."""

    def schedule(self, schedule_id: str, scope: Scope) -> KeptSchedule | None: ...

    def schedules(self, scope: Scope, after: str, count: int) -> list[KeptSchedule]:
        """At most ``count`` schedules with ids after one, by id."""
        ...


class ExportWriter(ExportReader, WritableAnswers, Protocol):
    """One transaction."""

    def put_schedule(self, kept: KeptSchedule) -> None: ...

    def remove_schedule(self, schedule_id: str) -> None: ...

    def take_due(self, now: datetime, until: datetime) -> KeptSchedule | None:
        """One that is due; nobody else gets it before ``until``."""
        ...

    def record(self, entry: AuditEntry) -> None: ...


class ExportStore(Protocol):
    """Where schedules are kept."""

    def reading(self) -> AbstractContextManager[ExportReader]: ...

    def writing(self) -> AbstractContextManager[ExportWriter]: ...


class ExportFiles(Protocol):
    """Where files are written: whole, or not at all."""

    def write(
        self, path: Path, file_format: ExportFormat, content: ExportContent, batches: Iterable[Sequence[Row]]
    ) -> int:
        """Write a file and return how many rows it has; raises OSError."""
        ...

    def scheduled_path(self, schedule: ExportSchedule, at: datetime) -> Path:
        """Where a run's file goes."""
        ...

    def sweep(self, schedule: ExportSchedule, before: datetime) -> int:
        """Delete a schedule's files of runs before an instant; how many those were."""
        ...
