"""``landlinie up``: all services, until told to stop."""

import asyncio
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from routing_core.places.errors import BrokenGazetteer
from routing_core.roads.errors import RoadsError
from service_kit.identity.local_issuer import tenant_of
from service_kit.logging import configure_logging
from service_kit.settings import ServiceSettings
from service_kit.start_trouble import CANNOT_START, sentence_about
from service_kit.telemetry.http_port import PortNotOpened
from service_kit.telemetry.settings import host_and_port
from timetable.tables import FeedError

from onebox.client import DEFAULT_ADDRESS, DEFAULT_HTTP_ADDRESS
from onebox.cluster.part import CannotStart
from onebox.cluster.replicas import DEFAULT_REPLICAS, MOST_REPLICAS
from onebox.district import DistrictError, load_district
from onebox.settings import ABOUT, DEFAULT_DATA_DIR, DEFAULT_DISTRICT, NO_HTTP, DataDir, served_district
from onebox.setup.needed import is_to_be_set_up

console = Console(highlight=False, soft_wrap=True)

TROUBLE = (*CANNOT_START, CannotStart, FeedError, RoadsError, BrokenGazetteer, RuntimeError)
"""What is told in a sentence; everything else is a mistake of ours."""


def up(
    district: Annotated[
        Path | None,
        typer.Option(
            envvar="LANDLINIE_DISTRICT",
            help="folder of the district to serve",
            show_default="district in the data folder",
        ),
    ] = None,
    demo: Annotated[
        bool,
        typer.Option(
            "--demo",
            help="the demo district, where there is none of its own, with made-up sensors and passengers",
        ),
    ] = False,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    address: Annotated[str, typer.Option(help="host:port to listen on; port 0 takes any free one")] = (
        DEFAULT_ADDRESS
    ),
    http: Annotated[
        str,
        typer.Option(
            envvar="LANDLINIE_GATEWAY_ADDRESS",
            help="host:port of HTTP and the console; port 0 takes any free one, none for no HTTP",
        ),
    ] = DEFAULT_HTTP_ADDRESS,
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
    _check_addresses(address, http)
    try:
        settings = ServiceSettings()
    except CANNOT_START as error:
        console.print(_why_not(error, address), markup=False)
        raise typer.Exit(1) from None
    # Of a cluster, each process writes a log of its own.
    quiet = cluster or sys.stderr.isatty()
    configure_logging("warning" if quiet else settings.log_level, settings.log_format)
    folder = served_district(district, data_dir, demo=demo)
    if is_to_be_set_up(folder, data_dir):
        http = _set_up(folder, data_dir, http, cluster=cluster)
    elif district is None and not (folder / ABOUT).is_file():
        console.print(
            f"There is no district in {folder}, and {data_dir} holds the data of {tenant_of(data_dir)!r}:\n"
            "name that one's folder with --district, take another --data-dir for a new one, or --demo"
        )
        raise typer.Exit(1)
    try:
        found = load_district(folder)
    except DistrictError as error:
        raise typer.BadParameter(str(error), param_hint="--district") from None
    if simulated_clock and simulated_clock.tzinfo is None:
        simulated_clock = simulated_clock.replace(tzinfo=UTC)
    try:
        if cluster:
            # Which shape it is not is not waited for.
            from onebox.cluster.up import serve_cluster  # noqa: PLC0415

            serving = serve_cluster(
                found,
                folder,
                data_dir,
                address,
                None if http == NO_HTTP else http,
                simulated_clock,
                seed_days,
                ready_file,
                replicas,
            )
        else:
            _check_free(address, http)
            from onebox.embedded import serve  # noqa: PLC0415

            alive = demo and folder == DEFAULT_DISTRICT
            serving = serve(
                found, data_dir, address, http, simulated_clock, seed_days, ready_file, alive=alive
            )
        asyncio.run(serving)
    except typer.Exit:
        raise
    except asyncio.CancelledError:
        console.print("Stopped before it was ready")
        raise typer.Exit(1) from None
    except TROUBLE as error:
        console.print(_why_not(error, address), markup=False)
        raise typer.Exit(1) from None


def _why_not(error: Exception, address: str) -> str:
    match error:
        case CannotStart():
            return f"Cannot start the cluster. {error}"
        case DistrictError() | FeedError() | RoadsError() | BrokenGazetteer():
            return f"Cannot use the district: {error}"
        case PortNotOpened():
            return f"Cannot listen: {error}"
        case RuntimeError():
            return f"Cannot listen at {address}: {error}"
        case _:
            return f"Cannot start: {sentence_about(error)}"


def _check_addresses(address: str, http: str) -> None:
    """Refuse what is no ``host:port``."""
    for option, given in _asked_for(address, http):
        try:
            host_and_port(given)
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint=option) from None


def _check_free(address: str, http: str) -> None:
    """Refuse addresses that are taken, before anything is loaded."""
    for option, given in _asked_for(address, http):
        host, port = host_and_port(given)
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                said = f"Cannot listen at {given}: {error.strerror}. Name another with {option}"
                console.print(said, markup=False)
                raise typer.Exit(1) from None


def _asked_for(address: str, http: str) -> list[tuple[str, str]]:
    asked = [("--address", address), ("--http", http)]
    return [(option, given) for option, given in asked if given != NO_HTTP]


def _set_up(folder: Path, data_dir: Path, http: str, *, cluster: bool) -> str:
    """Have the district made by whoever follows the link; where HTTP is to be served afterwards."""
    by_command = f"landlinie district add NAME --osm FILE --gtfs FILE --folder {folder}"
    if cluster or http == NO_HTTP:
        console.print(f"There is no district yet in {folder}. Make one:\n  {by_command}")
        raise typer.Exit(1)

    from onebox.setup.first_start import set_up  # noqa: PLC0415 - it makes districts, which takes all there is

    def tell(page: str) -> None:
        console.print("[bold]Landlinie has no district yet[/bold]: this page asks for one, step by step")
        console.print(f"  page    {page}  (good once)")
        console.print(f"  or      {by_command}")
        console.print("  or      landlinie up --demo")

    try:
        reached = asyncio.run(set_up(folder, data_dir, http, tell))
    except PortNotOpened as error:
        console.print(f"Cannot listen: {error}")
        raise typer.Exit(1) from None
    if reached is None:
        raise typer.Exit
    console.print("The district is made; its services start")
    return reached
