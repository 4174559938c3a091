"""``landlinie book``, ``rides`` and ``plan``: what a dispatcher does, from a terminal."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from google.protobuf.json_format import MessageToJson
from landlinie.common.v1 import time_pb2
from landlinie.pooling.v1 import fleet_pb2, offer_pb2, plan_pb2, ride_pb2
from rich.console import Console
from rich.table import Table

from onebox import local_time
from onebox.client import DEADLINE_S, DEFAULT_ADDRESS, Services, connected, new_request_id
from onebox.places import find_place

Address = Annotated[
    str, typer.Option("--address", envvar="LANDLINIE_ADDRESS", help="host:port of the running services")
]
AsJson = Annotated[bool, typer.Option("--json", help="print the answer as JSON")]

console = Console(highlight=False)


def book(
    origin: Annotated[str, typer.Option("--from", help="LAT,LON or a virtual stop's name or id")],
    destination: Annotated[str, typer.Option("--to", help="LAT,LON or a virtual stop's name or id")],
    depart_at: Annotated[
        str, typer.Option("--at", help="leave from then on: HH:MM or YYYY-MM-DDTHH:MM")
    ] = "",
    arrive_by: Annotated[str, typer.Option("--by", help="arrive by then: HH:MM or YYYY-MM-DDTHH:MM")] = "",
    seated_count: Annotated[int, typer.Option("--seats", min=0, help="passengers who take a seat")] = 1,
    wheelchair_count: Annotated[
        int, typer.Option("--wheelchairs", min=0, help="passengers in wheelchairs")
    ] = 0,
    max_walk_m: Annotated[int, typer.Option("--walk", min=0, help="metres to walk at most")] = 300,
    name: Annotated[str, typer.Option(help="whom to call, kept apart from the ride")] = "",
    phone: Annotated[str, typer.Option(help="number to call, kept apart from the ride")] = "",
    ask_only: Annotated[bool, typer.Option("--ask", help="show the offers, book none")] = False,
    take_alternative: Annotated[
        bool, typer.Option("--or-else", help="book the alternative where nothing fits as asked")
    ] = False,
    address: Address = DEFAULT_ADDRESS,
    as_json: AsJson = False,
) -> None:
    """Ask for offers and book the best one."""
    if bool(depart_at) == bool(arrive_by):
        raise typer.BadParameter("one of the two is needed", param_hint="--at / --by")
    now = datetime.now(UTC)
    with connected(address) as services:
        answer = services.pooling.RequestOffers(
            offer_pb2.RequestOffersRequest(
                request_id=new_request_id(),
                pickup=find_place(services, origin, "--from"),
                dropoff=find_place(services, destination, "--to"),
                pickup_window=_window_from(local_time.parse(depart_at, "--at", now=now))
                if depart_at
                else None,
                dropoff_window=_window_until(local_time.parse(arrive_by, "--by", now=now))
                if arrive_by
                else None,
                party=offer_pb2.Party(seated_count=seated_count, wheelchair_count=wheelchair_count),
                max_walk_m=max_walk_m,
            ),
            timeout=DEADLINE_S,
        )
        offer = _choose(answer, take_alternative=take_alternative, quiet=as_json)
        if ask_only and as_json:
            typer.echo(MessageToJson(answer, preserving_proto_field_name=True))
        if offer is None:
            raise typer.Exit(3)
        if ask_only:
            return
        booked = services.pooling.BookRide(
            ride_pb2.BookRideRequest(
                request_id=new_request_id(),
                offer_id=offer.offer_id,
                contact=ride_pb2.Contact(name=name, phone=phone) if name or phone else None,
            ),
            timeout=DEADLINE_S,
        )
        if as_json:
            typer.echo(MessageToJson(booked.ride, preserving_proto_field_name=True))
        else:
            console.print(f"Booked: ride [bold]{booked.ride.ride_id}[/bold]")


def rides(
    zone: Annotated[str, typer.Option(help="only this zone")] = "",
    date: Annotated[str, typer.Option(help="only this service day, YYYY-MM-DD")] = "",
    limit: Annotated[int, typer.Option(min=1, help="at most so many")] = 200,
    address: Address = DEFAULT_ADDRESS,
    as_json: AsJson = False,
) -> None:
    """List booked rides."""
    with connected(address) as services:
        found = _rides(services, zone, date, limit)
    if as_json:
        for ride in found:
            typer.echo(MessageToJson(ride, preserving_proto_field_name=True, indent=None))
        return
    table = Table("day", "pickup", "promised", "from", "to", "who", "vehicle", "state", "ride")
    for ride in found:
        window = ride.promise.pickup_window
        table.add_row(
            ride.service_date,
            local_time.clock(ride.pickup_time),
            f"{local_time.clock(window.earliest)}–{local_time.clock(window.latest)}",
            ride.pickup.label,
            ride.dropoff.label,
            party_text(ride.party),
            ride.vehicle_id,
            _short(ride_pb2.RideState.Name(ride.state), "RIDE_STATE_"),
            ride.ride_id,
        )
    console.print(table if found else "No rides.")


def plan(
    zone: Annotated[str, typer.Argument(help="zone id; all zones when left out")] = "",
    date: Annotated[str, typer.Option(help="service day, YYYY-MM-DD; today when left out")] = "",
    address: Address = DEFAULT_ADDRESS,
    as_json: AsJson = False,
) -> None:
    """Show the tours of a zone's day."""
    with connected(address) as services:
        zones = (
            [zone]
            if zone
            else [z.zone_id for z in services.pooling.ListZones(fleet_pb2.ListZonesRequest()).zones]
        )
        plans = [
            services.pooling.GetPlan(
                plan_pb2.GetPlanRequest(zone_id=zone_id, service_date=date), timeout=DEADLINE_S
            ).plan
            for zone_id in zones
        ]
    for found in plans:
        if as_json:
            typer.echo(MessageToJson(found, preserving_proto_field_name=True, indent=None))
        else:
            _show_plan(found)


def _choose(
    answer: offer_pb2.RequestOffersResponse, *, take_alternative: bool, quiet: bool
) -> offer_pb2.Offer | None:
    """Show what was answered; the offer to book, or None."""
    alternative = answer.refusal.alternative if answer.refusal.HasField("alternative") else None
    offers = list(answer.offers) or ([alternative] if alternative else [])
    if not quiet:
        for reason in answer.refusal.reasons:
            console.print(f"Not as asked: {reason.message}")
        if alternative:
            console.print("What would work instead:")
        if offers:
            console.print(_offers_table(offers))
    if answer.offers or take_alternative:
        return offers[0] if offers else None
    return None


def _offers_table(offers: list[offer_pb2.Offer]) -> Table:
    table = Table("pickup", "from", "walk", "arrives by", "to", "vehicle", "held until")
    for offer in offers:
        window = offer.promise.pickup_window
        table.add_row(
            f"{local_time.day_and_clock(window.earliest)}–{local_time.clock(window.latest)}",
            offer.pickup.label,
            f"{offer.pickup.walk_m + offer.dropoff.walk_m} m",
            local_time.clock(offer.promise.latest_arrival),
            offer.dropoff.label,
            _short(fleet_pb2.VehicleKind.Name(offer.vehicle_kind), "VEHICLE_KIND_"),
            local_time.clock(offer.expire_time),
        )
    return table


def _show_plan(found: plan_pb2.Plan) -> None:
    table = Table(
        "tour", "time", "", "where", "who", title=f"{found.zone_id} {found.service_date} v{found.version}"
    )
    for tour in found.tours:
        span = f"{local_time.clock(tour.start_time)}–{local_time.clock(tour.end_time)}"
        table.add_row(f"[bold]{tour.vehicle_id}[/bold] {span}", "", "", "", "", end_section=not tour.stops)
        for index, stop in enumerate(tour.stops):
            mark = "✓" if stop.done else ("?" if stop.held_offer_id else "")
            table.add_row(
                "",
                local_time.clock(stop.arrival_time),
                f"{_short(plan_pb2.StopAction.Name(stop.action), 'STOP_ACTION_')} {mark}",
                stop.point.label,
                party_text(stop.party),
                end_section=index == len(tour.stops) - 1,
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


def party_text(party: offer_pb2.Party) -> str:
    """``2 + 1 ♿``."""
    wheelchairs = f"{party.wheelchair_count} ♿" if party.wheelchair_count else ""
    seated = str(party.seated_count) if party.seated_count else ""
    return " + ".join(part for part in (seated, wheelchairs) if part)


def _short(name: str, prefix: str) -> str:
    return name.removeprefix(prefix).replace("_", " ").lower()


def _window_from(instant: datetime) -> time_pb2.TimeWindow:
    return time_pb2.TimeWindow(
        earliest=local_time.stamp(instant), latest=local_time.stamp(instant + timedelta(minutes=30))
    )


def _window_until(instant: datetime) -> time_pb2.TimeWindow:
    return time_pb2.TimeWindow(
        earliest=local_time.stamp(instant - timedelta(minutes=30)), latest=local_time.stamp(instant)
    )
