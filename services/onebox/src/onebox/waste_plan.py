"""``landlinie waste plan``: tours for a day, and the reason for each container."""

import csv
import json
import random
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table
from routing_core.collection.ready import warm_up
from service_kit.json_fields import FieldError
from waste.adapters.depot_file import load_waste
from waste.adapters.tour_solver import CollectionSolver
from waste.application.planning import plan_tours
from waste.domain.errors import WasteError, WrongFieldError
from waste.domain.tours import OVERFLOW_DAY_CENTS, PlannedTour, Prices, TourPlan
from waste.domain.tours_depot import Depot, instant
from waste.domain.tours_footprint import kg_co2e
from waste.domain.tours_outlook import RateBook

from onebox.options import AsJson
from onebox.settings import DEFAULT_DISTRICT, DistrictDir
from onebox.steps import steps
from onebox.waste_options import OverflowEuro, Reserves, Seed

WRONG = 2
"""Exit code when a file or an option is wrong."""
NOT_ALLOWED = 1
"""Exit code when tours break a rule."""
MOST_DAYS = 14
TAIL_DAYS = 14
MOST_LEVEL = 3.0
DRAWN_SHARE = 0.9

Day = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="first day", show_default="a Tuesday of the demo district"),
]
Days = Annotated[
    int, typer.Option(min=1, max=MOST_DAYS, help="of the horizon; the first day is to be driven")
]
Levels = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        dir_okay=False,
        help="CSV with container_id, level_share; who is not in it has no reading",
        show_default="drawn",
    ),
]
Urgent = Annotated[
    list[str] | None,
    typer.Option(metavar="CONTAINER_ID", help="must be emptied on the first day; repeat it"),
]
Seconds = Annotated[float, typer.Option(min=0.1, max=3600, help="time to search")]
USUAL_DAY = date(2021, 6, 15)


def plan(
    folder: DistrictDir = DEFAULT_DISTRICT,
    day: Day = None,
    days: Days = 7,
    levels: Levels = None,
    urgent: Urgent = None,
    trucks: Reserves = None,
    overflow_euro: OverflowEuro = OVERFLOW_DAY_CENTS / 100,
    seed: Seed = 0,
    seconds: Seconds = 10.0,
    as_json: AsJson = False,
) -> None:
    """Plan the tours of a day, with the days after it in view, and say why each container is on one or not.

    Exit code 1 if a tour breaks a rule, 2 if a file or an option is wrong.
    """
    first = USUAL_DAY if day is None else day.date()
    try:
        with steps("reading the district") as now:
            district = load_waste(folder)
            depot = district.depot
            shares = _drawn(depot, seed) if levels is None else _read_levels(levels, depot)
            situation = depot.situation(
                first,
                days,
                {
                    container.container_id: _book(
                        container.usual_share_per_day, shares.get(container.container_id)
                    ).outlook(days + TAIL_DAYS)
                    for container in depot.containers
                },
                district.drives(frozenset(truck.kind for truck in depot.trucks)),
                prices=Prices(overflow_day_cents=100 * overflow_euro),
                urgent=_known(depot, urgent or []),
                shifts=depot.shifts(first, days, frozenset(trucks or [])),
            )
            now("loading the search, which its first use on a machine compiles for minutes")
            warm_up()
            planned = plan_tours(
                situation,
                CollectionSolver(seconds),
                seed=seed,
                progress=lambda share: now(f"searching for tours: {share:.0%}"),
            )
    except (FieldError, WasteError) as error:
        _refuse(str(error))
    if as_json:
        typer.echo(json.dumps(told_plan(depot, first, planned), ensure_ascii=False))
    else:
        _show(depot, first, planned)
    for fault in planned.faults:
        typer.echo(fault, err=True)
    if planned.faults:
        raise typer.Exit(NOT_ALLOWED)


def _book(usual_share_per_day: float, level_share: float | None) -> RateBook:
    book = RateBook(usual_share_per_day)
    book.read(level_share)
    return book


def _drawn(depot: Depot, seed: int) -> dict[str, float]:
    draw = random.Random(seed)
    return {container.container_id: DRAWN_SHARE * draw.random() for container in depot.containers}


def _read_levels(path: Path, depot: Depot) -> dict[str, float]:
    known = {container.container_id for container in depot.containers}
    shares: dict[str, float] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                where = f"{path}: container_id"
                name = row.get("container_id")
                if name not in known:
                    raise WrongFieldError(where, name, "must be a container of the depot")
                if name in shares:
                    raise WrongFieldError(where, name, "is there twice")
                shares[name] = _share(path, name, row.get("level_share"))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise WrongFieldError("levels", str(path), str(error)) from error
    return shares


def _share(path: Path, name: str, text: str | None) -> float:
    try:
        share = float(text or "")
    except ValueError:
        share = -1.0
    if not 0.0 <= share <= MOST_LEVEL:
        raise WrongFieldError(f"{path}: level_share of {name}", text, f"must be from 0 to {MOST_LEVEL:g}")
    return share


def _known(depot: Depot, names: list[str]) -> list[str]:
    known = {container.container_id for container in depot.containers}
    for name in names:
        if name not in known:
            raise WrongFieldError("--urgent", name, "must be a container of the depot")
    return names


def _refuse(why: str) -> NoReturn:
    typer.echo(why, err=True)
    raise typer.Exit(WRONG)


def told_plan(depot: Depot, first: date, planned: TourPlan) -> dict[str, Any]:
    """A plan as JSON: the first day's tours in full, later ones as a preview, and what was left."""
    return {
        "day": first.isoformat(),
        "tours": [_told_tour(depot, first, tour) for tour in planned.of_day(0)],
        "preview": [
            {"day": tour.day, "truck_id": tour.truck_id, "container_ids": list(tour.container_ids)}
            for tour in planned.tours
            if tour.day > 0
        ],
        "left": [
            {
                "container_id": left.container_id,
                "day": left.day,
                "reason": left.reason.code.value,
                "german": left.reason.german,
                "english": left.reason.english,
                "figures": _rounded(left.reason.figures),
            }
            for left in planned.left
        ],
        "faults": list(planned.faults),
    }


def _told_tour(depot: Depot, first: date, tour: PlannedTour) -> dict[str, Any]:
    def clock(seconds: int) -> str:
        return instant(first, seconds, depot.timezone).isoformat()

    return {
        "truck_id": tour.truck_id,
        "leaves": clock(tour.leaves_s),
        "back": clock(tour.back_s),
        "metres": tour.metres,
        "driving_s": tour.driving_s,
        "fuel_l": round(tour.fuel_l, 2),
        "kg_co2e": round(kg_co2e(tour.fuel_l), 2),
        "rest": None
        if tour.rest is None
        else {
            "after": tour.rest.after,
            "begins": clock(tour.rest.begins_s),
            "duration_s": tour.rest.duration_s,
        },
        "stops": [
            {
                "container_id": stop.container_id,
                "plant_id": stop.plant_id,
                "begins": clock(stop.begins_s),
                "ends": clock(stop.ends_s),
                "drive_s": stop.drive_s,
                "driven_m": stop.driven_m,
                "volume_l": stop.volume_l,
                "weight_kg": stop.weight_kg,
                "reason": None if stop.reason is None else stop.reason.code.value,
                "german": None if stop.reason is None else stop.reason.german,
                "english": None if stop.reason is None else stop.reason.english,
                "figures": None if stop.reason is None else _rounded(stop.reason.figures),
            }
            for stop in tour.stops
        ],
    }


def _rounded(figures: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 3) for name, value in figures.items()}


def _show(depot: Depot, first: date, planned: TourPlan) -> None:
    console = Console()
    sites = {site.site_id: site.name for site in depot.sites}
    names = {container.container_id: sites[container.site_id] for container in depot.containers}
    fractions = {container.container_id: container.fraction for container in depot.containers}
    plants = {plant.plant_id: plant.name for plant in depot.plants}

    def clock(seconds: int) -> str:
        return f"{instant(first, seconds, depot.timezone):%H:%M}"

    for tour in planned.of_day(0):
        title = (
            f"{tour.truck_id}: {clock(tour.leaves_s)}–{clock(tour.back_s)}, {tour.metres / 1000:.1f} km, "
            f"{len(tour.container_ids)} lifts, {kg_co2e(tour.fuel_l):.0f} kg CO2e"
        )
        table = Table("at", "where", "what", "litres", "why", title=title, title_justify="left")
        for stop in tour.stops:
            at = clock(stop.begins_s)
            if stop.plant_id is not None:
                table.add_row(at, plants[stop.plant_id], "unload", "", "")
                continue
            name = stop.container_id or ""
            why = "" if stop.reason is None else stop.reason.english
            table.add_row(at, names[name], fractions[name], str(stop.volume_l), why)
        console.print(table)
    table = Table("container", "where", "why not", title="Not on that day", title_justify="left")
    for left in planned.left:
        table.add_row(left.container_id, names[left.container_id], left.reason.english)
    console.print(table)
