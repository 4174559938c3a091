"""Between service errors and gRPC status with google.rpc details (AIP-193)."""

import re
from collections.abc import Iterable, Mapping
from typing import cast

import grpc
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import DecodeError, Message
from google.rpc.error_details_pb2 import (  # type: ignore[import-untyped] # ships no types
    BadRequest,
    ErrorInfo,
    RetryInfo,
)
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped] # ships no types

from service_kit import errors
from service_kit.errors import FieldViolation, ServiceError

STATUS_METADATA_KEY = "grpc-status-details-bin"

# gRPC drops answers whose metadata exceeds 8 KiB, and an error may quote a value as long as the request. The
# message travels twice, once with three characters for each byte beyond ASCII; the details travel as base64.
_LONGEST_TEXT = 200
_LARGEST_STATUS_BYTES = 3_500

# What is common to all services is answered by the one whose server is asked.
_OF_A_SERVICE = re.compile(r"/(landlinie\.(?!common\.)\w+)\.v\d+\.")

_CODES: Mapping[type[ServiceError], grpc.StatusCode] = {
    errors.InvalidInput: grpc.StatusCode.INVALID_ARGUMENT,
    errors.NotFound: grpc.StatusCode.NOT_FOUND,
    errors.AlreadyExists: grpc.StatusCode.ALREADY_EXISTS,
    errors.FailedPrecondition: grpc.StatusCode.FAILED_PRECONDITION,
    errors.Aborted: grpc.StatusCode.ABORTED,
    errors.ResourceExhausted: grpc.StatusCode.RESOURCE_EXHAUSTED,
    errors.Unavailable: grpc.StatusCode.UNAVAILABLE,
    errors.DeadlineExceeded: grpc.StatusCode.DEADLINE_EXCEEDED,
    errors.PermissionDenied: grpc.StatusCode.PERMISSION_DENIED,
    errors.Unauthenticated: grpc.StatusCode.UNAUTHENTICATED,
}
_ERRORS = {code: error for error, code in _CODES.items()}


def code_of(error: ServiceError) -> grpc.StatusCode:
    """Return the gRPC code of an error, by the nearest class in its tree."""
    for kind in type(error).__mro__:
        if kind in _CODES:
            return _CODES[kind]
    return grpc.StatusCode.UNKNOWN


def domain_of(method: str, server_domain: str) -> str:
    """Return who answers a call, for ``ErrorInfo.domain``: one server may have methods of several services.

    Parameters
    ----------
    method
        As gRPC names it: ``/landlinie.ticketing.v1.TicketingService/GetAccount``.
    server_domain
        The server's own domain, for methods that are no single service's (health, the simulated clock).
    """
    found = _OF_A_SERVICE.match(method)
    return found[1] if found else server_domain


def to_status(error: ServiceError, domain: str) -> Status:
    """Return the status a client gets.

    Parameters
    ----------
    error
        What went wrong.
    domain
        Who says so: ``landlinie.<service>``.

    Returns
    -------
    A status with ErrorInfo, BadRequest where fields are at fault, RetryInfo where waiting helps; long texts
    are shortened, and of many violations only the first ones are told.
    """
    texts = {name: _shortened(text) for name, text in error.metadata.items()}
    details: list[Message] = [ErrorInfo(reason=error.reason, domain=domain, metadata=texts)]
    if error.retry_after_s is not None:
        delay = Duration()
        delay.FromNanoseconds(round(error.retry_after_s * 1e9))
        details.append(RetryInfo(retry_delay=delay))
    status = Status(code=code_of(error).value[0], message=_shortened(error.message))
    for detail in details:
        status.details.add().Pack(detail)
    bad_request = BadRequest()
    for violation in error.violations:
        found = bad_request.field_violations.add(
            field=_shortened(violation.field),
            description=_shortened(violation.description),
            reason=violation.reason,
        )
        if status.ByteSize() + bad_request.ByteSize() > _LARGEST_STATUS_BYTES:
            bad_request.field_violations.remove(found)
            break
    if bad_request.field_violations:
        status.details.add().Pack(bad_request)
    return status


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"


def from_rpc_error(error: grpc.RpcError) -> ServiceError:
    """Return, at a client, what the server said; without details of ours the reason is the code's name."""
    code = error.code()
    kind = _ERRORS.get(code, ServiceError)
    status = _status_in(error)
    reason = code.name
    metadata: Mapping[str, str] = {}
    violations: list[FieldViolation] = []
    retry_after_s: float | None = None
    info, bad_request, retry = ErrorInfo(), BadRequest(), RetryInfo()
    for detail in status.details:
        if detail.Unpack(info):
            reason, metadata = info.reason, info.metadata
        elif detail.Unpack(bad_request):
            violations = [
                FieldViolation(found.field, found.description, found.reason)
                for found in bad_request.field_violations
            ]
        elif detail.Unpack(retry):
            retry_after_s = retry.retry_delay.ToNanoseconds() / 1e9
    return kind(
        reason, error.details() or "", metadata=metadata, violations=violations, retry_after_s=retry_after_s
    )


def _status_in(error: grpc.RpcError) -> Status:
    # A pair under grpc.aio and a named pair elsewhere; the stubs know only its names.
    for key, value in cast("Iterable[tuple[str, bytes]]", error.trailing_metadata() or ()):
        if key == STATUS_METADATA_KEY:
            try:
                return Status.FromString(value)
            except DecodeError:
                break
    return Status()
