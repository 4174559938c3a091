"""The port on which a payment provider tells what happened: one address, small bodies, nothing read aloud."""

import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import structlog
from service_kit.errors import ServiceError
from service_kit.signed_bodies import SIGNATURE_HEADER, NotSigned
from service_kit.telemetry.settings import host_and_port

from ticketing.application.webhooks import Webhooks
from ticketing.domain.errors import TicketingError

_log = structlog.get_logger(__name__)

PATH = "/v1/payment-messages"
MAX_BODY_BYTES = 64_000
MOST_AT_ONCE = 8
PATIENCE_S = 5.0


class WebhookPort:
    """Listens at ``host:port`` until it is closed; port 0 takes any free one.

    TLS ends before it, at the proxy that faces the internet. Raises OSError where the address is taken.
    """

    def __init__(self, address: str, webhooks: Webhooks) -> None:
        host, port = host_and_port(address)
        self._server = _Server((host, port), webhooks)
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="ticketing-webhooks", daemon=True
        )
        self._thread.start()
        self.address = f"{host}:{self._server.server_address[1]}"

    def close(self) -> None:
        """Close the port."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], webhooks: Webhooks) -> None:
        self.webhooks = webhooks
        self._places = threading.BoundedSemaphore(MOST_AT_ONCE)
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - as the library calls it
        _log.debug("webhook_client_left", exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = PATIENCE_S

    def do_POST(self) -> None:
        status = self._status()
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the library calls it
        """Say nothing: what matters is in the journal."""

    def _status(self) -> HTTPStatus:
        length = self.headers.get("Content-Length", "")
        if self.path != PATH:
            return HTTPStatus.NOT_FOUND
        if not length.isdigit() or int(length) > MAX_BODY_BYTES:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE if length.isdigit() else HTTPStatus.LENGTH_REQUIRED
        try:
            self.server.webhooks.take(self.headers.get(SIGNATURE_HEADER, ""), self.rfile.read(int(length)))
        except NotSigned as error:
            _log.warning("webhook_refused", error=str(error))
            return HTTPStatus.UNAUTHORIZED
        except TicketingError as error:
            _log.warning("webhook_refused", error=str(error))
            return HTTPStatus.BAD_REQUEST
        except ServiceError as error:
            # The provider sends it again.
            _log.warning("webhook_waits", error=str(error))
            return HTTPStatus.SERVICE_UNAVAILABLE
        return HTTPStatus.OK
