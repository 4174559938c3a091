"""Messages as JSON: protobuf's own mapping, but names as in the protos and 64 bit integers as numbers.

``google.protobuf.json_format`` writes these integers as text, asks the descriptors at every field of every
message, and tells one fault at most, without its place. Here each message type is looked at once, and every
fault is told with the path of its field. What is read is read strictly: enums by name, numbers as numbers, no
unknown field.
"""

import base64
import binascii
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from google.protobuf import message_factory
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from service_kit.errors import FieldViolation

Faults = list[FieldViolation]
Write = Callable[[Any], Any]
Read = Callable[[Any, str, Faults], Any]

_LONGEST_QUOTE = 60
INTEGERS: Mapping[int, tuple[int, int]] = {
    FieldDescriptor.TYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.TYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.TYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.TYPE_UINT64: (0, 2**64 - 1),
    FieldDescriptor.TYPE_SINT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.TYPE_SINT64: (-(2**63), 2**63 - 1),
}
_TIMES: Mapping[str, type[Message]] = {
    Timestamp.DESCRIPTOR.full_name: Timestamp,
    Duration.DESCRIPTOR.full_name: Duration,
}
TIME_EXAMPLES: Mapping[str, str] = {
    Timestamp.DESCRIPTOR.full_name: "2026-11-21T14:30:00Z",
    Duration.DESCRIPTOR.full_name: "90s",
}


class Unmapped(TypeError):  # noqa: N818 - reads as what it is
    """A field's type is none that is mapped."""


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    write: Write
    read: Read
    # Written even where nothing was set: readers need not know what is meant then.
    always: bool
    oneof: str | None


class MessageMapping:
    """One message type to JSON and back; get it from :func:`mapping_of`."""

    def __init__(self, descriptor: Descriptor) -> None:
        self.descriptor = descriptor
        self.message_class = message_factory.GetMessageClass(descriptor)
        self._fields = [_field_mapping(field) for field in descriptor.fields]
        self._by_name = {field.name: field for field in self._fields}

    def to_json(self, message: Message) -> dict[str, Any]:
        """Return the message as a JSON object.

        Fields without presence are always there; messages, optional fields and those of a oneof where set.
        """
        made = {}
        for field in self._fields:
            if field.always or message.HasField(field.name):
                made[field.name] = field.write(getattr(message, field.name))
        return made

    def from_json(self, given: Any, path: str, faults: Faults) -> Message:
        """Return the message of a JSON object; what is wrong is added to ``faults``, and left out.

        Parameters
        ----------
        path
            Where the object is within the request; empty for the request itself.
        """
        if not isinstance(given, Mapping):
            faults.append(_wrong_type(path, given, "an object"))
            return self.message_class()
        values: dict[str, Any] = {}
        oneofs: dict[str, str] = {}
        for name, value in given.items():
            where = f"{path}.{name}" if path else str(name)
            field = self._by_name.get(name)
            if field is None:
                faults.append(unknown_field(where, list(self._by_name)))
                continue
            if value is None:
                continue
            if field.oneof is not None and (other := oneofs.setdefault(field.oneof, name)) != name:
                faults.append(FieldViolation(where, f"is given together with {other}", "ONE_OF_BOTH"))
                continue
            values[name] = field.read(value, where, faults)
        return self.message_class(**values) if not faults else self.message_class()


@cache
def mapping_of(descriptor: Descriptor) -> MessageMapping:
    """Return the mapping of a message type; raises Unmapped for a field of a type that is not mapped."""
    return MessageMapping(descriptor)


def unknown_field(where: str, known: Sequence[str]) -> FieldViolation:
    """Say that nothing of this name is known."""
    listed = ", ".join(known) or "nothing"
    return FieldViolation(where[:_LONGEST_QUOTE], f"is not known; there is {listed}", "UNKNOWN_FIELD")


def _field_mapping(field: FieldDescriptor) -> _Field:
    oneof = field.containing_oneof
    told_oneof = oneof.name if oneof is not None and not oneof.name.startswith("_") else None
    if _is_map(field):
        write, read = _map_mapping(field)
        return _Field(field.name, write, read, True, None)
    write, read = scalar_mapping(field)
    if field.is_repeated:
        return _Field(field.name, _write_each(write), _read_each(read), True, None)
    return _Field(field.name, write, read, not field.has_presence, told_oneof)


def _is_map(field: FieldDescriptor) -> bool:
    return field.message_type is not None and field.message_type.GetOptions().map_entry


def _map_mapping(field: FieldDescriptor) -> tuple[Write, Read]:
    entry = field.message_type
    if entry is None or entry.fields_by_name["key"].type != FieldDescriptor.TYPE_STRING:
        raise Unmapped(f"{field.full_name}: keys that are no text are not mapped")
    write_value, read_value = scalar_mapping(entry.fields_by_name["value"])

    def write(values: Mapping[str, Any]) -> dict[str, Any]:
        return {key: write_value(values[key]) for key in sorted(values)}

    def read(given: Any, path: str, faults: Faults) -> dict[str, Any]:
        if not isinstance(given, Mapping):
            faults.append(_wrong_type(path, given, "an object"))
            return {}
        return {key: read_value(value, f"{path}.{key}", faults) for key, value in given.items()}

    return write, read


def scalar_mapping(field: FieldDescriptor) -> tuple[Write, Read]:
    """Return how one value of a field is written and read; raises Unmapped."""
    if field.message_type is not None:
        if (kind := _TIMES.get(field.message_type.full_name)) is not None:
            return _write_time, _read_time(kind)
        return _through(field.message_type)
    if field.enum_type is not None:
        return _write_enum(field.enum_type), _read_enum(field.enum_type)
    if field.type in INTEGERS:
        return _as_it_is, _read_integer(*INTEGERS[field.type])
    match field.type:
        case FieldDescriptor.TYPE_STRING:
            return _as_it_is, _read_text
        case FieldDescriptor.TYPE_BOOL:
            return _as_it_is, _read_bool
        case FieldDescriptor.TYPE_DOUBLE:
            return _write_double, _read_double
        case FieldDescriptor.TYPE_BYTES:
            return _write_bytes, _read_bytes
    raise Unmapped(f"{field.full_name}: fields of type {field.type} are not mapped")


def _through(descriptor: Descriptor) -> tuple[Write, Read]:
    # Looked up when it is used: a message may lead back to itself.
    def write(value: Message) -> dict[str, Any]:
        return mapping_of(descriptor).to_json(value)

    def read(given: Any, path: str, faults: Faults) -> Message:
        return mapping_of(descriptor).from_json(given, path, faults)

    return write, read


def _write_each(write: Write) -> Write:
    if write is _as_it_is:
        return list
    return lambda values: [write(value) for value in values]


def _read_each(read: Read) -> Read:
    def read_list(given: Any, path: str, faults: Faults) -> list[Any]:
        if not isinstance(given, list):
            faults.append(_wrong_type(path, given, "a list"))
            return []
        return [read(value, f"{path}[{number}]", faults) for number, value in enumerate(given)]

    return read_list


def _as_it_is(value: Any) -> Any:
    return value


def _write_time(value: Any) -> Any:
    return value.ToJsonString()


def _read_time(kind: type[Message]) -> Read:
    example = TIME_EXAMPLES[kind.DESCRIPTOR.full_name]

    def read(given: Any, path: str, faults: Faults) -> Message:
        made = kind()
        if not isinstance(given, str):
            faults.append(_wrong_type(path, given, "text"))
            return made
        try:
            cast("Timestamp | Duration", made).FromJsonString(given)
        except (ValueError, OverflowError):
            faults.append(FieldViolation(path, f"{_quoted(given)} is not as {example}", "INVALID_TIME"))
        return made

    return read


def _write_enum(descriptor: EnumDescriptor) -> Write:
    names = {number: value.name for number, value in descriptor.values_by_number.items()}
    return lambda number: names.get(number, str(number))


def _read_enum(descriptor: EnumDescriptor) -> Read:
    numbers: dict[str, int] = {name: value.number for name, value in descriptor.values_by_name.items()}

    def read(given: Any, path: str, faults: Faults) -> int:
        number = numbers.get(given) if isinstance(given, str) else None
        if number is None:
            told = f"{_quoted(given)} is none of {', '.join(numbers)}"
            faults.append(FieldViolation(path, told, "UNKNOWN_VALUE"))
            return 0
        return number

    return read


def _read_integer(least: int, most: int) -> Read:
    def read(given: Any, path: str, faults: Faults) -> int:
        if not isinstance(given, int) or isinstance(given, bool):
            faults.append(_wrong_type(path, given, "an integer"))
            return 0
        if not least <= given <= most:
            told = f"{_quoted(given)} is not in {least}..{most}"
            faults.append(FieldViolation(path, told, "OUT_OF_RANGE"))
            return 0
        return given

    return read


def _read_text(given: Any, path: str, faults: Faults) -> str:
    if not isinstance(given, str):
        faults.append(_wrong_type(path, given, "text"))
        return ""
    try:
        given.encode()
    except UnicodeEncodeError:
        faults.append(FieldViolation(path, "has half of a surrogate pair", "TEXT_NOT_UTF8"))
        return ""
    return given


def _read_bool(given: Any, path: str, faults: Faults) -> bool:
    if not isinstance(given, bool):
        faults.append(_wrong_type(path, given, "true or false"))
        return False
    return given


def _write_double(value: float) -> float | str:
    # JSON has no such numbers; protobuf writes their names.
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def _read_double(given: Any, path: str, faults: Faults) -> float:
    if not isinstance(given, int | float) or isinstance(given, bool):
        faults.append(_wrong_type(path, given, "a number"))
        return 0.0
    try:
        return float(given)
    except OverflowError:
        faults.append(FieldViolation(path, f"{_quoted(given)} is too large", "OUT_OF_RANGE"))
        return 0.0


def _write_bytes(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _read_bytes(given: Any, path: str, faults: Faults) -> bytes:
    if not isinstance(given, str):
        faults.append(_wrong_type(path, given, "text"))
        return b""
    try:
        return base64.b64decode(given, validate=True)
    except (binascii.Error, ValueError):
        faults.append(FieldViolation(path, f"{_quoted(given)} is no base64", "INVALID_BASE64"))
        return b""


def _wrong_type(path: str, given: Any, wanted: str) -> FieldViolation:
    return FieldViolation(path, f"{_quoted(given)} is not {wanted}", "WRONG_TYPE")


def _quoted(given: Any) -> str:
    if isinstance(given, Mapping):
        return "an object"
    if isinstance(given, list):
        return "a list"
    try:
        text = repr(given)
    except ValueError:  # more digits than Python writes
        return "the number"
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"
