"""All services in this process, until told to stop."""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from gateway.settings import GatewaySettings
from rich.console import Console
from service_kit.bus_settings import BusSettings
from service_kit.grpc_server import until_signalled
from service_kit.telemetry.observed import observed
from service_kit.telemetry.settings import TelemetrySettings

from onebox.box import Box
from onebox.credentials import local_credential
from onebox.demo.living import DemoLife
from onebox.district import District
from onebox.planning_ahead import keep_planned_ahead, plan_ahead
from onebox.ready import Ready
from onebox.settings import NO_HTTP
from onebox.waste_seeding import register_containers

WASTE_PATHS = "(/v1/uplinks, /v1/events, /v1/public/yards, /ngsi-ld/v1, /sta/v1.1)"

console = Console(highlight=False, soft_wrap=True)


async def serve(
    district: District,
    data_dir: Path,
    address: str,
    http: str,
    simulated_from: datetime | None,
    seed_days: int,
    ready_file: Path | None,
    *,
    alive: bool,
) -> None:
    """Serve a district until told to stop.

    Parameters
    ----------
    http
        ``host:port`` of the gateway, or :data:`onebox.settings.NO_HTTP`.
    alive
        Whether passengers, drivers and sensors are made up.
    """
    began = time.perf_counter()
    data_dir.mkdir(parents=True, exist_ok=True)
    box = Box(district, data_dir, simulated_from)
    port = await box.start(address)
    reached = f"{address.rpartition(':')[0]}:{port}"
    try:
        async with observed("landlinie", TelemetrySettings(), not_ready=box.not_ready) as metrics_address:
            credential = local_credential(data_dir)
            await asyncio.to_thread(plan_ahead, district, reached, credential, box.clock, seed_days)
            if box.waste:
                await asyncio.to_thread(register_containers, district, reached, credential)
            services = ["landlinie.pooling.v1.RidePoolingService"]
            services += ["landlinie.ticketing.v1.TicketingService"] if box.ticketing else []
            services += ["landlinie.waste.v1.ContainerService"] if box.waste else []
            services += ["landlinie.journeys.v1.JourneyService"] if box.journeys else []
            doors = [f"  metrics {metrics_address}  (/metrics, /livez, /readyz)"] if metrics_address else []
            if box.waste and box.waste.http:
                doors.append(f"  waste   {box.waste.http.address}  {WASTE_PATHS}")
            console_address = None if http == NO_HTTP else await box.start_gateway(http, reached, demo=alive)
            if console_address:
                doors.append(
                    f"  HTTP    {GatewaySettings().http.scheme}://{console_address}  (/openapi.json)"
                )
                doors.append(f"  console {await box.sign_in_link(console_address)}  (good once, 15 minutes)")
            _say_ready(district, data_dir, reached, services, doors, time.perf_counter() - began)
            if ready_file:
                metrics = (metrics_address,) if metrics_address else ()
                Ready(reached, metrics, BusSettings().url, console_address).write(ready_file)
            going_on = [
                asyncio.create_task(keep_planned_ahead(district, reached, credential, box.clock, seed_days))
            ]
            if alive:
                life = DemoLife(district, reached, credential, box.clock)
                going_on.append(asyncio.create_task(life.run()))
            await until_signalled()
            for task in going_on:
                task.cancel()
    finally:
        await box.stop()


def _say_ready(
    district: District,
    data_dir: Path,
    address: str,
    services: Sequence[str],
    doors: Sequence[str],
    took_s: float,
) -> None:
    console.print(
        f"[bold]Landlinie is ready[/bold] after {took_s:.1f} s: {district.name}, "
        f"{len(district.zones)} zones, {len(district.vehicles)} vehicles"
    )
    console.print(f"  gRPC    {address}  ({', '.join(services)}, health, reflection)")
    for door in doors:
        console.print(door)
    console.print(f"  data    {data_dir}")
    console.print("  try     landlinie book --from … --to … --at HH:MM  ·  landlinie tours  ·  landlinie day")
    console.print("  stop    Ctrl-C")
