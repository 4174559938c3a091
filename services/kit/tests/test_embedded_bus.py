"""What only the embedded bus promises: its file, its retention, and life after ``kill -9``."""

import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from service_kit import embedded_consumer
from service_kit.bus import BusUnavailable, Delivery
from service_kit.embedded_bus import EmbeddedBus
from service_kit.embedded_log import EmbeddedLog
from service_kit.events import Event

TOPIC = "landlinie.test.ride.v1"
EVENT = Event("e0", "landlinie/test", "landlinie.test.Happened", TOPIC, "z", datetime.now(UTC), b"0")


def events(first: int, count: int) -> list[Event]:
    return [replace(EVENT, id=f"e{n}", payload=str(n).encode()) for n in range(first, first + count)]


@contextmanager
def child(code: str, *arguments: object) -> Iterator["subprocess.Popen[str]"]:
    """Run code in another process, and make sure it ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)], stdout=subprocess.PIPE, text=True, bufsize=1
    )
    try:
        with process:
            yield process
            process.kill()
    finally:
        process.kill()


def lines(process: "subprocess.Popen[str]", count: int) -> list[str]:
    assert process.stdout is not None
    return [process.stdout.readline().strip() for _ in range(count)]


def killed(process: "subprocess.Popen[str]") -> list[str]:
    """Kill -9 and return what it had still said."""
    assert process.stdout is not None
    process.kill()
    rest = process.stdout.read().split("\n")
    assert process.wait() == -signal.SIGKILL
    # A line without its end was not said.
    return rest[:-1]


PUBLISH = f"""
import sys, time
from pathlib import Path
from datetime import UTC, datetime
from service_kit.embedded_bus import EmbeddedBus
from service_kit.embedded_log import EmbeddedLog
from service_kit.events import Event
bus = EmbeddedBus(Path(sys.argv[1]))
number = 0
while True:
    bus.publish([Event(f"{{sys.argv[2]}}-{{n}}", "s", "t", {TOPIC!r}, sys.argv[2], datetime.now(UTC), b"")
                 for n in (number, number + 1)])
    number += 2
    print(number, flush=True)
    time.sleep(0.001)
"""


def test_kill_9_while_publishing_loses_nothing_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    with child(PUBLISH, path, "a") as one, child(PUBLISH, path, "b") as other:
        acknowledged = {
            "a": int((lines(one, 30) + killed(one))[-1]),
            "b": int((lines(other, 10) + killed(other))[-1]),
        }
    with closing(EmbeddedBus(path)) as bus:
        stored = [delivery.event.id for delivery in bus.read([TOPIC])]
        for name, count in acknowledged.items():
            mine = [id_ for id_ in stored if id_.startswith(name)]
            assert mine == [f"{name}-{n}" for n in range(len(mine))]
            # The last publish may have been stored and not told; whole batches only, either way.
            assert len(mine) in {count, count + 2}
        bus.publish(events(0, 1))


CONSUME = f"""
import sys
import threading
from pathlib import Path
from service_kit.embedded_bus import EmbeddedBus
from service_kit.embedded_log import EmbeddedLog
bus = EmbeddedBus(Path(sys.argv[1]))
with bus.consumer("g", [{TOPIC!r}]) as consumer:
    while True:
        deliveries = consumer.poll(3, 30)
        consumer.commit(deliveries)
        print(deliveries[-1].event.payload.decode(), flush=True)
"""


def test_kill_9_while_consuming_frees_the_group_and_keeps_its_place(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    with closing(EmbeddedBus(path)) as bus:
        bus.publish(events(0, 3000))
        with child(CONSUME, path) as process, bus.consumer("g", [TOPIC]) as standing_by:
            said = lines(process, 5)
            assert standing_by.poll(1, 0) == []
            said += killed(process)
            (first, *_) = standing_by.poll(1, 30)
        last_acknowledged = int(said[-1])
        assert int(first.event.payload) in {last_acknowledged + 1, last_acknowledged + 4}


def test_publishers_in_two_processes_may_make_the_file_together(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    with child(PUBLISH, path, "a") as one, child(PUBLISH, path, "b") as other:
        assert lines(one, 1) == lines(other, 1) == ["2"]


def test_a_publish_wakes_readers_of_its_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_consumer, "LOOK_EVERY_S", 3600.0)
    with (
        closing(EmbeddedBus(tmp_path / "events.db")) as bus,
        bus.tail([TOPIC]) as tail,
        ThreadPoolExecutor(1) as pool,
    ):
        looked = threading.Event()
        look = tail._next

        def look_and_tell(count: int) -> list[Delivery]:
            found = look(count)
            looked.set()
            return found

        monkeypatch.setattr(tail, "_next", look_and_tell)
        waiting = pool.submit(tail.poll, 1, 30.0)
        assert looked.wait(30)
        bus.publish(events(7, 1))
        (delivery,) = waiting.result(20)
        assert delivery.event.payload == b"7"


@pytest.mark.parametrize("writes", ["here", "in another process"])
def test_the_log_is_read_only_when_somebody_has_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writes: str
) -> None:
    path = tmp_path / "events.db"
    with (
        closing(EmbeddedBus(path)) as bus,
        closing(EmbeddedBus(path)) as elsewhere,
        bus.consumer("g", [TOPIC]) as member,
    ):
        publishing = bus if writes == "here" else elsewhere
        publishing.publish(events(0, 2))
        reads = []
        fetch = EmbeddedLog.fetch

        def count(log: EmbeddedLog, *asked: Any) -> list[Delivery]:
            reads.append(asked)
            return fetch(log, *asked)

        monkeypatch.setattr(EmbeddedLog, "fetch", count)
        # More is left than is asked for, though nobody has written since.
        first, second = member.poll(1, 0), member.poll(1, 0)
        assert [delivery.event.id for delivery in first + second] == ["e0", "e1"]
        member.commit(first)
        assert [member.poll(1, 0) for _ in range(5)] == [[]] * 5
        assert len(reads) == 3
        publishing.publish(events(2, 1))
        assert [delivery.event.id for delivery in member.poll(9, 0)] == ["e2"]
        assert member.poll(1, 0) == []
        member.seek_to_committed()
        assert [delivery.event.id for delivery in member.poll(9, 0)] == ["e1", "e2"]
        assert member.poll(1, 0) == []
        member.seek_to_beginning()
        assert len(member.poll(9, 0)) == 3


def test_what_is_published_is_on_disk(tmp_path: Path) -> None:
    with closing(EmbeddedBus(tmp_path / "events.db")) as bus:
        full = 2
        assert bus._writer._connection.execute("PRAGMA synchronous").fetchone() == (full,)


def test_retention_forgets_the_old_and_reuses_no_offset(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    with closing(EmbeddedBus(path)) as bus:
        bus.publish(events(0, 5))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE record SET appended_at_s = 0 WHERE record_offset < 3")
    with closing(EmbeddedBus(path, retention=timedelta(days=1))) as bus:
        with bus.consumer("g", [TOPIC]) as consumer:
            assert consumer.poll(1, 0)[0].offset == 0
            bus.publish(events(5, 1))
            assert [delivery.offset for delivery in consumer.poll(9, 0)] == [3, 4, 5]
        assert [delivery.offset for delivery in bus.read([TOPIC])] == [3, 4, 5]
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE record SET appended_at_s = 0")
    with closing(EmbeddedBus(path, retention=timedelta(days=1))) as bus:
        bus.publish(events(6, 1))
        assert [delivery.offset for delivery in bus.read([TOPIC])] == [6]


def test_partitions_of_a_topic_never_change(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    keyed = [replace(EVENT, id=f"e{n}", key=f"zone-{n}") for n in range(40)]
    with closing(EmbeddedBus(path, partition_count=3)) as bus:
        bus.publish(keyed)
        before = {delivery.event.key: delivery.partition for delivery in bus.read([TOPIC])}
    assert set(before.values()) == {0, 1, 2}
    # CRC-32 is the same everywhere; Python's own hash is not.
    assert [before[f"zone-{n}"] for n in range(6)] == [1, 0, 0, 1, 0, 2]
    with closing(EmbeddedBus(path, partition_count=8)) as bus:
        bus.publish([replace(again, id=f"{again.id}-again") for again in keyed])
        assert all(delivery.partition == before[delivery.event.key] for delivery in bus.read([TOPIC]))


def test_a_newer_files_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    EmbeddedBus(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(BusUnavailable, match="format 99"):
        EmbeddedBus(path)


def test_a_file_that_is_no_log_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    path.write_bytes(b"no database at all, however long one looks at it" * 50)
    with pytest.raises(BusUnavailable, match=r"events\.db"):
        EmbeddedBus(path)


def test_a_member_standing_by_commits_nothing(tmp_path: Path) -> None:
    with closing(EmbeddedBus(tmp_path / "events.db")) as bus:
        bus.publish([EVENT])
        with bus.consumer("g", [TOPIC]) as active, bus.consumer("g", [TOPIC]) as standing_by:
            deliveries = active.poll(1, 0)
            assert standing_by.poll(1, 0) == []
            with pytest.raises(BusUnavailable):
                standing_by.commit(deliveries)


def test_lag_leaves_out_what_is_not_kept_any_more(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    with closing(EmbeddedBus(path, partition_count=1)) as bus:
        bus.publish(events(0, 3))
    with closing(EmbeddedBus(path, retention=timedelta(0))) as bus:
        assert [lag.event_count for lag in bus.lag("g", [TOPIC])] == [3]
        bus.publish(events(3, 1))
        assert [(lag.next_offset, lag.end_offset) for lag in bus.lag("g", [TOPIC])] == [(4, 4)]


def test_a_failed_publish_stores_nothing(tmp_path: Path) -> None:
    with closing(EmbeddedBus(tmp_path / "events.db")) as bus:
        unstorable = replace(EVENT, extra_headers={"x": object()})  # type: ignore[dict-item] # on purpose
        with pytest.raises(TypeError):
            bus.publish([EVENT, unstorable])
        assert list(bus.read([TOPIC])) == []
        bus.publish([EVENT])
        assert len(list(bus.read([TOPIC]))) == 1
