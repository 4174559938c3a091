"""The file of the embedded bus: records in partitions, and how far each group has read them."""

import json
import sqlite3
import threading
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from service_kit.bus import BusUnavailable, Delivery
from service_kit.events import Event

FORMAT_VERSION = 1
_BUSY_TIMEOUT_S = 10.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS topic (
    name TEXT PRIMARY KEY,
    partition_count INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS partition_end (
    topic TEXT NOT NULL,
    partition INTEGER NOT NULL,
    next_offset INTEGER NOT NULL,
    PRIMARY KEY (topic, partition)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS record (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    topic TEXT NOT NULL,
    partition INTEGER NOT NULL,
    record_offset INTEGER NOT NULL,
    event_key TEXT NOT NULL,
    id TEXT NOT NULL,
    source TEXT NOT NULL,
    type TEXT NOT NULL,
    time TEXT NOT NULL,
    extra_headers TEXT NOT NULL,
    payload BLOB NOT NULL,
    appended_at_s REAL NOT NULL,
    UNIQUE (topic, partition, record_offset)
);
CREATE TABLE IF NOT EXISTS committed (
    consumer_group TEXT NOT NULL,
    topic TEXT NOT NULL,
    partition INTEGER NOT NULL,
    next_offset INTEGER NOT NULL,
    PRIMARY KEY (consumer_group, topic, partition)
) WITHOUT ROWID;
"""

TopicPartition = tuple[str, int]


class EmbeddedLog:
    """One connection to the log's file, safe to share between threads, which then take turns.

    Parameters
    ----------
    partition_count
        For topics that do not exist yet.
    writing
        Shared by all writers of a process, so that they queue here: SQLite lets them sleep and try again, and
        one that never pauses keeps the others out for seconds.

    Raises
    ------
    BusUnavailable
        From every method, when the file cannot be used.
    """

    def __init__(self, path: Path, partition_count: int, writing: threading.Lock) -> None:
        self._partition_count = partition_count
        self._writing = writing
        self._lock = threading.Lock()
        with _as_bus_unavailable(path):
            self._connection = sqlite3.connect(
                path, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
            )
        try:
            with _as_bus_unavailable(path):
                self._prepare(path)
        except BaseException:
            self._connection.close()
            raise
        self._path = path

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def append(self, events: Sequence[Event]) -> None:
        """Store all of the events, or none when this raises."""
        with self._transaction("IMMEDIATE"):
            partitions: dict[str, int] = {}
            ends: dict[TopicPartition, int] = {}
            rows = []
            for event in events:
                count = partitions.get(event.topic) or partitions.setdefault(
                    event.topic, self._partitions_of_new_or_old(event.topic)
                )
                place = (event.topic, zlib.crc32(event.key.encode()) % count)
                offset = ends.get(place)
                if offset is None:
                    offset = self._end(place)
                ends[place] = offset + 1
                rows.append((*place, offset, *_row_of(event), time.time()))
            self._connection.executemany(
                "INSERT INTO record (topic, partition, record_offset, event_key, id, source, type, time, "
                "extra_headers, payload, appended_at_s) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                rows,
            )
            self._connection.executemany(
                "INSERT INTO partition_end VALUES (?, ?, ?) "
                "ON CONFLICT DO UPDATE SET next_offset = excluded.next_offset",
                [(*place, end) for place, end in ends.items()],
            )

    def topics(self) -> list[str]:
        with self._reading():
            return [name for (name,) in self._connection.execute("SELECT name FROM topic ORDER BY name")]

    def ends(self, topics: Sequence[str]) -> dict[TopicPartition, int]:
        """Return the offset the next record of each partition will get."""
        with self._reading():
            rows = self._connection.execute(
                "SELECT topic, partition, next_offset FROM partition_end"
            ).fetchall()
        return {(topic, partition): end for topic, partition, end in rows if topic in topics}

    def fetch(
        self, topics: Sequence[str], positions: Mapping[TopicPartition, int], max_count: int
    ) -> list[Delivery]:
        """Return records from these offsets on, 0 where none is given; oldest first over all partitions."""
        rows: list[tuple[Any, ...]] = []
        # Most partitions have nothing new, and which have takes one statement. What is stored after it waits
        # for the next fetch: else it would come before older records of another partition.
        for place, end in self.ends(topics).items():
            offset = positions.get(place, 0)
            if offset < end:
                rows += self._records(place, offset, end, max_count)
        rows.sort()
        return [_delivery_of(row) for row in rows[:max_count]]

    def newest_seq(self) -> int:
        """Return the number of the newest record over all topics, 0 when there is none."""
        with self._reading():
            (newest,) = self._connection.execute("SELECT max(seq) FROM record").fetchone()
            return newest or 0

    def read_span(
        self, topics: Sequence[str], after_seq: int, up_to_seq: int, max_count: int
    ) -> tuple[int, list[Delivery]]:
        """Return the next records of the topics as they were stored, and the number of the last one."""
        with self._reading():
            rows = self._connection.execute(
                "SELECT * FROM record WHERE seq > ? AND seq <= ? "
                "AND topic IN (SELECT value FROM json_each(?)) ORDER BY seq LIMIT ?",
                (after_seq, up_to_seq, json.dumps(topics), max_count),
            ).fetchall()
        return (rows[-1][0] if rows else up_to_seq), [_delivery_of(row) for row in rows]

    def committed(self, group: str) -> dict[TopicPartition, int]:
        """Return the offsets the group goes on from."""
        with self._reading():
            rows = self._connection.execute(
                "SELECT topic, partition, next_offset FROM committed WHERE consumer_group = ?", (group,)
            ).fetchall()
        return {(topic, partition): offset for topic, partition, offset in rows}

    def lag(self, group: str, topics: Sequence[str]) -> list[tuple[str, int, int, int]]:
        """Return topic, partition, the first offset the group has yet to take, and the end."""
        rows = []
        with self._transaction("DEFERRED"):
            for topic, partition, end in self._connection.execute(
                "SELECT topic, partition, next_offset FROM partition_end ORDER BY topic, partition"
            ).fetchall():
                if topic not in topics:
                    continue
                place = (topic, partition)
                (oldest,) = self._connection.execute(
                    "SELECT min(record_offset) FROM record WHERE topic = ? AND partition = ?", place
                ).fetchone()
                committed = self._connection.execute(
                    "SELECT next_offset FROM committed "
                    "WHERE consumer_group = ? AND topic = ? AND partition = ?",
                    (group, *place),
                ).fetchone()
                next_offset = max(end if oldest is None else oldest, committed[0] if committed else 0)
                rows.append((topic, partition, next_offset, end))
        return rows

    def commit(self, group: str, offsets: Mapping[TopicPartition, int]) -> None:
        """Remember the offsets the group goes on from."""
        with self._transaction("IMMEDIATE"):
            self._connection.executemany(
                "INSERT INTO committed VALUES (?, ?, ?, ?) "
                "ON CONFLICT DO UPDATE SET next_offset = excluded.next_offset",
                [(group, *place, offset) for place, offset in offsets.items()],
            )

    def trim(self, appended_before: datetime) -> int:
        """Delete the records stored before an instant and return how many; offsets are not used again."""
        with self._transaction("IMMEDIATE"):
            # Records lie in order of storing, so only the old ones are looked at.
            return self._connection.execute(
                "DELETE FROM record WHERE seq < coalesce("
                "(SELECT seq FROM record WHERE appended_at_s >= ? ORDER BY seq LIMIT 1), "
                "(SELECT max(seq) + 1 FROM record))",
                (appended_before.timestamp(),),
            ).rowcount

    def _prepare(self, path: Path) -> None:
        self._use_wal()
        self._connection.execute("PRAGMA synchronous = FULL")
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version > FORMAT_VERSION:
            raise BusUnavailable(f"{path} has format {version}, this program knows {FORMAT_VERSION}")
        if version < FORMAT_VERSION:
            self._connection.executescript(
                f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {FORMAT_VERSION}; COMMIT;"
            )

    def _use_wal(self) -> None:
        # Two processes that open a new file at once: SQLite refuses one without waiting, whatever the
        # timeout.
        give_up_at_s = time.monotonic() + _BUSY_TIMEOUT_S
        while True:
            try:
                self._connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > give_up_at_s:
                    raise
                time.sleep(0.01)
            else:
                return

    def _records(self, place: TopicPartition, first: int, end: int, max_count: int) -> list[tuple[Any, ...]]:
        with self._reading():
            return self._connection.execute(
                "SELECT * FROM record WHERE topic = ? AND partition = ? "
                "AND record_offset >= ? AND record_offset < ? ORDER BY record_offset LIMIT ?",
                (*place, first, end, max_count),
            ).fetchall()

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """One statement that reads: it is a transaction by itself."""
        with self._lock, _as_bus_unavailable(self._path):
            yield

    @contextmanager
    def _transaction(self, kind: Literal["DEFERRED", "IMMEDIATE"]) -> Iterator[None]:
        queue = self._writing if kind == "IMMEDIATE" else nullcontext()
        with queue, self._lock, _as_bus_unavailable(self._path):
            self._connection.execute(f"BEGIN {kind}")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def _partitions_of_new_or_old(self, topic: str) -> int:
        self._connection.execute("INSERT OR IGNORE INTO topic VALUES (?, ?)", (topic, self._partition_count))
        count: int
        (count,) = self._connection.execute(
            "SELECT partition_count FROM topic WHERE name = ?", (topic,)
        ).fetchone()
        return count

    def _end(self, place: TopicPartition) -> int:
        row = self._connection.execute(
            "SELECT next_offset FROM partition_end WHERE topic = ? AND partition = ?", place
        ).fetchone()
        return row[0] if row else 0


@contextmanager
def _as_bus_unavailable(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise BusUnavailable(f"event log {path}: {error}") from error


def _row_of(event: Event) -> tuple[str, str, str, str, str, str, bytes]:
    return (
        event.key,
        event.id,
        event.source,
        event.type,
        event.time.isoformat(),
        json.dumps(dict(event.extra_headers)),
        event.payload,
    )


def _delivery_of(row: tuple[Any, ...]) -> Delivery:
    _, topic, partition, offset, key, id_, source, type_, time_, extra_headers, payload, _ = row
    event = Event(
        id=id_,
        source=source,
        type=type_,
        topic=topic,
        key=key,
        time=datetime.fromisoformat(time_),
        payload=payload,
        extra_headers=json.loads(extra_headers),
    )
    return Delivery(event, topic, partition, offset)
