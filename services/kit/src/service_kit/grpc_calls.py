"""What happens around every call: admission, deadline, errors, one log line."""

import asyncio
import contextlib
import re
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn, cast

import grpc
import structlog
from google.protobuf.message import DecodeError

from service_kit import deadline
from service_kit.errors import DeadlineExceeded, ResourceExhausted, ServiceError, Unavailable
from service_kit.grpc_errors import STATUS_METADATA_KEY, code_of, to_status
from service_kit.malformed import malformed_request
from service_kit.settings import GrpcSettings

_log = structlog.get_logger(__name__)

REQUEST_ID_KEY = "x-request-id"
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_BUSY_RETRY_S = 0.5
_SHUTDOWN_RETRY_S = 2.0
# Probes must get through when nothing else does.
_ALWAYS_ADMITTED = "/grpc.health.v1.Health/"

# A context reports the code it was aborted with as a bare number.
_STATUS_CODES = {code.value[0]: code for code in grpc.StatusCode}

Context = grpc.aio.ServicerContext[Any, Any]
Behaviour = Callable[[Any, Context], Any]


@dataclass(frozen=True, slots=True)
class _Malformed:
    """Stands for a request whose bytes are no message of the method's type."""

    data: bytes


@dataclass(slots=True)
class _Call:
    method: str
    context: Context
    request_id: str
    started_s: float = field(default_factory=time.perf_counter)
    code: grpc.StatusCode = grpc.StatusCode.OK
    reason: str | None = None


class CallInterceptor(grpc.aio.ServerInterceptor):
    """Wraps every method that takes one request; those that take a stream of requests pass untouched.

    Service errors become status with details, anything else INTERNAL with a correlation id and no text of
    its own.
    """

    def __init__(self, domain: str, settings: GrpcSettings) -> None:
        self._domain = domain
        self._settings = settings
        self._draining = asyncio.Event()
        self._call_count = 0
        self._stream_count = 0

    def drain(self) -> None:
        """End the streams and refuse new calls from now on; running unary calls go on."""
        self._draining.set()

    async def intercept_service(
        self,
        continuation: Callable[
            [grpc.HandlerCallDetails], Awaitable["grpc.RpcMethodHandler[Any, Any] | None"]
        ],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> "grpc.RpcMethodHandler[Any, Any] | None":
        handler = await continuation(handler_call_details)
        if handler is None or handler.request_streaming:
            return handler
        method = handler_call_details.method
        request_id = _request_id(handler_call_details)
        deserializer = _tolerant(handler.request_deserializer)
        if handler.response_streaming:
            return grpc.unary_stream_rpc_method_handler(
                self._around_stream(cast("Behaviour", handler.unary_stream), method, request_id),
                request_deserializer=deserializer,
                response_serializer=handler.response_serializer,
            )
        return grpc.unary_unary_rpc_method_handler(
            self._around_unary(cast("Behaviour", handler.unary_unary), method, request_id),
            request_deserializer=deserializer,
            response_serializer=handler.response_serializer,
        )

    def _around_unary(self, behaviour: Behaviour, method: str, request_id: str) -> Behaviour:
        async def unary(request: object, context: Context) -> object:
            async with self._guarded(_Call(method, context, request_id)):
                with self._admitted_call(method):
                    left_s = _time_left_s(context)
                    limit_s = self._settings.default_deadline_s if left_s is None else left_s
                    deadline.set_remaining_s(limit_s)
                    deadline.check_time_left()
                    _check_wellformed(request, method)
                    try:
                        async with asyncio.timeout(limit_s) as scope:
                            return await behaviour(request, context)
                    except TimeoutError:
                        if not scope.expired():
                            raise
                        raise DeadlineExceeded(
                            "DEADLINE_EXCEEDED", f"no answer within {limit_s:.3f} s"
                        ) from None

        return unary

    def _around_stream(self, behaviour: Behaviour, method: str, request_id: str) -> Behaviour:
        async def stream(request: object, context: Context) -> None:
            async with self._guarded(_Call(method, context, request_id)):
                with self._admitted_stream(method):
                    deadline.set_remaining_s(_time_left_s(context))
                    deadline.check_time_left()
                    _check_wellformed(request, method)
                    await self._until_drained(_write_all(behaviour(request, context), context))

        return stream

    async def _until_drained(self, work: Awaitable[None]) -> None:
        working = asyncio.ensure_future(work)
        draining = asyncio.ensure_future(self._draining.wait())
        try:
            await asyncio.wait({working, draining}, return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                return working.result()
        finally:
            for task in (working, draining):
                task.cancel()
            await asyncio.gather(working, draining, return_exceptions=True)
        raise _shutting_down()

    @contextlib.contextmanager
    def _admitted_call(self, method: str) -> Iterator[None]:
        if not method.startswith(_ALWAYS_ADMITTED):
            if self._draining.is_set():
                raise _shutting_down()
            if self._call_count >= self._settings.max_concurrent_calls:
                raise _busy("TOO_MANY_CALLS", "calls", self._settings.max_concurrent_calls)
        self._call_count += 1
        try:
            yield
        finally:
            self._call_count -= 1

    @contextlib.contextmanager
    def _admitted_stream(self, method: str) -> Iterator[None]:
        if not method.startswith(_ALWAYS_ADMITTED) and (
            self._stream_count >= self._settings.max_concurrent_streams
        ):
            raise _busy("TOO_MANY_STREAMS", "streams", self._settings.max_concurrent_streams)
        self._stream_count += 1
        try:
            yield
        finally:
            self._stream_count -= 1

    @contextlib.asynccontextmanager
    async def _guarded(self, call: _Call) -> AsyncIterator[None]:
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=call.request_id)
        try:
            yield
        except asyncio.CancelledError:
            time_is_up = _time_left_s(call.context) == 0
            call.code = grpc.StatusCode.DEADLINE_EXCEEDED if time_is_up else grpc.StatusCode.CANCELLED
            raise
        except grpc.aio.AbortError:
            call.code = _STATUS_CODES[cast("int", call.context.code())]
            raise
        except ServiceError as error:
            await self._abort(call, error)
        except Exception:
            _log.exception("internal_error", method=call.method)
            hidden = ServiceError(
                "INTERNAL",
                f"internal error; quote {call.request_id} when asking about it",
                metadata={"correlation_id": call.request_id},
            )
            await self._abort(call, hidden, grpc.StatusCode.INTERNAL)
        finally:
            _log_call(call)

    async def _abort(self, call: _Call, error: ServiceError, code: grpc.StatusCode | None = None) -> NoReturn:
        call.code = code or code_of(error)
        call.reason = error.reason
        status = to_status(error, self._domain)
        status.code = call.code.value[0]
        await call.context.abort(
            call.code, status.message, ((STATUS_METADATA_KEY, status.SerializeToString()),)
        )


async def _write_all(answers: Any, context: Context) -> None:
    if not hasattr(answers, "__aiter__"):
        await answers
        return
    async with contextlib.aclosing(answers):
        async for answer in answers:
            await context.write(answer)


def _tolerant(deserializer: Callable[[bytes], object] | None) -> Callable[[bytes], object]:
    """Return a deserializer that hands on what it cannot read instead of raising.

    What a deserializer raises, grpc.aio answers with UNKNOWN and logs as a fault of the servicer.
    """

    def deserialize(data: bytes) -> object:
        try:
            return data if deserializer is None else deserializer(data)
        except (DecodeError, UnicodeDecodeError, ValueError):
            return _Malformed(data)

    return deserialize


def _check_wellformed(request: object, method: str) -> None:
    if isinstance(request, _Malformed):
        raise malformed_request(method, request.data)


def _time_left_s(context: Context) -> float | None:
    """Return the seconds left; None, whatever the stubs say, for a call without a deadline."""
    return context.time_remaining()


def _request_id(details: grpc.HandlerCallDetails) -> str:
    for key, value in details.invocation_metadata:
        if key == REQUEST_ID_KEY and isinstance(value, str) and _REQUEST_ID.fullmatch(value):
            return value
    return uuid.uuid4().hex


def _shutting_down() -> Unavailable:
    return Unavailable("SHUTTING_DOWN", "the server is shutting down", retry_after_s=_SHUTDOWN_RETRY_S)


def _busy(reason: str, what: str, limit: int) -> ResourceExhausted:
    return ResourceExhausted(
        reason,
        f"the server is busy with {limit} {what}",
        metadata={"limit": str(limit)},
        retry_after_s=_BUSY_RETRY_S,
    )


def _log_call(call: _Call) -> None:
    _log.info(
        "grpc_call",
        method=call.method,
        code=call.code.name,
        reason=call.reason,
        duration_ms=round((time.perf_counter() - call.started_s) * 1e3, 3),
        peer=call.context.peer(),
    )
