"""What every bus keeps to. A further bus joins by a subclass of ``BusContract`` that says how to open it."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from service_kit.bus import Bus, BusUnavailable, Consumer, Delivery, Start
from service_kit.embedded_bus import EmbeddedBus
from service_kit.events import Event, new_event_id

RIDES = "landlinie.test.ride.v1"
VEHICLES = "landlinie.test.vehicle.v1"
# Long enough for any machine; only a defect waits it out.
PATIENCE_S = 30.0

OpenBus = Callable[[], Bus]


def event(number: int, key: str = "zone-1", topic: str = RIDES) -> Event:
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


class BusContract:
    """Subclasses give ``open_bus``, which opens the same bus again as another process would."""

    @pytest.fixture
    def bus(self, open_bus: OpenBus) -> Bus:
        return open_bus()

    def test_an_event_comes_back_whole(self, bus: Bus) -> None:
        sent = Event(
            id="e-1",
            source="landlinie/test",
            type="landlinie.test.Happened",
            topic=RIDES,
            key="Hüttener Berge/Süd",
            time=datetime(2026, 3, 29, 2, 30, 0, 123456, tzinfo=timezone(timedelta(hours=2))),
            payload=bytes(range(256)),
            extra_headers={"traceparent": "00-ab-cd-01", "leer": "", "ort": "Süderbrarup"},
        )
        bus.publish([sent])
        with bus.consumer("g", [RIDES]) as consumer:
            (delivery,) = drain(consumer, 1)
        assert delivery.event == sent
        assert (delivery.topic, delivery.offset) == (RIDES, 0)

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        batches=st.lists(st.lists(st.sampled_from(["a", "b", "c", "d", "e"]), min_size=1, max_size=9)),
        poll_count=st.integers(1, 7),
    )
    def test_events_of_a_key_stay_in_order(self, bus: Bus, batches: list[list[str]], poll_count: int) -> None:
        topic = f"landlinie.test.{new_event_id()}.v1"
        keys = [key for batch in batches for key in batch]
        ordered = iter(event(number, key, topic) for number, key in enumerate(keys))
        for batch in batches:
            bus.publish([next(ordered) for _ in batch])
        got: list[Delivery] = []
        with bus.consumer("g", [topic]) as consumer:
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

    def test_groups_know_nothing_of_one_another(self, bus: Bus) -> None:
        bus.publish([event(n) for n in range(3)])
        with bus.consumer("first", [RIDES]) as first, bus.consumer("second", [RIDES]) as second:
            first.commit(drain(first, 3))
            assert numbers(drain(second, 3)) == [0, 1, 2]

    def test_committed_offsets_survive_and_the_rest_comes_again(self, open_bus: OpenBus) -> None:
        bus = open_bus()
        bus.publish([event(n) for n in range(5)])
        with bus.consumer("g", [RIDES]) as consumer:
            deliveries = drain(consumer, 5)
            consumer.commit(deliveries[:2])
        bus.close()
        with open_bus().consumer("g", [RIDES]) as consumer:
            assert numbers(drain(consumer, 3)) == [2, 3, 4]

    def test_a_commit_counts_for_its_partitions_only(self, bus: Bus) -> None:
        bus.publish([event(n, key=f"zone-{n}") for n in range(20)])
        with bus.consumer("g", [RIDES]) as consumer:
            deliveries = drain(consumer, 20)
            one = deliveries[0].partition
            consumer.commit([delivery for delivery in deliveries if delivery.partition == one])
        others = {
            n
            for n, delivery in zip(numbers(deliveries), deliveries, strict=True)
            if delivery.partition != one
        }
        assert others
        with bus.consumer("g", [RIDES]) as consumer:
            assert set(numbers(drain(consumer, len(others)))) == others

    def test_seeking_back(self, bus: Bus) -> None:
        bus.publish([event(n) for n in range(4)])
        with bus.consumer("g", [RIDES]) as consumer:
            consumer.commit(drain(consumer, 2))
            assert numbers(drain(consumer, 2)) == [2, 3]
            consumer.seek_to_committed()
            assert numbers(drain(consumer, 2)) == [2, 3]
            consumer.seek_to_beginning()
            assert numbers(drain(consumer, 4)) == [0, 1, 2, 3]
        with bus.consumer("g", [RIDES]) as consumer:
            assert numbers(drain(consumer, 2)) == [2, 3]

    @pytest.mark.parametrize(("start", "expected"), [("earliest", [0, 1]), ("latest", [1])])
    def test_where_a_new_group_begins(self, bus: Bus, start: Start, expected: list[int]) -> None:
        bus.publish([event(0)])
        with bus.consumer("g", [RIDES], start=start) as consumer:
            assert numbers(consumer.poll(1, 0)) == expected[:-1]
            bus.publish([event(1)])
            assert numbers(drain(consumer, 1)) == [1]

    def test_what_is_committed_outweighs_where_a_group_would_begin(self, bus: Bus) -> None:
        with bus.consumer("g", [RIDES], start="latest") as consumer:
            bus.publish([event(0), event(1)])
            consumer.commit(drain(consumer, 2)[:1])
        bus.publish([event(2)])
        with bus.consumer("g", [RIDES], start="latest") as consumer:
            assert numbers(drain(consumer, 2)) == [1, 2]

    def test_topics_may_come_later(self, bus: Bus) -> None:
        with bus.consumer("g", [RIDES, VEHICLES], start="latest") as consumer:
            assert consumer.poll(10, 0) == []
            bus.publish([event(0), event(1, topic=VEHICLES), event(2, topic="landlinie.test.other.v1")])
            assert sorted(numbers(drain(consumer, 2))) == [0, 1]
            assert consumer.poll(10, 0) == []
        assert bus.topics() == ["landlinie.test.other.v1", RIDES, VEHICLES]

    def test_tails_see_all_that_is_new(self, bus: Bus) -> None:
        bus.publish([event(0)])
        with bus.tail([RIDES]) as one, bus.tail([RIDES]) as other:
            bus.publish([event(1), event(2)])
            assert numbers(drain(one, 2)) == [1, 2]
            one.commit([])
            assert numbers(drain(other, 2)) == [1, 2]

    def test_reading_ends_where_the_log_ended_when_it_began(self, bus: Bus) -> None:
        bus.publish([event(0), event(1, topic=VEHICLES), event(2)])
        reading = bus.read([RIDES])
        got = [next(reading)]
        bus.publish([event(3)])
        got += reading
        assert numbers(got) == [0, 2]
        assert numbers(list(bus.read([RIDES, VEHICLES]))) == [0, 1, 2, 3]
        assert list(bus.read(["landlinie.test.none.v1"])) == []

    def test_one_member_reads_and_the_next_takes_over(self, open_bus: OpenBus) -> None:
        bus = open_bus()
        bus.publish([event(n) for n in range(3)])
        with open_bus().consumer("g", [RIDES]) as standing_by:
            with bus.consumer("g", [RIDES]) as active:
                deliveries = drain(active, 3)
                active.commit(deliveries[:1])
                assert standing_by.poll(10, 0) == []
                with pytest.raises(BusUnavailable):
                    standing_by.commit(deliveries)
            assert numbers(drain(standing_by, 2)) == [1, 2]

    def test_a_waiting_reader_wakes_for_other_openers_events(self, open_bus: OpenBus) -> None:
        with open_bus().consumer("g", [RIDES]) as consumer, ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(drain, consumer, 1)
            open_bus().publish([event(7)])
            assert numbers(waiting.result(PATIENCE_S)) == [7]

    def test_publishers_at_once_lose_nothing(self, open_bus: OpenBus) -> None:
        bus, other = open_bus(), open_bus()
        barrier = threading.Barrier(4)

        def publish(thread: int) -> None:
            barrier.wait()
            for number in range(0, 40, 2):
                pair = [event(number, f"zone-{thread}"), event(number + 1, f"zone-{thread}")]
                (bus if thread % 2 else other).publish(pair)

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(publish, range(4)))
        with bus.consumer("g", [RIDES]) as consumer:
            got = drain(consumer, 160)
            assert consumer.poll(1, 0) == []
        for thread in range(4):
            mine = [delivery for delivery in got if delivery.event.key == f"zone-{thread}"]
            assert numbers(mine) == list(range(40))

    def test_nothing_to_publish_is_nothing(self, bus: Bus) -> None:
        bus.publish([])
        assert bus.topics() == []


class TestEmbeddedBus(BusContract):
    """The log in a file."""

    @pytest.fixture
    def open_bus(self, tmp_path: Path) -> Iterator[OpenBus]:
        with ExitStack() as opened:

            def open_it() -> Bus:
                bus = EmbeddedBus(tmp_path / "bus" / "events.db")
                opened.callback(bus.close)
                return bus

            yield open_it
