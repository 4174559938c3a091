"""The service's HTTP port: webhooks in, public pages and open data out, each a route that is mounted here.

It runs on a thread and an event loop of its own. TLS ends before it, at the proxy that faces the internet and
that keeps slow and countless clients away; what passes the proxy is bounded here.
"""

import asyncio
import json
import socket
import threading
from collections.abc import Sequence
from http import HTTPStatus

import structlog
import uvicorn
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
from service_kit.telemetry.http_port import PortNotOpened
from service_kit.telemetry.settings import host_and_port
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log = structlog.get_logger(__name__)

MAX_BODY_BYTES = 1_048_576
MAX_HEADER_BYTES = 16_384
PATIENCE_S = 10.0
"""How long a client may take over each piece of its request's body."""
MOST_AT_ONCE = 128
KEEP_ALIVE_S = 15
STOP_S = 5

STATUS: dict[type[ServiceError], HTTPStatus] = {
    InvalidInput: HTTPStatus.BAD_REQUEST,
    NotFound: HTTPStatus.NOT_FOUND,
    AlreadyExists: HTTPStatus.CONFLICT,
    FailedPrecondition: HTTPStatus.CONFLICT,
    Aborted: HTTPStatus.CONFLICT,
    ResourceExhausted: HTTPStatus.TOO_MANY_REQUESTS,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    DeadlineExceeded: HTTPStatus.GATEWAY_TIMEOUT,
    PermissionDenied: HTTPStatus.FORBIDDEN,
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
}


def problem(status: HTTPStatus, reason: str, detail: str, retry_after_s: float | None = None) -> Response:
    """Return an answer as problem+json (RFC 9457).

    Parameters
    ----------
    reason
        UPPER_SNAKE, the same as over gRPC.
    detail
        For people; names the field and its value.
    """
    body = {"type": "about:blank", "title": status.phrase, "status": status.value, "reason": reason}
    headers = {"Retry-After": str(max(1, round(retry_after_s)))} if retry_after_s is not None else None
    return Response(
        json.dumps(body | {"detail": detail}, ensure_ascii=False),
        status.value,
        headers,
        "application/problem+json",
    )


def http_app(routes: Sequence[BaseRoute], *, max_body_bytes: int = MAX_BODY_BYTES) -> Starlette:
    """Return the application that serves these routes; errors of the service become problem+json."""
    return Starlette(
        routes=routes,
        middleware=[Middleware(_Bounded, max_body_bytes=max_body_bytes)],
        exception_handlers={
            ServiceError: _service_error,
            HTTPException: _http_error,
            Exception: _failure,
        },
    )


class HttpPort:
    """Serves routes at ``host:port`` from ``start`` to ``stop``; port 0 takes any free one.

    Raises
    ------
    PortNotOpened
        When the address is taken or no address of this machine.
    """

    def __init__(
        self, address: str, routes: Sequence[BaseRoute], *, max_body_bytes: int = MAX_BODY_BYTES
    ) -> None:
        host, port = host_and_port(address)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((host, port))
            # From here on nobody is turned away: who comes before the loop runs waits in the queue.
            self._socket.listen(MOST_AT_ONCE)
        except OSError as error:
            self._socket.close()
            raise PortNotOpened(f"http_address {address!r}: {error}") from error
        self.address = f"{host if ':' not in host else f'[{host}]'}:{self._socket.getsockname()[1]}"
        self._server = uvicorn.Server(
            uvicorn.Config(
                http_app(routes, max_body_bytes=max_body_bytes),
                loop="asyncio",
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                limit_concurrency=MOST_AT_ONCE,
                timeout_keep_alive=KEEP_ALIVE_S,
                timeout_graceful_shutdown=STOP_S,
                h11_max_incomplete_event_size=MAX_HEADER_BYTES,
            )
        )
        self._thread = threading.Thread(target=self._run, name="waste-http", daemon=True)

    def start(self) -> None:
        """Serve; who came since the port was made has waited."""
        self._thread.start()
        _log.info("http_port_opened", address=self.address)

    def stop(self) -> None:
        """Let running requests end, for a few seconds, and close the port."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join()
        self._socket.close()

    def _run(self) -> None:
        # A loop of its own; uvicorn leaves the process's signals alone outside the main thread.
        asyncio.run(self._server.serve(sockets=[self._socket]))


class _Bounded:
    """Refuses bodies that are too long, before they are read; drops clients that do not go on sending."""

    def __init__(self, app: ASGIApp, max_body_bytes: int) -> None:
        self._app = app
        self._max = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        told = dict(scope["headers"]).get(b"content-length", b"0")
        if not told.isdigit() or int(told) > self._max:
            await self._refuse(told.decode("latin-1")[:20])(scope, receive, send)
            return
        taken, complete = 0, not _has_body(scope)

        async def bounded() -> Message:
            nonlocal taken, complete
            try:
                # Who has sent everything and listens to a stream says nothing for long.
                message = await asyncio.wait_for(receive(), None if complete else PATIENCE_S)
            except TimeoutError:
                return {"type": "http.disconnect"}
            taken += len(message.get("body", b""))
            if taken > self._max:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"body is over {self._max} bytes")
            complete = not message.get("more_body", False)
            return message

        await self._app(scope, bounded, send)

    def _refuse(self, told: str) -> Response:
        return problem(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            "BODY_TOO_LARGE",
            f"Content-Length is {told!r}, at most {self._max} bytes are taken",
        )


def _has_body(scope: Scope) -> bool:
    return any(name in {b"content-length", b"transfer-encoding"} for name, _ in scope["headers"])


async def _service_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ServiceError)  # noqa: S101 - registered for it
    status = next(
        (status for kind, status in STATUS.items() if isinstance(error, kind)),
        HTTPStatus.INTERNAL_SERVER_ERROR,
    )
    return problem(status, error.reason, error.message, error.retry_after_s)


async def _http_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
    status = HTTPStatus(error.status_code)
    answer = problem(status, status.name, str(error.detail))
    for name, value in (error.headers or {}).items():
        answer.headers[name] = value
    return answer


async def _failure(request: Request, error: Exception) -> Response:
    _log.error("http_request_failed", path=request.url.path, error=type(error).__name__, exc_info=error)
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "INTERNAL", "the service failed; its log says why")
