"""The cluster shape from its first process to its last."""

import asyncio
import fcntl
import shlex
import signal
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from journeys.adapters.district_folder import has_journeys
from service_kit.identity.local_issuer import LocalIssuer, bind_tenant
from service_kit.telemetry.settings import TelemetrySettings
from ticketing.adapters.district import read_fares
from waste.adapters.district import read_area

from onebox.cluster.part import CannotStart
from onebox.cluster.replicas import Replica, require_free, service_replicas
from onebox.cluster.secret_files import write_secret
from onebox.cluster.servers import Servers, apply_topics, servers_of
from onebox.cluster.supervisor import Supervisor

FOLDER = "cluster"
ENVIRONMENT = "environment"


@dataclass(frozen=True, slots=True)
class Running:
    """A cluster that takes calls; ``replicas`` are of the pooling service."""

    replicas: Sequence[Replica]
    ticketing: Sequence[Replica]
    waste: Sequence[Replica]
    journeys: Sequence[Replica]
    gateway: Sequence[Replica]
    servers: Servers
    folder: Path

    @property
    def address(self) -> str:
        """``host:port`` of all replicas, divided by commas."""
        return _addresses(self.replicas)

    @property
    def ticketing_address(self) -> str:
        """The same of the ticketing service; empty in a district without a tariff."""
        return _addresses(self.ticketing)

    @property
    def waste_address(self) -> str:
        """The same of the waste service; empty in a district that collects nothing."""
        return _addresses(self.waste)

    @property
    def journeys_address(self) -> str:
        """The same of the journeys service; empty in a district without a timetable."""
        return _addresses(self.journeys)

    @property
    def all_replicas(self) -> Sequence[Replica]:
        """Every process of a service."""
        return (*self.replicas, *self.ticketing, *self.waste, *self.journeys, *self.gateway)


@asynccontextmanager
async def running_cluster(
    replica_count: int,
    *,
    tenant: str,
    district: Path,
    data_dir: Path,
    address: str,
    http_address: str | None,
    simulated_from: datetime | None,
    tell: Callable[[str], None],
) -> AsyncIterator[Running]:
    """Run servers and services for as long as the block runs, and longer until all have ended in good order.

    Logs and process ids are in ``<data_dir>/cluster``, with a file that names the servers to commands
    (``environment``). Without an HTTP address there is no gateway. SIGINT and SIGTERM while parts are still
    starting end the block with CancelledError.

    Raises
    ------
    CannotStart
        Where something cannot be had here, or does not come up.
    PortNotOpened
        Where somebody listens already at an address that was given.
    BusUnavailable
        Where a Kafka that was given does not answer.
    OtherTenant, NoLocalIdentity
        Where the data folder is another district's, or its key cannot be used.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    folder = data_dir / FOLDER
    folder.mkdir(exist_ok=True)
    with _only_one(folder):
        bind_tenant(data_dir, tenant)
        LocalIssuer.open_or_make(data_dir)
        servers = await asyncio.to_thread(servers_of, folder)
        replicas_of = partial(
            service_replicas,
            district=district,
            data_dir=data_dir,
            simulated_from=simulated_from,
            servers=servers.environment,
        )
        metrics_address = TelemetrySettings().metrics_address
        pooling = replicas_of("pooling", replica_count, address=address, metrics_address=metrics_address)
        anywhere = f"{address.rpartition(':')[0]}:0"
        ticketing, waste, journeys = [], [], []
        if await asyncio.to_thread(read_fares, district) is not None:
            ticketing = replicas_of("ticketing", replica_count, address=anywhere, metrics_address=None)
        if await asyncio.to_thread(read_area, district) is not None:
            waste = replicas_of("waste", replica_count, address=anywhere, metrics_address=None)
        if await asyncio.to_thread(has_journeys, district):
            others = {
                "LANDLINIE_JOURNEYS_POOLING_SERVICE": _addresses(pooling),
                "LANDLINIE_JOURNEYS_TICKETING_SERVICE": _addresses(ticketing or pooling),
            }
            journeys = replicas_of(
                "journeys",
                replica_count,
                address=anywhere,
                metrics_address=None,
                servers={**servers.environment, **others},
            )
        gateway = []
        if http_address is not None:
            behind = {"POOLING": pooling, "TICKETING": ticketing, "WASTE": waste, "JOURNEYS": journeys}
            named = {f"LANDLINIE_GATEWAY_{room}_SERVICE": _addresses(of) for room, of in behind.items()}
            gateway = replicas_of(
                "gateway",
                1,
                address=http_address,
                metrics_address=None,
                servers={**servers.environment, **named},
                by_http=True,
            )
        running = Running(pooling, ticketing, waste, journeys, gateway, servers, folder)
        require_free(running.all_replicas)
        _write_environment(running)
        supervisor = Supervisor(folder, tell)
        try:
            with _cancelled_when_signalled():
                await supervisor.start(servers.started_here)
                await asyncio.to_thread(apply_topics, servers)
                await supervisor.start([replica.part for replica in running.all_replicas])
            yield running
        finally:
            await supervisor.stop()
            (folder / ENVIRONMENT).unlink(missing_ok=True)


def _write_environment(running: Running) -> None:
    """Write what a shell reads to have every command work on this cluster."""
    variables = {
        **running.servers.environment,
        "LANDLINIE_ADDRESS": running.address,
        "LANDLINIE_DATA_DIR": str(running.folder.parent.resolve()),
    }
    if running.ticketing:
        variables["LANDLINIE_TICKETING_SERVICE"] = running.ticketing_address
    if running.waste:
        variables["LANDLINIE_WASTE_SERVICE"] = running.waste_address
    if running.journeys:
        variables["LANDLINIE_JOURNEYS_SERVICE"] = running.journeys_address
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in variables.items()]
    write_secret(running.folder / ENVIRONMENT, "".join(lines))


def _addresses(replicas: Sequence[Replica]) -> str:
    return ",".join(replica.address for replica in replicas)


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(f"another cluster is running in {folder}") from None
        yield


@contextmanager
def _cancelled_when_signalled() -> Iterator[None]:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None  # noqa: S101 - a running coroutine has one
    numbers = (signal.SIGTERM, signal.SIGINT)
    for number in numbers:
        loop.add_signal_handler(number, task.cancel)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
