"""Road changes kept in the service's database: its own, and those other services tell of."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
import structlog
from landlinie.network.events.v1 import road_events_pb2
from pydantic import TypeAdapter
from service_kit import outbox
from service_kit.availability import told_when_unavailable
from service_kit.database import reading
from service_kit.errors import InvalidInput
from service_kit.event_payload import unpack
from service_kit.events import Event, MalformedEvent
from service_kit.migrations import migrate

from pooling.adapters import road_messages
from pooling.adapters.fact_messages import SOURCE
from pooling.adapters.road_tables import road_changes
from pooling.domain.road_changes import RoadChange
from pooling.domain.road_rules import faults_of

GROUP = "pooling-roads"
"""The consumer group that hears of others' changes."""

_CHANGE = TypeAdapter(RoadChange)
_log = structlog.get_logger(__name__)


class SqlRoadBook:
    """See ``application.road_changes.RoadBook``; its database is brought to the shape this program knows."""

    def __init__(self, engine: sa.Engine) -> None:
        migrate(engine, "pooling.adapters.road_migrations")
        self._engine = engine

    def report(self, change: RoadChange, request_id: str, fingerprint: bytes, now: datetime) -> RoadChange:
        try:
            with told_when_unavailable(), self._engine.begin() as connection:
                connection.execute(sa.insert(road_changes), _row(change, request_id, fingerprint))
                outbox.append(connection, [road_messages.reported(change, now)])
        except sa.exc.IntegrityError:
            # The same request was quicker.
            known = self.reported(request_id, fingerprint)
            if known is None:
                raise
            return known
        return change

    def reported(self, request_id: str, fingerprint: bytes) -> RoadChange | None:
        table = road_changes
        query = sa.select(table.c.fingerprint, table.c.document).where(table.c.request_id == request_id)
        with told_when_unavailable(), reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        if row.fingerprint != fingerprint:
            raise InvalidInput.in_field(
                "request_id", f"{request_id!r} was used for another road change before", "REQUEST_ID_REUSED"
            )
        return _CHANGE.validate_json(row.document)

    def lift(self, road_change_id: str, now: datetime) -> bool:
        table = road_changes
        with told_when_unavailable(), self._engine.begin() as connection:
            mine = table.c.road_change_id == road_change_id
            row = connection.execute(sa.select(table.c.end_time).where(mine)).one_or_none()
            if row is None:
                return False
            if row.end_time is None or row.end_time > now:
                connection.execute(sa.update(table).where(mine).values(end_time=now))
                outbox.append(connection, [road_messages.lifted(road_change_id, now)])
        return True

    def changes(self, now: datetime, after: str, count: int | None) -> list[RoadChange]:
        table = road_changes
        query = (
            sa.select(table.c.document)
            .where(table.c.road_change_id > after, table.c.end_time.is_(None) | (table.c.end_time > now))
            .order_by(table.c.road_change_id)
            .limit(count)
        )
        with told_when_unavailable(), reading(self._engine) as connection:
            return [_CHANGE.validate_json(row) for row in connection.execute(query).scalars()]

    def take(self, connection: sa.Connection, event: Event) -> None:
        """Keep what another service tells; what this one tells is kept already.

        Raises
        ------
        MalformedEvent
            Where a change is none: its path, share or times are wrong.
        """
        if event.source == SOURCE:
            return
        if event.type == road_events_pb2.RoadChangeLifted.DESCRIPTOR.full_name:
            over = unpack(event, road_events_pb2.RoadChangeLifted)
            self._end(connection, over.road_change_id, event.time)
        elif event.type == road_events_pb2.RoadChangeReported.DESCRIPTOR.full_name:
            told = unpack(event, road_events_pb2.RoadChangeReported)
            change = road_messages.change_of(told.road_change, event.time)
            if faults := faults_of(change):
                raise MalformedEvent(f"event {event.id}: {'; '.join(faults)}")
            self._put(connection, change)
            _log.info("road_change_heard", road_change_id=change.id, source=event.source)

    def purge(self, over_before: datetime) -> int:
        """Forget changes that were over before an instant; how many."""
        with told_when_unavailable(), self._engine.begin() as connection:
            return connection.execute(
                sa.delete(road_changes).where(road_changes.c.end_time < over_before)
            ).rowcount

    def _put(self, connection: sa.Connection, change: RoadChange) -> None:
        table = road_changes
        mine = table.c.road_change_id == change.id
        row = _row(change, None, b"")
        known = connection.execute(sa.select(table.c.request_id).where(mine)).one_or_none()
        if known is None:
            connection.execute(sa.insert(table), row)
        elif known.request_id is None:
            connection.execute(sa.update(table).where(mine).values(row))
        else:
            raise MalformedEvent(f"road_change_id is {change.id!r}, which is one of this service's own")

    def _end(self, connection: sa.Connection, road_change_id: str, when: datetime) -> None:
        table = road_changes
        connection.execute(
            sa.update(table)
            .where(table.c.road_change_id == road_change_id)
            .where(table.c.end_time.is_(None) | (table.c.end_time > when))
            .values(end_time=when)
        )


def _row(change: RoadChange, request_id: str | None, fingerprint: bytes) -> dict[str, Any]:
    return {
        "road_change_id": change.id,
        "request_id": request_id,
        "fingerprint": fingerprint,
        "end_time": change.end,
        "document": _CHANGE.dump_json(change),
    }
