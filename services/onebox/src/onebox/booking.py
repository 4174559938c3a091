"""``landlinie book``: what a dispatcher does, from a terminal."""

from datetime import UTC, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from google.protobuf.json_format import MessageToJson
from landlinie.common.v1 import time_pb2
from landlinie.pooling.v1 import offer_pb2, ride_pb2
from rich.console import Console

from onebox import local_time
from onebox.client import DEADLINE_S, DEFAULT_ADDRESS, connected, new_request_id
from onebox.credentials import credential
from onebox.options import Address, AsJson, Token
from onebox.places import find_place
from onebox.settings import DEFAULT_DATA_DIR, DataDir

console = Console(highlight=False, soft_wrap=True)


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
    data_dir: DataDir = DEFAULT_DATA_DIR,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Ask for offers and book the best one."""
    if bool(depart_at) == bool(arrive_by):
        raise typer.BadParameter("one of the two is needed", param_hint="--at / --by")
    now = datetime.now(UTC)
    with connected(address, credential(token, data_dir)) as services:
        zone = services.time_zone()
        answer = services.pooling.RequestOffers(
            offer_pb2.RequestOffersRequest(
                request_id=new_request_id(),
                pickup=find_place(services, origin, "--from"),
                dropoff=find_place(services, destination, "--to"),
                pickup_window=_window_from(local_time.parse(depart_at, "--at", now=now, zone=zone))
                if depart_at
                else None,
                dropoff_window=_window_until(local_time.parse(arrive_by, "--by", now=now, zone=zone))
                if arrive_by
                else None,
                party=offer_pb2.Party(seated_count=seated_count, wheelchair_count=wheelchair_count),
                max_walk_m=max_walk_m,
            ),
            timeout=DEADLINE_S,
        )
        offer = _choose(answer, zone, take_alternative=take_alternative, quiet=as_json)
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


def _choose(
    answer: offer_pb2.RequestOffersResponse, zone: ZoneInfo, *, take_alternative: bool, quiet: bool
) -> offer_pb2.Offer | None:
    """Show what was answered; the offer to book, or None."""
    alternative = answer.refusal.alternative if answer.refusal.HasField("alternative") else None
    offers = list(answer.offers) or ([alternative] if alternative else [])
    if not quiet:
        for reason in answer.refusal.reasons:
            console.print(f"Not as asked: {reason.message}")
        if alternative:
            console.print("What would work instead:")
        for offer in offers:
            console.print(_offer_line(offer, zone))
    if answer.offers or take_alternative:
        return offers[0] if offers else None
    return None


def _offer_line(offer: offer_pb2.Offer, zone: ZoneInfo) -> str:
    window = offer.promise.pickup_window
    walk_m = offer.pickup.walk_m + offer.dropoff.walk_m
    walk = f", {walk_m} m to walk" if walk_m else ""
    pickup = f"{local_time.day_and_clock(window.earliest, zone)}–{local_time.clock(window.latest, zone)}"
    return (
        f"  [bold]{pickup}[/bold]"
        f" {offer.pickup.label} → {offer.dropoff.label}"
        f" by {local_time.clock(offer.promise.latest_arrival, zone)}{walk}"
        f" [dim]{offer.vehicle_id}, held until {local_time.clock(offer.expire_time, zone)}[/dim]"
    )


def _window_from(instant: datetime) -> time_pb2.TimeWindow:
    return time_pb2.TimeWindow(
        earliest=local_time.stamp(instant), latest=local_time.stamp(instant + timedelta(minutes=30))
    )


def _window_until(instant: datetime) -> time_pb2.TimeWindow:
    return time_pb2.TimeWindow(
        earliest=local_time.stamp(instant - timedelta(minutes=30)), latest=local_time.stamp(instant)
    )
