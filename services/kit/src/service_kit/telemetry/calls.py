"""A span and the figures of every call a server takes, as the caller sees them."""

import asyncio
import contextlib
import time
from collections.abc import Iterable, Iterator
from typing import cast

import grpc
from google.rpc.error_details_pb2 import ErrorInfo  # type: ignore[import-untyped] # ships no types
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped] # ships no types
from opentelemetry.trace import SpanKind

from service_kit.grpc_errors import STATUS_METADATA_KEY
from service_kit.grpc_handlers import (
    Behaviour,
    Context,
    Handler,
    HandlerInterceptor,
    behaviour_of,
    with_behaviour,
)
from service_kit.telemetry import metrics, tracing

_CODES = {code.value[0]: code for code in grpc.StatusCode}
_UNTRACED = ("/grpc.health.", "/grpc.reflection.")
SHUTTING_DOWN = "SHUTTING_DOWN"
OTHER_REASON = "OTHER"
OVERLOAD_REASONS = frozenset(
    {"TOO_MANY_CALLS", "TOO_MANY_STREAMS", "RATE_LIMITED", "RESOURCE_EXHAUSTED", SHUTTING_DOWN, OTHER_REASON}
)
"""Why a call may be refused whatever it asks for; what is not listed counts as OTHER."""
DOOR_REASONS = frozenset(
    {
        "CREDENTIALS_MISSING",
        "CREDENTIALS_INVALID",
        "TOKEN_EXPIRED",
        "OTHER_TENANT",
        "ROLE_MISSING",
        "METHOD_UNDECLARED",
    }
)
"""Why a call may be turned away whoever it comes from, before anybody looks at what it asks."""


class CallTelemetry(HandlerInterceptor):
    """Stands before all other interceptors, so that what they refuse is counted as well.

    Next to it stands :class:`service_kit.grpc_calls.CallInterceptor`, behind which streams are coroutines.

    Parameters
    ----------
    service
        The value of the label ``service``.
    """

    def __init__(self, service: str) -> None:
        self._service = service

    def around(self, handler: Handler, details: grpc.HandlerCallDetails) -> Handler:
        if handler.request_streaming:
            return handler
        kind = "stream" if handler.response_streaming else "unary"
        watched = self._watched(behaviour_of(handler), details, kind)
        return with_behaviour(handler, watched, handler.request_deserializer)

    def _watched(self, behaviour: Behaviour, details: grpc.HandlerCallDetails, kind: str) -> Behaviour:
        method = details.method

        async def call(request: object, context: Context) -> object:
            with self._counted(method, kind, context):
                if not tracing.is_on() or method.startswith(_UNTRACED):
                    return await behaviour(request, context)
                name = method.lstrip("/")
                with tracing.span(
                    name,
                    {"rpc.system": "grpc", "rpc.method": name},
                    kind=SpanKind.SERVER,
                    parent=_traceparent(details),
                    reason=lambda error: _outcome(context, error)[1],
                ) as made:
                    try:
                        answer = await behaviour(request, context)
                    except BaseException as error:
                        made.set_attribute("rpc.grpc.status_code", _outcome(context, error)[0].name)
                        raise
                    made.set_attribute("rpc.grpc.status_code", grpc.StatusCode.OK.name)
                    return answer

        return call

    @contextlib.contextmanager
    def _counted(self, method: str, kind: str, context: Context) -> Iterator[None]:
        in_flight = metrics.CALLS_IN_FLIGHT.labels(self._service, kind)
        code, reason = grpc.StatusCode.OK, ""
        started_s = time.perf_counter()
        in_flight.inc()
        try:
            yield
        except BaseException as error:
            code, reason = _outcome(context, error)
            raise
        finally:
            in_flight.dec()
            metrics.CALLS.labels(self._service, method, code.name).inc()
            metrics.CALL_SECONDS.labels(self._service, method).observe(time.perf_counter() - started_s)
            if code is grpc.StatusCode.RESOURCE_EXHAUSTED or reason == SHUTTING_DOWN:
                known = reason if reason in OVERLOAD_REASONS else OTHER_REASON
                metrics.CALLS_REFUSED.labels(self._service, known).inc()
            elif reason in DOOR_REASONS:
                metrics.CALLS_TURNED_AWAY.labels(self._service, reason).inc()


def _outcome(context: Context, error: BaseException) -> tuple[grpc.StatusCode, str]:
    """What the caller is told: the code and the reason."""
    if isinstance(error, grpc.aio.AbortError):
        # A code, or its number, as it was aborted with: the stubs know only the first.
        told: object = context.code()
        code = told if isinstance(told, grpc.StatusCode) else _CODES[cast("int", told)]
        return code, _reason(context) or code.name
    if isinstance(error, asyncio.CancelledError):
        # None, whatever the stubs say, for a call without a deadline.
        left_s: float | None = context.time_remaining()
        code = grpc.StatusCode.DEADLINE_EXCEEDED if left_s == 0 else grpc.StatusCode.CANCELLED
        return code, code.name
    return grpc.StatusCode.UNKNOWN, type(error).__name__


def _reason(context: Context) -> str:
    for key, value in cast("Iterable[tuple[str, bytes]]", context.trailing_metadata() or ()):
        if key == STATUS_METADATA_KEY:
            info = ErrorInfo()
            for detail in Status.FromString(value).details:
                if detail.Unpack(info):
                    return cast("str", info.reason)
    return ""


def _traceparent(details: grpc.HandlerCallDetails) -> str | None:
    for key, value in details.invocation_metadata:
        if key == tracing.TRACEPARENT and isinstance(value, str):
            return value
    return None
