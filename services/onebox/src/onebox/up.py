"""``landlinie up``: all services, until told to stop."""

import asyncio
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from service_kit.bus import BusUnavailable
from service_kit.bus_settings import BusSettings
from service_kit.grpc_server import until_signalled
from service_kit.identity.local_issuer import NoLocalIdentity, OtherTenant
from service_kit.logging import configure_logging
from service_kit.settings import ServiceSettings
from service_kit.telemetry.http_port import PortNotOpened
from service_kit.telemetry.observed import observed
from service_kit.telemetry.settings import TelemetrySettings

from onebox.box import Box
from onebox.client import DEFAULT_ADDRESS
from onebox.cluster.part import CannotStart
from onebox.cluster.up import DEFAULT_REPLICAS, MOST_REPLICAS, serve_cluster
from onebox.credentials import local_credential
from onebox.district import District, DistrictError, load_district
from onebox.planning_ahead import keep_planned_ahead, plan_ahead
from onebox.ready import Ready
from onebox.settings import DEFAULT_DATA_DIR, DEFAULT_DISTRICT, DataDir, DistrictDir
from onebox.waste_seeding import register_containers

WASTE_PATHS = "(/v1/uplinks, /v1/events, /v1/public/yards, /ngsi-ld/v1, /sta/v1.1)"

console = Console(highlight=False, soft_wrap=True)


def up(
    district: DistrictDir = DEFAULT_DISTRICT,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    address: Annotated[str, typer.Option(help="host:port to listen on; port 0 takes any free one")] = (
        DEFAULT_ADDRESS
    ),
    simulated_clock: Annotated[
        datetime | None, typer.Option(help="go by a clock that starts there and is moved by calls")
    ] = None,
    seed_days: Annotated[int, typer.Option(min=0, max=28, help="days ahead to plan the shifts of")] = 7,
    ready_file: Annotated[
        Path | None, typer.Option(help="written once calls are taken: the addresses, as JSON")
    ] = None,
    cluster: Annotated[
        bool,
        typer.Option("--cluster", help="each service a process of its own, on Kafka, PostgreSQL and Redis"),
    ] = False,
    replicas: Annotated[
        int, typer.Option(min=1, max=MOST_REPLICAS, help="with --cluster: processes of each service")
    ] = DEFAULT_REPLICAS,
) -> None:
    """Run all services: in this process, or as a cluster on this machine."""
    settings = ServiceSettings()
    # Of a cluster, each process writes a log of its own.
    quiet = cluster or sys.stderr.isatty()
    configure_logging("warning" if quiet else settings.log_level, settings.log_format)
    try:
        found = load_district(district)
    except DistrictError as error:
        raise typer.BadParameter(str(error), param_hint="--district") from None
    if simulated_clock and simulated_clock.tzinfo is None:
        simulated_clock = simulated_clock.replace(tzinfo=UTC)
    try:
        if cluster:
            serving = serve_cluster(
                found, district, data_dir, address, simulated_clock, seed_days, ready_file, replicas
            )
        else:
            serving = _serve(found, data_dir, address, simulated_clock, seed_days, ready_file)
        asyncio.run(serving)
    except typer.Exit:
        raise
    except asyncio.CancelledError:
        console.print("Stopped before it was ready")
        raise typer.Exit(1) from None
    except (CannotStart, BusUnavailable) as error:
        console.print(f"Cannot start the cluster. {error}", markup=False)
        raise typer.Exit(1) from None
    except (OtherTenant, NoLocalIdentity) as error:
        console.print(f"Cannot start: {error}")
        raise typer.Exit(1) from None
    except DistrictError as error:
        console.print(f"Cannot use the district: {error}", markup=False)
        raise typer.Exit(1) from None
    except PortNotOpened as error:
        console.print(f"Cannot listen: {error}")
        raise typer.Exit(1) from None
    except RuntimeError as error:
        console.print(f"Cannot listen at {address}: {error}")
        raise typer.Exit(1) from None


async def _serve(
    district: District,
    data_dir: Path,
    address: str,
    simulated_from: datetime | None,
    seed_days: int,
    ready_file: Path | None,
) -> None:
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
            doors = [f"  HTTP    {metrics_address}  (/metrics, /livez, /readyz)"] if metrics_address else []
            if box.waste and box.waste.http:
                doors.append(f"  waste   {box.waste.http.address}  {WASTE_PATHS}")
            _say_ready(district, data_dir, reached, services, doors, time.perf_counter() - began)
            if ready_file:
                metrics = (metrics_address,) if metrics_address else ()
                Ready(reached, metrics, BusSettings().url).write(ready_file)
            keep_planned = asyncio.create_task(
                keep_planned_ahead(district, reached, credential, box.clock, seed_days)
            )
            await until_signalled()
            keep_planned.cancel()
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
