"""``landlinie plan``: journeys from here to there, by everything a district has."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, NoReturn
from zoneinfo import ZoneInfo

import typer
from journeys.adapters.district_folder import JourneyArea, NoTimetable, read_journey_area
from journeys.adapters.pooled_rides import PooledRides
from journeys.adapters.quoted_prices import QuotedPrices
from journeys.application.planning import Gap, Plan, PlanJourneys, Sources
from journeys.application.ports import OnDemand, Prices, RideWish, Unavailable
from journeys.application.question import (
    MOST_COUNT,
    MOST_WALK_M,
    USUAL_COUNT,
    USUAL_MODES,
    USUAL_WALK_M,
    Question,
    Travellers,
)
from journeys.domain.journey import Journey, Leg, Mode, PooledOffer, Price, Transit
from journeys.domain.places import Point
from journeys.domain.wording import sentence
from pooling.adapters.outline import read_outline
from rich.console import Console
from rich.progress import Progress as Bar
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from routing_core.places.errors import BrokenGazetteer
from routing_core.roads.errors import RoadsError
from service_kit.json_fields import FieldError
from timetable.tables import FeedError

from onebox import local_time
from onebox.client import DEFAULT_ADDRESS, Services, connected
from onebox.credentials import credential
from onebox.options import Address, AsJson, Token
from onebox.places import POINT
from onebox.settings import DEFAULT_DATA_DIR, DEFAULT_DISTRICT, DataDir

WRONG = 2
"""Exit code when an option or the district's folder is wrong."""
NOTHING = 1
"""Exit code when no journey was found."""
A_DAY = timedelta(days=1)
WORDS = {
    Mode.WALK: "walk",
    Mode.BICYCLE: "bicycle",
    Mode.POOLED_RIDE: "ride on demand",
}


def plan(
    origin: Annotated[str, typer.Option("--from", help="LAT,LON or a name: address, village, stop")],
    destination: Annotated[str, typer.Option("--to", help="LAT,LON or a name: address, village, stop")],
    depart_at: Annotated[
        str, typer.Option("--at", help="leave then or later: HH:MM or YYYY-MM-DDTHH:MM")
    ] = "",
    arrive_by: Annotated[str, typer.Option("--by", help="be there by then: HH:MM or YYYY-MM-DDTHH:MM")] = "",
    seated_count: Annotated[
        int, typer.Option("--seats", min=0, max=8, help="passengers who take a seat")
    ] = 1,
    wheelchair_count: Annotated[
        int, typer.Option("--wheelchairs", min=0, max=4, help="passengers in wheelchairs")
    ] = 0,
    bicycle: Annotated[bool, typer.Option("--bicycle", help="all the way by bicycle, too")] = False,
    max_walk_m: Annotated[
        int, typer.Option("--walk", min=0, max=MOST_WALK_M, help="metres of each walk at most")
    ] = USUAL_WALK_M,
    most: Annotated[
        int, typer.Option("--most", min=1, max=MOST_COUNT, help="how many answers")
    ] = USUAL_COUNT,
    payer: Annotated[str, typer.Option(help="whose account the price is asked for")] = "",
    alone: Annotated[
        bool, typer.Option("--alone", help="by timetable and on foot only: no running services are asked")
    ] = False,
    district: Annotated[
        Path, typer.Option(help="folder of the district", envvar="LANDLINIE_DISTRICT", file_okay=False)
    ] = DEFAULT_DISTRICT,
    address: Address = DEFAULT_ADDRESS,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Find journeys by timetable, on demand and on foot; those on demand are offered, and held for a minute.

    Exit code 1 where none was found, 2 where an option or the district is wrong.
    """
    if bool(depart_at) == bool(arrive_by):
        raise typer.BadParameter("one of the two is needed", param_hint="--at / --by")
    if seated_count + wheelchair_count == 0:
        raise typer.BadParameter("nobody travels", param_hint="--seats / --wheelchairs")
    area, zone = _area(district, data_dir)
    now = datetime.now(UTC)
    at = local_time.parse(depart_at or arrive_by, "--at" if depart_at else "--by", now=now, zone=zone)
    question = Question(
        _point(area, origin, "--from"),
        _point(area, destination, "--to"),
        round(at.timestamp()),
        # A printed timetable may be asked about any day, one that is over as well.
        round(min(now, at - A_DAY).timestamp() if alone else now.timestamp()),
        arrive_by=bool(arrive_by),
        travellers=Travellers(seated_count, wheelchair_count),
        modes=USUAL_MODES | ({Mode.BICYCLE} if bicycle else frozenset()),
        max_walk_m=max_walk_m,
        max_count=most,
        payer=payer,
    )
    with _others(alone, address, data_dir, token) as (rides, prices):
        sources = Sources(area.scheduled, area.walking, area.driving, area.cycling, rides, prices)
        found = PlanJourneys(sources)(question)
    if as_json:
        typer.echo(json.dumps(as_document(found, zone), indent=2, ensure_ascii=False))
    else:
        _show(found, question, zone)
    if not found.journeys:
        raise typer.Exit(NOTHING)


class _Nobody:
    """What is asked where no services are to be asked."""

    def covered(self, start: Point, ends: Sequence[Point]) -> Sequence[bool]:  # noqa: ARG002
        raise Unavailable("NOT_ASKED", "rides on demand were not asked for (--alone)")

    def offers(self, wishes: Sequence[RideWish]) -> Sequence[PooledOffer | None]:
        return [None] * len(wishes)

    def release(self, offers: Sequence[PooledOffer]) -> None:
        pass

    def quotes(self, journeys: Sequence[Sequence[Leg]], payer: str) -> Sequence[Price | None]:  # noqa: ARG002
        raise Unavailable("NOT_ASKED", "prices were not asked for (--alone)")


@contextmanager
def _others(
    alone: bool, address: str, data_dir: Path, token: str | None
) -> Iterator[tuple[OnDemand, Prices]]:
    if alone:
        nobody = _Nobody()
        yield nobody, nobody
        return
    services: Services
    with connected(address, credential(token, data_dir)) as services:
        yield PooledRides(services.pooling), QuotedPrices(services.ticketing)


def _area(district: Path, data_dir: Path) -> tuple[JourneyArea, ZoneInfo]:
    try:
        outline = read_outline(district)
        with Bar(
            SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), transient=True,
            console=Console(stderr=True),
        ) as bar:  # fmt: skip
            task = bar.add_task("reading the district")
            area = read_journey_area(
                district, data_dir, lambda step: bar.update(task, description=f"timetable: {step.step}")
            )
    except (FieldError, FeedError, NoTimetable, RoadsError, BrokenGazetteer) as error:
        _refuse(str(error))
    return area, ZoneInfo(outline.timezone)


def _point(area: JourneyArea, text: str, option: str) -> Point:
    if point := POINT.match(text):
        try:
            return Point(float(point[1]), float(point[2]), text.strip())
        except ValueError as error:
            _refuse(f"{option}: {error}")
    try:
        found = area.places.find(text, most=1)
    except ValueError as error:
        _refuse(f"{option}: {error}")
    if not found:
        _refuse(f"{option}: nothing is called {text!r}; LAT,LON works too")
    place = found[0].place
    stop_id = place.id.removeprefix("stop:") if place.id.startswith("stop:") else ""
    return Point(place.latitude_deg, place.longitude_deg, place.label, stop_id)


def as_document(found: Plan, zone: ZoneInfo) -> dict[str, Any]:
    """A plan as JSON has it; instants in the district's zone."""
    return {
        "journeys": [_journey(journey, zone) for journey in found.journeys],
        "gaps": [{"mode": gap.mode, "reason": gap.reason, "message": gap.message} for gap in found.gaps],
    }


def _journey(journey: Journey, zone: ZoneInfo) -> dict[str, Any]:
    price = journey.price
    return {
        "departure_time": _instant(journey.depart_s, zone),
        "arrival_time": _instant(journey.arrive_s, zone),
        "transfer_count": journey.transfers,
        "walk_m": journey.walk_m,
        "co2_g": journey.co2_g,
        "price": price and {"cents": price.cents, "currency": price.currency, "complete": price.complete},
        "reasons": [{"code": code.value, "message": sentence(code, journey)} for code in journey.reasons],
        "legs": [_leg(leg, zone) for leg in journey.legs],
    }


def _leg(leg: Leg, zone: ZoneInfo) -> dict[str, Any]:
    told: dict[str, Any] = {
        "mode": leg.mode.value,
        "from": _place(leg.start),
        "to": _place(leg.end),
        "departure_time": _instant(leg.depart_s, zone),
        "arrival_time": _instant(leg.arrive_s, zone),
        "length_m": leg.length_m,
    }
    if isinstance(leg.detail, Transit):
        told |= {
            "line": leg.detail.line,
            "headsign": leg.detail.headsign,
            "route_id": leg.detail.route_id,
            "trip_id": leg.detail.trip_id,
            "service_date": leg.detail.day.isoformat(),
            "real_time": leg.detail.real_time,
            "passed_stops": [stop.name for stop in leg.detail.passed],
        }
    elif isinstance(leg.detail, PooledOffer):
        told |= {
            "offer_id": leg.detail.offer_id,
            "zone_id": leg.detail.zone_id,
            "pickup_window": [
                _instant(leg.detail.pickup_earliest_s, zone),
                _instant(leg.detail.pickup_latest_s, zone),
            ],
            "latest_arrival": _instant(leg.detail.latest_arrival_s, zone),
            "expire_time": _instant(leg.detail.expire_s, zone),
        }
    return told


def _place(point: Point) -> dict[str, Any]:
    return {
        "label": point.label,
        "latitude_deg": point.latitude_deg,
        "longitude_deg": point.longitude_deg,
        "stop_id": point.stop_id,
    }


def _instant(instant_s: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(instant_s, zone).isoformat()


def _show(found: Plan, question: Question, zone: ZoneInfo) -> None:
    console = Console(highlight=False)
    console.print(f"[bold]{question.start.label}[/bold] → [bold]{question.goal.label}[/bold]")
    for gap in found.gaps:
        _tell(console, gap)
    if not found.journeys:
        console.print("No journey found.")
    for number, journey in enumerate(found.journeys, start=1):
        table = Table(show_header=False, box=None, padding=(0, 1))
        for leg in journey.legs:
            table.add_row(
                f"{_clock(leg.depart_s, zone)}–{_clock(leg.arrive_s, zone)}",
                _way(leg),
                f"{leg.start.label or '·'} → {leg.end.label or '·'}",
            )
        day = datetime.fromtimestamp(journey.depart_s, zone).strftime("%a %Y-%m-%d")
        console.print(f"\n[bold]{number}  {day}  {_summary(journey, zone)}[/bold]")
        console.print(table)
        for code in journey.reasons:
            console.print(f"   [dim]{sentence(code, journey)}[/dim]")


def _summary(journey: Journey, zone: ZoneInfo) -> str:
    minutes = (journey.arrive_s - journey.depart_s) // 60
    parts = [
        f"{_clock(journey.depart_s, zone)}–{_clock(journey.arrive_s, zone)}",
        f"{minutes // 60}:{minutes % 60:02} h",
        f"{journey.transfers} transfers",
        f"{journey.walk_m} m on foot",
        f"{journey.co2_g / 1000:.1f} kg CO2",
    ]
    if journey.price is not None:
        parts.append(f"{journey.price.cents / 100:.2f} {journey.price.currency}")
    return "  ·  ".join(parts)


def _way(leg: Leg) -> str:
    if isinstance(leg.detail, Transit):
        return leg.detail.line or "line"
    return f"{WORDS.get(leg.mode, leg.mode.value)} {leg.length_m} m"


def _clock(instant_s: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(instant_s, zone).strftime("%H:%M")


def _tell(console: Console, gap: Gap) -> None:
    console.print(f"[yellow]not complete:[/yellow] {gap.message}")


def _refuse(why: str) -> NoReturn:
    typer.echo(f"landlinie plan: {why}", err=True)
    raise typer.Exit(WRONG)
