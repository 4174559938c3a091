"""``landlinie waste tours``, ``propose``, ``approve`` and ``sheet``: the depot's desk at the command line."""

import time
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from google.protobuf.json_format import MessageToJson
from landlinie.waste.v1 import tour_driving_pb2, tour_pb2, tour_planning_pb2
from rich.console import Console
from rich.table import Table

from onebox.client import DEADLINE_S, DEFAULT_ADDRESS, Services, connected, new_request_id
from onebox.credentials import credential
from onebox.local_time import clock
from onebox.options import Address, AsJson, Token
from onebox.settings import DEFAULT_DATA_DIR, DataDir
from onebox.words import short

console = Console(highlight=False)
progress = Console(highlight=False, stderr=True)

FAILED = 1
"""Exit code when nothing could be proposed."""
LOOK_EVERY_S = 0.5
SHEET_S = 60.0
LANGUAGES = {
    "de": tour_driving_pb2.TOUR_SHEET_LANGUAGE_GERMAN,
    "en": tour_driving_pb2.TOUR_SHEET_LANGUAGE_ENGLISH,
}
RUNNING = {
    tour_planning_pb2.TOUR_PROPOSAL_STATE_WAITING,
    tour_planning_pb2.TOUR_PROPOSAL_STATE_RUNNING,
}

DateOption = Annotated[str, typer.Option("--date", help="service day, YYYY-MM-DD")]
DepotOption = Annotated[str, typer.Option("--depot", help="depot id")]
TourIds = Annotated[list[str], typer.Argument(metavar="TOUR", help="tour ids")]


def tours(
    date: DateOption = "",
    depot: DepotOption = "",
    truck: Annotated[str, typer.Option("--truck", help="only this truck")] = "",
    stops: Annotated[bool, typer.Option("--stops", help="show every stop, with its reason")] = False,
    limit: Annotated[int, typer.Option(min=1, help="at most so many")] = 100,
    address: Address = DEFAULT_ADDRESS,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """List collection tours: proposed, approved, under way, closed."""
    request = tour_planning_pb2.ListToursRequest(depot_id=depot, service_date=date, truck_id=truck)
    with connected(address, credential(token, data_dir)) as services:
        found = _listed(services, request, limit)
    _show(found, stops=stops, as_json=as_json)


def propose(
    depot: DepotOption,
    date: DateOption = "",
    seconds: Annotated[int, typer.Option(min=1, max=300, help="how long to look")] = 20,
    address: Address = DEFAULT_ADDRESS,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Have tours worked out for a depot's day; interrupted, the search is called off.

    Exit code 1 if nothing came of it.
    """
    with connected(address, credential(token, data_dir)) as services:
        request = tour_planning_pb2.ProposeToursRequest(
            request_id=new_request_id(), depot_id=depot, service_date=date, time_limit_s=seconds
        )
        proposal = services.tours.ProposeTours(request, timeout=DEADLINE_S).proposal
        try:
            proposal = _awaited(services, proposal)
        except KeyboardInterrupt:
            services.tours.CancelTourProposal(
                tour_planning_pb2.CancelTourProposalRequest(
                    request_id=new_request_id(), proposal_id=proposal.proposal_id
                ),
                timeout=DEADLINE_S,
            )
            raise
        found = [_tour(services, tour_id) for tour_id in proposal.tour_ids]
    if proposal.state != tour_planning_pb2.TOUR_PROPOSAL_STATE_DONE:
        state = short(tour_planning_pb2.TourProposalState.Name(proposal.state), "TOUR_PROPOSAL_STATE_")
        progress.print(f"{state}: {proposal.fault.english} ({proposal.fault.code})", markup=False)
        raise typer.Exit(FAILED)
    _show(found, stops=True, as_json=as_json)
    if not as_json:
        for left in proposal.left_containers:
            console.print(f"  {left.container_id}: {left.reason.english}", markup=False, soft_wrap=True)


def approve(
    tour: TourIds,
    address: Address = DEFAULT_ADDRESS,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Let drivers follow tours as they are now: all of them or none."""
    with connected(address, credential(token, data_dir)) as services:
        seen = [
            tour_planning_pb2.TourVersion(tour_id=tour_id, version=_tour(services, tour_id).version)
            for tour_id in tour
        ]
        request = tour_planning_pb2.ApproveToursRequest(request_id=new_request_id(), tours=seen)
        found = list(services.tours.ApproveTours(request, timeout=DEADLINE_S).tours)
    _show(found, stops=False, as_json=as_json)


def sheet(
    tour: Annotated[str, typer.Argument(metavar="TOUR", help="tour id")],
    out: Annotated[Path | None, typer.Option("--out", dir_okay=False, help="PDF to write")] = None,
    language: Annotated[str, typer.Option("--language", help="de or en")] = "de",
    address: Address = DEFAULT_ADDRESS,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    token: Token = None,
) -> None:
    """Write a tour's sheet for the driver: map, stops, boxes to tick."""
    if language not in LANGUAGES:
        raise typer.BadParameter(f"{language!r} is neither de nor en", param_hint="--language")
    request = tour_driving_pb2.DownloadTourSheetRequest(tour_id=tour, language=LANGUAGES[language])
    with connected(address, credential(token, data_dir)) as services:
        parts = list(services.tours.DownloadTourSheet(request, timeout=SHEET_S))
    path = out or Path(parts[0].file_name)
    whole = path.with_name(f".{path.name}.part")
    whole.write_bytes(b"".join(part.content for part in parts))
    whole.replace(path)
    typer.echo(str(path))


def _listed(
    services: Services, request: tour_planning_pb2.ListToursRequest, limit: int
) -> list[tour_pb2.Tour]:
    found: list[tour_pb2.Tour] = []
    while True:
        answer = services.tours.ListTours(request, timeout=DEADLINE_S)
        found += answer.tours
        if not answer.next_page_token or len(found) >= limit:
            return found[:limit]
        request.page_token = answer.next_page_token


def _tour(services: Services, tour_id: str) -> tour_pb2.Tour:
    request = tour_planning_pb2.GetTourRequest(tour_id=tour_id)
    found: tour_pb2.Tour = services.tours.GetTour(request, timeout=DEADLINE_S).tour
    return found


def _awaited(services: Services, proposal: tour_planning_pb2.TourProposal) -> tour_planning_pb2.TourProposal:
    told = -1
    while proposal.state in RUNNING:
        percent = round(100 * proposal.progress_share)
        if percent // 10 != told // 10:
            told = percent
            progress.print(f"planning: {percent} %")
        time.sleep(LOOK_EVERY_S)
        request = tour_planning_pb2.GetTourProposalRequest(proposal_id=proposal.proposal_id)
        proposal = services.tours.GetTourProposal(request, timeout=DEADLINE_S).proposal
    return proposal


def _show(found: list[tour_pb2.Tour], *, stops: bool, as_json: bool) -> None:
    if as_json:
        for tour in found:
            typer.echo(MessageToJson(tour, preserving_proto_field_name=True, indent=None))
        return
    if not found:
        console.print("No tours.")
        return
    table = Table("day", "truck", "leaves – back", "stops", "km")
    # Whoever wants to approve or print a tour has to be able to copy its id.
    table.add_column("state and id", overflow="fold")
    for tour in found:
        zone = ZoneInfo(tour.time_zone)
        done = sum(stop.HasField("done_time") for stop in tour.stops)
        table.add_row(
            tour.service_date,
            tour.truck_id,
            f"{clock(tour.leave_time, zone)} – {clock(tour.back_time, zone)}",
            f"{done}/{len(tour.stops)}",
            f"{tour.distance_m / 1000:.1f}",
            f"{short(tour_pb2.TourState.Name(tour.state), 'TOUR_STATE_')} {tour.tour_id}",
        )
    console.print(table)
    for tour in found if stops else ():
        console.print(f"{tour.truck_id} {tour.tour_id}", style="bold")
        for stop in tour.stops:
            console.print(_line(stop, ZoneInfo(tour.time_zone)), markup=False, soft_wrap=True)


def _line(stop: tour_pb2.TourStop, zone: ZoneInfo) -> str:
    state = short(tour_pb2.TourStopState.Name(stop.state), "TOUR_STOP_STATE_")
    what = stop.container_id or stop.plant_id
    why = f": {stop.reason.english}" if stop.reason.code else ""
    return f"  {clock(stop.begin_time, zone)} {stop.stop_id} {state} {stop.name} ({what}){why}"
