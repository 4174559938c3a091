"""Errors as problem details (RFC 9457), with the services' own reasons."""

import json
import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import grpc
from service_kit.errors import (
    Aborted,
    AlreadyExists,
    DeadlineExceeded,
    FailedPrecondition,
    InvalidInput,
    NotFound,
    PermissionDenied,
    ResourceExhausted,
    ServiceError,
    Unauthenticated,
    Unavailable,
)
from service_kit.grpc_errors import from_rpc_error
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"
DOMAIN = "landlinie.gateway"
_RETRY_UNAVAILABLE_S = 2.0

PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "What is answered where something is wrong (RFC 9457).",
    "required": ["type", "title", "status", "detail", "reason", "domain"],
    "properties": {
        "type": {"type": "string", "description": "`urn:landlinie:<room>:<reason>`."},
        "title": {"type": "string", "description": "The status in words."},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "One sentence for people, in English."},
        "reason": {"type": "string", "description": "What a program acts on; stable."},
        "domain": {"type": "string", "description": "Who says so: `landlinie.pooling`."},
        "metadata": {"type": "object", "additionalProperties": {"type": "string"}},
        "violations": {
            "type": "array",
            "description": "Every field at fault.",
            "items": {
                "type": "object",
                "required": ["field", "description", "reason"],
                "properties": {
                    "field": {"type": "string"},
                    "description": {"type": "string"},
                    "reason": {"type": "string"},
                },
            },
        },
        "retry_after_s": {"type": "number", "description": "After which the same request may succeed."},
        "request_id": {"type": "string", "description": "To quote when asking about it."},
    },
}

_STATUSES: Mapping[type[ServiceError], HTTPStatus] = {
    InvalidInput: HTTPStatus.BAD_REQUEST,
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    PermissionDenied: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    AlreadyExists: HTTPStatus.CONFLICT,
    Aborted: HTTPStatus.CONFLICT,
    FailedPrecondition: HTTPStatus.CONFLICT,
    ResourceExhausted: HTTPStatus.TOO_MANY_REQUESTS,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    DeadlineExceeded: HTTPStatus.GATEWAY_TIMEOUT,
}


class HttpProblem(ServiceError):  # noqa: N818 - reads as what it is
    """An error that has a status of its own in HTTP and none among the calls."""

    def __init__(self, status: HTTPStatus, reason: str, message: str, **headers: str) -> None:
        super().__init__(reason, message)
        self.status = status
        self.headers = headers


def status_of(error: ServiceError) -> HTTPStatus:
    """Return the status of an error, by the nearest class in its tree."""
    if isinstance(error, HttpProblem):
        return error.status
    return next(
        (_STATUSES[kind] for kind in type(error).__mro__ if kind in _STATUSES),
        HTTPStatus.INTERNAL_SERVER_ERROR,
    )


def not_offered() -> HttpProblem:
    """Say that the district does without a service."""
    return HttpProblem(
        HTTPStatus.NOT_IMPLEMENTED, "NOT_OFFERED_HERE", "this district does not offer what was asked for"
    )


def from_call(error: grpc.RpcError) -> ServiceError:
    """Return what a service answered, or that it did not answer."""
    if error.code() is grpc.StatusCode.UNIMPLEMENTED:
        return not_offered()
    told = from_rpc_error(error)
    if isinstance(told, Unavailable) and told.retry_after_s is None:
        told.retry_after_s = _RETRY_UNAVAILABLE_S
    if told.reason == grpc.StatusCode.UNAVAILABLE.name:
        # Nobody answered: the text is gRPC's own and names addresses.
        return Unavailable(
            "SERVICE_DOES_NOT_ANSWER", "the service does not answer now", retry_after_s=told.retry_after_s
        )
    if told.reason == grpc.StatusCode.DEADLINE_EXCEEDED.name:
        return DeadlineExceeded(
            told.reason, "the service did not answer in time", retry_after_s=_RETRY_UNAVAILABLE_S
        )
    if type(told) is ServiceError and not told.metadata:
        return ServiceError("INTERNAL", "internal error")
    return told


def problem(error: ServiceError, *, domain: str = DOMAIN, request_id: str | None = None) -> dict[str, Any]:
    """Return the problem as a JSON object."""
    status = status_of(error)
    made: dict[str, Any] = {
        "type": f"urn:landlinie:{domain.rpartition('.')[2]}:{error.reason}",
        "title": status.phrase,
        "status": int(status),
        "detail": error.message,
        "reason": error.reason,
        "domain": domain,
    }
    if error.metadata:
        made["metadata"] = dict(error.metadata)
    if error.violations:
        made["violations"] = [
            {"field": each.field, "description": each.description, "reason": each.reason}
            for each in error.violations
        ]
    if error.retry_after_s is not None:
        made["retry_after_s"] = error.retry_after_s
    if request_id is not None:
        made["request_id"] = request_id
    return made


def problem_response(error: ServiceError, *, domain: str = DOMAIN, request_id: str | None = None) -> Response:
    """Return the problem as an answer, with the headers that belong to it."""
    headers: dict[str, str] = {}
    if error.retry_after_s is not None:
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after_s)))
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = 'Bearer realm="landlinie"'
    if isinstance(error, HttpProblem):
        headers |= error.headers
    body = json.dumps(problem(error, domain=domain, request_id=request_id), ensure_ascii=False)
    return Response(body.encode(errors="replace"), int(status_of(error)), headers, MEDIA_TYPE)
