"""Use cases: what is held of a sub-account is written to files, when asked and on schedule."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import structlog
from service_kit.clock import Clock
from service_kit.errors import NotFound, ServiceError
from service_kit.identity.audit import entry_of
from service_kit.once import Call, write, write_once

from waste.application.export_rows import ExportRows
from waste.application.ports_containers import ContainerStore, Span
from waste.application.ports_exports import (
    ExportContent,
    ExportFiles,
    ExportFormat,
    ExportSchedule,
    ExportStore,
    ExportWriter,
    KeptSchedule,
)
from waste.domain.access import EVERYTHING, Scope, scope_of
from waste.domain.containers import SubAccount

ResultT = TypeVar("ResultT")

USUAL_SPAN = timedelta(days=7)
HELD = timedelta(hours=1)
"""How long whoever took a run has to write it, before somebody else tries."""
LONGEST_ERROR = 300

_log = structlog.get_logger(__name__)


class Exporting:
    """Writes files; one holds what one sub-account has, and nothing of others."""

    def __init__(
        self,
        store: ExportStore,
        measured: ContainerStore,
        rows: ExportRows,
        files: ExportFiles,
        clock: Clock,
    ) -> None:
        self._store = store
        self._measured = measured
        self._rows = rows
        self._files = files
        self._clock = clock

    def set_schedule(self, call: Call[KeptSchedule], schedule: ExportSchedule) -> bytes:
        """Keep a schedule in place of the one of its id; raises NotFound for what others have."""

        def work(writer: ExportWriter) -> KeptSchedule:
            scope = scope_of(call.caller)
            self._check_sub_account(schedule.sub_account, scope)
            known = writer.schedule(schedule.id, EVERYTHING)
            if known is not None and known.schedule.sub_account not in scope:
                raise no_schedule(schedule.id)
            latest_at = known.latest_at if known else None
            kept = KeptSchedule(schedule, schedule.next_after(self._clock.now()), latest_at)
            writer.put_schedule(kept)
            return kept

        return self._once(call, work)

    def remove_schedule(self, call: Call[None], schedule_id: str) -> bytes:
        """Take a schedule back; its files stay until somebody deletes them. Raises NotFound."""

        def work(writer: ExportWriter) -> None:
            if writer.schedule(schedule_id, scope_of(call.caller)) is None:
                raise no_schedule(schedule_id)
            writer.remove_schedule(schedule_id)

        return self._once(call, work)

    def schedules(self, scope: Scope, after: str, count: int) -> list[KeptSchedule]:
        """Schedules with ids after one, by id."""
        with self._store.reading() as reader:
            return reader.schedules(scope, after, count)

    def written(
        self,
        path: Path,
        sub_account: str,
        scope: Scope,
        *,
        file_format: ExportFormat,
        content: ExportContent,
        span: Span,
    ) -> Path:
        """Write a file now, for somebody who asks; raises NotFound for a sub-account of others."""
        self._check_sub_account(sub_account, scope)
        batches = self._rows.batches(content, Scope(frozenset({sub_account})), self._bounded(span))
        self._files.write(path, file_format, content, batches)
        return path

    def run_due(self) -> bool:
        """Write one file that is due; False where none is."""
        now = self._clock.now()
        kept = write(self._store, lambda writer: writer.take_due(now, now + HELD))
        if kept is None:
            return False
        error = self._run(kept, now)
        self._done(kept.schedule, now, error)
        return True

    def _run(self, kept: KeptSchedule, now: datetime) -> str:
        """Write a schedule's file; what went wrong, in words."""
        schedule = kept.schedule
        span = Span(kept.latest_at or now - USUAL_SPAN, now)
        try:
            path = self._files.scheduled_path(schedule, now)
            batches = self._rows.batches(schedule.content, Scope(frozenset({schedule.sub_account})), span)
            count = self._files.write(path, schedule.format, schedule.content, batches)
            self._files.sweep(schedule, now - timedelta(days=schedule.keep_days))
        except (OSError, ServiceError) as error:
            _log.error("export_failed", schedule_id=schedule.id, error=repr(error))
            return f"{type(error).__name__}: {error}"[:LONGEST_ERROR]
        _log.info("export_written", schedule_id=schedule.id, path=str(path), row_count=count)
        return ""

    def _done(self, schedule: ExportSchedule, now: datetime, error: str) -> None:
        """Note how a run went; one that failed is tried again, and covers what it did not write."""

        def work(writer: ExportWriter) -> None:
            known = writer.schedule(schedule.id, EVERYTHING)
            if known is None or known.schedule != schedule:
                return
            next_at = now + timedelta(minutes=15) if error else schedule.next_after(now)
            writer.put_schedule(KeptSchedule(schedule, next_at, known.latest_at if error else now, error))

        write(self._store, work)

    def _bounded(self, span: Span) -> Span:
        now = self._clock.now()
        return Span(span.start or (span.end or now) - USUAL_SPAN, span.end or now)

    def _once(self, call: Call[ResultT], work: Callable[[ExportWriter], ResultT]) -> bytes:
        def noted(writer: ExportWriter) -> ResultT:
            result = work(writer)
            writer.record(
                entry_of(
                    call.caller,
                    time=self._clock.now(),
                    method=call.method,
                    request_id=call.request_id,
                    entity_ids=call.entity_ids,
                )
            )
            return result

        return write_once(self._store, call, self._clock.now(), noted)

    def _check_sub_account(self, sub_account: str, scope: Scope) -> None:
        with self._measured.reading() as reader:
            if reader.find(SubAccount, sub_account, scope) is None:
                raise NotFound.in_field(
                    "sub_account_id", f"there is no sub-account {sub_account!r}", "SUB_ACCOUNT_NOT_FOUND"
                )


def no_schedule(schedule_id: str) -> NotFound:
    """What is said of a schedule that is not there, or not there for the caller."""
    return NotFound.in_field(
        "schedule_id", f"there is no export schedule {schedule_id!r}", "EXPORT_SCHEDULE_NOT_FOUND"
    )
