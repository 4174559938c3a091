"""The port on which machines look in: /metrics, /livez, /readyz. Read only, and for the inside only."""

import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from service_kit.telemetry.metrics import REGISTRY
from service_kit.telemetry.settings import host_and_port

_log = structlog.get_logger(__name__)

MOST_AT_ONCE = 8
PATIENCE_S = 5.0
"""How long a client may take over its request."""

Check = Callable[[], str | None]
"""Says what is wrong, or None."""


class PortNotOpened(Exception):  # noqa: N818 - reads as what it is
    """The address is taken, or no address of this machine."""


class HttpPort:
    """Serves from threads of its own: it answers when the event loop does not, and says so.

    Parameters
    ----------
    address
        ``host:port``; port 0 takes any free one.
    alive, ready
        What /livez and /readyz ask. A process that is not alive should be started anew; one that is not ready
        should get no calls.

    Raises
    ------
    PortNotOpened
        When the address is taken or no address of this machine.
    """

    def __init__(self, address: str, *, alive: Check, ready: Check) -> None:
        host, port = host_and_port(address)
        try:
            self._server = _Server((host, port), alive, ready)
        except OSError as error:
            raise PortNotOpened(f"metrics_address {address!r}: {error}") from error
        self._thread = threading.Thread(target=self._server.serve_forever, name="http-port", daemon=True)
        self._thread.start()
        self.address = f"{host if ':' not in host else f'[{host}]'}:{self._server.server_address[1]}"
        _log.info("http_port_opened", address=self.address)

    def close(self) -> None:
        """Close the port."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # Whoever hangs is cut off after PATIENCE_S; the end of the process need not wait for it.
    block_on_close = False

    def __init__(self, address: tuple[str, int], alive: Check, ready: Check) -> None:
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        self.alive, self.ready = alive, ready
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
        _log.debug("http_client_left", exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = PATIENCE_S
    server_version = "landlinie"
    sys_version = ""

    def do_GET(self) -> None:
        match self.path.partition("?")[0]:
            case "/metrics":
                self._answer(200, CONTENT_TYPE_LATEST, generate_latest(REGISTRY))
            case "/livez":
                self._judge(self.server.alive())
            case "/readyz":
                self._judge(self.server.ready())
            case _:
                self._answer(404, "text/plain", b"there are /metrics, /livez and /readyz\n")

    def log_message(self, *_: object) -> None:
        """Say nothing: probes come every few seconds."""

    def _judge(self, wrong: str | None) -> None:
        self._answer(503 if wrong else 200, "text/plain; charset=utf-8", f"{wrong or 'ok'}\n".encode())

    def _answer(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
