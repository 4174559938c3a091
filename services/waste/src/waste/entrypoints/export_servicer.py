"""``landlinie.waste.v1.ExportService``, and the thread that writes what is due."""

# ruff: noqa: N802, ARG002 - methods are named as on the wire, and every one gets the context

import tempfile
import threading
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import sqlalchemy as sa
import structlog
from landlinie.waste.v1 import export_pb2, export_service_pb2_grpc
from service_kit.errors import Aborted, Unavailable
from service_kit.faults import Faults
from service_kit.grpc_calls import Context
from service_kit.identity.principal import caller
from service_kit.pages import Pages
from service_kit.worker_pool import WorkerPool

from waste.application.desk import Desk
from waste.application.exporting import Exporting
from waste.application.ports_containers import Span
from waste.application.ports_exports import ExportContent, ExportFormat, KeptSchedule
from waste.domain.access import scope_of
from waste.entrypoints.base import Calls, call_of
from waste.entrypoints.export_requests import CONTENTS, FORMATS, format_of, schedule_message, schedule_of

PIECE_BYTES = 65_536
LONGEST_SPAN_DAYS = 800
LOOK_EVERY_S = 5.0
TROUBLE_WAIT_S = 30.0

_log = structlog.get_logger(__name__)


class ExportServicer(Calls, export_service_pb2_grpc.ExportServiceServicer):
    """The service's methods."""

    def __init__(self, desk: Desk, exporting: Exporting, *, pool: WorkerPool, pages: Pages) -> None:
        super().__init__(desk, pool=pool, pages=pages)
        self._exporting = exporting

    async def DownloadExport(
        self, request: export_pb2.DownloadExportRequest, context: Context
    ) -> AsyncIterator[export_pb2.DownloadExportResponse]:
        faults = Faults()
        sub_account = faults.identifier(request.sub_account_id, "sub_account_id")
        file_format = faults.choice(request.format, FORMATS, "format", ExportFormat.CSV)
        content = faults.choice(request.content, CONTENTS, "content", ExportContent.CONTAINERS)
        format_of(file_format, content, "format", faults)
        span = self._span(request, faults)
        _check_span(span, faults)
        faults.settle()
        with tempfile.TemporaryDirectory(prefix="landlinie-export-") as folder:
            path = Path(folder) / f"{sub_account}-{content.value}.{file_format.value}"
            written = partial(self._exporting.written, file_format=file_format, content=content, span=span)
            await self._pool.run(written, path, sub_account, scope_of(caller()))
            with path.open("rb") as file:
                while piece := await self._pool.look_up(file.read, PIECE_BYTES):
                    yield export_pb2.DownloadExportResponse(file_name=path.name, content=piece)

    async def SetExportSchedule(
        self, request: export_pb2.SetExportScheduleRequest, context: Context
    ) -> export_pb2.SetExportScheduleResponse:
        faults = Faults()
        call = call_of(request, _set, faults)
        schedule = schedule_of(request.schedule, faults)
        answer = await self._written(call, faults, self._exporting.set_schedule, schedule)
        return export_pb2.SetExportScheduleResponse.FromString(answer)

    async def RemoveExportSchedule(
        self, request: export_pb2.RemoveExportScheduleRequest, context: Context
    ) -> export_pb2.RemoveExportScheduleResponse:
        faults = Faults()
        call = call_of(request, _removed, faults)
        schedule_id = faults.identifier(request.schedule_id, "schedule_id")
        answer = await self._written(call, faults, self._exporting.remove_schedule, schedule_id)
        return export_pb2.RemoveExportScheduleResponse.FromString(answer)

    async def ListExportSchedules(
        self, request: export_pb2.ListExportSchedulesRequest, context: Context
    ) -> export_pb2.ListExportSchedulesResponse:
        faults = Faults()
        scope = self._chosen(request, faults).scope
        after, size = self._pages.position(request, faults), faults.page_size(request.page_size)
        faults.settle()
        found = await self._pool.look_up(self._exporting.schedules, scope, after, size + 1)
        more = found[size - 1].schedule.id if len(found) > size else ""
        return export_pb2.ListExportSchedulesResponse(
            schedules=[schedule_message(kept) for kept in found[:size]],
            next_page_token=self._pages.token(request, more),
        )


class ContinuousExports:
    """Writes files as they become due, in a thread of its own."""

    def __init__(self, exporting: Exporting) -> None:
        self._exporting = exporting
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="waste-exports", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End; waits for the file at hand."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        wait_s = 0.0
        while not self._stopping.wait(wait_s):
            try:
                wait_s = 0.0 if self._exporting.run_due() else LOOK_EVERY_S
            except (Aborted, Unavailable, sa.exc.OperationalError, sa.exc.TimeoutError) as error:
                _log.warning("exports_wait", error=repr(error))
                wait_s = TROUBLE_WAIT_S
            except Exception:
                # One that cannot be written must not keep the others from it; it is due again in an hour.
                _log.exception("export_not_written")
                wait_s = LOOK_EVERY_S


def _check_span(span: Span, faults: Faults) -> None:
    if span.start is None or span.end is None:
        return
    if not 0 <= (span.end - span.start).days <= LONGEST_SPAN_DAYS or span.end < span.start:
        faults.add(
            "end_time", f"{span.end} is not within {LONGEST_SPAN_DAYS} days after start_time", "SPAN_INVALID"
        )


def _set(kept: KeptSchedule) -> export_pb2.SetExportScheduleResponse:
    return export_pb2.SetExportScheduleResponse(schedule=schedule_message(kept))


def _removed(_done: None) -> export_pb2.RemoveExportScheduleResponse:
    return export_pb2.RemoveExportScheduleResponse()
