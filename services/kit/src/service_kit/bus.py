"""The port every event bus stands behind.

Records of a topic lie in partitions, in order of their offsets; an event's key decides its partition, so
events of one key stay in order. A *group* remembers how far it has read each partition; groups know nothing
of one another.

Membership: any number of consumers may join a group, in any thread or process. A partition is read by one
member at a time. When that member closes or dies another takes over, from the committed offsets; on Kafka
members also share the partitions out among themselves. What was polled but not committed then comes again:
delivery is at least once, and consumers dedupe by ``(source, id)``.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Protocol, Self

from service_kit.events import Event

Start = Literal["earliest", "latest"]


_GROUP = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")


class BusUnavailable(Exception):  # noqa: N818 - reads as what it is
    """The bus does not answer now; nothing is known to be stored."""


def check_group(group: str) -> None:
    """Raise ValueError unless ``group`` is a name every bus accepts."""
    if not _GROUP.fullmatch(group):
        raise ValueError(
            f"group {group!r} is not of lower-case letters, digits, dots, underscores and dashes"
        )


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event and where it was read."""

    event: Event
    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class PartitionLag:
    """How far a group is behind in one partition.

    ``next_offset`` is the first record it has yet to take, of those that are still there; ``end_offset`` is
    the one the next event will get.
    """

    topic: str
    partition: int
    next_offset: int
    end_offset: int

    @property
    def event_count(self) -> int:
        """Events the group has yet to take; on Kafka at most so many, where a topic is compacted."""
        return self.end_offset - self.next_offset


class Consumer(Protocol):
    """A reader of topics, used by one thread at a time."""

    def poll(self, max_count: int, timeout_s: float) -> list[Delivery]:
        """Return the next deliveries, at most ``max_count``, in order within each partition.

        Waits up to ``timeout_s`` seconds for the first one. Empty when there is none, or while other members
        of the group do the reading, or where nothing has come over the network yet.
        """
        ...

    def commit(self, deliveries: Sequence[Delivery]) -> None:
        """Remember durably that the group is done with these and all before them in their partitions.

        Deliveries of partitions that went to another member since they were polled are left to that one.

        Raises
        ------
        BusUnavailable
            When it is not certain to be remembered; what was polled may come again.
        """
        ...

    def seek_to_beginning(self) -> None:
        """Read every partition from its first record on; what is committed changes with the next commit."""
        ...

    def seek_to_committed(self) -> None:
        """Forget what was polled and not committed, so that it comes again."""
        ...

    def close(self) -> None:
        """Leave the group."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Bus(Protocol):
    """Keeps events durably and in order. Safe to share between threads."""

    def publish(self, events: Sequence[Event]) -> None:
        """Store the events; they survive any crash once this returns.

        Raises
        ------
        BusUnavailable
            When it is not certain that all are stored; publish all of them again.
        """
        ...

    def consumer(self, group: str, topics: Sequence[str], *, start: Start = "earliest") -> Consumer:
        """Join a group; topics need not exist yet.

        ``start`` says where a group begins in partitions for which it has committed nothing.
        """
        ...

    def tail(self, topics: Sequence[str]) -> Consumer:
        """Return a reader of what is published from now on.

        It has no group: every such reader sees everything, and commits nothing.
        """
        ...

    def read(self, topics: Sequence[str]) -> Iterator[Delivery]:
        """Go through everything stored in these topics at this moment, from the beginning, then end."""
        ...

    def topics(self) -> list[str]:
        """Return the names of the topics there are, sorted."""
        ...

    def lag(self, group: str, topics: Sequence[str]) -> list[PartitionLag]:
        """Return how far a group is behind in each partition of those of the topics that exist.

        Where it has committed nothing everything that is stored counts.
        """
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
