"""A gRPC server as every service has it: health, reflection, limits, typed errors, a shutdown that drains."""

import asyncio
import gc
import signal
from collections.abc import Callable
from typing import TypeVar

import grpc
import structlog
from google.protobuf.descriptor import ServiceDescriptor
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from service_kit.grpc_calls import CallInterceptor
from service_kit.grpc_targets import KEEPALIVE_MS
from service_kit.identity.guard import Guard
from service_kit.identity.tls import server_credentials
from service_kit.settings import GrpcSettings
from service_kit.telemetry.calls import CallTelemetry
from service_kit.worker_pool import WorkerPool

_log = structlog.get_logger(__name__)

ServicerT = TypeVar("ServicerT")


class GrpcServer:
    """One service's server; make it, and use it, inside a running event loop.

    Parameters
    ----------
    service
        The service's name (``pooling``). Errors have the domain of the service that is called,
        ``landlinie.<service>``; those of methods that are no single one's have this service's.
    guard
        Who may call; it learns the methods of every service that is added.
    settings
        Limits and times.

    Attributes
    ----------
    guard
        For other doors to the same services.
    turned_away
        Who was not let in, to be recorded by whoever keeps the audit trail.
    pool
        Where servicers run their use cases: ``await server.pool.run(use_case, request)``;
        what only reads, by ``look_up``.
    """

    def __init__(self, service: str, guard: Guard, settings: GrpcSettings | None = None) -> None:
        self._service = service
        self._settings = settings or GrpcSettings()
        self.guard = guard
        self.turned_away = guard.turned_away
        self.pool = WorkerPool(
            self._settings.worker_threads,
            self._settings.worker_threads_under_way,
            self._settings.worker_threads_looking_up,
            self._settings.max_waiting_use_cases,
        )
        self._calls = CallInterceptor(f"landlinie.{service}", self._settings, guard)
        self._server = grpc.aio.server(
            interceptors=(CallTelemetry(service), self._calls),
            options=(
                ("grpc.max_receive_message_length", self._settings.max_request_bytes),
                # Two servers on one port is a mistake, not a way to share it.
                ("grpc.so_reuseport", 0),
                # A watcher that drove into a dead spot must not hold its stream for hours.
                ("grpc.keepalive_time_ms", 30_000),
                ("grpc.keepalive_timeout_ms", 10_000),
                # Clients ask as often; gRPC's own patience ends at twice in five minutes.
                ("grpc.http2.min_ping_interval_without_data_ms", KEEPALIVE_MS // 2),
            ),
        )
        self._health = health.aio.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        self._service_names = [health.SERVICE_NAME, reflection.SERVICE_NAME]

    def add(
        self,
        add_to_server: Callable[[ServicerT, grpc.aio.Server], None],
        servicer: ServicerT,
        descriptor: ServiceDescriptor,
    ) -> None:
        """Serve a service.

        Parameters
        ----------
        add_to_server
            The generated ``add_…Servicer_to_server``.
        servicer
            Its methods are coroutines; streams are asynchronous generators.
        descriptor
            ``ride_pooling_service_pb2.DESCRIPTOR.services_by_name["RidePoolingService"]``. The generated
            servicers alone do not load it, and reflection could not describe the service.
        """
        self.guard.learn(descriptor)
        add_to_server(servicer, self._server)
        self._service_names.append(descriptor.full_name)

    async def start(self, address: str) -> int:
        """Listen on ``host:port`` (port 0: any free one), report SERVING, and return the port.

        Raises
        ------
        RuntimeError
            When the address is taken or no address of this machine.
        """
        reflection.enable_server_reflection(self._service_names, self._server)
        credentials = server_credentials(self._settings)
        if credentials is None:
            port = self._server.add_insecure_port(address)
        else:
            port = self._server.add_secure_port(address, credentials)
        # What is loaded by now stays loaded. Left to the garbage collector, it would be looked through again
        # and again, and every caller would wait for that a tenth of a second.
        gc.collect()
        gc.freeze()
        await self._server.start()
        for name in self._service_names:
            await self._health.set(name, health_pb2.HealthCheckResponse.SERVING)
        _log.info("grpc_server_started", service=self._service, port=port)
        return port

    async def drain(self) -> None:
        """Shut down: report NOT_SERVING, end streams, refuse new calls, let running ones finish."""
        await self._health.enter_graceful_shutdown()
        self._calls.drain()
        await self._server.stop(self._settings.drain_grace_s)
        await self.pool.close()
        _log.info("grpc_server_stopped", service=self._service)

    async def wait_closed(self) -> None:
        """Wait until the server has stopped."""
        await self._server.wait_for_termination()


async def until_signalled() -> None:
    """Wait for SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    signalled = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, signalled.set)
    try:
        await signalled.wait()
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
