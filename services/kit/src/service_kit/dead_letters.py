"""Where events go that a group cannot take, and how they come back.

An event that fails for good goes to ``<topic>.<group>.dead`` with the error in its headers. Replaying puts
it on ``<topic>.<group>.retry``, which only that group reads: nobody else sees the event twice.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from service_kit.bus import Bus, Delivery
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


def replay_dead_letters(bus: Bus, topic: str, group: str, *, wait_s: float = 1.0) -> int:
    """Give ``group`` the dead letters of ``topic`` it has not been given again yet, and return how many.

    Each is given again once per call at most; those that fail anew are dead letters anew, for the next call.

    Parameters
    ----------
    wait_s
        Seconds without a further dead letter after which there are no more.
    """
    count = 0
    with bus.consumer(f"{group}.replay", [dead_topic(topic, group)]) as dead_letters:
        while deliveries := dead_letters.poll(100, wait_s):
            bus.publish(
                [
                    _readdressed(delivery.event, retry_topic(topic, group), delivery.event.extra_headers)
                    for delivery in deliveries
                ]
            )
            dead_letters.commit(deliveries)
            count += len(deliveries)
    return count


def _readdressed(event: Event, topic: str, headers: Mapping[str, str]) -> Event:
    return replace(event, topic=topic, extra_headers=headers)
