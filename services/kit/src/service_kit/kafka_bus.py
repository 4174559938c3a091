"""The event bus of a cluster: Apache Kafka.

Topics must exist (``landlinie topics apply``): publishing makes none. A publish has reached all in-sync
replicas when it returns. A key's partition is Kafka's own choice by the key's hash, so that programs in
other languages agree with it. A group's partitions are shared out among its members.
"""

from collections.abc import Iterator, Sequence

from service_kit.bus import Delivery, PartitionLag, Start, check_group
from service_kit.events import Event
from service_kit.kafka_connection import KafkaConnection
from service_kit.kafka_consumer import KafkaGroupMember, KafkaTail, open_reader
from service_kit.kafka_producer import KafkaPublisher
from service_kit.kafka_reading import read_before

SESSION_TIMEOUT_S = 10.0
"""What brokers take without being told to."""


class KafkaBus:
    """The topics of a Kafka cluster; nothing is connected before it is needed.

    Parameters
    ----------
    tenant
        The district whose groups are meant. Groups of one name in several districts are several: each of them
        is given every event.
    session_timeout_s
        How long a member of a group that died is waited for.
    """

    def __init__(
        self, connection: KafkaConnection, *, tenant: str, session_timeout_s: float = SESSION_TIMEOUT_S
    ) -> None:
        self._connection = connection
        self._tenant = tenant
        self._session_timeout_s = session_timeout_s
        self._publisher = KafkaPublisher(connection)

    def publish(self, events: Sequence[Event]) -> None:
        """Store the events on all in-sync replicas; a failure may leave some of them stored."""
        if events:
            self._publisher.publish(events)

    def consumer(self, group: str, topics: Sequence[str], *, start: Start = "earliest") -> KafkaGroupMember:
        """Join a group."""
        return KafkaGroupMember(
            self._connection,
            self._group_id(group),
            topics,
            start=start,
            session_timeout_s=self._session_timeout_s,
        )

    def tail(self, topics: Sequence[str]) -> KafkaTail:
        """Return a reader of what is published from now on."""
        return KafkaTail(self._connection, topics)

    def read(self, topics: Sequence[str]) -> Iterator[Delivery]:
        """Go through everything stored in these topics at this moment, by the time it was sent."""
        with self._connection.administration("looking where topics end") as administration:
            places = administration.partitions(topics)
            ends = administration.ends(places)
            beginnings = administration.beginnings(places)
        ends = {place: end for place, end in ends.items() if end > beginnings[place]}
        if not ends:
            return
        client = open_reader(self._connection, group_id=None)
        try:
            yield from read_before(self._connection, client, ends)
        finally:
            client.close(autocommit=False)

    def topics(self) -> list[str]:
        """Return the names of the topics there are, sorted; Kafka's own are left out."""
        with self._connection.administration("listing topics") as administration:
            return administration.topics()

    def lag(self, group: str, topics: Sequence[str]) -> list[PartitionLag]:
        """Return how far a group is behind in each partition of those of the topics that exist."""
        group_id = self._group_id(group)
        with self._connection.administration("looking up lag") as administration:
            places = sorted(administration.partitions(topics))
            # In this order a group that reads meanwhile is never found ahead of the end.
            committed = administration.committed(group_id)
            beginnings = administration.beginnings(places)
            ends = administration.ends(places)
        return [
            PartitionLag(
                place.topic,
                place.partition,
                min(ends[place], max(committed.get(place, 0), beginnings[place])),
                ends[place],
            )
            for place in places
        ]

    def close(self) -> None:
        """End the connections; consumers are closed by whoever opened them."""
        self._publisher.close()

    def _group_id(self, group: str) -> str:
        check_group(group)
        return f"{group}@{self._tenant}"
