"""Where events go that a group cannot take, and how they come back.

An event that fails for good goes to ``<topic>.<group>.dead`` with the error in its headers. Replaying puts
it on ``<topic>.<group>.retry``, which only that group reads: nobody else sees the event twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from service_kit.bus import Bus, BusUnavailable, Delivery
from service_kit.events import Event

ORIGIN_TOPIC = "dead_letter_topic"
ERROR = "dead_letter_error"
_ERROR_LENGTH = 500


def dead_topic(topic: str, group: str) -> str:
    """Return the topic of the events that ``group`` could not take from ``topic``."""
    return f"{topic}.{group}.dead"


def retry_topic(topic: str, group: str) -> str:
    """Return the topic through which ``group`` gets dead letters of ``topic`` again."""
    return f"{topic}.{group}.retry"


def as_dead_letter(delivery: Delivery, group: str, error: BaseException, attempt_count: int) -> Event:
    """Return the event addressed to the dead letters, with what went wrong in its headers."""
    event = as_first_sent(delivery.event)
    headers = {
        ORIGIN_TOPIC: event.topic,
        ERROR: f"{type(error).__name__}: {error}"[:_ERROR_LENGTH],
        "dead_letter_group": group,
        "dead_letter_attempts": str(attempt_count),
        "dead_letter_partition": str(delivery.partition),
        "dead_letter_offset": str(delivery.offset),
        "dead_letter_time": datetime.now(UTC).isoformat(),
    }
    return _readdressed(event, dead_topic(event.topic, group), {**event.extra_headers, **headers})


def as_first_sent(event: Event) -> Event:
    """Return the event as it was before it became a dead letter; others come back as they are."""
    origin = event.extra_headers.get(ORIGIN_TOPIC)
    if origin is None:
        return event
    kept = {name: text for name, text in event.extra_headers.items() if not name.startswith("dead_letter_")}
    return _readdressed(event, origin, kept)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A delivery from a topic of dead letters, and whether the group has been given it again."""

    delivery: Delivery
    is_replayed: bool

    @property
    def error(self) -> str:
        """What the group's handler failed with."""
        return self.delivery.event.extra_headers.get(ERROR, "")


def dead_letters(bus: Bus, topic: str, group: str) -> list[DeadLetter]:
    """Return the dead letters of ``topic`` that ``group`` has put away and the bus still keeps, oldest first.

    Raises
    ------
    BusUnavailable
        When the bus does not answer.
    """
    dead = dead_topic(topic, group)
    yet_to_replay = {lag.partition: lag.next_offset for lag in bus.lag(_replay_group(group), [dead])}
    return [
        DeadLetter(delivery, delivery.offset < yet_to_replay.get(delivery.partition, 0))
        for delivery in bus.read([dead])
    ]


def replay_dead_letters(bus: Bus, topic: str, group: str, *, patience_s: float = 60.0) -> int:
    """Give ``group`` the dead letters of ``topic`` it has not been given again yet, and return how many.

    Each is given again once per call; those that fail anew are dead letters anew, for the next call. No other
    group sees them. The group counts an event once, however often it is replayed: what it has handled stays
    handled, because a dead letter is only what left no trace in its inbox.

    Parameters
    ----------
    patience_s
        Seconds to wait for a dead letter that is known to be there; longer than a member of a group that died
        is waited for.

    Raises
    ------
    BusUnavailable
        When the bus does not answer, or another replay of these dead letters is under way; those that were
        given again so far are not given a second time.
    """
    dead = dead_topic(topic, group)
    replay_group = _replay_group(group)
    ends = {lag.partition: lag.end_offset for lag in bus.lag(replay_group, [dead]) if lag.event_count}
    if not ends:
        return 0
    count = 0
    with bus.consumer(replay_group, [dead]) as consumer:
        while ends:
            deliveries = consumer.poll(100, patience_s)
            if not deliveries:
                raise BusUnavailable(f"{dead} is being replayed by somebody else; {count} were replayed here")
            due = [delivery for delivery in deliveries if delivery.offset < ends.get(delivery.partition, 0)]
            bus.publish(
                [
                    _readdressed(delivery.event, retry_topic(topic, group), delivery.event.extra_headers)
                    for delivery in due
                ]
            )
            consumer.commit(due)
            count += len(due)
            for delivery in deliveries:
                if delivery.offset + 1 >= ends.get(delivery.partition, 0):
                    ends.pop(delivery.partition, None)
    return count


def _replay_group(group: str) -> str:
    return f"{group}.replay"


def _readdressed(event: Event, topic: str, headers: Mapping[str, str]) -> Event:
    return replace(event, topic=topic, extra_headers=headers)
