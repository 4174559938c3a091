"""Facts on their way between services: CloudEvents 1.0 in binary mode, as its Kafka binding has it."""

import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

CONTENT_TYPE = "application/protobuf"
SPEC_VERSION = "1.0"
MAX_PAYLOAD_BYTES = 900_000
"""What fits, with its envelope, into the largest record a Kafka broker takes by default."""
MALFORMED = "malformed_record"
"""Header of what a bus hands out for a record that is no event of ours: why it is none."""

_TOPIC = re.compile(r"[a-z0-9][a-z0-9._-]{0,248}")
_ENVELOPE = frozenset({"ce_id", "ce_source", "ce_type", "ce_specversion", "ce_time", "content-type"})


class PoisonMessage(Exception):  # noqa: N818 - the field's name for it
    """No number of retries will get this event through; it belongs among the dead letters."""


class MalformedEvent(PoisonMessage):
    """The record is no event of ours: a header is missing, or the payload is not what the type says."""


@dataclass(frozen=True, slots=True)
class Event:
    """One fact that happened.

    ``(source, id)`` is unique; ``type`` is the payload's full protobuf name; events of one ``key`` stay in
    order within their topic; ``time`` is aware, and kept in UTC. ``extra_headers`` travel with the event and
    are no part of the fact.
    """

    id: str
    source: str
    type: str
    topic: str
    key: str
    time: datetime
    payload: bytes
    extra_headers: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        for name in ("id", "source", "type"):
            if not getattr(self, name):
                raise ValueError(f"event {name} is empty")
        if len(self.payload) > MAX_PAYLOAD_BYTES:
            raise ValueError(
                f"event {self.id}: payload has {len(self.payload)} bytes, more than {MAX_PAYLOAD_BYTES}"
            )
        if self.time.tzinfo is None:
            raise ValueError(f"event time {self.time.isoformat()} has no time zone")
        # Python calls equal instants of two zones unequal where the clocks change; in UTC they never do.
        object.__setattr__(self, "time", self.time.astimezone(UTC))
        check_topic(self.topic)
        taken = _ENVELOPE & self.extra_headers.keys()
        if taken:
            raise ValueError(f"extra headers {sorted(taken)} belong to the envelope")


def check_topic(topic: str) -> None:
    """Raise ValueError unless ``topic`` is a name every bus accepts."""
    if not _TOPIC.fullmatch(topic):
        raise ValueError(
            f"topic {topic!r} is not of lower-case letters, digits, dots, underscores and dashes"
        )


def new_event_id() -> str:
    """Return an id nobody else has."""
    return str(uuid.uuid4())


def to_headers(event: Event) -> list[tuple[str, bytes]]:
    """Return the record headers that carry everything but topic, key and payload."""
    headers = {
        "ce_id": event.id,
        "ce_source": event.source,
        "ce_type": event.type,
        "ce_specversion": SPEC_VERSION,
        "ce_time": event.time.isoformat().replace("+00:00", "Z"),
        "content-type": CONTENT_TYPE,
        **event.extra_headers,
    }
    return [(name, value.encode()) for name, value in headers.items()]


def from_record(topic: str, key: str, headers: Iterable[tuple[str, bytes]], payload: bytes) -> Event:
    """Read an event back from a record.

    Raises
    ------
    MalformedEvent
        When a header is missing, unreadable or of another version of the envelope.
    """
    try:
        texts = {name: value.decode() for name, value in headers}
        if texts["ce_specversion"] != SPEC_VERSION:
            raise MalformedEvent(f"ce_specversion is {texts['ce_specversion']!r}, not {SPEC_VERSION!r}")
        if texts["content-type"] != CONTENT_TYPE:
            raise MalformedEvent(f"content-type is {texts['content-type']!r}, not {CONTENT_TYPE!r}")
        return Event(
            id=texts["ce_id"],
            source=texts["ce_source"],
            type=texts["ce_type"],
            topic=topic,
            key=key,
            time=datetime.fromisoformat(texts["ce_time"]),
            payload=payload,
            extra_headers={name: text for name, text in texts.items() if name not in _ENVELOPE},
        )
    except KeyError as missing:
        raise MalformedEvent(f"header {missing.args[0]} is missing") from missing
    except (ValueError, OverflowError) as error:
        raise MalformedEvent(str(error)) from error
