"""What happens around every call: admission, deadline, errors, one log line."""

import asyncio
import contextlib
import re
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NoReturn, cast

import grpc
import structlog
from google.protobuf.message import DecodeError

from service_kit import deadline, grpc_handlers
from service_kit.admission import Admissions
from service_kit.errors import DeadlineExceeded, ServiceError, Unavailable
from service_kit.grpc_errors import STATUS_METADATA_KEY, code_of, domain_of, to_status
from service_kit.grpc_handlers import (
    Behaviour,
    Handler,
    HandlerInterceptor,
    behaviour_of,
    with_behaviour,
)
from service_kit.identity.guard import Admission, Guard
from service_kit.identity.principal import set_caller
from service_kit.malformed import malformed_request
from service_kit.settings import GrpcSettings
from service_kit.worker_pool import set_budget

_log = structlog.get_logger(__name__)

REQUEST_ID_KEY = "x-request-id"
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_SHUTDOWN_RETRY_S = 2.0
# Probes must get through when nothing else does.
_ALWAYS_ADMITTED = "/grpc.health.v1.Health/"

# A context reports the code it was aborted with as a bare number.
_STATUS_CODES = {code.value[0]: code for code in grpc.StatusCode}

Context = grpc_handlers.Context
Metadata = Iterable[tuple[str, str | bytes]]


@dataclass(frozen=True, slots=True)
class _Malformed:
    """Stands for a request whose bytes are no message of the method's type."""

    data: bytes


@dataclass(frozen=True, slots=True)
class _Arrival:
    method: str
    request_id: str
    metadata: Metadata


@dataclass(slots=True)
class _Call:
    method: str
    context: Context
    request_id: str
    started_s: float = field(default_factory=time.perf_counter)
    code: grpc.StatusCode = grpc.StatusCode.OK
    reason: str | None = None


class CallInterceptor(HandlerInterceptor):
    """Wraps every method: nothing is done before the guard has admitted the call.

    Service errors become status with details, anything else INTERNAL with a correlation id and no text of
    its own.
    """

    def __init__(self, domain: str, settings: GrpcSettings, guard: Guard) -> None:
        self._domain = domain
        self._settings = settings
        self._guard = guard
        self._admissions = Admissions(settings)
        self._draining = asyncio.Event()

    def drain(self) -> None:
        """End the streams and refuse new calls from now on; running unary calls go on."""
        self._draining.set()

    def around(self, handler: Handler, details: grpc.HandlerCallDetails) -> Handler:
        arrival = _Arrival(details.method, _request_id(details), details.invocation_metadata)
        wrapped = self._around_stream if handler.response_streaming else self._around_unary
        return with_behaviour(
            handler, wrapped(behaviour_of(handler), arrival), _tolerant(handler.request_deserializer)
        )

    def _around_unary(self, behaviour: Behaviour, arrival: _Arrival) -> Behaviour:
        async def unary(request: object, context: Context) -> object:
            async with self._guarded(_Call(arrival.method, context, arrival.request_id)):
                left_s = _time_left_s(context)
                limit_s = self._settings.default_deadline_s if left_s is None else left_s
                deadline.set_remaining_s(limit_s)
                deadline.check_time_left()
                try:
                    async with asyncio.timeout(limit_s) as scope:
                        admission = await self._admitted(arrival)
                        with self._counted_call(arrival.method, admission):
                            return await behaviour(_checked(request, arrival.method), context)
                except TimeoutError:
                    if not scope.expired():
                        raise
                    raise DeadlineExceeded("DEADLINE_EXCEEDED", f"no answer within {limit_s:.3f} s") from None

        return unary

    def _around_stream(self, behaviour: Behaviour, arrival: _Arrival) -> Behaviour:
        async def stream(request: object, context: Context) -> None:
            async with self._guarded(_Call(arrival.method, context, arrival.request_id)):
                deadline.set_remaining_s(_time_left_s(context))
                deadline.check_time_left()
                admission = await self._admitted(arrival)
                with self._counted_stream(arrival.method, admission):
                    answers = behaviour(_checked(request, arrival.method), context)
                    await self._until_drained(_write_all(answers, context))

        return stream

    async def _admitted(self, arrival: _Arrival) -> Admission:
        admission = await self._guard.admit(arrival.method, arrival.metadata)
        if admission.principal is not None:
            set_caller(admission.principal)
        set_budget(admission.budget)
        return admission

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

    def _counted_call(self, method: str, admission: Admission) -> contextlib.AbstractContextManager[None]:
        if method.startswith(_ALWAYS_ADMITTED):
            return contextlib.nullcontext()
        if self._draining.is_set():
            raise _shutting_down()
        return self._admissions.call(admission.budget)

    def _counted_stream(self, method: str, admission: Admission) -> contextlib.AbstractContextManager[None]:
        if method.startswith(_ALWAYS_ADMITTED) or admission.principal is None:
            return contextlib.nullcontext()
        return self._admissions.stream(admission.principal.scope)

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
        status = to_status(error, domain_of(call.method, self._domain))
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


def _checked(request: Any, method: str) -> Any:
    """The request, or the requests as they come; raises InvalidInput for one that cannot be read."""
    if hasattr(request, "__aiter__"):
        return _each_checked(request, method)
    if isinstance(request, _Malformed):
        raise malformed_request(method, request.data)
    return request


async def _each_checked(requests: AsyncIterator[Any], method: str) -> AsyncIterator[Any]:
    async for request in requests:
        yield _checked(request, method)


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


def _log_call(call: _Call) -> None:
    # Who watches over health asks all the time; that all is well is no news.
    is_news = call.code is not grpc.StatusCode.OK or not call.method.startswith("/grpc.health.v1.")
    (_log.info if is_news else _log.debug)(
        "grpc_call",
        method=call.method,
        code=call.code.name,
        reason=call.reason,
        duration_ms=round((time.perf_counter() - call.started_s) * 1e3, 3),
        peer=call.context.peer(),
    )
