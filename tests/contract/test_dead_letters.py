"""Dead letters and their way back, on the embedded log and on a real Kafka broker."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from kafka import KafkaProducer
from kafka_topics import declare
from service_kit.bus import Bus
from service_kit.consumers import ConsumerRunner, Handler
from service_kit.database import open_engine
from service_kit.dead_letters import dead_letters, dead_topic, replay_dead_letters, retry_topic
from service_kit.embedded_bus import EmbeddedBus
from service_kit.events import Event, PoisonMessage, new_event_id
from service_kit.inbox import inbox_table
from service_kit.kafka_bus import KafkaBus
from service_kit.kafka_connection import KafkaConnection

GROUPS = ("first", "second")


@pytest.fixture
def topic() -> str:
    return f"landlinie.test.{new_event_id()}.v1"


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.network)])
def bus(topic: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Bus]:
    bus: Bus
    if request.param == "kafka":
        address = request.getfixturevalue("kafka_address")
        names = [topic, *(of(topic, group) for group in GROUPS for of in (dead_topic, retry_topic))]
        declare(address, dict.fromkeys(names, 2))
        bus = KafkaBus(KafkaConnection([address]), tenant="town")
    else:
        bus = EmbeddedBus(tmp_path / "events.sqlite")
    yield bus
    bus.close()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    engine = open_engine(f"sqlite:///{tmp_path}/service.sqlite")
    metadata = sa.MetaData()
    inbox_table(metadata)
    with engine.begin() as connection:
        metadata.create_all(connection)
    yield engine
    engine.dispose()


def event(id_: str, topic: str) -> Event:
    return Event(id_, "landlinie/test", "landlinie.test.Happened", topic, "zone", datetime.now(UTC), b"")


def take_all(bus: Bus, engine: sa.Engine, group: str, topic: str, handler: Handler) -> None:
    """Let a group take everything there is for it, however long joining it takes."""
    # One at a time: what a handler noted outside the database is not rolled back with a batch.
    runner = ConsumerRunner(bus, engine, group, [topic], handler, batch_size=1)
    while any(lag.event_count for lag in bus.lag(group, [topic, retry_topic(topic, group)])):
        runner.run_until_caught_up(wait_s=1.0)


def test_a_replay_reaches_the_group_that_failed_and_no_other(bus: Bus, engine: sa.Engine, topic: str) -> None:
    sent = [event(id_, topic) for id_ in ("a", "bad", "c")]
    bus.publish(sent)
    is_mended = False
    seen: dict[str, list[str]] = {group: [] for group in GROUPS}

    def handle(group: str, event: Event) -> None:
        if event.id == "bad" and group == "first" and not is_mended:
            raise PoisonMessage("no such vehicle")
        seen[group].append(event.id)

    def run(group: str) -> None:
        take_all(bus, engine, group, topic, lambda _connection, event: handle(group, event))

    for group in GROUPS:
        run(group)
    assert seen == {"first": ["a", "c"], "second": ["a", "bad", "c"]}
    assert dead_letters(bus, topic, "second") == []
    (letter,) = dead_letters(bus, topic, "first")
    assert (letter.delivery.event.id, letter.error, letter.is_replayed) == (
        "bad",
        "PoisonMessage: no such vehicle",
        False,
    )

    is_mended = True
    assert replay_dead_letters(bus, topic, "first") == 1
    assert [letter.is_replayed for letter in dead_letters(bus, topic, "first")] == [True]
    assert replay_dead_letters(bus, topic, "first") == 0
    for group in GROUPS:
        run(group)
    assert seen == {"first": ["a", "c", "bad"], "second": ["a", "bad", "c"]}
    # The same event once more, from whoever sends it, counts no more.
    bus.publish([replace(sent[1])])
    run("first")
    assert seen["first"] == ["a", "c", "bad"]


@pytest.mark.network
def test_a_record_that_is_no_event_is_a_dead_letter_and_stays_one(
    kafka_address: str, engine: sa.Engine, topic: str
) -> None:
    declare(kafka_address, dict.fromkeys([topic, dead_topic(topic, "first"), retry_topic(topic, "first")], 1))
    stranger = KafkaProducer(bootstrap_servers=kafka_address)
    stranger.send(topic, value=b"hello")
    stranger.flush(30)
    stranger.close(30)
    bus = KafkaBus(KafkaConnection([kafka_address]), tenant="town")
    bus.publish([event("a", topic)])
    seen: list[str] = []

    def handle(_connection: sa.Connection, event: Event) -> None:
        seen.append(event.id)

    take_all(bus, engine, "first", topic, handle)
    assert seen == ["a"]
    (letter,) = dead_letters(bus, topic, "first")
    assert letter.delivery.event.payload == b"hello"
    assert "ce_specversion" in letter.error
    assert replay_dead_letters(bus, topic, "first") == 1
    take_all(bus, engine, "first", topic, handle)
    assert seen == ["a"]
    assert [letter.is_replayed for letter in dead_letters(bus, topic, "first")] == [True, False]
    bus.close()
