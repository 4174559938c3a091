"""Calls of other services, with a span each, that hand the trace on."""

from collections.abc import AsyncIterator, Callable
from typing import Any, cast

import grpc
from opentelemetry import trace
from opentelemetry.trace import SpanKind

from service_kit.call_details import with_metadata
from service_kit.grpc_errors import from_rpc_error
from service_kit.telemetry import tracing


def tracing_interceptors() -> list[grpc.aio.ClientInterceptor]:
    """Return what to give ``grpc.aio.insecure_channel`` or its secure sister as ``interceptors``."""
    return [_UnaryCalls(), _StreamCalls()]


def traced(channel: grpc.Channel) -> grpc.Channel:
    """Return a channel of threads whose every call with one answer has a span, and hands the trace on."""
    return grpc.intercept_channel(channel, _ThreadCalls())


class _ThreadCalls(grpc.UnaryUnaryClientInterceptor):
    def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        if not tracing.is_on():
            return continuation(client_call_details, request)
        name = client_call_details.method.lstrip("/")
        made = tracing.begun(name, {"rpc.system": "grpc", "rpc.method": name}, SpanKind.CLIENT)
        with trace.use_span(made):
            traceparent = tracing.current_traceparent()
            details = client_call_details
            if traceparent is not None:
                details = with_metadata(details, tracing.TRACEPARENT, traceparent)
            call = continuation(details, request)

        def over(ended: Any) -> None:
            code = ended.code()
            made.set_attribute("rpc.grpc.status_code", code.name)
            if code is not grpc.StatusCode.OK:
                error = None if ended.cancelled() else ended.exception()
                told = _reason_at_client(error) if error is not None else code.name
                tracing.set_failed(made, told)
            made.end()

        call.add_done_callback(over)
        return call


class _UnaryCalls(grpc.aio.UnaryUnaryClientInterceptor):
    async def intercept_unary_unary(
        self, continuation: Callable[..., Any], client_call_details: grpc.aio.ClientCallDetails, request: Any
    ) -> Any:
        if not tracing.is_on():
            return await continuation(client_call_details, request)
        with tracing.span(
            _name(client_call_details),
            _about(client_call_details),
            kind=SpanKind.CLIENT,
            reason=_reason_at_client,
        ) as made:
            call = await continuation(_handing_on(client_call_details), request)
            code = await call.code()
            made.set_attribute("rpc.grpc.status_code", code.name)
            if code is not grpc.StatusCode.OK:
                tracing.set_failed(made, await _told(call))
            return call


class _StreamCalls(grpc.aio.UnaryStreamClientInterceptor):
    async def intercept_unary_stream(
        self, continuation: Callable[..., Any], client_call_details: grpc.aio.ClientCallDetails, request: Any
    ) -> Any:
        if not tracing.is_on():
            return await continuation(client_call_details, request)
        # The answers may be read in another task: the span is current only while the call is made.
        made = tracing.begun(_name(client_call_details), _about(client_call_details), SpanKind.CLIENT)
        with trace.use_span(made):
            call = await continuation(_handing_on(client_call_details), request)
        return _answers(call, made)


async def _answers(call: Any, made: trace.Span) -> AsyncIterator[Any]:
    try:
        async for answer in call:
            yield answer
    except BaseException as error:
        tracing.set_failed(made, _reason_at_client(error))
        raise
    finally:
        code = await call.code() if call.done() else grpc.StatusCode.CANCELLED
        made.set_attribute("rpc.grpc.status_code", code.name)
        made.end()


def _name(details: grpc.aio.ClientCallDetails) -> str:
    # Bytes, whatever the stubs say.
    return cast("bytes", details.method).decode().lstrip("/")


def _about(details: grpc.aio.ClientCallDetails) -> dict[str, tracing.Value]:
    return {"rpc.system": "grpc", "rpc.method": _name(details)}


def _reason_at_client(error: BaseException) -> str:
    return from_rpc_error(error).reason if isinstance(error, grpc.RpcError) else type(error).__name__


async def _told(call: Any) -> str:
    try:
        await call
    except grpc.RpcError as error:
        return from_rpc_error(error).reason
    return ""


def _handing_on(details: grpc.aio.ClientCallDetails) -> grpc.aio.ClientCallDetails:
    traceparent = tracing.current_traceparent()
    if traceparent is None:
        return details
    metadata = grpc.aio.Metadata(*(details.metadata or ()), (tracing.TRACEPARENT, traceparent))
    return grpc.aio.ClientCallDetails(
        details.method, details.timeout, metadata, details.credentials, details.wait_for_ready
    )
