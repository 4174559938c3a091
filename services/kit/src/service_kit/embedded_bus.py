"""The event bus of one machine: a durable log in one SQLite file.

Any number of threads and processes may publish and read. A publish is one transaction, on disk
(``synchronous=FULL``) when it returns. A key's partition is its CRC-32 modulo the topic's partition count,
which is fixed when the topic is first published to.

A group has one active member at a time, who reads all partitions and holds the group's lock; the others
stand by. The operating system frees the lock the moment the member's process dies, and the next one goes on
from the committed offsets without waiting for a lease to run out. A topic's readers in the publishing process
wake at once, those of other processes look four times a second.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from weakref import WeakSet

from service_kit.bus import Delivery, PartitionLag, Start, check_group
from service_kit.embedded_consumer import EmbeddedConsumer, EmbeddedTail, GroupLock
from service_kit.embedded_log import EmbeddedLog
from service_kit.events import Event

PARTITION_COUNT = 4
_TRIM_EVERY_S = 3600.0
_READ_COUNT = 500


class EmbeddedBus:
    """The log in the file at ``path``.

    Parameters
    ----------
    path
        Made when missing, with its folders. Beside it lie an empty ``.lock`` file per group.
    retention
        Records older than this are deleted, read or not, as Kafka does; None keeps everything.
    partition_count
        For topics that do not exist yet.

    Raises
    ------
    BusUnavailable
        When the file cannot be opened, is no database, or was written by a newer version of the program.
    """

    def __init__(
        self,
        path: Path,
        *,
        retention: timedelta | None = None,
        partition_count: int = PARTITION_COUNT,
    ) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._retention = retention
        self._partition_count = partition_count
        self._writing = threading.Lock()
        self._writer = self._open()
        self._bells_lock = threading.Lock()
        self._bells: defaultdict[str, WeakSet[threading.Event]] = defaultdict(WeakSet)
        """By topic, what wakes its readers in this process; it goes with its reader."""
        self._trimmed_at_s: float | None = None

    def publish(self, events: Sequence[Event]) -> None:
        """Store the events, all or none; they survive any crash once this returns."""
        if not events:
            return
        self._writer.append(events)
        with self._bells_lock:
            for topic in {event.topic for event in events} & self._bells.keys():
                for bell in self._bells[topic]:
                    bell.set()
        self._trim_when_due()

    def consumer(self, group: str, topics: Sequence[str], *, start: Start = "earliest") -> EmbeddedConsumer:
        """Join a group."""
        lock = GroupLock(self._path, group)
        return EmbeddedConsumer(
            self._open(),
            topics,
            self._bell(topics),
            group=group,
            lock=lock,
            start=start,
        )

    def tail(self, topics: Sequence[str]) -> EmbeddedTail:
        """Return a reader of what is published from now on."""
        return EmbeddedTail(self._open(), topics, self._bell(topics))

    def read(self, topics: Sequence[str]) -> Iterator[Delivery]:
        """Go through everything stored in these topics at this moment, in order of storing."""
        log = self._open()
        try:
            seen_seq, newest_seq = 0, log.newest_seq()
            while seen_seq < newest_seq:
                seen_seq, deliveries = log.read_span(topics, seen_seq, newest_seq, _READ_COUNT)
                yield from deliveries
        finally:
            log.close()

    def topics(self) -> list[str]:
        """Return the names of the topics there are, sorted."""
        return self._writer.topics()

    def lag(self, group: str, topics: Sequence[str]) -> list[PartitionLag]:
        """Return how far a group is behind in each partition of those of the topics that exist."""
        check_group(group)
        return [
            PartitionLag(topic, partition, next_offset, end_offset)
            for topic, partition, next_offset, end_offset in self._writer.lag(group, topics)
        ]

    def close(self) -> None:
        """Close the file; consumers are closed by whoever opened them."""
        self._writer.close()

    def _open(self) -> EmbeddedLog:
        return EmbeddedLog(self._path, self._partition_count, self._writing)

    def _bell(self, topics: Sequence[str]) -> threading.Event:
        bell = threading.Event()
        with self._bells_lock:
            for topic in topics:
                self._bells[topic].add(bell)
        return bell

    def _trim_when_due(self) -> None:
        now_s = time.monotonic()
        if self._retention is None:
            return
        if self._trimmed_at_s is None or now_s - self._trimmed_at_s > _TRIM_EVERY_S:
            self._trimmed_at_s = now_s
            self._writer.trim(datetime.now(UTC) - self._retention)
