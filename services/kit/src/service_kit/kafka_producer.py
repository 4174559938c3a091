"""Publishing to Kafka so that what was acknowledged is there, once and in order."""

import threading
import time
from collections.abc import Sequence
from typing import Any

import kafka

from service_kit.bus import BusUnavailable
from service_kit.events import Event
from service_kit.kafka_connection import KafkaConnection
from service_kit.kafka_records import to_record


class KafkaPublisher:
    """One idempotent producer for all threads, opened when it is first needed.

    When a publish does not end in time the producer is abandoned with everything it still holds, and the next
    publish opens another. Otherwise its leftovers could reach the log after the caller has published the
    same events again, later events of a key before earlier ones.
    """

    def __init__(self, connection: KafkaConnection) -> None:
        self._connection = connection
        self._opening = threading.Lock()
        self._producer: Any = None
        self._closed = False

    def publish(self, events: Sequence[Event]) -> None:
        """Store the events on all in-sync replicas.

        Raises
        ------
        BusUnavailable
            When not all of them are known to be stored within the connection's time.
        """
        give_up_at_s = time.monotonic() + self._connection.timeout_s
        records = [to_record(event) for event in events]
        producer = self._opened(give_up_at_s)
        try:
            with self._connection.errors("publishing"):
                _send(producer, records, give_up_at_s)
        except BusUnavailable as error:
            self._abandon(producer)
            missing = self._missing_topics(events)
            if missing:
                names = ", ".join(missing)
                raise BusUnavailable(
                    f"there is no topic {names} in Kafka; declare it and run: landlinie topics apply"
                ) from error
            raise

    def close(self) -> None:
        """End the connection; what is being published fails."""
        with self._opening:
            self._closed = True
            producer = self._producer
        if producer is not None:
            self._abandon(producer)

    def _opened(self, give_up_at_s: float) -> Any:
        if not self._opening.acquire(timeout=max(0.0, give_up_at_s - time.monotonic())):
            raise BusUnavailable("Kafka has not answered another thread that connects yet")
        try:
            if self._closed:
                raise BusUnavailable("the bus is closed")
            if self._producer is None:
                self._producer = self._connection.open(
                    kafka.KafkaProducer,
                    acks="all",
                    enable_idempotence=True,
                    allow_auto_create_topics=False,
                    max_block_ms=self._connection.timeout_ms,
                    # Never the first to give up: see the class.
                    delivery_timeout_ms=10 * self._connection.timeout_ms,
                )
            return self._producer
        finally:
            self._opening.release()

    def _abandon(self, producer: Any) -> None:
        with self._opening:
            if self._producer is producer:
                self._producer = None
        # close() alone would first wait for what cannot be delivered.
        producer._sender.force_close()  # noqa: SLF001
        producer._sender.join(self._connection.timeout_s)  # noqa: SLF001
        with self._connection.errors("closing"):
            producer.close(timeout=self._connection.timeout_s)

    def _missing_topics(self, events: Sequence[Event]) -> list[str]:
        try:
            with self._connection.administration("listing topics") as administration:
                return sorted({event.topic for event in events} - set(administration.topics()))
        except BusUnavailable:
            return []


def _send(producer: Any, records: Sequence[dict[str, Any]], give_up_at_s: float) -> None:
    acknowledged = []
    for record in records:
        _left_s(give_up_at_s)
        acknowledged.append(producer.send(**record))
    for each in acknowledged:
        each.get(timeout=_left_s(give_up_at_s))


def _left_s(give_up_at_s: float) -> float:
    left_s = give_up_at_s - time.monotonic()
    if left_s <= 0:
        raise TimeoutError("no acknowledgement in time")
    return left_s
