"""From the bus to the order of events that browsers are told."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from google.protobuf.message import DecodeError, Message
from service_kit.events import Event, MalformedEvent

from gateway.live.facts import FACTS, Fact
from gateway.messages.mapping import mapping_of
from gateway.messages.writing import dumps
from gateway.store.live_events import LiveEvents

GROUP = "gateway-live"

# Whose account a ride is billed to is between pooling and ticketing.
_NOT_TOLD = "payer"


class Hearing:
    """Takes events off the bus; what is told of them is decided by :mod:`gateway.live.facts`."""

    def __init__(self, events: LiveEvents) -> None:
        self._events = events

    def take(self, connection: sa.Connection, event: Event) -> None:
        """Put an event into the order, in the transaction that remembers having had it.

        Raises
        ------
        MalformedEvent
            Where the payload is not what the type says.
        """
        fact = FACTS.get(event.type)
        if fact is None:
            return
        mapping = mapping_of(fact.message)
        try:
            message = mapping.message_class.FromString(event.payload)
        except DecodeError as error:
            raise MalformedEvent(f"event {event.id}: payload is no {event.type}") from error
        told = mapping.to_json(message)
        told.pop(_NOT_TOLD, None)
        data = {"type": event.type, "time": event.time.isoformat().replace("+00:00", "Z"), "fact": told}
        self._events.append(connection, fact.kind, dumps(data), about(fact, message))


def about(fact: Fact, message: Message) -> Mapping[str, Sequence[str]]:
    """Return the ids of what an event is about, by kind of thing."""
    return {thing: _at(message, path) for thing, path in fact.about.items() if _has(message, path)}


def _has(message: Message, path: str) -> bool:
    found: Any = message.DESCRIPTOR
    for name in path.split("."):
        if name not in found.fields_by_name:
            return False
        found = found.fields_by_name[name].message_type
    return True


def _at(message: Message, path: str) -> Sequence[str]:
    found: Any = message
    for name in path.split("."):
        found = getattr(found, name)
    values = [found] if isinstance(found, str) else list(found)
    return [value for value in values if value]
