"""One way in: a verb and a path that lead to a method of a service."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType

from google.protobuf.descriptor import Descriptor, MethodDescriptor, ServiceDescriptor

IDEMPOTENCY_FIELD = "request_id"
"""The field of a request that the header ``Idempotency-Key`` fills."""

_IN_BRACES = re.compile(r"{(\w+)}")
_NONE: Mapping[str, str] = MappingProxyType({})


class Answer(Enum):
    """What comes back."""

    MESSAGE = "message"
    """One JSON object."""
    WATCH = "watch"
    """Server-sent events, each with a JSON object, until either side leaves."""
    FILE = "file"
    """Bytes; the messages are pieces of it."""
    RECORDS = "records"
    """JSON objects, one a line."""


@dataclass(frozen=True, slots=True)
class Route:
    """A verb and a path, and the method they lead to.

    Parameters
    ----------
    verb
        GET and DELETE take their fields from the query, POST and PUT from a JSON body.
    path
        Parts in braces fill the field of the same name, or the one that ``fields`` names for them
        (``vehicle.vehicle_id``).
    operation
        Its name for programs, unique among all; the method's own unless several services have one.
    answer
        What comes back; a file's media type is in ``media_type``.
    revalidated
        Browsers may keep the answer and ask whether it still holds; everything else they may not keep.
    longest_s
        Seconds the call may take; the gateway's usual limit when None.
    most_bytes
        Of the body; the gateway's usual limit when None.
    """

    verb: str
    path: str
    method: MethodDescriptor
    operation: str
    tag: str
    fields: Mapping[str, str] = field(default_factory=lambda: _NONE)
    answer: Answer = Answer.MESSAGE
    media_type: str | None = None
    revalidated: bool = False
    success: int = 200
    longest_s: float | None = None
    most_bytes: int | None = None

    @property
    def request(self) -> Descriptor:
        """What the method takes."""
        taken: Descriptor = self.method.input_type
        return taken

    @property
    def response(self) -> Descriptor:
        """What the method gives, once or many times."""
        given: Descriptor = self.method.output_type
        return given

    @property
    def takes_body(self) -> bool:
        """Whether fields come as JSON, not in the query."""
        return self.verb in {"POST", "PUT"}

    @property
    def takes_key(self) -> bool:
        """Whether the header ``Idempotency-Key`` is wanted."""
        return IDEMPOTENCY_FIELD in self.request.fields_by_name

    @property
    def path_fields(self) -> dict[str, str]:
        """The field each part in braces fills."""
        return {name: self.fields.get(name, name) for name in _IN_BRACES.findall(self.path)}

    @property
    def call(self) -> str:
        """The method as gRPC names it."""
        return call_of(self.method)


def call_of(method: MethodDescriptor) -> str:
    """The method as gRPC names it: ``/landlinie.pooling.v1.RidePoolingService/GetRide``."""
    return f"/{method.containing_service.full_name}/{method.name}"


@dataclass(frozen=True, slots=True)
class Routes:
    """Makes routes to the methods of one service, which are told under one heading."""

    service: ServiceDescriptor
    tag: str

    def to(
        self,
        method: str,
        verb_and_path: str,
        *,
        operation: str | None = None,
        fields: Mapping[str, str] = _NONE,
        answer: Answer = Answer.MESSAGE,
        media_type: str | None = None,
        revalidated: bool = False,
        success: int = 200,
        longest_s: float | None = None,
        most_bytes: int | None = None,
    ) -> Route:
        """Return the route ``GET /v1/rides`` to the method of this name."""
        verb, path = verb_and_path.split(" ")
        return Route(
            verb,
            path,
            self.service.methods_by_name[method],
            operation or method[0].lower() + method[1:],
            self.tag,
            fields,
            answer,
            media_type,
            revalidated,
            success,
            longest_s,
            most_bytes,
        )


def left_for_caller(route: Route) -> Sequence[str]:
    """Fields of the request that neither the path nor a header fills: the body's, or the query's."""
    taken = {IDEMPOTENCY_FIELD, *route.path_fields.values()}
    return [each.name for each in route.request.fields if each.name not in taken]
