"""``landlinie rides`` and ``tours``: what is booked, and how it is driven."""

from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from google.protobuf.json_format import MessageToJson
from landlinie.pooling.v1 import plan_pb2, ride_pb2
from rich.console import Console
from rich.table import Table

from onebox.client import DEADLINE_S, DEFAULT_ADDRESS, Services, connected
from onebox.credentials import credential
from onebox.local_time import clock
from onebox.options import Address, AsJson, Token
from onebox.settings import DEFAULT_DATA_DIR, DataDir
from onebox.words import party_text, short

console = Console(highlight=False)


def rides(
    zone: Annotated[str, typer.Option(help="only this zone")] = "",
    date: Annotated[str, typer.Option(help="only this service day, YYYY-MM-DD")] = "",
    limit: Annotated[int, typer.Option(min=1, help="at most so many")] = 200,
    address: Address = DEFAULT_ADDRESS,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """List booked rides."""
    with connected(address, credential(token, data_dir)) as services:
        found = _rides(services, zone, date, limit)
        time_zone = services.time_zone()
    if as_json:
        for ride in found:
            typer.echo(MessageToJson(ride, preserving_proto_field_name=True, indent=None))
    elif not found:
        console.print("No rides.")
    else:
        table = Table("promised pickup", "from → to", "who", "vehicle", show_lines=True)
        # Whoever wants to cancel a ride has to be able to copy its id.
        table.add_column("state and id", overflow="fold")
        for ride in found:
            window = ride.promise.pickup_window
            table.add_row(
                f"{ride.service_date} {clock(window.earliest, time_zone)}–{clock(window.latest, time_zone)}",
                f"{ride.pickup.label} → {ride.dropoff.label}",
                party_text(ride.party),
                ride.vehicle_id,
                f"{short(ride_pb2.RideState.Name(ride.state), 'RIDE_STATE_')} {ride.ride_id}",
            )
        console.print(table)


def tours(
    zone: Annotated[str, typer.Argument(help="zone id; all zones when left out")] = "",
    date: Annotated[str, typer.Option(help="service day, YYYY-MM-DD; today when left out")] = "",
    address: Address = DEFAULT_ADDRESS,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Show the tours of a zone's day."""
    with connected(address, credential(token, data_dir)) as services:
        zone_ids = [zone] if zone else [found.zone_id for found in services.zones()]
        plans = [
            services.pooling.GetPlan(
                plan_pb2.GetPlanRequest(zone_id=zone_id, service_date=date), timeout=DEADLINE_S
            ).plan
            for zone_id in zone_ids
        ]
        time_zone = services.time_zone()
    for found in plans:
        if as_json:
            typer.echo(MessageToJson(found, preserving_proto_field_name=True, indent=None))
        else:
            _show(found, time_zone)


def _show(found: plan_pb2.Plan, zone: ZoneInfo) -> None:
    table = Table(
        "time", "stop", "who", title=f"{found.zone_id}, {found.service_date}, version {found.version}"
    )
    for tour in found.tours:
        table.add_section()
        span = f"{clock(tour.start_time, zone)}–{clock(tour.end_time, zone)}"
        table.add_row(f"[bold]{span}[/bold]", f"[bold]{tour.vehicle_id}[/bold]", "")
        for stop in tour.stops:
            mark = " ✓" if stop.done else (" (held)" if stop.held_offer_id else "")
            action = short(plan_pb2.StopAction.Name(stop.action), "STOP_ACTION_")
            table.add_row(
                clock(stop.arrival_time, zone), f"{action} {stop.point.label}{mark}", party_text(stop.party)
            )
    console.print(table)


def _rides(services: Services, zone: str, date: str, limit: int) -> list[ride_pb2.Ride]:
    found: list[ride_pb2.Ride] = []
    token = ""
    while len(found) < limit:
        page = services.pooling.ListRides(
            ride_pb2.ListRidesRequest(
                zone_id=zone, service_date=date, page_size=min(500, limit - len(found)), page_token=token
            ),
            timeout=DEADLINE_S,
        )
        found += page.rides
        token = page.next_page_token
        if not token:
            break
    return found
