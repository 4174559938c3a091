"""``landlinie up --cluster``."""

import asyncio
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from gateway.settings import GatewaySettings
from rich.console import Console
from service_kit.clock import Clock, SimulatedClock, SystemClock
from service_kit.grpc_server import until_signalled

from onebox.cluster.run import ENVIRONMENT, Running, running_cluster
from onebox.credentials import local_credential
from onebox.district import District
from onebox.planning_ahead import keep_planned_ahead, plan_ahead
from onebox.ready import Ready
from onebox.waste_seeding import register_containers

console = Console(highlight=False, soft_wrap=True)


async def serve_cluster(
    district: District,
    folder: Path,
    data_dir: Path,
    address: str,
    http_address: str | None,
    simulated_from: datetime | None,
    seed_days: int,
    ready_file: Path | None,
    replica_count: int,
) -> None:
    """Run the cluster shape of a district's services until told to stop; raises as ``running_cluster``."""
    began = time.perf_counter()
    clock: Clock = SimulatedClock(simulated_from) if simulated_from else SystemClock()
    async with running_cluster(
        replica_count,
        tenant=district.id,
        district=folder,
        data_dir=data_dir,
        address=address,
        http_address=http_address,
        simulated_from=simulated_from,
        tell=_tell,
    ) as running:
        credential = local_credential(data_dir)
        await asyncio.to_thread(plan_ahead, district, running.address, credential, clock, seed_days)
        if running.waste:
            await asyncio.to_thread(register_containers, district, running.waste_address, credential)
        _say_ready(district, running, time.perf_counter() - began)
        if ready_file:
            Ready(
                running.address,
                tuple(replica.metrics_address for replica in running.all_replicas),
                running.servers.bus_settings().url,
                next((replica.address for replica in running.gateway), None),
            ).write(ready_file)
        keep_planned = asyncio.create_task(
            keep_planned_ahead(district, running.address, credential, clock, seed_days)
        )
        await until_signalled()
        keep_planned.cancel()
        console.print("Landlinie is stopping: services first, then what they need")


def _tell(what: str) -> None:
    # What it writes to may be full, or gone: the parts have to be kept all the same.
    with suppress(OSError):
        console.print(f"{datetime.now().astimezone():%H:%M:%S} {what}", markup=False)


def _say_ready(district: District, running: Running, took_s: float) -> None:
    console.print(
        f"[bold]Landlinie is ready[/bold] after {took_s:.1f} s: {district.name}, "
        f"{len(district.zones)} zones, {len(district.vehicles)} vehicles"
    )
    for replica in running.all_replicas:
        spoken = "HTTP" if replica in running.gateway else "gRPC"
        console.print(f"  {replica.part.name}  {spoken} {replica.address}  metrics {replica.metrics_address}")
    scheme = GatewaySettings().http.scheme
    for replica in running.gateway:
        console.print(
            f"  console  landlinie identity link --role dispatcher --url {scheme}://{replica.address}"
        )
    for part in running.servers.started_here:
        console.print(f"  {part.name}  started here")
    console.print(f"  logs     {running.folder}")
    console.print(f"  try      . {running.folder / ENVIRONMENT}  then any landlinie command")
    console.print("  stop     Ctrl-C")
