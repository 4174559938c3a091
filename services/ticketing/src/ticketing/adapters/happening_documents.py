"""What happened on a journey, as it is stored: its kind, and the rest as JSON; equal ones are equal bytes."""

from pydantic import TypeAdapter

from ticketing.domain.journeys import (
    Answered,
    Booked,
    CheckedIn,
    CheckedOut,
    Detected,
    GivenUp,
    Happening,
)

_KINDS: dict[str, TypeAdapter[Happening]] = {
    kind.__name__: TypeAdapter(kind) for kind in (Answered, Booked, CheckedIn, CheckedOut, Detected, GivenUp)
}


def write(happening: Happening) -> bytes:
    """Return the document of what happened."""
    name = type(happening).__name__
    return name.encode() + b" " + _KINDS[name].dump_json(happening)


def read(document: bytes) -> Happening:
    """Return what a document tells of."""
    name, _, rest = document.partition(b" ")
    return _KINDS[name.decode()].validate_json(rest)
