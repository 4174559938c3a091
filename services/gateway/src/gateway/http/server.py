"""The port: an HTTP server inside a running event loop."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

import h11
import structlog
import uvicorn
from service_kit.telemetry.http_port import PortNotOpened
from service_kit.telemetry.settings import host_and_port
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

_log = structlog.get_logger(__name__)

_BACKLOG = 512
_KEEP_ALIVE_S = 20


class _Server(uvicorn.Server):
    """Leaves signals to the process it is part of."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _Patient(H11Protocol):
    """Lets go of who opens a connection, or begins a request, and does not say in time what is wanted."""

    head_patience_s: float
    _giving_up: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as above it
        super().connection_made(transport)
        self._look()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._stop_waiting()

    def _look(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._stop_waiting()
        elif self._giving_up is None:
            # From the first byte on: who sends one now and then is not waited for any longer.
            self._giving_up = self.loop.call_later(self.head_patience_s, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._giving_up is not None:
            self._giving_up.cancel()
            self._giving_up = None


class HttpServer:
    """Serves an application at an address.

    Parameters
    ----------
    certificate, key
        PEM files; without them nothing is encrypted.
    behind
        Addresses of proxies that are believed about who calls and how, divided by commas.
    grace_s
        For running requests at the end.
    head_patience_s
        Within which a request has to say what is wanted.
    """

    def __init__(
        self,
        app: ASGIApp,
        address: str,
        *,
        certificate: Path | None = None,
        key: Path | None = None,
        behind: str = "",
        grace_s: float = 10.0,
        head_patience_s: float = 10.0,
    ) -> None:
        self._address = address
        patient = type("Patient", (_Patient,), {"head_patience_s": head_patience_s})
        self._server = _Server(
            uvicorn.Config(
                app,
                http=patient,
                # Nothing is offered that way.
                ws="none",
                log_config=None,
                access_log=False,
                lifespan="off",
                server_header=False,
                date_header=True,
                proxy_headers=bool(behind),
                forwarded_allow_ips=behind,
                timeout_keep_alive=_KEEP_ALIVE_S,
                timeout_graceful_shutdown=round(grace_s),
                ssl_certfile=certificate,
                ssl_keyfile=key,
                h11_max_incomplete_event_size=32 * 1024,
            )
        )
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> str:
        """Listen, and return ``host:port``; raises PortNotOpened."""
        host, port = host_and_port(self._address)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            opened = socket.create_server((host, port), family=family, backlog=_BACKLOG)
        except OSError as error:
            raise PortNotOpened(f"gateway_address {self._address!r}: {error}") from error
        opened.setblocking(False)
        self._serving = asyncio.create_task(self._server.serve(sockets=[opened]))
        name = f"[{host}]" if ":" in host else host
        reached = f"{name}:{opened.getsockname()[1]}"
        while not self._server.started:
            if self._serving.done():
                self._serving.result()
            await asyncio.sleep(0.005)
        _log.info("http_server_started", address=reached)
        return reached

    async def stop(self) -> None:
        """Take no more requests, let running ones finish."""
        self._server.should_exit = True
        if self._serving is not None:
            await self._serving
