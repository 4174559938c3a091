"""The HTTP port: what it refuses, how it answers when something fails, and that it can be closed."""

import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from service_kit.errors import InvalidInput, ServiceError, Unavailable
from service_kit.telemetry.http_port import PortNotOpened
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from waste.entrypoints import http_port
from waste.entrypoints.http_port import HttpPort

pytestmark = pytest.mark.network

Answer = tuple[int, dict[str, str], str]


async def _length(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


def _raising(error: Exception) -> Callable[[Request], Response]:
    def endpoint(_request: Request) -> Response:
        raise error

    return endpoint


@contextmanager
def served(*routes: Route, max_body_bytes: int = 100) -> Iterator[Callable[..., Answer]]:
    port = HttpPort("127.0.0.1:0", routes, max_body_bytes=max_body_bytes)
    port.start()
    host, _, number = port.address.rpartition(":")

    def ask(method: str, path: str, body: object = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection(host, int(number), timeout=20)
        try:
            connection.request(method, path, body, headers)  # type: ignore[arg-type] # iterables are chunked
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read().decode()
        finally:
            connection.close()

    try:
        yield ask
    finally:
        port.stop()


def test_a_body_that_fits_is_read_and_one_that_does_not_is_refused() -> None:
    with served(Route("/in", _length, methods=["POST"])) as ask:
        assert ask("POST", "/in", b"x" * 100)[::2] == (200, "100")
        status, headers, body = ask("POST", "/in", b"x" * 101)
        assert status == 413
        assert headers["content-type"] == "application/problem+json"
        assert json.loads(body)["reason"] == "BODY_TOO_LARGE"
        # Without a length it is counted while it comes.
        status, _, body = ask("POST", "/in", iter([b"x" * 60, b"x" * 60]))
        assert (status, json.loads(body)["detail"]) == (413, "body is over 100 bytes")
        assert ask("POST", "/in", None, **{"Content-Length": "-1"})[0] in {400, 413}


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [
        (InvalidInput("LIMIT_WRONG", "limit is 0"), 400, "LIMIT_WRONG"),
        (
            Unavailable("STORE_UNAVAILABLE", "the database is away", retry_after_s=2.0),
            503,
            "STORE_UNAVAILABLE",
        ),
        (RuntimeError("secret: 4711"), 500, "INTERNAL"),
    ],
)
def test_errors_are_problems_with_the_same_reasons_as_over_grpc(
    error: Exception, status: int, reason: str
) -> None:
    with served(Route("/fails", _raising(error))) as ask:
        answered, headers, body = ask("GET", "/fails")
        assert answered == status
        assert json.loads(body)["reason"] == reason
        assert "secret" not in body
        if isinstance(error, ServiceError) and error.retry_after_s:
            assert headers["retry-after"] == "2"


def test_what_is_not_there_is_a_problem_too() -> None:
    with served(Route("/in", _length, methods=["POST"])) as ask:
        assert json.loads(ask("GET", "/else")[2])["reason"] == "NOT_FOUND"
        assert json.loads(ask("GET", "/in")[2])["reason"] == "METHOD_NOT_ALLOWED"


def test_a_client_that_stops_sending_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_port, "PATIENCE_S", 0.2)
    port = HttpPort("127.0.0.1:0", [Route("/in", _length, methods=["POST"])])
    port.start()
    try:
        host, _, number = port.address.rpartition(":")
        connection = http.client.HTTPConnection(host, int(number), timeout=20)
        connection.putrequest("POST", "/in")
        connection.putheader("Content-Length", "50")
        connection.endheaders(b"x")
        answer = connection.getresponse()
        assert answer.status >= 400
        connection.close()
    finally:
        port.stop()


def test_an_address_that_is_taken_is_named() -> None:
    port = HttpPort("127.0.0.1:0", [])
    try:
        with pytest.raises(PortNotOpened, match=port.address):
            HttpPort(port.address, [])
    finally:
        port.stop()
