"""What is wrong with a request whose bytes cannot be read."""

from collections.abc import Iterator
from itertools import islice

from google.protobuf import descriptor_pool
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import DecodeError
from google.protobuf.unknown_fields import UnknownFieldSet  # type: ignore[import-not-found] # not in the stubs

from service_kit.errors import FieldViolation, InvalidInput

_MOST_TOLD = 20
_DEEPEST = 32


def malformed_request(method: str, data: bytes) -> InvalidInput:
    """Return the error for bytes that are no request of a method.

    Parameters
    ----------
    method
        As on the wire: ``/landlinie.pooling.v1.RidePoolingService/GetRide``.
    data
        What was sent.

    Returns
    -------
    ``MALFORMED_REQUEST``; with a violation for each field whose text is not UTF-8, where that is the fault.
    """
    try:
        pool = descriptor_pool.Default()  # type: ignore[no-untyped-call] # not in the stubs
        found = pool.FindMethodByName(method.removeprefix("/").replace("/", "."))
    except KeyError:
        return _no_message(method)
    violations = [
        FieldViolation(path, "is not UTF-8 text", "TEXT_NOT_UTF8")
        for path in dict.fromkeys(islice(_not_utf8(found.input_type, data, "", _DEEPEST), _MOST_TOLD))
    ]
    if not violations:
        return _no_message(method)
    sentence = "; ".join(f"{violation.field}: {violation.description}" for violation in violations)
    return InvalidInput("MALFORMED_REQUEST", sentence, violations=violations)


def _no_message(method: str) -> InvalidInput:
    return InvalidInput("MALFORMED_REQUEST", f"the request's bytes are no message of {method}")


def _not_utf8(descriptor: Descriptor, data: bytes, prefix: str, depth: int) -> Iterator[str]:
    """Paths of the string fields in a message's bytes that hold other bytes than UTF-8."""
    try:
        # A message without fields of its own takes any well-formed bytes, and tells what is in them.
        fields = UnknownFieldSet(Empty.FromString(data))
    except DecodeError:
        return
    counts: dict[int, int] = {}
    for sent in fields:
        field = descriptor.fields_by_number.get(sent.field_number)
        if field is None or not isinstance(sent.data, bytes):
            continue
        count = counts[sent.field_number] = counts.get(sent.field_number, -1) + 1
        path = f"{prefix}{field.name}" + (f"[{count}]" if field.is_repeated else "")
        if field.type == FieldDescriptor.TYPE_STRING and not _is_utf8(sent.data):
            yield path
        elif field.message_type is not None and depth:
            yield from _not_utf8(field.message_type, sent.data, f"{path}.", depth - 1)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
