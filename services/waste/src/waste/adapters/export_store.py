"""Schedules of exports in SQL; see ``application.ports_exports`` for what is promised."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from service_kit import audit_trail
from service_kit.answers import SqlAnswers, transaction, view
from service_kit.identity.audit import AuditEntry

from waste.adapters.open_tables import export_schedules
from waste.application.ports_exports import ExportContent, ExportFormat, ExportSchedule, KeptSchedule
from waste.domain.access import Scope

_columns = export_schedules.c


class SqlExports(SqlAnswers):
    """One transaction: see ``application.ports_exports.ExportWriter``."""

    def schedule(self, schedule_id: str, scope: Scope) -> KeptSchedule | None:
        query = sa.select(export_schedules).where(_columns.schedule_id == schedule_id, *_in(scope))
        row = self._connection.execute(query).one_or_none()
        return _kept(row) if row else None

    def schedules(self, scope: Scope, after: str, count: int) -> list[KeptSchedule]:
        query = sa.select(export_schedules).where(_columns.schedule_id > after, *_in(scope))
        rows = self._connection.execute(query.order_by(_columns.schedule_id).limit(count))
        return [_kept(row) for row in rows]

    def put_schedule(self, kept: KeptSchedule) -> None:
        schedule = kept.schedule
        self.put(
            export_schedules,
            {"schedule_id": schedule.id},
            sub_account_id=schedule.sub_account,
            document={
                "format": schedule.format.value,
                "content": schedule.content.value,
                "cron": schedule.cron,
                "zone": schedule.zone.key,
                "keep_days": schedule.keep_days,
            },
            next_at=kept.next_at,
            latest_at=kept.latest_at,
            error=kept.error,
        )

    def remove_schedule(self, schedule_id: str) -> None:
        self._connection.execute(sa.delete(export_schedules).where(_columns.schedule_id == schedule_id))

    def take_due(self, now: datetime, until: datetime) -> KeptSchedule | None:
        query = sa.select(export_schedules).where(_columns.next_at <= now).order_by(_columns.next_at)
        # Replicas pass by what another one is taking; SQLite has one writer at a time.
        row = self._connection.execute(query.limit(1).with_for_update(skip_locked=True)).one_or_none()
        if row is None:
            return None
        mine = _columns.schedule_id == row.schedule_id
        self._connection.execute(sa.update(export_schedules).where(mine).values(next_at=until))
        return _kept(row)

    def record(self, entry: AuditEntry) -> None:
        audit_trail.append(self._connection, entry)


class SqlExportStore:
    """See ``application.ports_exports.ExportStore``."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    @contextmanager
    def reading(self) -> Iterator[SqlExports]:
        with view(self._engine) as connection:
            yield SqlExports(connection)

    @contextmanager
    def writing(self) -> Iterator[SqlExports]:
        with transaction(self._engine) as connection:
            yield SqlExports(connection)


def _in(scope: Scope) -> list[sa.ColumnElement[bool]]:
    if scope.sub_account_ids is None:
        return []
    return [_columns.sub_account_id.in_(sorted(scope.sub_account_ids))]


def _kept(row: Any) -> KeptSchedule:
    told = row.document
    schedule = ExportSchedule(
        row.schedule_id,
        row.sub_account_id,
        ExportFormat(told["format"]),
        ExportContent(told["content"]),
        told["cron"],
        ZoneInfo(told["zone"]),
        told["keep_days"],
    )
    return KeptSchedule(schedule, row.next_at, row.latest_at, row.error)
