"""The store of traces, in a database of its own: a SQLite file, or a schema of PostgreSQL."""

import zlib
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from pydantic import TypeAdapter
from service_kit.answers import SqlAnswers, transaction, view

from ticketing.adapters.trace_tables import traces
from ticketing.application.ports import StoredTrace
from ticketing.domain.trace import Fix

_POINTS = TypeAdapter(tuple[Fix, ...])


class SqlTraceStore:
    """See ``application.ports.TraceStore``; points are compressed, a day's trace is some ten kilobytes."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def put(self, trace: StoredTrace) -> None:
        with transaction(self._engine) as connection:
            SqlAnswers(connection).put(
                traces,
                {"reference": trace.reference},
                rider=trace.rider,
                upload_time=trace.upload_time,
                delete_time=trace.delete_time,
                points=zlib.compress(_POINTS.dump_json(trace.points)),
            )

    def traces(self, riders: Sequence[str]) -> list[StoredTrace]:
        query = sa.select(traces).where(traces.c.rider.in_(riders)).order_by(traces.c.upload_time)
        with view(self._engine) as connection:
            return [
                StoredTrace(
                    row.rider,
                    row.reference,
                    row.upload_time,
                    row.delete_time,
                    _POINTS.validate_json(zlib.decompress(row.points)),
                )
                for row in connection.execute(query)
            ]

    def delete(self, riders: Sequence[str]) -> int:
        with transaction(self._engine) as connection:
            return connection.execute(sa.delete(traces).where(traces.c.rider.in_(riders))).rowcount

    def sweep(self, now: datetime) -> int:
        with transaction(self._engine) as connection:
            return connection.execute(sa.delete(traces).where(traces.c.delete_time <= now)).rowcount
