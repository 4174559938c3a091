"""Server-sent events, read line by line."""

import json
from dataclasses import dataclass
from typing import Any

from landlinie_client.problem import Problem


@dataclass(frozen=True, slots=True)
class Event:
    """One event.

    ``kind`` is its name (``RideBooked``; ``message`` where it has none), ``id`` where to go on after it,
    ``data`` what it tells.
    """

    kind: str
    id: str
    data: Any


class EventReader:
    """Makes events of lines; comments and what is cut off are passed over."""

    def __init__(self) -> None:
        self._kind, self._id, self._data = "", "", ""

    def read(self, line: str) -> Event | None:
        """Take one line without its end; return the event that it ends, if it ends one.

        Raises
        ------
        Problem
            Where the stream says that it cannot go on.
        """
        if not line:
            kind, data = self._kind or "message", self._data
            self._kind, self._data = "", ""
            return _told(Event(kind, self._id, json.loads(data))) if data else None
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            self._kind = value
        elif name == "id":
            self._id = value
        elif name == "data":
            self._data = f"{self._data}\n{value}" if self._data else value
        return None


def _told(event: Event) -> Event:
    if event.kind == "problem":
        raise Problem(event.data.get("status", 503), event.data)
    return event
