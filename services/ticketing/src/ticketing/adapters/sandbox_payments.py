"""A payment provider to try things out with: a real server that moves no money.

It keeps the rules that providers keep – a key answers once, no more is captured than is held, no more is
given back than was captured – and can be told to be away, or to decline amounts. Its memory ends with it.
"""

import hmac
import json
import threading
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import unquote

from ticketing.domain.payment import Step

MAX_BODY_BYTES = 10_000
PATIENCE_S = 5.0


@dataclass(slots=True)
class SandboxPayment:
    """What the sandbox knows of a payment; None while nothing is held."""

    held_cents: int | None = None
    captured_cents: int = 0
    refunded_cents: int = 0


@dataclass(slots=True)
class SandboxBook:
    """All payments, and how the sandbox is to behave.

    Parameters
    ----------
    secret
        The bearer token that calls need.
    decline_from_cents
        Holds of so much or more are declined; None declines none.
    away
        Every call fails, as when the provider is down.
    """

    secret: str
    decline_from_cents: int | None = None
    away: bool = False
    payments: dict[str, SandboxPayment] = field(default_factory=dict)
    answers: dict[str, tuple[HTTPStatus, str]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def carry_out(self, step: Step, payment_id: str, cents: int, key: str) -> tuple[HTTPStatus, str]:
        """Do a step once per key; what was answered is answered again."""
        with self.lock:
            if key not in self.answers:
                self.answers[key] = self._do(
                    step, self.payments.setdefault(payment_id, SandboxPayment()), cents
                )
            return self.answers[key]

    def _do(self, step: Step, payment: SandboxPayment, cents: int) -> tuple[HTTPStatus, str]:
        declined = ""
        if step is Step.HOLD:
            if self.decline_from_cents is not None and cents >= self.decline_from_cents:
                declined = f"{cents} cents are too many"
            else:
                payment.held_cents = cents
        elif step is Step.RELEASE:
            payment.held_cents = None
        elif step is Step.CAPTURE:
            if payment.held_cents is None or cents > payment.held_cents:
                declined = f"{cents} of {payment.held_cents} cents held"
            else:
                payment.captured_cents, payment.held_cents = cents, None
        elif cents > payment.captured_cents - payment.refunded_cents:
            declined = f"{cents} cents are more than what is left of {payment.captured_cents}"
        else:
            payment.refunded_cents += cents
        return (HTTPStatus.PAYMENT_REQUIRED, declined) if declined else (HTTPStatus.OK, "")


class SandboxServer:
    """Serves a sandbox on this machine; port 0 takes any free one."""

    def __init__(self, book: SandboxBook, port: int = 0) -> None:
        self._server = _Server(("127.0.0.1", port), book)
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="sandbox-payments", daemon=True
        )

    @property
    def url(self) -> str:
        """Where it is reached."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], book: SandboxBook) -> None:
        self.book = book
        super().__init__(address, _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = PATIENCE_S

    def do_POST(self) -> None:
        status, text = self._answer()
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the library calls it
        """Say nothing: calls carry a secret."""

    def _answer(self) -> tuple[HTTPStatus, str]:
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > MAX_BODY_BYTES:
            return HTTPStatus.BAD_REQUEST, "Content-Length"
        body = self.rfile.read(int(length))
        book = self.server.book
        if book.away:
            return HTTPStatus.SERVICE_UNAVAILABLE, ""
        if not hmac.compare_digest(self.headers.get("Authorization", ""), f"Bearer {book.secret}"):
            return HTTPStatus.UNAUTHORIZED, ""
        parts = self.path.split("/")
        key = self.headers.get("Idempotency-Key", "")
        if len(parts) != 5 or parts[1:3] != ["v1", "payments"] or parts[4] not in set(Step) or not key:
            return HTTPStatus.NOT_FOUND, ""
        try:
            cents = json.loads(body)["amount_cents"]
        except (ValueError, KeyError, TypeError):
            return HTTPStatus.BAD_REQUEST, "amount_cents"
        if not isinstance(cents, int) or cents < 0:
            return HTTPStatus.BAD_REQUEST, "amount_cents"
        return book.carry_out(Step(parts[4]), unquote(parts[3]), cents, key)
