"""Between events and Kafka's records."""

from datetime import UTC, datetime
from typing import Any

from service_kit.bus import Delivery
from service_kit.events import MALFORMED, MAX_PAYLOAD_BYTES, Event, MalformedEvent, from_record, to_headers

MALFORMED_TYPE = "landlinie.MalformedRecord"


def to_record(event: Event) -> dict[str, Any]:
    """Return the event as a producer takes it."""
    return {
        "topic": event.topic,
        "key": event.key.encode(),
        "value": event.payload,
        "headers": to_headers(event),
    }


def to_delivery(record: Any) -> Delivery:
    """Return what was read.

    Anybody may write to a topic. A record that is no event is delivered all the same, as an event of the type
    ``MALFORMED_TYPE`` with the header ``MALFORMED``, so that its reader can put it with the dead letters
    instead of being stopped by it.
    """
    key = (record.key or b"").decode(errors="replace")
    # Without a value: a mark that a compacted topic may forget the key. Nothing of ours sends one.
    payload = record.value or b""
    try:
        event = from_record(record.topic, key, record.headers, payload)
    except (MalformedEvent, AttributeError) as error:
        # AttributeError: a header without a value has nothing to decode.
        event = Event(
            id=f"{record.topic}/{record.partition}/{record.offset}",
            source="landlinie/malformed",
            type=MALFORMED_TYPE,
            topic=record.topic,
            key=key,
            time=datetime.fromtimestamp(max(record.timestamp, 0) / 1000, UTC),
            payload=payload[:MAX_PAYLOAD_BYTES],
            extra_headers={MALFORMED: str(error)},
        )
    return Delivery(event, record.topic, record.partition, record.offset)
