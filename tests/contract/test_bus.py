"""What every bus keeps to, on the embedded log and on a real Kafka broker."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kafka_topics import declare
from service_kit.bus import Bus, BusUnavailable, Consumer, Delivery, PartitionLag, Start
from service_kit.embedded_bus import EmbeddedBus
from service_kit.events import Event, new_event_id
from service_kit.kafka_bus import KafkaBus
from service_kit.kafka_connection import KafkaConnection

# Long enough for any machine; only a defect waits it out.
PATIENCE_S = 120.0
PARTITION_COUNT = 4

OpenBus = Callable[[], Bus]
NewTopic = Callable[[], str]
Shape = Literal["embedded", "kafka"]


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.network)])
def shape(request: pytest.FixtureRequest) -> Shape:
    shape: Shape = request.param
    return shape


@pytest.fixture
def open_bus(shape: Shape, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[OpenBus]:
    """Opens the same bus, each time as another process would."""
    connection = None
    if shape == "kafka":
        connection = KafkaConnection([request.getfixturevalue("kafka_address")])
    with ExitStack() as opened:

        def open_it() -> Bus:
            bus: Bus
            if connection is None:
                bus = EmbeddedBus(tmp_path / "bus" / "events.db", partition_count=PARTITION_COUNT)
            else:
                bus = KafkaBus(connection, tenant="town")
            opened.callback(bus.close)
            return bus

        yield open_it


@pytest.fixture
def bus(open_bus: OpenBus) -> Bus:
    return open_bus()


@pytest.fixture
def new_topic(shape: Shape, request: pytest.FixtureRequest) -> NewTopic:
    """Names a topic nobody else has; on Kafka it exists from then on."""

    def new() -> str:
        topic = f"landlinie.test.{new_event_id()}.v1"
        if shape == "kafka":
            declare(request.getfixturevalue("kafka_address"), {topic: PARTITION_COUNT})
        return topic

    return new


@pytest.fixture
def rides(new_topic: NewTopic) -> str:
    return new_topic()


@pytest.fixture
def group() -> str:
    return f"g-{new_event_id()}"


def event(number: int, topic: str, key: str = "zone-1") -> Event:
    return Event(
        id=new_event_id(),
        source="landlinie/test",
        type="landlinie.test.Happened",
        topic=topic,
        key=key,
        time=datetime(2026, 6, 1, tzinfo=UTC) + timedelta(seconds=number),
        payload=str(number).encode(),
    )


def numbers(deliveries: list[Delivery]) -> list[int]:
    return [int(delivery.event.payload) for delivery in deliveries]


def drain(consumer: Consumer, count: int) -> list[Delivery]:
    """Poll until ``count`` deliveries are there."""
    deliveries: list[Delivery] = []
    while len(deliveries) < count:
        more = consumer.poll(count - len(deliveries), PATIENCE_S)
        assert more, f"only {len(deliveries)} of {count} deliveries came"
        deliveries += more
    return deliveries


def test_an_event_comes_back_whole(bus: Bus, rides: str, group: str) -> None:
    sent = Event(
        id="e-1",
        source="landlinie/test",
        type="landlinie.test.Happened",
        topic=rides,
        key="Hüttener Berge/Süd",
        time=datetime(2026, 3, 29, 2, 30, 0, 123456, tzinfo=timezone(timedelta(hours=2))),
        payload=bytes(range(256)),
        extra_headers={"traceparent": "00-ab-cd-01", "leer": "", "ort": "Süderbrarup"},
    )
    bus.publish([sent])
    with bus.consumer(group, [rides]) as consumer:
        (delivery,) = drain(consumer, 1)
    assert delivery.event == sent
    assert (delivery.topic, delivery.offset) == (rides, 0)


def test_events_of_a_key_stay_in_order(shape: Shape, bus: Bus, new_topic: NewTopic) -> None:
    @settings(max_examples=25 if shape == "embedded" else 5, deadline=None, database=None)
    @given(
        batches=st.lists(st.lists(st.sampled_from(["a", "b", "c", "d", "e"]), min_size=1, max_size=9)),
        poll_count=st.integers(1, 7),
    )
    def stay_in_order(batches: list[list[str]], poll_count: int) -> None:
        topic = new_topic()
        keys = [key for batch in batches for key in batch]
        ordered = iter(event(number, topic, key) for number, key in enumerate(keys))
        for batch in batches:
            bus.publish([next(ordered) for _ in batch])
        got: list[Delivery] = []
        # A group of its own: the member before may still be leaving, and what nobody commits comes again.
        with bus.consumer(f"g-{new_event_id()}", [topic]) as consumer:
            while len(got) < len(keys):
                polled = consumer.poll(poll_count, PATIENCE_S)
                assert 0 < len(polled) <= poll_count
                got += polled
            assert consumer.poll(poll_count, 0) == []
        for key in set(keys):
            sent = [number for number, of in enumerate(keys) if of == key]
            assert numbers([delivery for delivery in got if delivery.event.key == key]) == sent
            assert len({delivery.partition for delivery in got if delivery.event.key == key}) == 1
        for partition in {delivery.partition for delivery in got}:
            offsets = [delivery.offset for delivery in got if delivery.partition == partition]
            assert offsets == list(range(len(offsets)))

    stay_in_order()


def test_groups_know_nothing_of_one_another(bus: Bus, rides: str, group: str) -> None:
    bus.publish([event(n, rides) for n in range(3)])
    with bus.consumer(f"{group}-1", [rides]) as first, bus.consumer(f"{group}-2", [rides]) as second:
        first.commit(drain(first, 3))
        assert numbers(drain(second, 3)) == [0, 1, 2]


def test_committed_offsets_survive_and_the_rest_comes_again(
    open_bus: OpenBus, rides: str, group: str
) -> None:
    bus = open_bus()
    bus.publish([event(n, rides) for n in range(5)])
    with bus.consumer(group, [rides]) as consumer:
        deliveries = drain(consumer, 5)
        consumer.commit(deliveries[:2])
    bus.close()
    with open_bus().consumer(group, [rides]) as consumer:
        assert numbers(drain(consumer, 3)) == [2, 3, 4]


def test_a_commit_counts_for_its_partitions_only(bus: Bus, rides: str, group: str) -> None:
    bus.publish([event(n, rides, key=f"zone-{n}") for n in range(20)])
    with bus.consumer(group, [rides]) as consumer:
        deliveries = drain(consumer, 20)
        one = deliveries[0].partition
        consumer.commit([delivery for delivery in deliveries if delivery.partition == one])
    others = {
        n for n, delivery in zip(numbers(deliveries), deliveries, strict=True) if delivery.partition != one
    }
    assert others
    with bus.consumer(group, [rides]) as consumer:
        assert set(numbers(drain(consumer, len(others)))) == others


def test_seeking_back(bus: Bus, rides: str, group: str) -> None:
    bus.publish([event(n, rides) for n in range(4)])
    with bus.consumer(group, [rides]) as consumer:
        consumer.commit(drain(consumer, 2))
        assert numbers(drain(consumer, 2)) == [2, 3]
        consumer.seek_to_committed()
        assert numbers(drain(consumer, 2)) == [2, 3]
        consumer.seek_to_beginning()
        assert numbers(drain(consumer, 4)) == [0, 1, 2, 3]
    with bus.consumer(group, [rides]) as consumer:
        assert numbers(drain(consumer, 2)) == [2, 3]


def test_seeking_to_the_beginning_holds_for_what_is_not_read_yet(bus: Bus, rides: str, group: str) -> None:
    bus.publish([event(n, rides) for n in range(3)])
    with bus.consumer(group, [rides]) as consumer:
        consumer.commit(drain(consumer, 3))
    with bus.consumer(group, [rides]) as consumer:
        consumer.seek_to_beginning()
        assert numbers(drain(consumer, 3)) == [0, 1, 2]


@pytest.mark.parametrize(("start", "expected"), [("earliest", [0, 1]), ("latest", [1])])
def test_where_a_new_group_begins(
    bus: Bus, rides: str, group: str, start: Start, expected: list[int]
) -> None:
    bus.publish([event(0, rides)])
    with bus.consumer(group, [rides], start=start) as consumer:
        bus.publish([event(1, rides)])
        assert numbers(drain(consumer, len(expected))) == expected


def test_what_is_committed_outweighs_where_a_group_would_begin(bus: Bus, rides: str, group: str) -> None:
    with bus.consumer(group, [rides], start="latest") as consumer:
        bus.publish([event(0, rides), event(1, rides)])
        consumer.commit(drain(consumer, 2)[:1])
    bus.publish([event(2, rides)])
    with bus.consumer(group, [rides], start="latest") as consumer:
        assert numbers(drain(consumer, 2)) == [1, 2]


def test_topics_may_come_later(shape: Shape, bus: Bus, group: str, request: pytest.FixtureRequest) -> None:
    rides, vehicles, other = (f"landlinie.test.{new_event_id()}.v1" for _ in range(3))
    with bus.consumer(group, [rides, vehicles], start="latest") as consumer:
        assert consumer.poll(10, 0) == []
        if shape == "kafka":
            declare(request.getfixturevalue("kafka_address"), dict.fromkeys([rides, vehicles, other], 2))
        bus.publish([event(0, rides), event(1, vehicles), event(2, other)])
        assert sorted(numbers(drain(consumer, 2))) == [0, 1]
        assert consumer.poll(10, 0) == []
    there = bus.topics()
    assert {rides, vehicles, other} <= set(there)
    assert there == sorted(there)


def test_tails_see_all_that_is_new(bus: Bus, rides: str) -> None:
    bus.publish([event(0, rides)])
    with bus.tail([rides]) as one, bus.tail([rides]) as other:
        bus.publish([event(1, rides), event(2, rides)])
        assert numbers(drain(one, 2)) == [1, 2]
        one.commit([])
        assert numbers(drain(other, 2)) == [1, 2]


def test_tails_see_topics_that_come_later(
    shape: Shape, bus: Bus, rides: str, request: pytest.FixtureRequest
) -> None:
    later = f"landlinie.test.{new_event_id()}.v1"
    with bus.tail([rides, later]) as tail:
        bus.publish([event(0, rides)])
        if shape == "kafka":
            declare(request.getfixturevalue("kafka_address"), {later: 2})
        bus.publish([event(1, later)])
        assert sorted(numbers(drain(tail, 2))) == [0, 1]


def test_reading_ends_where_the_log_ended_when_it_began(bus: Bus, rides: str, new_topic: NewTopic) -> None:
    vehicles = new_topic()
    for sent in (event(0, rides), event(1, vehicles), event(2, rides)):
        bus.publish([sent])
    reading = bus.read([rides])
    got = [next(reading)]
    bus.publish([event(3, rides, key="zone-9")])
    got += reading
    assert numbers(got) == [0, 2]
    assert numbers(list(bus.read([rides, vehicles]))) == [0, 1, 2, 3]
    assert list(bus.read(["landlinie.test.none.v1"])) == []


def test_one_member_reads_and_the_next_takes_over(open_bus: OpenBus, rides: str, group: str) -> None:
    bus = open_bus()
    bus.publish([event(n, rides) for n in range(3)])
    with open_bus().consumer(group, [rides]) as standing_by:
        with bus.consumer(group, [rides]) as active:
            deliveries = drain(active, 3)
            active.commit(deliveries[:1])
            assert standing_by.poll(10, 0) == []
            with suppress(BusUnavailable):
                # Not read here: whether it says so or leaves it, it must not count.
                standing_by.commit(deliveries)
        assert numbers(drain(standing_by, 2)) == [1, 2]


def test_a_waiting_reader_wakes_for_other_openers_events(open_bus: OpenBus, rides: str, group: str) -> None:
    with open_bus().consumer(group, [rides]) as consumer, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(drain, consumer, 1)
        open_bus().publish([event(7, rides)])
        assert numbers(waiting.result(PATIENCE_S)) == [7]


def test_publishers_at_once_lose_nothing(open_bus: OpenBus, rides: str, group: str) -> None:
    bus, other = open_bus(), open_bus()
    barrier = threading.Barrier(4)

    def publish(thread: int) -> None:
        barrier.wait()
        for number in range(0, 40, 2):
            pair = [event(n, rides, f"zone-{thread}") for n in (number, number + 1)]
            (bus if thread % 2 else other).publish(pair)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(publish, range(4)))
    with bus.consumer(group, [rides]) as consumer:
        got = drain(consumer, 160)
        assert consumer.poll(1, 0) == []
    for thread in range(4):
        mine = [delivery for delivery in got if delivery.event.key == f"zone-{thread}"]
        assert numbers(mine) == list(range(40))


def test_nothing_to_publish_is_nothing(bus: Bus, rides: str) -> None:
    bus.publish([])
    assert list(bus.read([rides])) == []


def test_lag_is_what_a_group_has_yet_to_take(bus: Bus, rides: str, group: str) -> None:
    bus.publish([event(n, rides, key=f"zone-{n}") for n in range(20)])

    def behind() -> dict[int, PartitionLag]:
        return {lag.partition: lag for lag in bus.lag(group, [rides, "landlinie.test.none.v1"])}

    assert sum(lag.event_count for lag in behind().values()) == 20
    assert {lag.topic for lag in behind().values()} == {rides}
    with bus.consumer(group, [rides]) as consumer:
        deliveries = drain(consumer, 20)
        assert sum(lag.event_count for lag in behind().values()) == 20
        one = deliveries[0].partition
        consumer.commit([delivery for delivery in deliveries if delivery.partition == one])
        assert behind()[one].event_count == 0
        assert sum(lag.event_count for lag in behind().values()) == len(
            [delivery for delivery in deliveries if delivery.partition != one]
        )
        consumer.commit(deliveries)
    assert {lag.event_count for lag in behind().values()} == {0}
    assert sum(lag.end_offset for lag in behind().values()) == 20


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "Großes", "a" * 101])
def test_group_names_are_bounded(bus: Bus, rides: str, name: str) -> None:
    with pytest.raises(ValueError, match="group"):
        bus.consumer(name, [rides])
    with pytest.raises(ValueError, match="group"):
        bus.lag(name, [rides])


def test_a_closed_bus_says_so(bus: Bus, rides: str) -> None:
    bus.close()
    with pytest.raises(BusUnavailable):
        bus.publish([event(0, rides)])
