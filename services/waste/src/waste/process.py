"""The service as a process of its own: ``python -m waste``, with everything in the environment."""

import asyncio
import sys

from landlinie.common.v1 import clock_pb2_grpc
from service_kit import clock_service
from service_kit.clock import Clock, SimulatedClock, SystemClock
from service_kit.clock_service import SimulatedClockServicer
from service_kit.grpc_server import GrpcServer, until_signalled
from service_kit.identity.local_issuer import bind_tenant
from service_kit.identity.opening import Identity
from service_kit.json_fields import FieldError
from service_kit.logging import configure_logging
from service_kit.open_bus import open_bus
from service_kit.redis_rate_limit import open_limiter
from service_kit.settings import ServiceSettings
from service_kit.start_trouble import CANNOT_START, sentence_about
from service_kit.telemetry.observed import observed
from service_kit.telemetry.settings import TelemetrySettings

from waste.adapters.district import FILE, WasteArea, read_area
from waste.bootstrap import WasteApp
from waste.settings import ProcessSettings, WasteSettings


def main() -> int:
    """Serve until told to stop; return the exit code, 1 where the service cannot start."""
    try:
        logging = ServiceSettings()
        configure_logging(logging.log_level, logging.log_format)
        process = ProcessSettings()
        asyncio.run(_serve(process, _area(process)))
    except CANNOT_START as error:
        print(f"waste cannot start: {sentence_about(error)}", file=sys.stderr)  # noqa: T201 - before there is a log to read
        return 1
    except RuntimeError as error:
        print(f"waste cannot listen at {process.waste_address}: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


def _area(process: ProcessSettings) -> WasteArea:
    area = read_area(process.district)
    if area is None:
        raise FieldError(str(process.district / FILE), "", "is not there: the district collects nothing")
    return area


async def _serve(process: ProcessSettings, area: WasteArea) -> None:
    settings = WasteSettings(data_dir=process.data_dir)
    clock: Clock = SimulatedClock(process.simulated_clock) if process.simulated_clock else SystemClock()
    process.data_dir.mkdir(parents=True, exist_ok=True)
    bind_tenant(process.data_dir, area.tenant)
    identity = Identity(settings.identity, process.data_dir)
    bus = open_bus(settings.bus, process.data_dir / "events.sqlite", area.tenant)
    limiter = open_limiter(settings.store, f"landlinie:{area.tenant}:calls")
    server = GrpcServer("waste", identity.guard(area.tenant, settings.grpc, limiter), settings.grpc)
    app = WasteApp(settings, area, bus, clock)
    app.add_to(server)
    if isinstance(clock, SimulatedClock):
        server.add(
            clock_pb2_grpc.add_SimulatedClockServiceServicer_to_server,
            SimulatedClockServicer(clock),
            clock_service.DESCRIPTOR,
        )
    app.start()
    try:
        async with observed("waste", TelemetrySettings(), not_ready=app.not_ready):
            await server.start(process.waste_address)
            await until_signalled()
            await server.drain()
    finally:
        await asyncio.to_thread(app.stop)
        await limiter.close()
        bus.close()
        identity.close()
