"""Events written in the same transaction as the state they tell of, and carried to the bus afterwards.

A crash between publishing and marking as sent delivers twice; no crash loses an event. Events of one key go
out in the order in which their transactions committed, whichever of several processes wrote and carried them.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

import sqlalchemy as sa
import structlog

from service_kit.backoff import Backoff
from service_kit.bus import Bus
from service_kit.database import UtcDateTime, reading
from service_kit.events import Event
from service_kit.postgres import is_postgres, lock_key
from service_kit.telemetry.event_spans import appending, relaying
from service_kit.telemetry.metrics import EVENTS_PUBLISHED

_log = structlog.get_logger(__name__)


def outbox_table(metadata: sa.MetaData) -> sa.Table:
    """Return the table ``outbox``, made part of ``metadata`` (a service's first migration creates it)."""
    if "outbox" in metadata.tables:
        return metadata.tables["outbox"]
    table = sa.Table(
        "outbox",
        metadata,
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("id", sa.String, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("type", sa.String, nullable=False),
        sa.Column("topic", sa.String, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("time", UtcDateTime, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("extra_headers", sa.JSON, nullable=False),
        sa.Column("sent_at", UtcDateTime),
        # Without it SQLite hands the numbers of purged rows out again.
        sqlite_autoincrement=True,
    )
    sa.Index(
        "outbox_unsent",
        table.c.seq,
        sqlite_where=table.c.sent_at.is_(None),
        postgresql_where=table.c.sent_at.is_(None),
    )
    return table


_outbox = outbox_table(sa.MetaData())


def append(connection: sa.Connection, events: Sequence[Event]) -> None:
    """Store events in the caller's transaction; they go out, in this order, once it has committed."""
    if not events:
        return
    with appending(events) as in_trace:
        _in_turn(connection, events)
        connection.execute(
            sa.insert(_outbox),
            [
                {
                    "id": event.id,
                    "source": event.source,
                    "type": event.type,
                    "topic": event.topic,
                    "key": event.key,
                    "time": event.time,
                    "payload": event.payload,
                    "extra_headers": dict(event.extra_headers),
                }
                for event in in_trace
            ],
        )


def _in_turn(connection: sa.Connection, events: Sequence[Event]) -> None:
    """Let writers of one key number their events one after the other, up to the end of their transactions.

    PostgreSQL numbers rows when they are written: without this a transaction that commits first may have the
    higher numbers, and the relay would carry its events first. SQLite has one writer at a time.
    """
    if is_postgres(connection):
        # Always in the same order: two that want each other's keys must not wait for each other.
        for key in sorted({lock_key("outbox", event.topic, event.key) for event in events}):
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))


def waiting(engine: sa.Engine) -> tuple[int, datetime | None]:
    """Return how many events wait to be carried to the bus, and when the oldest of them happened."""
    unsent = sa.select(_outbox).where(_outbox.c.sent_at.is_(None)).subquery()
    query = sa.select(sa.func.count(), sa.func.min(unsent.c.time, type_=UtcDateTime)).select_from(unsent)
    with reading(engine) as connection:
        count, oldest = connection.execute(query).one()
    return count, oldest


class Relay:
    """Carries one database's outbox to the bus, in a thread of its own, in order.

    On PostgreSQL every replica of a service may run one: an advisory lock lets one of them carry at a time,
    and passes on when its transaction or its process ends.

    Parameters
    ----------
    poll_s
        Seconds between looks for events of other processes; :meth:`poke` spares this process the wait.
    keep_sent
        How long sent events stay in the table.
    """

    def __init__(
        self,
        engine: sa.Engine,
        bus: Bus,
        *,
        batch_size: int = 200,
        poll_s: float = 1.0,
        keep_sent: timedelta = timedelta(days=1),
    ) -> None:
        self._engine = engine
        self._bus = bus
        self._batch_size = batch_size
        self._poll_s = poll_s
        self._keep_sent = keep_sent
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="outbox-relay", daemon=True)

    def start(self) -> None:
        """Begin to carry events."""
        self._thread.start()

    def poke(self) -> None:
        """Say that a transaction with events has committed."""
        self._wake.set()

    def stop(self) -> None:
        """Finish the batch under way and end; what is left waits in the table."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def publish_pending(self) -> int:
        """Carry everything that waits, and return how many events that was.

        Raises
        ------
        BusUnavailable
            When the bus does not take them; they stay.
        """
        sent_count = 0
        # Nothing waits most of the time, and to see that takes no lock.
        while not self._stopping.is_set() and self._unsent(1):
            with self._alone() as mine:
                carried_count = self._carry_batch() if mine else 0
            if not carried_count:
                break
            sent_count += carried_count
        return sent_count

    def purge(self, sent_before: datetime) -> int:
        """Delete events sent before an instant, and return how many."""
        with self._engine.begin() as connection:
            return connection.execute(sa.delete(_outbox).where(_outbox.c.sent_at < sent_before)).rowcount

    def _run(self) -> None:
        backoff = Backoff()
        purged_at = datetime.min.replace(tzinfo=UTC)
        while not self._stopping.is_set():
            try:
                self._wake.clear()
                self.publish_pending()
                now = datetime.now(UTC)
                if now - purged_at > self._keep_sent / 24:
                    self.purge(now - self._keep_sent)
                    purged_at = now
                backoff.reset()
                self._wake.wait(self._poll_s)
            except Exception as error:
                delay_s = backoff.next_delay_s()
                _log.warning("outbox_relay_waits", error=repr(error), delay_s=round(delay_s, 3))
                self._stopping.wait(delay_s)

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        """Whether no other relay of this database carries, and none begins to before the block is left."""
        if not is_postgres(self._engine):
            yield True
            return
        with self._engine.begin() as connection:
            schema = connection.scalar(sa.select(sa.func.current_schema()))
            lock = sa.func.pg_try_advisory_xact_lock(lock_key("relay", str(schema)))
            yield bool(connection.scalar(sa.select(lock)))

    def _carry_batch(self) -> int:
        batch = self._unsent(self._batch_size)
        if batch:
            with relaying([event for _, event in batch]) as events:
                self._bus.publish(events)
            for event in events:
                EVENTS_PUBLISHED.labels(event.topic).inc()
            self._mark_sent([seq for seq, _ in batch])
        return len(batch)

    def _unsent(self, count: int) -> list[tuple[int, Event]]:
        query = sa.select(_outbox).where(_outbox.c.sent_at.is_(None)).order_by(_outbox.c.seq)
        with reading(self._engine) as connection:
            rows = connection.execute(query.limit(count)).all()
        return [(row.seq, _event_of(row)) for row in rows]

    def _mark_sent(self, seqs: Sequence[int]) -> None:
        with self._engine.begin() as connection:
            connection.execute(
                sa.update(_outbox).where(_outbox.c.seq.in_(seqs)).values(sent_at=datetime.now(UTC))
            )


def _event_of(row: sa.Row[Any]) -> Event:
    return Event(
        id=row.id,
        source=row.source,
        type=row.type,
        topic=row.topic,
        key=row.key,
        time=row.time,
        payload=row.payload,
        extra_headers=row.extra_headers,
    )
