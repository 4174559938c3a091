import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from service_kit import outbox
from service_kit.bus import BusUnavailable
from service_kit.consumers import ConsumerRunner
from service_kit.database import open_engine
from service_kit.embedded_bus import EmbeddedBus
from service_kit.events import Event
from service_kit.outbox import Relay

TOPIC = "landlinie.test.ride.v1"
PATIENCE_S = 120.0
EVENT = Event(
    id="e0",
    source="landlinie/test",
    type="landlinie.test.Happened",
    topic=TOPIC,
    key="zone-1",
    time=datetime(2026, 6, 1, 12, 0, 0, 42, tzinfo=UTC),
    payload=b"\x00\xff",
    extra_headers={"ort": "Süderbrarup"},
)


def events(*ids: str) -> list[Event]:
    return [replace(EVENT, id=id_) for id_ in ids]


def write(engine: sa.Engine, *ids: str) -> None:
    with engine.begin() as connection:
        outbox.append(connection, events(*ids))


def published(bus: EmbeddedBus) -> list[str]:
    return [delivery.event.id for delivery in bus.read([TOPIC])]


def waiting_count(engine: sa.Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(sa.text("SELECT count(*) FROM outbox WHERE sent_at IS NULL")) or 0


class Faulty(EmbeddedBus):
    """Fails before or after it has stored the events, as often as told."""

    def __init__(self, path: Path, *, before: int = 0, after: int = 0) -> None:
        super().__init__(path)
        self.before, self.after = before, after

    def publish(self, events: Sequence[Event]) -> None:
        if self.before:
            self.before -= 1
            raise BusUnavailable("down")
        super().publish(events)
        if self.after:
            self.after -= 1
            raise BusUnavailable("lost the answer")


def test_events_arrive_whole_in_order_and_once(engine: sa.Engine, bus: EmbeddedBus) -> None:
    write(engine, "a", "b")
    write(engine, "c")
    relay = Relay(engine, bus, batch_size=2)
    assert relay.publish_pending() == 3
    assert relay.publish_pending() == 0
    assert published(bus) == ["a", "b", "c"]
    assert next(bus.read([TOPIC])).event == replace(EVENT, id="a")


def test_what_is_rolled_back_never_happened(engine: sa.Engine, bus: EmbeddedBus) -> None:
    class Refused(Exception):  # noqa: N818
        pass

    def refuse_after_appending() -> None:
        with engine.begin() as connection:
            outbox.append(connection, events("a"))
            raise Refused

    with pytest.raises(Refused):
        refuse_after_appending()
    assert Relay(engine, bus).publish_pending() == 0


def test_nothing_waits_when_nothing_is_appended(engine: sa.Engine) -> None:
    write(engine)
    assert waiting_count(engine) == 0


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    crashes=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=3),
    batch_size=st.integers(1, 5),
)
def test_crashes_between_the_steps_may_double_but_never_lose_or_reorder(
    tmp_path_factory: pytest.TempPathFactory, crashes: list[tuple[int, int]], batch_size: int
) -> None:
    folder = tmp_path_factory.mktemp("crash")
    engine = open_engine(f"sqlite:///{folder}/service.db")
    metadata = sa.MetaData()
    outbox.outbox_table(metadata)
    with engine.begin() as connection:
        metadata.create_all(connection)
    ids = [f"e{n}" for n in range(7)]
    write(engine, *ids)
    failure_count = 0
    for before, after in crashes:
        bus = Faulty(folder / "events.db", before=before, after=after)
        for _ in range(before + after):
            with pytest.raises(BusUnavailable):
                Relay(engine, bus, batch_size=batch_size).publish_pending()
            failure_count += 1
        bus.close()
    with_bus = EmbeddedBus(folder / "events.db")
    Relay(engine, with_bus, batch_size=batch_size).publish_pending()
    got = published(with_bus)
    assert list(dict.fromkeys(got)) == ids
    assert len(got) <= len(ids) + failure_count * batch_size
    assert waiting_count(engine) == 0
    with_bus.close()
    engine.dispose()


def test_the_thread_carries_what_it_is_poked_for(engine: sa.Engine, bus: EmbeddedBus) -> None:
    with Relay(engine, bus, poll_s=PATIENCE_S * 2) as relay, bus.tail([TOPIC]) as tail:
        write(engine, "a")
        relay.poke()
        assert [delivery.event.id for delivery in tail.poll(1, PATIENCE_S)] == ["a"]
        write(engine, "b")
        relay.poke()
        assert [delivery.event.id for delivery in tail.poll(1, PATIENCE_S)] == ["b"]


def test_the_thread_finds_what_another_process_wrote(engine: sa.Engine, bus: EmbeddedBus) -> None:
    with Relay(engine, bus, poll_s=0.01), bus.tail([TOPIC]) as tail:
        write(engine, "a")
        assert [delivery.event.id for delivery in tail.poll(1, PATIENCE_S)] == ["a"]


def test_the_thread_outlives_a_bus_that_is_away(engine: sa.Engine, tmp_path: Path) -> None:
    bus = Faulty(tmp_path / "events.db", before=2, after=1)
    write(engine, "a")
    with bus.consumer("g", [TOPIC]) as consumer, Relay(engine, bus):
        got: list[str] = []
        while len(got) < 2:
            deliveries = consumer.poll(10, PATIENCE_S)
            assert deliveries
            got += [delivery.event.id for delivery in deliveries]
        assert got == ["a", "a"]
    bus.close()


def test_to_see_that_nothing_waits_is_one_look(engine: sa.Engine, bus: EmbeddedBus) -> None:
    write(engine, "a")
    relay = Relay(engine, bus)
    assert relay.publish_pending() == 1
    said: list[str] = []
    sa.event.listen(engine, "before_cursor_execute", lambda *told: said.append(told[2]))
    assert relay.publish_pending() == 0
    assert [text.split()[0] for text in said if text != "BEGIN"] == ["SELECT"]


def test_stopping_a_relay_that_never_started(engine: sa.Engine, bus: EmbeddedBus) -> None:
    Relay(engine, bus).stop()


def test_sent_events_are_purged_by_age_and_waiting_ones_stay(engine: sa.Engine, bus: EmbeddedBus) -> None:
    relay = Relay(engine, bus)
    write(engine, "a", "b")
    relay.publish_pending()
    write(engine, "c")
    now = datetime.now(UTC)
    assert relay.purge(now - timedelta(hours=1)) == 0
    assert relay.purge(now + timedelta(hours=1)) == 2
    assert relay.publish_pending() == 1
    assert published(bus) == ["a", "b", "c"]


def test_numbers_of_purged_events_are_not_used_again(engine: sa.Engine, bus: EmbeddedBus) -> None:
    relay = Relay(engine, bus)
    write(engine, "a")
    relay.publish_pending()
    relay.purge(datetime.now(UTC) + timedelta(hours=1))
    write(engine, "b")
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT seq FROM outbox")) == 2


SERVICE = f"""
import sys
from datetime import UTC, datetime
from pathlib import Path
import sqlalchemy as sa
from service_kit import outbox
from service_kit.database import open_engine
from service_kit.embedded_bus import EmbeddedBus
from service_kit.events import Event
folder = Path(sys.argv[1])
engine = open_engine(sys.argv[2])
with outbox.Relay(engine, EmbeddedBus(folder / "events.db"), batch_size=3) as relay:
    number = 0
    while True:
        with engine.begin() as connection:
            connection.execute(sa.text("INSERT INTO handled (id) VALUES (:id)"), {{"id": f"ride-{{number}}"}})
            outbox.append(connection, [
                Event(f"ride-{{number}}", "s", "t", {TOPIC!r}, "zone", datetime.now(UTC), b"")])
        relay.poke()
        print(number, flush=True)
        number += 1
"""  # noqa: S608 - a program, not a query


@pytest.mark.parametrize("said_count", [1, 25, 60])
def test_kill_9_of_a_service_leaves_state_and_events_agreeing(
    engine: sa.Engine, url: str, bus: EmbeddedBus, tmp_path: Path, said_count: int
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", SERVICE, tmp_path, url], stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(said_count)]
        process.kill()
        said += [line for line in process.stdout if line.endswith("\n")]
    with engine.connect() as connection:
        booked = list(connection.scalars(sa.text("SELECT id FROM handled ORDER BY seq")))
    assert booked[: len(said)] == [f"ride-{n}" for n in range(len(said))]
    relay = Relay(engine, bus)
    until = time.monotonic() + PATIENCE_S
    # A server of PostgreSQL notices a moment later that its client is gone, and holds the turn until then.
    while waiting_count(engine) and time.monotonic() < until:
        relay.publish_pending()
    counted: list[str] = []
    runner = ConsumerRunner(bus, engine, "reader", [TOPIC], _collect(counted))
    runner.run_until_caught_up()
    assert counted == booked


def _collect(into: list[str]) -> Callable[[sa.Connection, Event], None]:
    return lambda _connection, event: into.append(event.id)


def test_two_relays_on_one_database_keep_the_order_of_first_deliveries(
    engine: sa.Engine, bus: EmbeddedBus
) -> None:
    ids = [f"e{n}" for n in range(60)]
    barrier = threading.Barrier(2)

    def carry() -> None:
        relay = Relay(engine, bus, batch_size=4)
        barrier.wait()
        relay.publish_pending()

    write(engine, *ids)
    threads = [threading.Thread(target=carry) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Whoever finds the other one at work leaves the rest to it.
    Relay(engine, bus).publish_pending()
    assert list(dict.fromkeys(published(bus))) == ids


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_one_relay_at_a_time_carries_and_nothing_twice(engine: sa.Engine, bus: EmbeddedBus) -> None:
    write(engine, "a", "b")
    other, seen = Relay(engine, bus), []

    class Asking(EmbeddedBus):
        def publish(self, events: Sequence[Event]) -> None:
            seen.append(other.publish_pending())
            super().publish(events)

    asking = Asking(bus._path)
    assert Relay(engine, asking, batch_size=1).publish_pending() == 2
    asking.close()
    assert seen == [0, 0]
    assert published(bus) == ["a", "b"]


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_who_commits_first_in_a_key_has_the_lower_numbers(engine: sa.Engine, bus: EmbeddedBus) -> None:
    def write_key(id_: str, key: str) -> None:
        with engine.begin() as connection:
            outbox.append(connection, [replace(EVENT, id=id_, key=key)])

    second = threading.Thread(target=write_key, args=("second", "zone-1"))
    with engine.begin() as connection:
        outbox.append(connection, events("first"))
        second.start()
        write_key("elsewhere", "zone-2")
        assert Relay(engine, bus).publish_pending() == 1
        second.join(0.2)
        assert second.is_alive()
    second.join(PATIENCE_S)
    assert Relay(engine, bus).publish_pending() == 2
    assert published(bus) == ["elsewhere", "first", "second"]
