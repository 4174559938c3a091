"""Readers of the embedded bus."""

import sqlite3
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from service_kit.bus import BusUnavailable, Delivery, Start, check_group
from service_kit.closing import Closing
from service_kit.embedded_log import EmbeddedLog, TopicPartition

# How soon events of other processes are seen, and how soon a member standing by takes over.
LOOK_EVERY_S = 0.25

Positions = dict[TopicPartition, int]


class GroupLock:
    """At most one holder per group, over all threads and processes; freed when the holder's process dies.

    It is the exclusive lock of an empty SQLite file: no lease to run out, and the same on every system.
    """

    def __init__(self, log_path: Path, group: str) -> None:
        check_group(group)
        self._path = log_path.with_name(f"{log_path.name}.{group}.lock")
        self._held: sqlite3.Connection | None = None

    @property
    def held(self) -> bool:
        return self._held is not None

    def acquire(self) -> bool:
        """Take the lock unless somebody else has it; True when it is held."""
        if self._held is None:
            connection = sqlite3.connect(self._path, timeout=0, isolation_level=None, check_same_thread=False)
            try:
                connection.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError as error:
                connection.close()
                if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                    return False
                raise BusUnavailable(f"group lock {self._path}: {error}") from error
            self._held = connection
        return True

    def release(self) -> None:
        if self._held is not None:
            self._held.close()
            self._held = None


class _Reader(Closing):
    """What members of groups and tails have in common: positions that move along the log.

    Parameters
    ----------
    published
        Set whenever something was published to one of the topics in this process.
    """

    def __init__(
        self,
        log: EmbeddedLog,
        topics: Sequence[str],
        published: threading.Event,
    ) -> None:
        self._log = log
        self._topics = tuple(topics)
        self._published = published
        self._positions: Positions | None = None
        self._all_read_up_to: int | None = None
        """The newest record when nothing was left to read."""

    def poll(self, max_count: int, timeout_s: float) -> list[Delivery]:
        give_up_at_s = time.monotonic() + timeout_s
        while True:
            self._published.clear()
            deliveries = self._next(max_count)
            left_s = give_up_at_s - time.monotonic()
            if deliveries or left_s <= 0:
                return deliveries
            self._published.wait(min(left_s, LOOK_EVERY_S))

    def _next(self, max_count: int) -> list[Delivery]:
        if self._positions is None:
            self._positions = self._first_positions()
            self._all_read_up_to = None
        if self._positions is None:
            return []
        # Most looks find nothing new, and there are many of them a second: this is all they cost.
        newest_seq = self._log.newest_seq()
        if newest_seq == self._all_read_up_to:
            return []
        deliveries = self._log.fetch(self._topics, self._positions, max_count)
        for delivery in deliveries:
            self._positions[delivery.topic, delivery.partition] = delivery.offset + 1
        self._all_read_up_to = None if deliveries else newest_seq
        return deliveries

    def _first_positions(self) -> Positions | None:
        raise NotImplementedError

    def seek_to_beginning(self) -> None:
        self._positions = {}
        self._all_read_up_to = None

    def close(self) -> None:
        self._log.close()


class EmbeddedConsumer(_Reader):
    """A member of a group."""

    def __init__(
        self,
        log: EmbeddedLog,
        topics: Sequence[str],
        published: threading.Event,
        *,
        group: str,
        lock: GroupLock,
        start: Start,
    ) -> None:
        super().__init__(log, topics, published)
        self._group = group
        self._lock = lock
        self._replays = False
        # Where a group with start="latest" begins is settled when it joins, not when it first polls.
        self._start: Mapping[TopicPartition, int] = log.ends(topics) if start == "latest" else {}

    def commit(self, deliveries: Sequence[Delivery]) -> None:
        if not self._lock.held:
            raise BusUnavailable(f"this member of group {self._group} does not do the reading")
        offsets: Positions = {}
        for delivery in deliveries:
            place = (delivery.topic, delivery.partition)
            offsets[place] = max(offsets.get(place, 0), delivery.offset + 1)
        self._log.commit(self._group, offsets)

    def seek_to_beginning(self) -> None:
        # Holds for a member standing by, too, once it takes over.
        self._replays = True
        self._positions = None

    def seek_to_committed(self) -> None:
        self._positions = None

    def close(self) -> None:
        self._lock.release()
        super().close()

    def _first_positions(self) -> Positions | None:
        if not self._lock.acquire():
            return None
        if self._replays:
            self._replays = False
            return {}
        return {**self._start, **self._log.committed(self._group)}


class EmbeddedTail(_Reader):
    """A reader of what is published from its making on."""

    def __init__(
        self,
        log: EmbeddedLog,
        topics: Sequence[str],
        published: threading.Event,
    ) -> None:
        super().__init__(log, topics, published)
        self._ends = log.ends(topics)

    def commit(self, deliveries: Sequence[Delivery]) -> None:
        """Do nothing: without a group there is nobody to remember for."""

    def seek_to_committed(self) -> None:
        self._positions = None

    def _first_positions(self) -> Positions:
        return dict(self._ends)
