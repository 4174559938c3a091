"""Readers of Kafka: members of groups, and tails."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import kafka
import structlog
from kafka.errors import (
    CommitFailedError,
    IllegalGenerationError,
    RebalanceInProgressError,
    UnknownMemberIdError,
)
from kafka.structs import OffsetAndMetadata, TopicPartition

from service_kit.bus import BusUnavailable, Delivery, Start
from service_kit.closing import Closing
from service_kit.kafka_connection import KafkaConnection
from service_kit.kafka_records import to_delivery

# How soon topics and partitions that are new are read.
LOOK_FOR_NEW_S = 2.0
# A wait is cut in pieces, so that partitions assigned meanwhile are read in the same poll.
_WAIT_AT_MOST_S = 0.25
_FETCH_WAIT_MS = 500
# A group goes on without a member that has not polled for so long.
_POLL_AT_LEAST_EVERY_MS = 300_000

_log = structlog.get_logger(__name__)

_REBALANCED = (CommitFailedError, IllegalGenerationError, RebalanceInProgressError, UnknownMemberIdError)


def open_reader(connection: KafkaConnection, **options: Any) -> Any:
    """Open a client that reads, forgets nothing by itself and makes no topics."""
    return connection.open(
        kafka.KafkaConsumer,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        allow_auto_create_topics=False,
        isolation_level="read_committed",
        fetch_max_wait_ms=_FETCH_WAIT_MS,
        metadata_max_age_ms=int(LOOK_FOR_NEW_S * 1000),
        **options,
    )


class _Reader(Closing):
    """What members of groups and tails have in common."""

    def __init__(self, connection: KafkaConnection, client: Any) -> None:
        self._connection = connection
        self._client = client

    def poll(self, max_count: int, timeout_s: float) -> list[Delivery]:
        give_up_at_s = time.monotonic() + timeout_s
        while True:
            left_s = max(0.0, give_up_at_s - time.monotonic())
            self._before_poll()
            with self._connection.errors("polling"):
                found = self._client.poll(
                    timeout_ms=int(min(left_s, _WAIT_AT_MOST_S) * 1000), max_records=max_count
                )
            deliveries = [
                to_delivery(record)
                for place, records in found.items()
                if self._is_settled(place)
                for record in records
            ]
            if deliveries or time.monotonic() >= give_up_at_s:
                self._polled(deliveries)
                return deliveries

    def _before_poll(self) -> None:
        raise NotImplementedError

    def _is_settled(self, place: TopicPartition) -> bool:
        """Whether records of the partition come from where they should."""
        raise NotImplementedError

    def _polled(self, deliveries: Sequence[Delivery]) -> None:
        raise NotImplementedError

    def close(self) -> None:
        with self._connection.errors("leaving"):
            self._client.close(autocommit=False, timeout_ms=self._connection.timeout_ms)


class KafkaGroupMember(_Reader):
    """A member of a group; it reads the partitions that the group's coordinator gives it.

    Parameters
    ----------
    session_timeout_s
        A member that is not heard of for so long has died, and its partitions go to others.
    """

    def __init__(
        self,
        connection: KafkaConnection,
        group: str,
        topics: Sequence[str],
        *,
        start: Start,
        session_timeout_s: float,
    ) -> None:
        # Where a group with start="latest" begins is settled when it joins, not when it first polls.
        self._start: Mapping[TopicPartition, int] | None = None
        if start == "latest":
            with connection.administration("looking where topics end") as administration:
                self._start = administration.ends(administration.partitions(topics))
        super().__init__(
            connection,
            open_reader(
                connection,
                group_id=group,
                session_timeout_ms=int(session_timeout_s * 1000),
                heartbeat_interval_ms=int(session_timeout_s * 100),
                max_poll_interval_ms=_POLL_AT_LEAST_EVERY_MS,
            ),
        )
        self._group = group
        self._replays = False
        # Assigned, and not yet told where to begin.
        self._fresh: set[TopicPartition] = set()
        # By partition that was ours without a break: the offset after the last one handed out.
        self._handed_out: dict[TopicPartition, int] = {}
        try:
            # A member that joins before it has heard of the topics may share out none of them for good.
            with connection.errors("looking up topics"):
                for topic in topics:
                    self._client.partitions_for_topic(topic)
        except BusUnavailable:
            self.close()
            raise
        self._client.subscribe(topics=list(topics), listener=_Assignments(self))

    def commit(self, deliveries: Sequence[Delivery]) -> None:
        ends: dict[TopicPartition, int] = {}
        for delivery in deliveries:
            place = TopicPartition(delivery.topic, delivery.partition)
            ends[place] = max(ends.get(place, 0), delivery.offset + 1)
        ours = {
            place: OffsetAndMetadata(end, "", -1)
            for place, end in ends.items()
            if end <= self._handed_out.get(place, 0)
        }
        if not ours:
            return
        with self._connection.errors("committing"):
            try:
                self._client.commit(ours, timeout_ms=self._connection.timeout_ms)
            except _REBALANCED as error:
                # The partitions are somebody else's by now, who gets what we did once more.
                _log.info("commit_came_too_late", group=self._group, error=type(error).__name__)

    def seek_to_beginning(self) -> None:
        # Holds for partitions that are assigned later, too.
        self._replays = True
        self._handed_out.clear()
        places = self._client.assignment()
        if places:
            self._client.seek_to_beginning(*places)

    def seek_to_committed(self) -> None:
        self._replays = False
        self._handed_out.clear()
        self._begin(self._client.assignment())

    def assigned(self, places: set[TopicPartition]) -> None:
        """Note partitions for which it has yet to be settled where they begin.

        The client begins where nothing is committed at the first event, and goes on after what it polled in
        partitions that it had before, committed or not.
        """
        self._fresh |= places

    def unassigned(self, places: set[TopicPartition]) -> None:
        """Forget partitions that others read from now on."""
        self._fresh -= places
        for place in places:
            self._handed_out.pop(place, None)

    def _before_poll(self) -> None:
        self._finish_joining()
        fresh = set(self._fresh)
        try:
            self._begin(fresh)
        except BusUnavailable as error:
            # They stay unread until the next poll.
            _log.warning("partitions_not_settled", group=self._group, error=str(error))
        else:
            self._fresh -= fresh

    def _finish_joining(self) -> None:
        """Have a join that outlasts a poll be finished by a later one.

        kafka-python 3.0.12 forgets it where the member leads the group and joins anew because partitions were
        added: with the new shares computed it needs no join any more, and never takes up what it has got. It
        then sends no heartbeats, and each poll spins instead of waiting.
        """
        coordinator = self._client._coordinator  # noqa: SLF001 - nothing public says that it is joining
        if coordinator.rejoining:
            coordinator.request_rejoin()

    def _is_settled(self, place: TopicPartition) -> bool:
        return place not in self._fresh

    def _begin(self, places: set[TopicPartition]) -> None:
        """Set where partitions are read from."""
        with self._connection.errors("looking up offsets"):
            for place in places & self._client.assignment():
                committed = None
                if not self._replays:
                    committed = self._client.committed(place, timeout_ms=self._connection.timeout_ms)
                if committed is not None:
                    self._client.seek(place, committed)
                elif self._start is not None and not self._replays:
                    # A partition that was not there when the group began is read from its first event.
                    self._client.seek(place, self._start.get(place, 0))
                else:
                    self._client.seek_to_beginning(place)

    def _polled(self, deliveries: Sequence[Delivery]) -> None:
        for delivery in deliveries:
            self._handed_out[TopicPartition(delivery.topic, delivery.partition)] = delivery.offset + 1


class _Assignments(kafka.ConsumerRebalanceListener):  # type: ignore[misc] # the client is not typed
    """Tells a member which partitions it has; called while it polls, in the client's own thread."""

    def __init__(self, member: KafkaGroupMember) -> None:
        self._member = member

    def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        self._member.unassigned(set(revoked))

    def on_partitions_lost(self, lost: set[TopicPartition]) -> None:
        self._member.unassigned(set(lost))

    def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        self._member.assigned(set(assigned))


class KafkaTail(_Reader):
    """A reader of what is published from its making on, in every partition."""

    def __init__(self, connection: KafkaConnection, topics: Sequence[str]) -> None:
        super().__init__(connection, open_reader(connection, group_id=None))
        self._topics = tuple(topics)
        self._looked_at_s = time.monotonic()
        self._places: list[TopicPartition] = []
        try:
            with connection.administration("looking where topics end") as administration:
                self._places = administration.partitions(topics)
                self._ends = administration.ends(self._places)
            self._assign(self._ends)
        except BusUnavailable:
            self.close()
            raise

    def commit(self, deliveries: Sequence[Delivery]) -> None:
        """Do nothing: without a group there is nobody to remember for."""

    def seek_to_beginning(self) -> None:
        if self._places:
            self._client.seek_to_beginning(*self._places)

    def seek_to_committed(self) -> None:
        for place in self._places:
            self._client.seek(place, self._ends.get(place, 0))

    def _assign(self, positions: Mapping[TopicPartition, int]) -> None:
        if positions:
            self._client.assign(list(positions))
            for place, offset in positions.items():
                self._client.seek(place, offset)

    def _before_poll(self) -> None:
        now_s = time.monotonic()
        if now_s - self._looked_at_s < LOOK_FOR_NEW_S:
            return
        self._looked_at_s = now_s
        with self._connection.administration("looking for new partitions") as administration:
            there = administration.partitions(self._topics)
        if set(there) - set(self._places):
            with self._connection.errors("looking up positions"):
                kept = {place: self._client.position(place) for place in self._places}
            self._places = there
            self._assign({place: kept.get(place, 0) for place in there})

    def _is_settled(self, place: TopicPartition) -> bool:  # noqa: ARG002 - a tail has no positions to look up
        return True

    def _polled(self, deliveries: Sequence[Delivery]) -> None:
        """Nothing is remembered."""
