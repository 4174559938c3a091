"""``landlinie lifts``: lifts and ride-share benches at the command line, as at the phone desk."""

from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from google.protobuf.duration_pb2 import Duration
from google.protobuf.json_format import MessageToJson
from google.protobuf.message import Message
from landlinie.journeys.v1 import lift_pb2, place_pb2
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from onebox import local_time
from onebox.client import DEADLINE_S, DEFAULT_ADDRESS, Services, connected, new_request_id
from onebox.credentials import credential
from onebox.journey_places import NoSuchPlace, found_place
from onebox.options import Address, AsJson, Token
from onebox.settings import DEFAULT_DATA_DIR, DataDir
from onebox.words import short

NOTHING = 3
"""Exit code where no lift is found."""
PAGE_SIZE = 500

console = Console(highlight=False, soft_wrap=True)
app = typer.Typer(help="Lifts: trips that people make anyway and take others along on.", no_args_is_help=True)


class Audience(Enum):
    EVERYBODY = "everybody"
    WOMEN = "women"
    SCHOOL = "school"


Origin = Annotated[str, typer.Option("--from", help="LAT,LON, a name (address, village, stop), or stop:ID")]
Goal = Annotated[str, typer.Option("--to", help="LAT,LON, a name (address, village, stop), or stop:ID")]
Walk = Annotated[int, typer.Option("--walk", min=0, max=2000, help="metres of each walk at most")]
Seats = Annotated[int, typer.Option("--seats", min=1, max=8)]
Woman = Annotated[bool, typer.Option("--woman", help="a woman: lifts for women are for her, too")]
School = Annotated[str, typer.Option(help="id of the school, for lifts of its people")]
LiftId = Annotated[str, typer.Argument(metavar="LIFT", help="id of the lift")]
SeatId = Annotated[str, typer.Argument(metavar="SEAT", help="id of the seat")]


@app.command()
def post(
    driver: Annotated[str, typer.Option(help="pseudonym of who drives, never a name")],
    origin: Origin,
    destination: Goal,
    depart_at: Annotated[str, typer.Option("--at", help="first departure: HH:MM or YYYY-MM-DDTHH:MM")],
    weekdays: Annotated[str, typer.Option(help="goes on these, as 1,2,5 (1 is Monday); once without")] = "",
    until: Annotated[str, typer.Option(help="last day, YYYY-MM-DD, with --weekdays")] = "",
    except_dates: Annotated[
        list[str] | None, typer.Option("--except", help="a day it does not go, YYYY-MM-DD; may be repeated")
    ] = None,
    seats: Seats = 1,
    detour_min: Annotated[
        int, typer.Option("--detour", min=0, max=60, help="minutes longer on the road at most")
    ] = 10,
    audience: Annotated[Audience, typer.Option("--for", help="who may ask for a seat")] = Audience.EVERYBODY,
    school: School = "",
    woman: Annotated[
        bool, typer.Option("--woman", help="the driver is one; needed with --for women")
    ] = False,
    note: Annotated[str, typer.Option(help="told to all who find it")] = "",
    address: Address = DEFAULT_ADDRESS,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Offer a lift; of both places the next stop or street corner is kept."""
    with connected(address, credential(token, data_dir)) as services:
        start, zone = _place(services, origin, "--from")
        goal, _ = _place(services, destination, "--to")
        departs = local_time.parse(depart_at, "--at", now=datetime.now(UTC), zone=zone)
        lift = lift_pb2.Lift(
            to=goal,
            times=lift_pb2.LiftTimes(
                departure_time=local_time.stamp(departs),
                weekdays=_weekdays(weekdays),
                last_date=until,
                except_dates=except_dates or [],
            ),
            seat_count=seats,
            max_detour=Duration(seconds=60 * detour_min),
            audience=lift_pb2.LiftAudience.Value(f"LIFT_AUDIENCE_{audience.name}"),
            audience_id=school,
            note=note,
        )
        getattr(lift, "from").CopyFrom(start)
        posted = services.lifts.PostLift(
            lift_pb2.PostLiftRequest(
                request_id=new_request_id(), lift=lift, driver_reference=driver, driver_is_woman=woman
            ),
            timeout=DEADLINE_S,
        ).lift
    _tell(posted, f"Posted: {_lift_line(posted, zone)}", as_json=as_json)


@app.command()
def find(
    origin: Origin,
    destination: Goal,
    depart_at: Annotated[str, typer.Option("--at", help="leave then or later: HH:MM or YYYY-MM-DDTHH:MM")],
    within_min: Annotated[int, typer.Option("--within", min=1, max=1440, help="minutes after that")] = 120,
    seats: Seats = 1,
    max_walk_m: Walk = 500,
    woman: Woman = False,
    school: School = "",
    address: Address = DEFAULT_ADDRESS,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Find lifts, least detour first. Exit code 3 where there is none."""
    with connected(address, credential(token, data_dir)) as services:
        start, zone = _place(services, origin, "--from")
        goal, _ = _place(services, destination, "--to")
        leaves = local_time.parse(depart_at, "--at", now=datetime.now(UTC), zone=zone)
        request = lift_pb2.FindLiftsRequest(
            to=goal,
            earliest_departure=local_time.stamp(leaves),
            latest_departure=local_time.stamp(leaves + timedelta(minutes=within_min)),
            seat_count=seats,
            passenger_is_woman=woman,
            school_id=school,
            max_walk_m=max_walk_m,
        )
        getattr(request, "from").CopyFrom(start)
        answer = services.lifts.FindLifts(request, timeout=DEADLINE_S)
    if as_json:
        typer.echo(MessageToJson(answer, preserving_proto_field_name=True))
    elif answer.lifts:
        table = Table("from", "to", "detour", "walk")
        table.add_column("lift", overflow="fold")
        for found in answer.lifts:
            table.add_row(
                f"{local_time.day_and_clock(found.pickup_time, zone)} {escape(found.pickup_label)}",
                f"{local_time.clock(found.dropoff_time, zone)} {escape(found.dropoff_label)}",
                f"{-(-found.detour.seconds // 60)} min",
                f"{found.walk_m} m",
                f"{found.lift.lift_id} {escape(found.lift.note)}".strip(),
            )
        Console(highlight=False).print(table)
    else:
        console.print("No lift goes that way then.")
    if not answer.lifts:
        raise typer.Exit(NOTHING)


@app.command()
def ask(
    lift_id: LiftId,
    passenger: Annotated[str, typer.Option(help="pseudonym of who rides, never a name")],
    origin: Origin,
    destination: Goal,
    date: Annotated[str, typer.Option(help="day of the lift, YYYY-MM-DD; today when left out")] = "",
    seats: Seats = 1,
    max_walk_m: Walk = 500,
    woman: Woman = False,
    school: School = "",
    address: Address = DEFAULT_ADDRESS,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Ask for a seat; it is kept until the driver has answered, or the time to answer is over."""
    with connected(address, credential(token, data_dir)) as services:
        start, zone = _place(services, origin, "--from")
        goal, _ = _place(services, destination, "--to")
        request = lift_pb2.RequestSeatRequest(
            request_id=new_request_id(),
            lift_id=lift_id,
            service_date=date or datetime.now(UTC).astimezone(zone).date().isoformat(),
            to=goal,
            seat_count=seats,
            passenger_reference=passenger,
            passenger_is_woman=woman,
            school_id=school,
            max_walk_m=max_walk_m,
        )
        getattr(request, "from").CopyFrom(start)
        seat = services.lifts.RequestSeat(request, timeout=DEADLINE_S).seat
    until = local_time.day_and_clock(seat.answer_by, zone)
    line = f"Asked: {_seat_line(seat, zone)}; the driver can answer until {until}"
    _tell(seat, line, as_json=as_json)


@app.command()
def answer(
    seat_id: SeatId,
    accept: Annotated[bool, typer.Option("--yes/--no", help="give the seat, or do not")],
    address: Address = DEFAULT_ADDRESS,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Say yes or no for the driver."""
    with connected(address, credential(token, data_dir)) as services:
        request = lift_pb2.AnswerSeatRequestRequest(
            request_id=new_request_id(), seat_id=seat_id, accept=accept
        )
        seat = services.lifts.AnswerSeatRequest(request, timeout=DEADLINE_S).seat
        zone = services.time_zone()
    _tell(seat, _seat_line(seat, zone), as_json=as_json)


@app.command()
def cancel(
    seat_id: SeatId,
    address: Address = DEFAULT_ADDRESS,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Give a seat up, for whichever of the two."""
    with connected(address, credential(token, data_dir)) as services:
        request = lift_pb2.CancelSeatRequest(request_id=new_request_id(), seat_id=seat_id)
        seat = services.lifts.CancelSeat(request, timeout=DEADLINE_S).seat
        zone = services.time_zone()
    _tell(seat, _seat_line(seat, zone), as_json=as_json)


@app.command("list")
def list_lifts(
    driver: Annotated[str, typer.Option(help="only those of this pseudonym")] = "",
    address: Address = DEFAULT_ADDRESS,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """List lifts, with the seats that were asked for in them."""
    with connected(address, credential(token, data_dir)) as services:
        lifts = _lifts(services, driver)
        seats = _seats(services, driver)
        zone = services.time_zone()
    if as_json:
        for each in (*lifts, *seats):
            typer.echo(MessageToJson(each, preserving_proto_field_name=True, indent=None))
        return
    if not lifts:
        console.print("No lifts.")
    for lift in lifts:
        console.print(_lift_line(lift, zone))
        for seat in seats:
            if seat.lift_id == lift.lift_id:
                console.print(f"  {_seat_line(seat, zone)}")


@app.command()
def withdraw(
    lift_id: LiftId,
    date: Annotated[str, typer.Option(help="on this day only, YYYY-MM-DD; altogether when left out")] = "",
    address: Address = DEFAULT_ADDRESS,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Withdraw a lift; those who ride in it are told."""
    with connected(address, credential(token, data_dir)) as services:
        request = lift_pb2.WithdrawLiftRequest(
            request_id=new_request_id(), lift_id=lift_id, service_date=date
        )
        lift = services.lifts.WithdrawLift(request, timeout=DEADLINE_S).lift
        zone = services.time_zone()
    _tell(lift, f"Withdrawn{f' on {date}' if date else ''}: {_lift_line(lift, zone)}", as_json=as_json)


@app.command()
def benches(
    address: Address = DEFAULT_ADDRESS,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """List ride-share benches: where to, and the chance of a car within half an hour, by the hour of now."""
    with connected(address, credential(token, data_dir)) as services:
        found = services.lifts.ListBenches(lift_pb2.ListBenchesRequest(), timeout=DEADLINE_S)
        hour = datetime.now(UTC).astimezone(services.time_zone()).hour
    if as_json:
        typer.echo(MessageToJson(found, preserving_proto_field_name=True))
        return
    table = Table("bench", "sign", f"chance at {hour}:00", "of waits told")
    for bench in found.benches:
        for sign in bench.signs:
            now = sign.chances[hour]
            table.add_row(
                escape(bench.name), escape(sign.destination), f"{now.chance:.0%}", str(now.observed_count)
            )
    Console(highlight=False).print(table)


def _place(services: Services, text: str, option: str) -> tuple[place_pb2.Place, ZoneInfo]:
    try:
        return found_place(services, text)
    except NoSuchPlace as error:
        raise typer.BadParameter(str(error), param_hint=option) from None


def _weekdays(text: str) -> list[int]:
    try:
        return [int(word) for word in text.split(",")] if text else []
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not as 1,2,5", param_hint="--weekdays") from None


def _lifts(services: Services, driver: str) -> list[lift_pb2.Lift]:
    found: list[lift_pb2.Lift] = []
    token = ""
    while True:
        page = services.lifts.ListLifts(
            lift_pb2.ListLiftsRequest(driver_reference=driver, page_size=PAGE_SIZE, page_token=token),
            timeout=DEADLINE_S,
        )
        found += page.lifts
        token = page.next_page_token
        if not token:
            return found


def _seats(services: Services, reference: str) -> list[lift_pb2.Seat]:
    found: list[lift_pb2.Seat] = []
    token = ""
    while True:
        page = services.lifts.ListSeats(
            lift_pb2.ListSeatsRequest(reference=reference, page_size=PAGE_SIZE, page_token=token),
            timeout=DEADLINE_S,
        )
        found += page.seats
        token = page.next_page_token
        if not token:
            return found


def _tell(message: Message, line: str, *, as_json: bool) -> None:
    if as_json:
        typer.echo(MessageToJson(message, preserving_proto_field_name=True))
    else:
        console.print(line)


def _lift_line(lift: lift_pb2.Lift, zone: ZoneInfo) -> str:
    start = escape(getattr(lift, "from").label)
    days = f" on {','.join(map(str, lift.times.weekdays))} until {lift.times.last_date}"
    return (
        f"[bold]{lift.lift_id}[/bold] {local_time.day_and_clock(lift.times.departure_time, zone)}"
        f"{days if lift.times.weekdays else ''} {start} → {escape(lift.to.label)},"
        f" {_counted(lift.seat_count)},"
        f" for {short(lift_pb2.LiftAudience.Name(lift.audience), 'LIFT_AUDIENCE_')}"
        f"{' (withdrawn)' if lift.withdrawn else ''}{' (hidden)' if lift.hidden else ''}"
    )


def _seat_line(seat: lift_pb2.Seat, zone: ZoneInfo) -> str:
    relay = f", relay {seat.relay_reference}" if seat.relay_reference else ""
    return (
        f"[bold]{seat.seat_id}[/bold] {short(lift_pb2.SeatState.Name(seat.state), 'SEAT_STATE_')}:"
        f" {local_time.day_and_clock(seat.pickup_time, zone)} {escape(seat.pickup_label)} →"
        f" {local_time.clock(seat.dropoff_time, zone)} {escape(seat.dropoff_label)},"
        f" {_counted(seat.seat_count)}, {-(-seat.detour.seconds // 60)} min out of the way{relay}"
    )


def _counted(count: int) -> str:
    return "1 seat" if count == 1 else f"{count} seats"
