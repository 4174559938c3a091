"""A day from its first call to its last alighting, as fast as the services answer."""

import json
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from pooling.adapters.event_log import audit_log
from pooling.adapters.roads import RoutedRoads
from pooling.domain.audit import Audit
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from routing_core.roads.network import RoadNetwork
from routing_core.roads.router import Router
from service_kit.bus_settings import BusSettings
from service_kit.open_bus import open_bus
from service_kit.telemetry.stalls import Stalls, read_stalls

from onebox.client import Services, connected
from onebox.cluster.replicas import DEFAULT_REPLICAS, MOST_REPLICAS
from onebox.day.drivers import Drivers
from onebox.day.improving import Improving
from onebox.day.passengers import Answers, Passengers
from onebox.day.server_process import DidNotStart, ServerProcess, start
from onebox.district import District, DistrictError, load_district
from onebox.seeding import clock_instant
from onebox.settings import DEFAULT_DISTRICT, DistrictDir, bus_path

NOON_S = 12 * 3600
SEED_DAYS = 2
RELAY_TIMEOUT_S = 30.0
NEVER = timedelta(0)


@dataclass(frozen=True, slots=True)
class PlayedDay:
    """What came of a day: what passengers were told, and what the events tell."""

    district: District
    answers: Answers
    audit: Audit
    stalls: Stalls
    seconds: float


def day(
    district: DistrictDir = DEFAULT_DISTRICT,
    on: Annotated[
        datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="service day to play")
    ] = None,
    keep: Annotated[
        Path | None, typer.Option("--keep", help="play in this empty folder and leave its databases there")
    ] = None,
    improve_every: Annotated[
        int, typer.Option(min=0, help="look for better tours every so many seconds of the day; 0 for never")
    ] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="print the figures as JSON")] = False,
    cluster: Annotated[
        bool, typer.Option("--cluster", help="play it on the cluster shape, as up --cluster runs it")
    ] = False,
    replicas: Annotated[
        int, typer.Option(min=1, max=MOST_REPLICAS, help="with --cluster: processes of each service")
    ] = DEFAULT_REPLICAS,
) -> None:
    """Play a day of requests through the API and show its figures."""
    try:
        found = load_district(district)
        with ExitStack() as stack:
            folder = keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="landlinie-day-")))
            if cluster and not keep:
                # Where root plays, PostgreSQL is another user, who has to pass.
                folder.chmod(0o711)
            if keep and keep.exists() and any(keep.iterdir()):
                raise typer.BadParameter(f"{keep} is not empty", param_hint="--keep")
            service_date = on.date() if on else found.service_date
            every = timedelta(seconds=improve_every)
            played = play(
                found, district, service_date, folder, every, replica_count=replicas if cluster else 0
            )
    except DistrictError as error:
        raise typer.BadParameter(str(error), param_hint="--district") from None
    except DidNotStart as error:
        typer.echo(f"The services did not start:\n{error}", err=True)
        raise typer.Exit(1) from None
    figures = figures_of(played)
    if as_json:
        typer.echo(json.dumps(figures, ensure_ascii=False, indent=1))
    else:
        show(figures)
    if played.audit.findings:
        raise typer.Exit(1)


def play(
    district: District,
    folder: Path,
    on: date,
    data_dir: Path,
    improve_every: timedelta = NEVER,
    *,
    replica_count: int = 0,
) -> PlayedDay:
    """Start services of their own on a simulated clock, play the day, and judge it by its events.

    Parameters
    ----------
    folder
        The district's.
    replica_count
        Of each service in the cluster shape, asked in turn; 0 for all services in one process.
    """
    began = beginning_of(district, on)
    started = time.perf_counter()
    with start(folder, data_dir, began, seed_days=SEED_DAYS, replica_count=replica_count) as server:
        played = play_on(server, district, on, improve_every)
        return replace(played, seconds=time.perf_counter() - started)


def beginning_of(district: District, on: date) -> datetime:
    """Where a simulated clock has to start: at noon of the day before, or before the first call."""
    zone = ZoneInfo(district.timezone)
    noon = clock_instant(on - timedelta(days=1), NOON_S, zone)
    first_call = min((request.call_s for request in district.requests), default=0)
    return min(noon, clock_instant(on, first_call, zone) - timedelta(minutes=1))


def play_on(
    server: ServerProcess, district: District, on: date, improve_every: timedelta = NEVER
) -> PlayedDay:
    """Play the day on services that run already, whose clock has not been moved; as ``play`` does."""
    zone = ZoneInfo(district.timezone)
    started = time.perf_counter()
    with connected(server.address, server.credential()) as services:
        passengers = Passengers(services, district.requests, on, zone)
        zone_ids = [found.id for found in district.zones]
        drivers = Drivers(services, zone_ids, on.isoformat())
        improving = Improving(services, zone_ids, on.isoformat(), improve_every)
        with _progress() as progress:
            calls = progress.add_task("requests", total=len(district.requests))
            ended = _run(services, passengers, drivers, improving, lambda: progress.advance(calls))
        took_s = time.perf_counter() - started
        stalls = [read_stalls(address) for address in server.metrics_addresses]
        audit = _judged(district, server, ended, len(passengers.answers.booked))
    worst = Stalls(
        sum(each.long_count for each in stalls), max((each.longest_s for each in stalls), default=0.0)
    )
    return PlayedDay(district, passengers.answers, audit, worst, took_s)


def _run(
    services: Services,
    passengers: Passengers,
    drivers: Drivers,
    improving: Improving,
    called: Callable[[], None],
) -> datetime:
    """Let things happen in the order of their time; when the last one did."""
    now = datetime.now(UTC)
    look: datetime | None = None
    while True:
        action, call = drivers.next_action(), passengers.next_call()
        coming = min((time for time in (action.when if action else None, call) if time), default=None)
        if coming is None:
            return now
        if look and look <= coming:
            now, look = look, None
            services.clock.advance_to(now)
            for zone_id in improving.look():
                drivers.look_at(zone_id)
            continue
        now = coming
        services.clock.advance_to(now)
        if action and action.when == now:
            drivers.do(action)
        else:
            for zone_id in passengers.call():
                drivers.look_at(zone_id)
            called()
        look = improving.next_time(now)


def _judged(district: District, server: ServerProcess, ended: datetime, booked_count: int) -> Audit:
    """The audit of the log, once the relay has carried everything there."""
    roads = RoutedRoads(Router(RoadNetwork.load(district.graph_path)))
    bus = open_bus(BusSettings(url=server.bus_url), bus_path(server.data_dir), district.id)
    give_up = time.monotonic() + RELAY_TIMEOUT_S
    try:
        while True:
            audit = audit_log(bus, roads, ended + timedelta(hours=1))
            told = audit.figures
            if told.served_count + told.cancelled_count + told.no_show_count >= booked_count:
                return audit
            if time.monotonic() > give_up:
                return audit
            time.sleep(0.2)
    finally:
        bus.close()


def figures_of(played: PlayedDay) -> dict[str, Any]:
    """The day's figures by name; shares from 0 to 1, times and lengths in the unit of their name."""
    answers, told = played.answers, played.audit.figures
    served = told.served_count
    return {
        "district": played.district.name,
        "requests": answers.request_count,
        "answered": len(answers.booked) + answers.refused_by_reason.total(),
        "booked": len(answers.booked),
        "served": served,
        "served_share": round(served / answers.request_count, 4) if answers.request_count else 0.0,
        "refused_by_reason": dict(answers.refused_by_reason.most_common()),
        "alternatives_offered": answers.alternative_count,
        "pooled_share": round(told.pooled_share, 4),
        "wait_mean_s": round(told.mean_wait_s, 1),
        "detour_factor": round(told.detour_factor, 3),
        "occupied_km": round(told.occupied_m / 1000, 1),
        "empty_km": round(told.empty_m / 1000, 1),
        "promises_broken": len(played.audit.broken_promises),
        "rules_broken": len(played.audit.findings),
        "findings": [finding.message for finding in played.audit.findings],
        "offer_p50_ms": answers.offers.percentile_ms(50),
        "offer_p99_ms": answers.offers.percentile_ms(99),
        "book_p50_ms": answers.bookings.percentile_ms(50),
        "book_p99_ms": answers.bookings.percentile_ms(99),
        "loop_stalls_over_50_ms": played.stalls.long_count,
        "loop_longest_stall_ms": round(played.stalls.longest_s * 1e3, 1),
        "seconds": round(played.seconds, 1),
    }


def show(figures: dict[str, Any]) -> None:
    """The figures as a table."""
    table = Table("figure", "value", title=f"A day in {figures['district']}")
    for name, value in figures.items():
        if name == "refused_by_reason":
            for reason, count in value.items():
                table.add_row(f"refused: {reason}", str(count))
        elif name == "findings":
            for message in value:
                table.add_row("finding", message)
        elif name != "district":
            table.add_row(name, str(value))
    Console().print(table)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )
