"""Values that a field must not have, by what kind of field it is, and what the service says to them."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import grpc
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from landlinie.common.v1 import time_pb2

UINT32_MAX = 2**32 - 1
YEAR_10000 = 253_402_300_800
INT64_MAX, INT64_MIN = 2**63 - 1, -(2**63)
WHOLE = (Timestamp.DESCRIPTOR.full_name, Duration.DESCRIPTOR.full_name)
"""Messages that count as one value."""


@dataclass(frozen=True)
class Wrong:
    """A wrong value.

    ``value`` None leaves the field out; a list replaces all its entries. ``field`` is the one that the answer
    names, where that is another one.
    """

    what: str
    value: Any
    reason: str
    code: grpc.StatusCode = grpc.StatusCode.INVALID_ARGUMENT
    field: str = ""


def identifier(unknown: str = "", *, needed: bool = True) -> list[Wrong]:
    """``unknown`` is the reason for an id that nothing has."""
    bad = ["x" * 65, "a b", "Süd", "a/b", "a\n", "a\x00", "٧", " ", "'; --"]
    found = [Wrong(repr(value)[:12], value, "IDENTIFIER_INVALID") for value in bad]
    if needed:
        found.append(Wrong("missing", "", "FIELD_MISSING"))
    if unknown:
        found.append(Wrong("unknown", "nobody", unknown, grpc.StatusCode.NOT_FOUND))
    return found


def text(longest: int) -> list[Wrong]:
    return [
        Wrong("too long", "ä" * (longest + 1), "TEXT_TOO_LONG"),
        Wrong("far too long", "x" * 500_000, "TEXT_TOO_LONG"),
        *(
            Wrong(ascii(value), value, "TEXT_INVALID")
            for value in ("a\nb", "\x00", "\x1b[31m", "a\x85", "a\u2028b", "a\u202eb")
        ),
    ]


def degrees(bound: float) -> list[Wrong]:
    bad = (math.nan, math.inf, -math.inf, bound + 1e-6, -bound - 1e-6, 1e308)
    return [Wrong(str(value), value, "POSITION_INVALID") for value in bad]


def instant(*, needed: bool = False) -> list[Wrong]:
    bad = {
        "year 10000": Timestamp(seconds=YEAR_10000),
        "year 2200": Timestamp(seconds=7_258_118_400),
        "year 1999": Timestamp(seconds=946_684_799),
        "1970": Timestamp(),
        "year 0": Timestamp(seconds=-62_135_596_801),
        "latest": Timestamp(seconds=INT64_MAX, nanos=999_999_999),
        "earliest": Timestamp(seconds=INT64_MIN),
        "negative nanos": Timestamp(seconds=1_773_100_000, nanos=-1),
        "a second of nanos": Timestamp(seconds=1_773_100_000, nanos=1_000_000_000),
    }
    found = [Wrong(what, value, "TIME_OUT_OF_RANGE") for what, value in bad.items()]
    return [*found, Wrong("missing", None, "FIELD_MISSING")] if needed else found


def duration() -> list[Wrong]:
    bad = {
        "missing": None,
        "none": Duration(),
        "negative": Duration(seconds=-60),
        "half a second": Duration(seconds=60, nanos=500_000_000),
        "a second more than a day": Duration(seconds=86_401),
        "longest": Duration(seconds=INT64_MAX, nanos=2**31 - 1),
    }
    return [Wrong(what, value, "DURATION_INVALID") for what, value in bad.items()]


def window(start: Timestamp, field: str, longest: timedelta) -> list[Wrong]:
    """A window that is empty, reversed or too long, where a proper one might start at ``start``."""
    earlier, too_late = Timestamp(), Timestamp()
    earlier.FromSeconds(start.seconds - 1)
    too_late.FromSeconds(start.seconds + int(longest.total_seconds()) + 1)
    latest = f"{field}.latest"
    return [
        Wrong(
            "reversed", time_pb2.TimeWindow(earliest=start, latest=earlier), "WINDOW_REVERSED", field=latest
        ),
        Wrong(
            "too long", time_pb2.TimeWindow(earliest=start, latest=too_late), "WINDOW_TOO_LONG", field=latest
        ),
    ]


def service_date() -> list[Wrong]:
    bad = (
        "2026-02-30",
        "2026-13-01",
        "2026-00-10",
        "20260101",
        "2026-W01-1",
        "2026-1-1",
        "2026-01-01T00:00",
        "٢٠٢٦-٠١-٠١",
        "10000-01-01",
        "0000-01-01",
        "1999-12-31",
        "today",
        " 2026-01-01",
        "2026-01-01\n",
        "x" * 10_000,
    )
    return [Wrong(ascii(value)[:20], value, "DATE_INVALID") for value in bad]


def choice(*, unset_is_wrong: bool) -> list[Wrong]:
    bad = [99, -1, 2**31 - 1, -(2**31), *([0] if unset_is_wrong else [])]
    return [Wrong(str(value), value, "ENUM_INVALID") for value in bad]


def too_many(reason: str, most: int) -> list[Wrong]:
    return [Wrong(str(value), value, reason) for value in (most + 1, 1_000_000_000, UINT32_MAX)]


def page_token(*foreign: str) -> list[Wrong]:
    bad = ("a b", "x" * 65, "\x00", "٧", *foreign)
    return [Wrong(ascii(value)[:12], value, "PAGE_TOKEN_INVALID") for value in bad]


def fields_of(descriptor: Descriptor, prefix: str = "") -> Iterator[tuple[str, FieldDescriptor]]:
    """Path and description of every field of a message and of those in it; lists by their first entry."""
    for field in descriptor.fields:
        path = f"{prefix}{field.name}" + ("[0]" if field.is_repeated else "")
        yield path, field
        if field.message_type is not None and field.message_type.full_name not in WHOLE:
            yield from fields_of(field.message_type, f"{path}.")


def put(message: Any, path: str, value: Any) -> None:
    """Set the field at a path; see :class:`Wrong` for ``value``."""
    *parents, last = path.split(".")
    for parent in parents:
        message = _entry(message, parent)
    name, listed, _ = last.partition("[")
    if value is None:
        message.ClearField(name)
    elif isinstance(value, list):
        message.ClearField(name)
        getattr(message, name).extend(value)
    elif isinstance(value, Message):
        _entry(message, last).CopyFrom(value)
    elif listed:
        getattr(message, name)[:] = [value]
    else:
        setattr(message, name, value)


def _entry(message: Any, part: str) -> Any:
    found = re.fullmatch(r"(\w+)\[(\d+)\]", part)
    if found is None:
        return getattr(message, part)
    return getattr(message, found[1])[int(found[2])]
