"""Fields of a request that come as text: in the path and in the query."""

from collections.abc import Iterator, Sequence
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from service_kit.errors import FieldViolation

from gateway.messages.mapping import INTEGERS, TIME_EXAMPLES, Faults, unknown_field

_LONGEST_NUMBER = 40
_TRUTHS = {"true": True, "false": False}


def query_fields(descriptor: Descriptor, names: Sequence[str]) -> Iterator[tuple[str, FieldDescriptor]]:
    """Yield each parameter a query may have, with its field; those of messages as ``near.latitude_deg``.

    Parameters
    ----------
    names
        The fields of the request that may be in the query.
    """
    for name in names:
        field = descriptor.fields_by_name[name]
        inner = field.message_type
        if inner is None or inner.full_name in TIME_EXAMPLES:
            yield name, field
        elif not field.is_repeated:
            for path, part in query_fields(inner, [each.name for each in inner.fields]):
                yield f"{name}.{path}", part


def put(target: dict[str, Any], path: str, value: Any) -> None:
    """Put a value into nested objects: ``vehicle.vehicle_id``."""
    *objects, name = path.split(".")
    for each in objects:
        inner = target.setdefault(each, {})
        if not isinstance(inner, dict):
            # What is no object is told by who reads it.
            return
        target = inner
    target[name] = value


def from_query(
    descriptor: Descriptor, names: Sequence[str], items: Sequence[tuple[str, str]], faults: Faults
) -> dict[str, Any]:
    """Return a query as the JSON object that says the same; what is wrong is added to ``faults``.

    Parameters
    ----------
    items
        Name and text of each parameter, in their order; lists have one for each entry.
    """
    known = dict(query_fields(descriptor, names))
    made: dict[str, Any] = {}
    lists: dict[str, list[Any]] = {}
    for name, text in items:
        field = known.get(name)
        if field is None:
            faults.append(unknown_field(name, list(known)))
        elif field.is_repeated:
            lists.setdefault(name, []).append(from_text(field, name, text, faults))
            put(made, name, lists[name])
        elif name in lists:
            faults.append(FieldViolation(name, "is given more than once", "GIVEN_TWICE"))
        else:
            lists[name] = []
            put(made, name, from_text(field, name, text, faults))
    return made


def from_text(field: FieldDescriptor, path: str, text: str, faults: Faults) -> Any:
    """Return one value as JSON has it; None where it is none, which is added to ``faults``."""
    if field.type in INTEGERS:
        # Of JSON's integers the query takes what people write: digits, perhaps a sign.
        digits = text.removeprefix("-")
        if digits.isascii() and digits.isdigit() and len(digits) <= _LONGEST_NUMBER:
            return int(text)
        faults.append(FieldViolation(path, f"{text[:_LONGEST_NUMBER]!r} is not an integer", "WRONG_TYPE"))
        return None
    if field.type == FieldDescriptor.TYPE_DOUBLE:
        try:
            return float(text)
        except ValueError:
            faults.append(FieldViolation(path, f"{text[:_LONGEST_NUMBER]!r} is not a number", "WRONG_TYPE"))
            return None
    if field.type == FieldDescriptor.TYPE_BOOL:
        if text in _TRUTHS:
            return _TRUTHS[text]
        told = f"{text[:_LONGEST_NUMBER]!r} is not true or false"
        faults.append(FieldViolation(path, told, "WRONG_TYPE"))
        return None
    return text
