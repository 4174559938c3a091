"""The service as a process of its own: ``python -m pooling``, with everything it needs in the environment."""

import asyncio
import sys
from zoneinfo import ZoneInfo

from landlinie.common.v1 import clock_pb2_grpc
from routing_core.roads.network import RoadNetwork
from routing_core.roads.router import Router
from service_kit import clock_service
from service_kit.clock import Clock, SimulatedClock, SystemClock
from service_kit.clock_service import SimulatedClockServicer
from service_kit.grpc_server import GrpcServer, until_signalled
from service_kit.identity.local_issuer import bind_tenant
from service_kit.identity.opening import Identity
from service_kit.logging import configure_logging
from service_kit.open_bus import open_bus
from service_kit.redis_rate_limit import open_limiter
from service_kit.settings import ServiceSettings
from service_kit.start_trouble import CANNOT_START, sentence_about
from service_kit.telemetry.observed import observed
from service_kit.telemetry.settings import TelemetrySettings

from pooling.adapters.outline import Outline, domain_virtual_stops, domain_zones, read_outline
from pooling.bootstrap import Area, PoolingApp
from pooling.settings import PoolingSettings, ProcessSettings


def main() -> int:
    """Serve until told to stop; return the exit code, 1 where the service cannot start."""
    try:
        logging = ServiceSettings()
        configure_logging(logging.log_level, logging.log_format)
        process = ProcessSettings()
        asyncio.run(_serve(process, read_outline(process.district)))
    except CANNOT_START as error:
        print(f"pooling cannot start: {sentence_about(error)}", file=sys.stderr)  # noqa: T201 - before there is a log to read
        return 1
    except RuntimeError as error:
        print(f"pooling cannot listen at {process.pooling_address}: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


async def _serve(process: ProcessSettings, outline: Outline) -> None:
    settings = PoolingSettings(data_dir=process.data_dir)
    clock: Clock = SystemClock()
    if process.simulated_clock:
        clock = SimulatedClock(process.simulated_clock)
        # Whoever turns the clock also says when to look for better plans.
        settings = settings.model_copy(update={"improve_every_s": 0.0})
    process.data_dir.mkdir(parents=True, exist_ok=True)
    bind_tenant(process.data_dir, outline.id)
    identity = Identity(settings.identity, process.data_dir)
    bus = open_bus(settings.bus, process.data_dir / "events.sqlite", outline.id)
    limiter = open_limiter(settings.store, f"landlinie:{outline.id}:calls")
    server = GrpcServer("pooling", identity.guard(outline.id, settings.grpc, limiter), settings.grpc)
    area = Area(
        ZoneInfo(outline.timezone),
        outline.id,
        domain_zones(outline.zones),
        domain_virtual_stops(outline.virtual_stops),
    )
    app = PoolingApp(settings, area, Router(RoadNetwork.load(process.district / "roads")), bus, clock)
    app.add_to(server)
    if isinstance(clock, SimulatedClock):
        server.add(
            clock_pb2_grpc.add_SimulatedClockServiceServicer_to_server,
            SimulatedClockServicer(clock),
            clock_service.DESCRIPTOR,
        )
    app.start()
    try:
        async with observed("pooling", TelemetrySettings(), not_ready=app.not_ready):
            await server.start(process.pooling_address)
            await until_signalled()
            await server.drain()
    finally:
        await asyncio.to_thread(app.stop)
        await limiter.close()
        bus.close()
        identity.close()
