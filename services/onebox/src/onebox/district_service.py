"""``landlinie district service``: where, when and with what a district drives, as the first start asks it."""

import re
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from pooling.adapters.outline import Position
from routing_core.places import gazetteer
from routing_core.places.errors import BrokenGazetteer
from routing_core.places.search import PlaceSearch
from service_kit.json_fields import Field, FieldError

from onebox.district import VEHICLE_KINDS, WEEKDAYS, Place
from onebox.setup.service_plan import Around, CannotServe, NewVehicle, ServicePlan, write_service

WRONG = 2
"""Exit code when the service cannot be like that."""
POINT = re.compile(r"(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)")
VEHICLE_PARTS = 5


def service(
    folder: Annotated[Path, typer.Argument(file_okay=False, exists=True, help="the district's")],
    around: Annotated[
        str,
        typer.Option(metavar="PLACE", help="middle of the zone, LAT,LON too; all of the map without"),
    ] = "",
    radius_km: Annotated[float, typer.Option(min=1, max=100, help="of the zone around it")] = 10.0,
    day: Annotated[
        list[str] | None, typer.Option(help="mon … sun; again for more; mon to fri without")
    ] = None,
    start: Annotated[str, typer.Option("--from", help="HH:MM, local clock")] = "06:00",
    end: Annotated[str, typer.Option("--to", help="HH:MM, past 24:00 for the night")] = "20:00",
    vehicle: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME;KIND;SEATS;WHEELCHAIRS;PLACE", help="one that drives; again for more"),
    ] = None,
) -> None:
    """Say where, when and with what is driven; services read it when they start.

    Exit code 2 where that cannot be.
    """
    try:
        named = frozenset(day or WEEKDAYS[:5])
        unknown = sorted(named - set(WEEKDAYS))
        if unknown:
            _refuse(f"--day: {unknown[0]!r} is none of {', '.join(WEEKDAYS)}")
        places = _Places(folder)
        plan = ServicePlan(
            Around(places.find(around, "--around"), radius_km) if around else None,
            frozenset(WEEKDAYS.index(each) for each in named),
            Field("--from", "", start).clock_s(),
            Field("--to", "", end).clock_s(),
            tuple(_vehicle(each, places) for each in vehicle or []),
        )
        write_service(folder, plan)
    except (FieldError, CannotServe, BrokenGazetteer) as error:
        _refuse(str(error))
    typer.echo(f"{folder}: {len(plan.vehicles)} vehicles, {start} to {end}, {len(named)} days a week")


class _Places:
    """Places of the district, by name or position."""

    def __init__(self, folder: Path) -> None:
        self._search = PlaceSearch(gazetteer.load_places(folder / gazetteer.FILE))

    def find(self, text: str, option: str) -> Place:
        point = POINT.fullmatch(text.replace(" ", ""))
        if point:
            return Place(Position(float(point[1]), float(point[2])), text)
        found = self._search.find(text, most=1)
        if not found:
            _refuse(f"{option}: nothing is called {text!r}")
        best = found[0].place
        return Place(Position(best.latitude_deg, best.longitude_deg), best.label)


def _vehicle(text: str, places: _Places) -> NewVehicle:
    parts = [part.strip() for part in text.split(";")]
    if len(parts) != VEHICLE_PARTS:
        _refuse(f"--vehicle: {text!r} is not NAME;KIND;SEATS;WHEELCHAIRS;PLACE")
    name, kind, seats, wheelchairs, place = parts
    if kind not in VEHICLE_KINDS:
        _refuse(f"--vehicle: {kind!r} is none of {', '.join(sorted(VEHICLE_KINDS))}")
    if not (seats.isdecimal() and wheelchairs.isdecimal() and 0 < int(seats) + int(wheelchairs) <= 100):
        _refuse(f"--vehicle: {seats!r} and {wheelchairs!r} are not from 1 to 100 places together")
    return NewVehicle(name, kind, int(seats), int(wheelchairs), places.find(place, "--vehicle"))


def _refuse(why: str) -> NoReturn:
    typer.echo(f"landlinie district service: {why}", err=True)
    raise typer.Exit(WRONG)
