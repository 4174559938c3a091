"""Everything that is stored, of several partitions in one order."""

import time
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from kafka.structs import TopicPartition

from service_kit.bus import BusUnavailable, Delivery
from service_kit.kafka_connection import KafkaConnection
from service_kit.kafka_records import to_delivery

_FETCH_COUNT = 500

Waiting = dict[TopicPartition, deque[Any]]


def read_before(
    connection: KafkaConnection, client: Any, ends: Mapping[TopicPartition, int]
) -> Iterator[Delivery]:
    """Yield the records before these offsets: by time stamp, those of a partition in their order.

    Raises
    ------
    BusUnavailable
        When nothing comes for the connection's time.
    """
    client.assign(list(ends))
    client.seek_to_beginning(*ends)
    waiting: Waiting = {place: deque() for place in ends}
    unread = set(ends)
    while True:
        while any(not waiting[place] for place in unread):
            _fetch(connection, client, waiting, unread, ends)
        heads = [(records[0].timestamp, place) for place, records in waiting.items() if records]
        if not heads:
            return
        _, place = min(heads)
        yield to_delivery(waiting[place].popleft())


def _fetch(
    connection: KafkaConnection,
    client: Any,
    waiting: Waiting,
    unread: set[TopicPartition],
    ends: Mapping[TopicPartition, int],
) -> None:
    """Add records to those that wait, and take partitions that were read to their end out of the unread."""
    give_up_at_s = time.monotonic() + connection.timeout_s
    with connection.errors("reading"):
        while True:
            found = client.poll(timeout_ms=200, max_records=_FETCH_COUNT)
            for place, records in found.items():
                waiting[place].extend(record for record in records if record.offset < ends[place])
            done = {
                place for place in unread if (client.position(place, timeout_ms=1_000) or 0) >= ends[place]
            }
            unread -= done
            if found or done:
                return
            if time.monotonic() > give_up_at_s:
                raise BusUnavailable(f"Kafka sent nothing for {connection.timeout_s:.0f} s of reading")
