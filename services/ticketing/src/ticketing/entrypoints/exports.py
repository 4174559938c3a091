"""What is held of a person, as JSON: identity in one document, the rest one line each."""

from pydantic import TypeAdapter

from ticketing.application.persons import IdentityPart, Part
from ticketing.application.ports import HeldPayment, StoredTrace, Told
from ticketing.domain.journal import Entry
from ticketing.domain.journeys import Happening, JourneyKey

_IDENTITY = TypeAdapter(IdentityPart)
_KEY = TypeAdapter(JourneyKey)
_ENTRY = TypeAdapter(Entry)
_TRACE = TypeAdapter(StoredTrace)
_PAYMENT = TypeAdapter(HeldPayment)


def written(part: Part) -> bytes:
    """Return a part as UTF-8."""
    if isinstance(part, IdentityPart):
        return _IDENTITY.dump_json(part, indent=1) + b"\n"
    return b"".join(_line(each) + b"\n" for each in part)


def _line(item: Told | Entry | HeldPayment | StoredTrace) -> bytes:
    if isinstance(item, Entry):
        return _ENTRY.dump_json(item)
    if isinstance(item, StoredTrace):
        return _TRACE.dump_json(item)
    if isinstance(item, HeldPayment):
        return _PAYMENT.dump_json(item)
    told = b",".join(_happening(each) for each in item.happenings)
    return b'{"journey":' + _KEY.dump_json(item.key) + b',"told":[' + told + b"]}"


def _happening(happening: Happening) -> bytes:
    kind = type(happening)
    return b'{"' + kind.__name__.encode() + b'":' + TypeAdapter(kind).dump_json(happening) + b"}"
