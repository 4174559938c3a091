"""The service as a process of its own: ``python -m journeys``, with everything in the environment."""

import asyncio
import sys

from landlinie.common.v1 import clock_pb2_grpc
from routing_core.places.errors import BrokenGazetteer
from routing_core.roads.errors import RoadsError
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
from timetable.tables import FeedError

from journeys.adapters.district_folder import (
    District,
    JourneyArea,
    NoTimetable,
    read_district,
    read_journey_area,
)
from journeys.bootstrap import JourneysApp, own_credential
from journeys.settings import JourneysSettings, ProcessSettings


def main() -> int:
    """Serve until told to stop; return the exit code, 1 where the service cannot start."""
    try:
        logging = ServiceSettings()
        configure_logging(logging.log_level, logging.log_format)
        process = ProcessSettings()
        district = read_district(process.district)
        clock: Clock = SimulatedClock(process.simulated_clock) if process.simulated_clock else SystemClock()
        today = clock.now().astimezone(district.time_zone).date()
        area = read_journey_area(process.district, process.data_dir, today=today)
        asyncio.run(_serve(process, district, area, clock))
    except (*CANNOT_START, FeedError, NoTimetable, RoadsError, BrokenGazetteer) as error:
        print(f"journeys cannot start: {sentence_about(error)}", file=sys.stderr)  # noqa: T201 - before there is a log to read
        return 1
    except ValueError as error:
        print(f"journeys cannot ask others: {error}", file=sys.stderr)  # noqa: T201
        return 1
    except RuntimeError as error:
        print(f"journeys cannot listen at {process.journeys_address}: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


async def _serve(process: ProcessSettings, district: District, area: JourneyArea, clock: Clock) -> None:
    settings = JourneysSettings(data_dir=process.data_dir)
    process.data_dir.mkdir(parents=True, exist_ok=True)
    bind_tenant(process.data_dir, district.tenant)
    identity = Identity(settings.identity, process.data_dir)
    bus = open_bus(settings.bus, process.data_dir / "events.sqlite", district.tenant)
    limiter = open_limiter(settings.store, f"landlinie:{district.tenant}:calls")
    server = GrpcServer("journeys", identity.guard(district.tenant, settings.grpc, limiter), settings.grpc)
    credential = own_credential(settings, identity.local, district.tenant)
    app = JourneysApp(settings, district, area, bus=bus, clock=clock, credential=credential)
    app.add_to(server)
    if isinstance(clock, SimulatedClock):
        server.add(
            clock_pb2_grpc.add_SimulatedClockServiceServicer_to_server,
            SimulatedClockServicer(clock),
            clock_service.DESCRIPTOR,
        )
    app.connect(pooling=settings.pooling_service, ticketing=settings.ticketing_service)
    app.start()
    try:
        async with observed("journeys", TelemetrySettings(), not_ready=app.not_ready):
            await server.start(process.journeys_address)
            await until_signalled()
            await server.drain()
    finally:
        await asyncio.to_thread(app.stop)
        await limiter.close()
        bus.close()
        identity.close()
