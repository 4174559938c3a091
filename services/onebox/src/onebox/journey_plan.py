"""``landlinie plan``: journeys from here to there, by everything a district has."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn
from zoneinfo import ZoneInfo

import typer
from landlinie.journeys.v1 import journey_pb2, place_pb2

from onebox import local_time
from onebox.client import DEFAULT_ADDRESS, Services, connected
from onebox.credentials import credential
from onebox.journey_places import NoSuchPlace, found_place
from onebox.journey_table import as_document, show
from onebox.options import AsJson, Token
from onebox.settings import DEFAULT_DATA_DIR, DEFAULT_DISTRICT, DataDir

WRONG = 2
"""Exit code when an option or the district's folder is wrong."""
NOTHING = 1
"""Exit code when no journey was found, or nobody could be asked."""
PLANNING_S = 30.0
MOST_WALK_M, USUAL_WALK_M, MOST_COUNT, USUAL_COUNT = 5000, 1500, 10, 5


def plan(
    origin: Annotated[
        str, typer.Option("--from", help="LAT,LON, a name (address, village, stop), or stop:ID")
    ],
    destination: Annotated[
        str, typer.Option("--to", help="LAT,LON, a name (address, village, stop), or stop:ID")
    ],
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
    bicycle_count: Annotated[int, typer.Option("--bicycles", min=0, max=4, help="bicycles taken along")] = 0,
    bicycle: Annotated[bool, typer.Option("--bicycle", help="by the own bicycle, too")] = False,
    car: Annotated[bool, typer.Option("--car", help="by the own car to a station, too")] = False,
    max_walk_m: Annotated[
        int, typer.Option("--walk", min=0, max=MOST_WALK_M, help="metres of each walk at most")
    ] = USUAL_WALK_M,
    most: Annotated[
        int, typer.Option("--most", min=1, max=MOST_COUNT, help="how many answers")
    ] = USUAL_COUNT,
    payer: Annotated[str, typer.Option(help="whose account the price is asked for")] = "",
    page: Annotated[
        str, typer.Option(help="go on with an answer: earlier_page_token or later_page_token of --json")
    ] = "",
    alone: Annotated[
        bool, typer.Option("--alone", help="by timetable and on foot only: no running services are asked")
    ] = False,
    district: Annotated[
        Path,
        typer.Option(
            help="with --alone: folder of the district", envvar="LANDLINIE_DISTRICT", file_okay=False
        ),
    ] = DEFAULT_DISTRICT,
    address: Annotated[
        str,
        typer.Option(
            "--address",
            envvar=["LANDLINIE_JOURNEYS_SERVICE", "LANDLINIE_ADDRESS"],
            help="host:port of the running services",
        ),
    ] = DEFAULT_ADDRESS,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Find journeys by everything the district has; offers among them are held for a minute.

    Exit code 1 where none was found or nobody could be asked, 2 where an option or the district is wrong.
    """
    if bool(depart_at) == bool(arrive_by):
        raise typer.BadParameter("one of the two is needed", param_hint="--at / --by")
    if seated_count + wheelchair_count == 0:
        raise typer.BadParameter("nobody travels", param_hint="--seats / --wheelchairs")
    request = journey_pb2.PlanJourneysRequest(
        travellers=journey_pb2.Travellers(
            seated_count=seated_count, wheelchair_count=wheelchair_count, bicycle_count=bicycle_count
        ),
        modes=_modes(bicycle=bicycle, car=car),
        max_walk_m=max_walk_m,
        max_journey_count=most,
        payer=payer,
        page_token=page,
    )
    if alone:
        # What searches takes seconds to import, and is not needed to ask others.
        from onebox import journey_alone  # noqa: PLC0415

        try:
            asked = journey_alone.District(district, data_dir)
            start, goal = asked.place(origin, "--from"), asked.place(destination, "--to")
            zone = asked.zone
            _set_places(request, start, goal)
            _set_time(request, depart_at, arrive_by, zone)
            answer = asked.plan(request)
        except journey_alone.NotAlone as error:
            _refuse(str(error))
    else:
        with connected(address, credential(token, data_dir)) as services:
            start, zone = _found(services, origin, "--from")
            goal, _ = _found(services, destination, "--to")
            _set_places(request, start, goal)
            _set_time(request, depart_at, arrive_by, zone)
            answer = services.journeys.PlanJourneys(request, timeout=PLANNING_S)
    if as_json:
        typer.echo(json.dumps(as_document(answer, zone, kept=not alone), indent=2, ensure_ascii=False))
    else:
        show(answer, start.label, goal.label, zone, kept=not alone)
    if not answer.journeys:
        raise typer.Exit(NOTHING)


def _modes(*, bicycle: bool, car: bool) -> list[journey_pb2.Mode.ValueType]:
    """None where nothing but the usual is wanted."""
    own = {journey_pb2.MODE_BICYCLE: bicycle, journey_pb2.MODE_CAR: car}
    if not any(own.values()):
        return []
    every = [value for value in journey_pb2.Mode.values() if value != journey_pb2.MODE_UNSPECIFIED]
    return [value for value in every if own.get(value, True)]


def _set_places(
    request: journey_pb2.PlanJourneysRequest, start: place_pb2.Place, goal: place_pb2.Place
) -> None:
    # Named as a keyword is.
    getattr(request, "from").CopyFrom(start)
    request.to.CopyFrom(goal)


def _set_time(
    request: journey_pb2.PlanJourneysRequest, depart_at: str, arrive_by: str, zone: ZoneInfo
) -> None:
    name, text = ("depart_at", depart_at) if depart_at else ("arrive_by", arrive_by)
    option = "--at" if depart_at else "--by"
    at = local_time.parse(text, option, now=datetime.now(UTC), zone=zone)
    getattr(request, name).CopyFrom(local_time.stamp(at))


def _found(services: Services, text: str, option: str) -> tuple[place_pb2.Place, ZoneInfo]:
    """The place somebody means, and the district's clocks."""
    try:
        return found_place(services, text)
    except NoSuchPlace as error:
        _refuse(f"{option}: {error}")


def _refuse(why: str) -> NoReturn:
    typer.echo(f"landlinie plan: {why}", err=True)
    raise typer.Exit(WRONG)
