"""The port every event bus stands behind.

Records of a topic lie in partitions, in order of their offsets; an event's key decides its partition, so
events of one key stay in order. A *group* remembers how far it has read each partition; groups know nothing
of one another.

Membership: any number of consumers may join a group, in any thread or process. A partition is read by one
member at a time; the others stand by and take over, from the committed offsets, when that member closes or
dies. What was polled but not committed then comes again: delivery is at least once, and consumers dedupe by
``(source, id)``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Protocol, Self

from service_kit.events import Event

Start = Literal["earliest", "latest"]


class BusUnavailable(Exception):  # noqa: N818 - reads as what it is
    """The bus does not answer now; nothing is known to be stored."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event and where it was read."""

    event: Event
    topic: str
    partition: int
    offset: int


class Consumer(Protocol):
    """A reader of topics, used by one thread at a time."""

    def poll(self, max_count: int, timeout_s: float) -> list[Delivery]:
        """Return the next deliveries, at most ``max_count``, in order within each partition.

        Waits up to ``timeout_s`` seconds for the first one. Empty when there is none, or while another member
        of the group does the reading.
        """
        ...

    def commit(self, deliveries: Sequence[Delivery]) -> None:
        """Remember durably that the group is done with these and all before them in their partitions."""
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

    def close(self) -> None:
        """Let go of files and connections."""
        ...
