"""What only Kafka brings: brokers that go away, groups that share, records that are none of ours."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from kafka import KafkaProducer
from kafka_broker import Broker
from kafka_topics import add_partitions, declare
from real_kafka import require_broker
from service_kit.bus import BusUnavailable, Delivery
from service_kit.events import MALFORMED, MAX_PAYLOAD_BYTES, Event, new_event_id
from service_kit.kafka_bus import KafkaBus
from service_kit.kafka_connection import KafkaConnection
from service_kit.kafka_consumer import KafkaGroupMember
from service_kit.kafka_records import MALFORMED_TYPE

pytestmark = pytest.mark.network

PATIENCE_S = 120.0
# Short, so that a broker that is away is given up soon.
TIMEOUT_S = 2.0
TENANT = "town"
EVENT = Event("e0", "landlinie/test", "landlinie.test.Happened", "t", "zone-1", datetime.now(UTC), b"0")


def events(topic: str, first: int, end: int, key: str = "zone-1") -> list[Event]:
    return [
        replace(EVENT, id=f"e{n}", topic=topic, key=key, payload=str(n).encode()) for n in range(first, end)
    ]


def numbers(deliveries: list[Delivery]) -> list[int]:
    return [int(delivery.event.payload) for delivery in deliveries]


def first_seen(deliveries: list[Delivery]) -> list[int]:
    """In order of arrival, each once, as an inbox takes them."""
    return list(dict.fromkeys(numbers(deliveries)))


def poll_until(consumer: KafkaGroupMember, enough: Callable[[list[Delivery]], bool]) -> list[Delivery]:
    deliveries: list[Delivery] = []
    while not enough(deliveries):
        more = consumer.poll(50, PATIENCE_S)
        assert more, f"only {numbers(deliveries)} came"
        deliveries += more
    return deliveries


@pytest.fixture
def topic(kafka_address: str) -> str:
    topic = f"landlinie.test.{new_event_id()}.v1"
    declare(kafka_address, {topic: 4})
    return topic


@pytest.fixture
def bus(kafka_address: str) -> Iterator[KafkaBus]:
    with closing(KafkaBus(KafkaConnection([kafka_address]), tenant=TENANT)) as bus:
        yield bus


@pytest.fixture
def frail_bus(own_broker: Broker) -> Iterator[KafkaBus]:
    with closing(KafkaBus(KafkaConnection([own_broker.address], timeout_s=TIMEOUT_S), tenant=TENANT)) as bus:
        yield bus


def test_groups_of_one_name_in_two_districts_are_two(kafka_address: str, bus: KafkaBus, topic: str) -> None:
    with closing(KafkaBus(KafkaConnection([kafka_address]), tenant="village")) as other:
        bus.publish(events(topic, 0, 5))
        for each in (bus, other):
            with each.consumer("board", [topic]) as consumer:
                taken = poll_until(consumer, lambda deliveries: len(deliveries) >= 5)
                assert first_seen(taken) == [0, 1, 2, 3, 4]
                consumer.commit(taken)
        other.publish(events(topic, 5, 6))
        with bus.consumer("board", [topic]) as consumer:
            consumer.commit(poll_until(consumer, lambda deliveries: len(deliveries) >= 1))
        behind = [sum(lag.event_count for lag in each.lag("board", [topic])) for each in (bus, other)]
        assert behind == [0, 1]


def test_members_of_a_group_share_the_partitions_and_every_event_is_taken(bus: KafkaBus, topic: str) -> None:
    stopping = threading.Event()
    taken: list[set[int]] = [set(), set()]

    def take(member: int) -> None:
        with bus.consumer("sharing", [topic]) as consumer:
            while not stopping.is_set():
                deliveries = consumer.poll(10, 0.1)
                taken[member].update(numbers(deliveries))
                consumer.commit(deliveries)

    with ThreadPoolExecutor(2) as pool:
        members = [pool.submit(take, member) for member in range(2)]
        try:
            sent = 0
            give_up_at_s = time.monotonic() + 90
            while not (taken[0] and taken[1] and len(taken[0] | taken[1]) == sent):
                assert time.monotonic() < give_up_at_s, "one of the members got nothing"
                if len(taken[0] | taken[1]) == sent:
                    bus.publish(
                        [
                            event
                            for n in range(sent, sent + 20)
                            for event in events(topic, n, n + 1, f"zone-{n}")
                        ]
                    )
                    sent += 20
                for member in members:
                    assert not member.done(), member.exception()
                time.sleep(0.01)
        finally:
            stopping.set()
    assert {lag.event_count for lag in bus.lag("sharing", [topic])} == {0}


def test_a_join_that_outlasts_a_poll_is_finished_by_the_next(
    kafka_address: str, bus: KafkaBus, topic: str
) -> None:
    # Who falls out of the group is missed for longer than this test is patient.
    lasting = KafkaBus(KafkaConnection([kafka_address]), tenant=TENANT, session_timeout_s=1.2 * PATIENCE_S)
    stopping, following_on = threading.Event(), threading.Event()
    taken: set[int] = set()

    def take(consumer: KafkaGroupMember) -> None:
        taken.update(numbers(consumer.poll(50, 0.1)))

    def follow() -> None:
        with bus.consumer("joining", [topic]) as follower:
            while not stopping.is_set():
                following_on.wait()
                take(follower)

    def lead() -> None:
        take(leader)

    def until(holds: Callable[[], bool], do: Callable[[], None]) -> None:
        give_up_at_s = time.monotonic() + PATIENCE_S
        while not holds():
            assert time.monotonic() < give_up_at_s, taken
            do()

    with closing(lasting), ThreadPoolExecutor(1) as pool, lasting.consumer("joining", [topic]) as leader:
        coordinator = leader._client._coordinator
        until(coordinator.stable, lead)
        alone = coordinator.group_metadata().generation_id
        following_on.set()
        following = pool.submit(follow)
        try:
            until(lambda: coordinator.stable() and coordinator.group_metadata().generation_id > alone, lead)
            # Without the follower, the join of the two outlasts the leader's poll.
            following_on.clear()
            add_partitions(kafka_address, topic, 6)
            until(lambda: coordinator.rejoining, lead)
            # The leader is busy with what it has polled, while the follower lets the join come to its end.
            following_on.set()
            until(lambda: coordinator._join_task.is_done, lambda: time.sleep(0.01))
            # Whoever has published before need not know of the new partitions yet.
            with closing(KafkaBus(KafkaConnection([kafka_address]), tenant=TENANT)) as new:
                new.publish([event for n in range(60) for event in events(topic, n, n + 1, f"zone-{n}")])
            until(lambda: len(taken) == 60, lead)
            assert not following.done(), following.exception()
        finally:
            stopping.set()
            following_on.set()


def test_what_went_to_another_member_is_not_committed(bus: KafkaBus, topic: str) -> None:
    bus.publish([event for n in range(80) for event in events(topic, n, n + 1, key=f"zone-{n}")])
    stopping, other_reads = threading.Event(), threading.Event()

    def join() -> list[Delivery]:
        with bus.consumer("late", [topic]) as other:
            got: list[Delivery] = []
            while not stopping.is_set():
                got += other.poll(50, 0.1)
                if got:
                    other_reads.set()
            return got

    with ThreadPoolExecutor(1) as pool, bus.consumer("late", [topic]) as slow:
        old = poll_until(slow, lambda got: len(got) == 80)
        joining = pool.submit(join)
        try:
            # Polling again it learns that partitions were taken from it, and gets some anew.
            again = poll_until(slow, bool)
            assert other_reads.wait(PATIENCE_S)
            slow.commit(old)
        finally:
            stopping.set()
        elsewhere = joining.result(PATIENCE_S)
    lost = {delivery.partition for delivery in elsewhere} - {delivery.partition for delivery in again}
    assert lost
    behind = {lag.partition: lag for lag in bus.lag("late", [topic])}
    assert {behind[partition].next_offset for partition in lost} == {0}


def test_without_a_broker_everything_says_so_in_time() -> None:
    # Nobody listens on the discard port.
    bus = KafkaBus(KafkaConnection(["127.0.0.1:9"], timeout_s=0.6), tenant=TENANT)
    for attempt in (
        lambda: bus.publish([EVENT]),
        lambda: bus.consumer("g", ["t"]),
        lambda: bus.consumer("g", ["t"], start="latest"),
        lambda: bus.tail(["t"]),
        lambda: list(bus.read(["t"])),
        lambda: bus.lag("g", ["t"]),
        bus.topics,
    ):
        with pytest.raises(BusUnavailable, match=r"Kafka at 127\.0\.0\.1:9"):
            attempt()
    bus.close()


def test_a_broker_that_dies_and_comes_back_loses_nothing(own_broker: Broker, frail_bus: KafkaBus) -> None:
    declare(own_broker.address, {"t": 1})
    frail_bus.publish(events("t", 0, 10))
    with frail_bus.consumer("g", ["t"]) as consumer:
        before = poll_until(consumer, lambda got: len(got) == 10)
        consumer.commit(before[:5])
        own_broker.kill()
        with pytest.raises(BusUnavailable):
            frail_bus.publish(events("t", 10, 20))
        with pytest.raises(BusUnavailable):
            consumer.commit(before)
        assert consumer.poll(10, 0.2) == []
        own_broker.start()
        frail_bus.publish(events("t", 10, 20))
        after = poll_until(consumer, lambda got: set(numbers(got)) >= set(range(10, 20)))
        consumer.commit(after)
    assert first_seen(before + after) == list(range(20))
    assert [lag.event_count for lag in frail_bus.lag("g", ["t"])] == [0]


def test_a_frozen_broker_breaks_no_order(own_broker: Broker, frail_bus: KafkaBus) -> None:
    declare(own_broker.address, {"t": 1})
    frail_bus.publish(events("t", 0, 5))
    os.kill(own_broker.pid, signal.SIGSTOP)
    try:
        with pytest.raises(BusUnavailable):
            frail_bus.publish(events("t", 5, 10))
    finally:
        os.kill(own_broker.pid, signal.SIGCONT)
    # As the outbox does: the same events again until they are acknowledged, then the next ones.
    for batch in (events("t", 5, 10), events("t", 10, 15)):
        while True:
            try:
                frail_bus.publish(batch)
            except BusUnavailable:
                continue
            break
    assert first_seen(list(frail_bus.read(["t"]))) == list(range(15))


def test_a_member_that_dies_is_replaced(bus: KafkaBus, kafka_address: str, topic: str) -> None:
    bus.publish(events(topic, 0, 3))
    mortal = KafkaBus(KafkaConnection([kafka_address]), tenant=TENANT, session_timeout_s=2.0)
    dying = mortal.consumer("mortal", [topic])
    dying.commit(poll_until(dying, lambda got: len(got) == 3)[:1])
    # It hears and says nothing from here on, as after a power cut.
    dying._client._client.close()
    with closing(mortal), mortal.consumer("mortal", [topic]) as heir:
        assert numbers(poll_until(heir, lambda got: len(got) == 2)) == [1, 2]


def test_nothing_makes_topics(bus: KafkaBus, kafka_address: str) -> None:
    short = KafkaBus(KafkaConnection([kafka_address], timeout_s=TIMEOUT_S), tenant=TENANT)
    absent = f"landlinie.test.{new_event_id()}.v1"
    with closing(short):
        with pytest.raises(BusUnavailable, match=f"no topic {absent} in Kafka"):
            short.publish(events(absent, 0, 1))
        with short.consumer("g", [absent]) as consumer, short.tail([absent]) as tail:
            assert consumer.poll(1, 0.5) == []
            assert tail.poll(1, 0.5) == []
    assert absent not in bus.topics()


def test_records_that_are_no_events_are_handed_on_and_stop_nobody(
    bus: KafkaBus, kafka_address: str, topic: str
) -> None:
    stranger = KafkaProducer(bootstrap_servers=kafka_address)
    stranger.send(topic, value=b"hello", key=b"\xff", partition=0)
    stranger.send(topic, value=None, key=b"k", headers=[("ce_id", b"\xff")], partition=0)
    stranger.send(topic, value=b"x" * (MAX_PAYLOAD_BYTES + 1), partition=0)
    stranger.flush(PATIENCE_S)
    stranger.close(PATIENCE_S)
    bus.publish(events(topic, 0, 1))
    with bus.consumer("g", [topic]) as consumer:
        deliveries = poll_until(consumer, lambda got: len(got) == 4)
    odd = [delivery.event for delivery in deliveries if delivery.event.type == MALFORMED_TYPE]
    assert [event.payload[:5] for event in odd] == [b"hello", b"", b"xxxxx"]
    assert len({event.id for event in odd}) == 3
    assert all(event.extra_headers[MALFORMED] for event in odd)
    (ours,) = [delivery.event for delivery in deliveries if delivery.event.type != MALFORMED_TYPE]
    assert ours.id == "e0"


def test_the_largest_event_goes_through(bus: KafkaBus, topic: str) -> None:
    largest = replace(EVENT, topic=topic, payload=b"x" * MAX_PAYLOAD_BYTES)
    bus.publish([largest])
    assert [delivery.event for delivery in bus.read([topic])] == [largest]


def test_a_reading_of_several_topics_goes_by_time(bus: KafkaBus, kafka_address: str, topic: str) -> None:
    other = f"{topic}.more"
    declare(kafka_address, {other: 2})
    bus.publish(events(other, 0, 300, key="a"))
    bus.publish(events(topic, 300, 3_000, key="b"))
    bus.publish(events(other, 3_000, 3_100, key="c"))
    assert numbers(list(bus.read([topic, other]))) == list(range(3_100))


@pytest.mark.parametrize(("ci", "outcome"), [("true", Exception), ("", pytest.skip.Exception)])
def test_in_ci_a_broker_that_cannot_be_had_is_an_error(
    monkeypatch: pytest.MonkeyPatch, ci: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setenv("CI", ci)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(outcome, match="java is not installed"):
        require_broker()
