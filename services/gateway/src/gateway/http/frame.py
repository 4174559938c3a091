"""What happens around every request: its id, limits, headers, one log line."""

import re
import time
import uuid
from dataclasses import dataclass, field

import structlog
from opentelemetry.trace import SpanKind
from service_kit.errors import ResourceExhausted
from service_kit.telemetry import tracing
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.http.metrics import IN_FLIGHT, REQUEST_SECONDS, REQUESTS

_log = structlog.get_logger(__name__)

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_BUSY_RETRY_S = 1.0


@dataclass(frozen=True, slots=True)
class Headers:
    """What every answer carries.

    Parameters
    ----------
    always
        Unless the answer has its own.
    encrypted
        Further ones where the connection is encrypted.
    """

    always: dict[str, str]
    encrypted: dict[str, str]


@dataclass(slots=True)
class _Request:
    scope: Scope
    request_id: str
    began_s: float = field(default_factory=time.perf_counter)
    status: int | None = None

    @property
    def path(self) -> str:
        """The route's path; one word for all that have none, whose number must not grow."""
        found: str = self.scope.get("landlinie.path", "other")
        return found


class Place:
    """One request's place among those under way, given back once."""

    def __init__(self, frame: "Frame") -> None:
        self._frame, self._has = frame, False

    def enter(self) -> None:
        """Take it; raises ResourceExhausted where there is none."""
        self._frame.take()
        self._has = True

    def leave(self) -> None:
        """Give it back."""
        if self._has:
            self._has = False
            self._frame.give_back()


class Frame:
    """Wraps the whole application.

    Parameters
    ----------
    most_at_once
        Requests under way, streams left out; further ones are refused.
    """

    def __init__(self, app: ASGIApp, headers: Headers, most_at_once: int) -> None:
        self._app = app
        self._headers = headers
        self._most_at_once = most_at_once
        self._count = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        sent = dict(scope["headers"])
        request = _Request(scope, _request_id(sent.get(b"x-request-id", b"")))
        scope["landlinie.request_id"] = request.request_id
        # Where an application is named, routers raise what they have no answer to; elsewhere they answer it.
        scope["app"] = self
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request.request_id)
        parent = sent.get(tracing.TRACEPARENT.encode(), b"").decode("latin-1") or None
        counted = scope["landlinie.place"] = Place(self)
        IN_FLIGHT.inc()
        try:
            with tracing.span(f"HTTP {scope['method']}", kind=SpanKind.SERVER, parent=parent):
                await self._app(scope, receive, self._framed(request, send, counted))
        finally:
            counted.leave()
            IN_FLIGHT.dec()
            _told(request)

    def _framed(self, request: _Request, send: Send, counted: Place) -> Send:
        async def framed(message: Message) -> None:
            if message["type"] == "http.response.start":
                request.status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request.request_id
                for name, value in self._headers.always.items():
                    headers.setdefault(name, value)
                if request.scope["scheme"] == "https":
                    for name, value in self._headers.encrypted.items():
                        headers.setdefault(name, value)
                if headers.get("content-type", "").startswith("text/event-stream"):
                    # Streams have limits of their own.
                    counted.leave()
                REQUEST_SECONDS.labels(request.scope["method"], request.path).observe(
                    time.perf_counter() - request.began_s
                )
            await send(message)

        return framed

    def take(self) -> None:
        """Take a place among the requests under way; raises ResourceExhausted where there is none."""
        if self._count >= self._most_at_once:
            raise ResourceExhausted(
                "TOO_MANY_REQUESTS",
                f"{self._most_at_once} requests are under way",
                retry_after_s=_BUSY_RETRY_S,
            )
        self._count += 1

    def give_back(self) -> None:
        """Give it back."""
        self._count -= 1


def _request_id(given: bytes) -> str:
    text = given.decode("latin-1")
    return text if _REQUEST_ID.fullmatch(text) else uuid.uuid4().hex


def _told(request: _Request) -> None:
    method = request.scope["method"] if request.scope["method"] in _METHODS else "other"
    REQUESTS.labels(method, request.path, str(request.status or 0)).inc()
    _log.info(
        "http_request",
        method=method,
        path=request.path,
        status=request.status,
        reason=request.scope.get("landlinie.reason"),
        duration_ms=round((time.perf_counter() - request.began_s) * 1e3, 3),
    )


_METHODS = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"}
