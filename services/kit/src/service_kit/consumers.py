"""Running a handler over a group's events: each counts once, none is lost, none blocks for ever."""

import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

import sqlalchemy as sa
import structlog

from service_kit import inbox
from service_kit.backoff import Backoff
from service_kit.bus import Bus, BusUnavailable, Consumer, Delivery, Start
from service_kit.dead_letters import as_dead_letter, as_first_sent, retry_topic
from service_kit.errors import Aborted, DeadlineExceeded, ResourceExhausted, Unavailable
from service_kit.events import MALFORMED, Event, PoisonMessage
from service_kit.telemetry.event_spans import handling
from service_kit.telemetry.metrics import DEAD_LETTERS, EVENTS_HANDLED

_log = structlog.get_logger(__name__)

Handler = Callable[[sa.Connection, Event], None]
"""Makes of an event what it means, in the transaction it is given; called again after a failure."""

# Failures that say nothing about the event: it is tried again for as long as they last.
_TRANSIENT = (
    BusUnavailable,
    ConnectionError,
    TimeoutError,
    Aborted,
    DeadlineExceeded,
    ResourceExhausted,
    Unavailable,
    sa.exc.OperationalError,
    sa.exc.TimeoutError,
)
_POLL_S = 0.25
REJOIN_AFTER_S = 60.0
"""For so long a member whose commits fail stays in its group."""


class ConsumerRunner:
    """Polls, handles, commits, in a thread of its own.

    A batch is handled in one database transaction together with the inbox rows that make each event count
    once; when anything in it fails, the batch is rolled back and gone through one event at a time.
    Transient failures (database or bus away, ``Unavailable``) are retried without end, with growing pauses.
    An event whose handler raises ``PoisonMessage``, or anything else ``max_attempts`` times, goes to the
    dead letters.

    Parameters
    ----------
    bus, engine
        Where events come from, and the database that holds the inbox and what the handler writes.
    group, topics, start
        As in :meth:`service_kit.bus.Bus.consumer`; replayed dead letters of these topics come, too.
    batch_size
        Events handled in one transaction at most; the write lock is held for as long as that takes.
    """

    def __init__(
        self,
        bus: Bus,
        engine: sa.Engine,
        group: str,
        topics: Sequence[str],
        handler: Handler,
        *,
        start: Start = "earliest",
        max_attempts: int = 5,
        batch_size: int = 32,
    ) -> None:
        self._bus = bus
        self._engine = engine
        self._group = group
        self._topics = [*topics, *(retry_topic(topic, group) for topic in topics)]
        self._handler = handler
        self._start = start
        self._max_attempts = max_attempts
        self._batch_size = batch_size
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"consumer-{group}", daemon=True)

    def start(self) -> None:
        """Begin to consume."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the event at hand, leave the group and end."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def run_until_caught_up(self, wait_s: float = 0.0) -> int:
        """Handle, in the calling thread, everything there is for the group now; return how many deliveries.

        For tools and tests; not while the runner's own thread runs.

        Parameters
        ----------
        wait_s
            Seconds without a delivery after which there are no more. The embedded bus needs none; joining a
            group of Kafka's takes a few.
        """
        count = 0
        with self._join() as consumer:
            while deliveries := consumer.poll(self._batch_size, wait_s):
                consumer.commit(self._taken(deliveries))
                count += len(deliveries)
        return count

    def _join(self) -> Consumer:
        return self._bus.consumer(self._group, self._topics, start=self._start)

    def _run(self) -> None:
        backoff = Backoff()
        while not self._stopping.is_set():
            try:
                with self._join() as consumer:
                    done = _Done(consumer)
                    while not self._stopping.is_set():
                        done.add(self._taken(consumer.poll(self._batch_size, _POLL_S)))
                        self._commit(done)
                        backoff.reset()
            except Exception as error:
                self._pause(backoff, "consumer_rejoins", error)

    def _commit(self, done: "_Done") -> None:
        """Commit what is done; where the bus is away for a moment, that is done with what comes next.

        Whoever left a group whose bus is away could not say so, and the group would wait for the dead.
        """
        try:
            done.commit()
        except BusUnavailable as away:
            if done.waits_s() > REJOIN_AFTER_S:
                raise
            self._pause(done.backoff, "commit_waits", away)

    def _taken(self, deliveries: Sequence[Delivery]) -> Sequence[Delivery]:
        """Handle deliveries; those that are done with: all of them, unless stopped meanwhile."""
        if not deliveries:
            return deliveries
        try:
            self._handle([delivery.event for delivery in deliveries])
        except Exception:
            for done_count, delivery in enumerate(deliveries):
                if not self._settle(delivery):
                    return deliveries[:done_count]
        return deliveries

    def _handle(self, events: Sequence[Event]) -> None:
        with self._engine.begin() as connection:
            for event in events:
                if MALFORMED in event.extra_headers:
                    raise PoisonMessage(event.extra_headers[MALFORMED])
                if inbox.first_time(connection, self._group, event):
                    with handling(event, self._group):
                        self._handler(connection, as_first_sent(event))
        EVENTS_HANDLED.labels(self._group).inc(len(events))

    def _settle(self, delivery: Delivery) -> bool:
        """Handle one event or put it with the dead letters; False when stopped before either."""
        backoff = Backoff()
        attempt_count = 0
        while not self._stopping.is_set():
            try:
                self._handle([delivery.event])
            except Exception as error:
                if _is_transient(error):
                    self._pause(backoff, "event_waits", error, event_id=delivery.event.id)
                    continue
                attempt_count += 1
                if isinstance(error, PoisonMessage) or attempt_count >= self._max_attempts:
                    return self._bury(delivery, error, attempt_count)
                self._pause(backoff, "event_failed", error, event_id=delivery.event.id)
            else:
                return True
        return False

    def _bury(self, delivery: Delivery, error: Exception, attempt_count: int) -> bool:
        letter = as_dead_letter(delivery, self._group, error, attempt_count)
        _log.error("dead_letter", topic=letter.topic, event_id=letter.id, error=repr(error))
        backoff = Backoff()
        while not self._stopping.is_set():
            try:
                self._bus.publish([letter])
            except BusUnavailable as away:
                self._pause(backoff, "dead_letter_waits", away, event_id=letter.id)
            else:
                DEAD_LETTERS.labels(self._group).inc()
                return True
        return False

    def _pause(self, backoff: Backoff, what: str, error: Exception, **facts: str) -> None:
        delay_s = backoff.next_delay_s()
        _log.warning(what, group=self._group, error=repr(error), delay_s=round(delay_s, 3), **facts)
        self._stopping.wait(delay_s)


class _Done:
    """What a member of a group is done with and has not committed."""

    def __init__(self, consumer: Consumer) -> None:
        self.backoff = Backoff(longest_s=1.0)
        self._consumer = consumer
        self._newest: dict[tuple[str, int], Delivery] = {}
        self._since_s: float | None = None

    def add(self, deliveries: Sequence[Delivery]) -> None:
        # A commit of a partition's newest delivery counts for those before it.
        self._newest |= {(delivery.topic, delivery.partition): delivery for delivery in deliveries}

    def commit(self) -> None:
        """Commit it; raises BusUnavailable."""
        if not self._newest:
            return
        if self._since_s is None:
            self._since_s = time.monotonic()
        self._consumer.commit(list(self._newest.values()))
        self._newest.clear()
        self._since_s = None
        self.backoff.reset()

    def waits_s(self) -> float:
        """For how long commits have failed."""
        return 0.0 if self._since_s is None else time.monotonic() - self._since_s


def _is_transient(error: Exception) -> bool:
    if isinstance(error, sa.exc.OperationalError):
        # SQLite files wrong SQL under the same class as a locked or unreachable database.
        return getattr(error.orig, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR
    return isinstance(error, _TRANSIENT)
