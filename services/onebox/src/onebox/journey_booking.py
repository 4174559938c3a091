"""``landlinie book-journey``, ``cancel-journey``, ``bookings``: of journeys that ``landlinie plan`` shows."""

from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from google.protobuf.json_format import MessageToJson
from landlinie.journeys.v1 import booking_pb2, journey_pb2
from landlinie.pooling.v1 import ride_pb2
from rich.console import Console
from rich.markup import escape

from onebox import local_time
from onebox.client import DEFAULT_ADDRESS, connected, new_request_id
from onebox.credentials import credential
from onebox.options import Address, AsJson, Token
from onebox.settings import DEFAULT_DATA_DIR, DataDir

NOT_BOOKED = 3
"""Exit code when a journey is not booked, or could not be given back whole."""
BOOKING_S = 30.0
PAGE_SIZE = 100

console = Console(highlight=False, soft_wrap=True)

WORDS = {
    booking_pb2.BOOKING_STATE_BOOKING: "being booked",
    booking_pb2.BOOKING_STATE_BOOKED: "booked",
    booking_pb2.BOOKING_STATE_RELEASING: "not booked; the rest is being given back",
    booking_pb2.BOOKING_STATE_FAILED: "not booked",
    booking_pb2.BOOKING_STATE_CANCELLING: "being cancelled",
    booking_pb2.BOOKING_STATE_CANCELLED: "cancelled",
}
LEG_WORDS = {
    booking_pb2.LEG_BOOKING_STATE_NONE: "",
    booking_pb2.LEG_BOOKING_STATE_PENDING: "not yet booked",
    booking_pb2.LEG_BOOKING_STATE_BOOKED: "booked",
    booking_pb2.LEG_BOOKING_STATE_ASKED: "asked for",
    booking_pb2.LEG_BOOKING_STATE_REFUSED: "refused",
    booking_pb2.LEG_BOOKING_STATE_RELEASED: "given back",
    booking_pb2.LEG_BOOKING_STATE_KEPT: "not given back",
}


def book_journey(
    journey_id: Annotated[str, typer.Argument(help="as landlinie plan shows it")],
    passenger: Annotated[str, typer.Option(help="pseudonym of who travels, never a name")] = "",
    payer: Annotated[str, typer.Option(help="whose account it is billed to")] = "",
    name: Annotated[str, typer.Option(help="whom to call, kept apart from the ride")] = "",
    phone: Annotated[str, typer.Option(help="number to call, kept apart from the ride")] = "",
    address: Address = DEFAULT_ADDRESS,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Book all legs of a planned journey, or none."""
    with connected(address, credential(token, data_dir)) as services:
        booking = services.journeys.BookJourney(
            booking_pb2.BookJourneyRequest(
                request_id=new_request_id(),
                journey_id=journey_id,
                passenger_reference=passenger,
                payer=payer,
                contact=ride_pb2.Contact(name=name, phone=phone) if name or phone else None,
            ),
            timeout=BOOKING_S,
        ).booking
        zone = services.time_zone()
    _show(booking, zone, as_json=as_json)
    if booking.state not in {booking_pb2.BOOKING_STATE_BOOKED, booking_pb2.BOOKING_STATE_BOOKING}:
        raise typer.Exit(NOT_BOOKED)


def cancel_journey(
    booking_id: Annotated[str, typer.Argument(help="as landlinie book-journey shows it")],
    address: Address = DEFAULT_ADDRESS,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Give back everything that is booked of a journey."""
    with connected(address, credential(token, data_dir)) as services:
        booking = services.journeys.CancelBooking(
            booking_pb2.CancelBookingRequest(request_id=new_request_id(), booking_id=booking_id),
            timeout=BOOKING_S,
        ).booking
        zone = services.time_zone()
    _show(booking, zone, as_json=as_json)
    if any(leg.state == booking_pb2.LEG_BOOKING_STATE_KEPT for leg in booking.legs):
        raise typer.Exit(NOT_BOOKED)


def bookings(
    address: Address = DEFAULT_ADDRESS,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """List booked journeys, the oldest booking first."""
    found: list[booking_pb2.Booking] = []
    with connected(address, credential(token, data_dir)) as services:
        page_token = ""
        while True:
            page = services.journeys.ListBookings(
                booking_pb2.ListBookingsRequest(page_size=PAGE_SIZE, page_token=page_token),
                timeout=BOOKING_S,
            )
            found += page.bookings
            page_token = page.next_page_token
            if not page_token:
                break
        zone = services.time_zone()
    if as_json:
        typer.echo(
            MessageToJson(booking_pb2.ListBookingsResponse(bookings=found), preserving_proto_field_name=True)
        )
        return
    for booking in found:
        _show(booking, zone, as_json=False)


def _show(booking: booking_pb2.Booking, zone: ZoneInfo, *, as_json: bool) -> None:
    if as_json:
        typer.echo(MessageToJson(booking, preserving_proto_field_name=True))
        return
    why = f": {escape(booking.message or booking.reason)}" if booking.reason else ""
    console.print(f"Booking [bold]{booking.booking_id}[/bold] is {WORDS[booking.state]}{why}")
    for leg, booked in zip(booking.journey.legs, booking.legs, strict=True):
        console.print(_line(leg, booked, zone))
    for change in booking.connections:
        console.print(f"  [yellow]{escape(change.message)}[/yellow]")


def _line(leg: journey_pb2.Leg, booked: booking_pb2.LegBooking, zone: ZoneInfo) -> str:
    mode = journey_pb2.Mode.Name(leg.mode).removeprefix("MODE_").lower().replace("_", " ")
    what = leg.transit.line_name or mode
    departs = local_time.day_and_clock(leg.departure_time, zone)
    arrives = local_time.clock(leg.arrival_time, zone)
    start, end = getattr(leg, "from").label, leg.to.label
    state = f" – {LEG_WORDS[booked.state]}" if LEG_WORDS[booked.state] else ""
    why = f" ({escape(booked.message or booked.reason)})" if booked.reason else ""
    return f"  {departs}–{arrives} {escape(what)} {escape(start)} → {escape(end)}{state}{why}"
