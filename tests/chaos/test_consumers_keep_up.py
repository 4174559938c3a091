"""Members of a group come and go, and the broker stops now and then: no partition is left unread."""

import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from kafka_broker import Broker
from kafka_topics import declare
from service_kit.bus import BusUnavailable
from service_kit.consumers import ConsumerRunner
from service_kit.database import open_engine
from service_kit.dead_letters import dead_topic, retry_topic
from service_kit.events import Event, new_event_id
from service_kit.inbox import inbox_table
from service_kit.kafka_bus import KafkaBus
from service_kit.kafka_connection import KafkaConnection
from stages import long_only

pytestmark = [pytest.mark.slow, pytest.mark.network]

TOPIC, GROUP = "landlinie.test.soak.v1", "soak"
PARTITION_COUNT = 6
SOAK_S = 120.0
PUBLISH_EVERY_S = 0.02
CHANGE_EVERY_S = 2.0
BROKER_STOPS_S = 3.0
MOST_MEMBERS = 4
STALLED_S = 60.0
"""By then a rebalance is over, and so is the wait for a member that died."""


class Unread:
    """What was published and nobody has read yet, since when."""

    def __init__(self) -> None:
        self._since_s: dict[str, float] = {}
        self._lock = threading.Lock()
        self.read_count = 0

    def published(self, events: list[Event]) -> None:
        with self._lock:
            self._since_s |= {event.id: time.monotonic() for event in events}

    def read(self, _connection: sa.Connection, event: Event) -> None:
        with self._lock:
            self.read_count += self._since_s.pop(event.id, None) is not None

    def longest_s(self) -> float:
        with self._lock:
            return time.monotonic() - min(self._since_s.values(), default=time.monotonic())

    def count(self) -> int:
        with self._lock:
            return len(self._since_s)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    engine = open_engine(sa.URL.create("sqlite", database=str(tmp_path / "soak.sqlite")))
    metadata = sa.MetaData()
    inbox_table(metadata)
    with engine.begin() as connection:
        metadata.create_all(connection)
    yield engine
    engine.dispose()


@long_only
@pytest.mark.parametrize("seed", [1, 2])
def test_no_partition_stalls(own_broker: Broker, engine: sa.Engine, seed: int) -> None:
    names = [TOPIC, dead_topic(TOPIC, GROUP), retry_topic(TOPIC, GROUP)]
    declare(own_broker.address, dict.fromkeys(names, PARTITION_COUNT))
    unread = Unread()
    over = threading.Event()
    with ExitStack() as ended:

        def bus() -> KafkaBus:
            connection = KafkaConnection([own_broker.address], timeout_s=5.0)
            return ended.enter_context(closing(KafkaBus(connection, tenant="town", session_timeout_s=3.0)))

        publisher = threading.Thread(target=publish, args=(bus(), unread, over))
        ended.callback(publisher.join)
        ended.callback(over.set)
        publisher.start()
        members: list[ConsumerRunner] = []
        ended.callback(stop, members)
        chance = random.Random(seed)
        began_s = time.monotonic()
        while time.monotonic() - began_s < SOAK_S:
            change(members, lambda: ConsumerRunner(bus(), engine, GROUP, [TOPIC], unread.read), chance)
            if chance.random() < 0.1:
                stop_for_a_while(own_broker)
            time.sleep(CHANGE_EVERY_S * chance.random() * 2)
            told = f"{len(members)} members, {unread.count()} unread, {unread.read_count} read"
            assert unread.longest_s() < STALLED_S, told
        over.set()
        publisher.join()
        while unread.count():
            told = f"{len(members)} members, {unread.count()} unread, {unread.read_count} read"
            assert unread.longest_s() < STALLED_S, told
            time.sleep(0.1)
    assert unread.read_count > SOAK_S


def change(members: list[ConsumerRunner], make: Callable[[], ConsumerRunner], chance: random.Random) -> None:
    """Let one more member come, or one go."""
    if len(members) < 2 or (len(members) < MOST_MEMBERS and chance.random() < 0.5):
        members.append(make())
        members[-1].start()
    else:
        members.pop(chance.randrange(len(members))).stop()


def stop(members: list[ConsumerRunner]) -> None:
    for member in members:
        member.stop()


def stop_for_a_while(broker: Broker) -> None:
    os.kill(broker.pid, signal.SIGSTOP)
    try:
        time.sleep(BROKER_STOPS_S)
    finally:
        os.kill(broker.pid, signal.SIGCONT)


def publish(bus: KafkaBus, unread: Unread, over: threading.Event) -> None:
    """Publish an event for a partition or other, again and again; what fails is published once more."""
    number = 0
    while not over.wait(PUBLISH_EVERY_S):
        number += 1
        event = Event(
            new_event_id(), "landlinie/test", "landlinie.test.Happened", TOPIC, f"zone-{number % 40}",
            datetime.now(UTC), b"",
        )  # fmt: skip
        unread.published([event])
        while True:
            try:
                bus.publish([event])
                break
            except BusUnavailable:
                time.sleep(PUBLISH_EVERY_S)
