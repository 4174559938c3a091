"""``landlinie fares``: what journeys cost by the fare files of a GTFS feed, one JSON line each."""

import json
from pathlib import Path
from typing import Annotated

import typer
from timetable.fares.answers import answer_json
from timetable.fares.itinerary import FaresError
from timetable.fares.journeys import read_journeys
from timetable.fares.pricing import Fares, Version
from timetable.tables import Feed, FeedError

WRONG_INPUT = 2
"""Exit code when the feed, the file or a journey in it could not be read."""

FeedPath = Annotated[Path, typer.Argument(metavar="FEED", help="GTFS feed, a folder or a zip", exists=True)]
Legs = Annotated[
    Path, typer.Argument(metavar="LEGS.json", dir_okay=False, help="a journey or several, as legs")
]
Rider = Annotated[str | None, typer.Option(help="rider category", show_default="the feed's default")]
Medium = Annotated[str | None, typer.Option(help="fare medium to pay all with", show_default="any")]
Which = Annotated[
    Version | None,
    typer.Option("--version", help="fare files to use", show_default="v2 where the feed has it"),
]
ShowFindings = Annotated[bool, typer.Option("--findings", help="tell all that is wrong with the feed")]


def fares(
    feed: FeedPath,
    legs: Legs,
    rider: Rider = None,
    medium: Medium = None,
    version: Which = None,
    findings: ShowFindings = False,
) -> None:
    """Print the price of every journey, in the file's order; exit code 2 if one could not be read.

    What is wrong with a journey is told on stderr with its leg and field; the others are priced all the same.
    """
    try:
        with Feed(feed) as opened:
            priced = Fares(opened, version)
            wrong = _print_prices(priced, legs, rider, medium)
            _tell_findings(opened, findings)
    except FeedError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(WRONG_INPUT) from error
    except (OSError, UnicodeDecodeError, FaresError) as error:
        reason = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
        typer.echo(f"{legs}: {reason}", err=True)
        raise typer.Exit(WRONG_INPUT) from error
    if wrong:
        raise typer.Exit(WRONG_INPUT)


def _print_prices(priced: Fares, legs: Path, rider: str | None, medium: str | None) -> bool:
    priced.check(rider, medium)
    ids, journeys, wrong = [], [], False
    for case in read_journeys(legs.read_text(encoding="utf-8-sig"), priced.stops.clock, rider, medium):
        try:
            journeys.append(priced.checked(case.journey()))
            ids.append(case.case_id)
        except FaresError as error:
            wrong = True
            typer.echo(f"{legs}: {case.case_id}: {error}", err=True)
    for case_id, answer in zip(ids, priced.price(journeys), strict=True):
        line = {"id": case_id, **answer_json(answer)}
        typer.echo(json.dumps(line, ensure_ascii=False, separators=(",", ":")))
    return wrong


def _tell_findings(feed: Feed, all_of_them: bool) -> None:
    if all_of_them:
        for finding in feed.findings:
            typer.echo(str(finding), err=True)
    elif feed.findings.count:
        typer.echo(f"findings in the feed: {feed.findings.count}; --findings tells them", err=True)
