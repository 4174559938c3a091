"""How this installation's Kafka is reached, and what its errors mean to whoever uses the bus."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import kafka
from kafka.errors import (
    CoordinatorLoadInProgressError,
    CoordinatorNotAvailableError,
    KafkaError,
    NotCoordinatorError,
)
from kafka.net.compat import KafkaNetClient
from kafka.protocol.consumer import OffsetSpec
from kafka.structs import TopicPartition

from service_kit.bus import BusUnavailable

# A broker that is back is found again within this time.
_RECONNECT_AT_MOST_MS = 1_000
_LOOK_AGAIN_S = 0.1
_NO_COORDINATOR_YET = (CoordinatorLoadInProgressError, CoordinatorNotAvailableError, NotCoordinatorError)


@dataclass(frozen=True, slots=True)
class KafkaConnection:
    """Where the brokers are and how to prove who we are.

    Parameters
    ----------
    servers
        ``host:port`` of some of the brokers.
    security
        Further options of every client, as kafka-python names them; never shown.
    timeout_s
        After so long without an answer the bus counts as unavailable.
    """

    servers: Sequence[str]
    security: dict[str, Any] = field(default_factory=dict, repr=False)
    timeout_s: float = 10.0

    @property
    def timeout_ms(self) -> int:
        return int(self.timeout_s * 1000)

    def client_options(self) -> dict[str, Any]:
        """Return what every client is opened with."""
        return {
            "bootstrap_servers": list(self.servers),
            "request_timeout_ms": self.timeout_ms,
            "bootstrap_timeout_ms": self.timeout_ms,
            "reconnect_backoff_max_ms": _RECONNECT_AT_MOST_MS,
            **self.security,
        }

    def open(self, kind: Callable[..., Any], **options: Any) -> Any:
        """Open a client of Kafka's.

        Raises
        ------
        BusUnavailable
            When no broker answers in time.
        """
        connections: list[Any] = []

        def connect(**settings: Any) -> Any:
            connections.append(KafkaNetClient(**settings))
            return connections[-1]

        with self.errors("connecting"):
            try:
                return kind(**self.client_options(), **options, kafka_client=connect)
            except BaseException:
                # A client that finds no broker leaves its sockets and its thread behind.
                for connection in connections:
                    connection.close()
                raise

    @contextmanager
    def errors(self, doing: str) -> Iterator[None]:
        """Turn what Kafka's client raises into BusUnavailable."""
        try:
            yield
        except (KafkaError, OSError) as error:
            servers = ",".join(self.servers)
            said = str(error) or type(error).__name__
            raise BusUnavailable(f"Kafka at {servers}, {doing}: {said}") from error

    @contextmanager
    def administration(self, doing: str) -> Iterator["Administration"]:
        """Open a client for questions about the cluster.

        It is opened anew each time, because only opening is bounded in time when no broker answers.

        Raises
        ------
        BusUnavailable
            When no broker answers in time, here or within the block.
        """
        with self.errors(doing):
            client = self.open(kafka.KafkaAdminClient)
            try:
                yield Administration(client, self.timeout_s)
            finally:
                client.close()


class Administration:
    """Questions about topics, offsets and groups, answered by the cluster."""

    def __init__(self, client: Any, timeout_s: float) -> None:
        self.client = client
        self._timeout_s = timeout_s

    def topics(self) -> list[str]:
        """Return the names of all topics but Kafka's own, sorted."""
        return sorted(name for name in self.client.list_topics() if not name.startswith("__"))

    def partitions(self, topics: Sequence[str]) -> list[TopicPartition]:
        """Return the partitions of those of the topics that exist."""
        # All are asked for: a question about one that does not exist could make it.
        return [
            TopicPartition(topic["name"], partition["partition_index"])
            for topic in self.client.describe_topics()
            if topic["name"] in topics
            for partition in topic["partitions"]
        ]

    def beginnings(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        """Return the offset of the oldest record there is, or of the next one where there is none."""
        return self._offsets(partitions, OffsetSpec.EARLIEST)

    def ends(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        """Return the offset the next record will get."""
        return self._offsets(partitions, OffsetSpec.LATEST)

    def committed(self, group: str) -> dict[TopicPartition, int]:
        """Return the offsets the group goes on from."""
        give_up_at_s = time.monotonic() + self._timeout_s
        while True:
            try:
                found = self.client.list_group_offsets(group)[group]
                break
            except _NO_COORDINATOR_YET:
                # A cluster that has had no group yet first makes the topic it keeps them in.
                if time.monotonic() > give_up_at_s:
                    raise
                time.sleep(_LOOK_AGAIN_S)
        return {place: committed.offset for place, committed in found.items() if committed.offset >= 0}

    def _offsets(self, partitions: Sequence[TopicPartition], spec: OffsetSpec) -> dict[TopicPartition, int]:
        if not partitions:
            return {}
        found = self.client.list_partition_offsets(dict.fromkeys(partitions, spec))
        return {place: at.offset for place, at in found.items()}
