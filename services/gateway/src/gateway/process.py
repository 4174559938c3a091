"""The gateway as a process of its own: ``python -m gateway``, with everything it needs in the environment."""

import asyncio
import sys

from service_kit.grpc_server import until_signalled
from service_kit.identity.local_issuer import bind_tenant
from service_kit.identity.opening import Identity
from service_kit.logging import configure_logging
from service_kit.open_bus import open_bus
from service_kit.settings import ClientTlsSettings, ServiceSettings
from service_kit.start_trouble import CANNOT_START, sentence_about
from service_kit.telemetry.observed import observed
from service_kit.telemetry.settings import TelemetrySettings

from gateway.bootstrap import GatewayApp
from gateway.district import District, read_district
from gateway.settings import GatewaySettings, ProcessSettings


def main() -> int:
    """Serve until told to stop; return the exit code, 1 where the gateway cannot start."""
    try:
        logging = ServiceSettings()
        configure_logging(logging.log_level, logging.log_format)
        process = ProcessSettings()
        asyncio.run(_serve(process, read_district(process.district)))
    except CANNOT_START as error:
        print(f"gateway cannot start: {sentence_about(error)}", file=sys.stderr)  # noqa: T201 - before there is a log to read
        return 1
    return 0


async def _serve(process: ProcessSettings, district: District) -> None:
    settings = GatewaySettings(data_dir=process.data_dir)
    process.data_dir.mkdir(parents=True, exist_ok=True)
    bind_tenant(process.data_dir, district.tenant)
    identity = Identity(settings.identity, process.data_dir)
    bus = open_bus(settings.bus, process.data_dir / "events.sqlite", district.tenant)
    app = GatewayApp(settings, district, settings.addresses, identity, bus, tls=ClientTlsSettings())
    try:
        async with observed("gateway", TelemetrySettings(), not_ready=app.not_ready):
            await app.start(process.gateway_address)
            await until_signalled()
    finally:
        await app.stop()
        bus.close()
        identity.close()
