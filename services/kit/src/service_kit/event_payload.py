"""Between protobuf messages and events."""

from datetime import datetime
from typing import TypeVar

from google.protobuf.message import DecodeError, Message

from service_kit.events import Event, MalformedEvent, new_event_id

MessageT = TypeVar("MessageT", bound=Message)


def pack(
    message: Message, *, source: str, topic: str, key: str, time: datetime, event_id: str | None = None
) -> Event:
    """Put a message in an envelope.

    Parameters
    ----------
    message
        The fact, past tense; its full name becomes the event's type.
    source
        Who says so, for example ``landlinie/pooling``.
    topic, key
        Where it goes and what it stays in order with.
    time
        When it happened, timezone-aware.
    event_id
        Given where the same fact may be packed twice; a new one otherwise.
    """
    return Event(
        id=event_id or new_event_id(),
        source=source,
        type=message.DESCRIPTOR.full_name,
        topic=topic,
        key=key,
        time=time,
        payload=message.SerializeToString(deterministic=True),
    )


def unpack(event: Event, message_type: type[MessageT]) -> MessageT:
    """Return the message of an event.

    Raises
    ------
    MalformedEvent
        When the event is of another type or its payload cannot be read.
    """
    expected = message_type.DESCRIPTOR.full_name
    if event.type != expected:
        raise MalformedEvent(f"event {event.id} is a {event.type}, not a {expected}")
    try:
        return message_type.FromString(event.payload)
    except DecodeError as error:
        raise MalformedEvent(f"event {event.id}: payload is no {expected}") from error
