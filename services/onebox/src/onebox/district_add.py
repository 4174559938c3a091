"""``landlinie district add``: any district made usable from a map and timetables."""

import time
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from routing_core.places.osm import read_places
from routing_core.roads.errors import RoadsError
from routing_core.tiles import archive
from routing_core.tiles.build import build_tiles

from onebox.district_making import CannotMake, Found, district_id
from onebox.district_service import service
from onebox.district_sources import Sources, SourcesError, WantedPlace, make_from
from onebox.place_map import NOMINATIM, OVERPASS
from onebox.settings import DEFAULT_DATA_DIR, DataDir
from onebox.steps import steps

WRONG = 2
"""Exit code when what was given makes no district."""

app = typer.Typer(
    name="district", help="Districts: the folders that services and searches read.", no_args_is_help=True
)


app.command()(service)


@app.callback()
def _district() -> None:
    """Districts: the folders that services and searches read."""


@app.command("map")
def draw(
    osm: Annotated[
        Path, typer.Argument(metavar="FILE", dir_okay=False, help="map: .osm.pbf, .osm, .osm.bz2 …")
    ],
    folder: Annotated[Path, typer.Option(file_okay=False, exists=True, help="the district's")],
) -> None:
    """Draw the tiles of a district's map anew; the gateway shows them once it is started again."""
    console = Console(soft_wrap=True)
    began_s = time.monotonic()
    target = folder / archive.FILE
    try:
        count = build_tiles(osm, read_places(osm), target)
    except RoadsError as error:
        _refuse(str(error), "map")
    size_mb = target.stat().st_size / 1e6
    console.print(f"{target}: {count:,} tiles, {size_mb:.1f} MB, in {time.monotonic() - began_s:.0f} s")


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="what people call it")],
    gtfs: Annotated[list[str], typer.Option(metavar="FILE|DIR|URL", help="timetable; again for more")],
    osm: Annotated[
        Path | None,
        typer.Option(metavar="FILE", dir_okay=False, help="map: .osm.pbf, .osm, .osm.bz2 …"),
    ] = None,
    place: Annotated[
        str, typer.Option(metavar="QUERY", help="instead of --osm: a municipality or district to fetch it of")
    ] = "",
    folder: Annotated[
        Path | None,
        typer.Option(
            file_okay=False, help="where it is written", show_default="districts/ID in the data folder"
        ),
    ] = None,
    nominatim: Annotated[
        str, typer.Option(envvar="LANDLINIE_NOMINATIM", help="whom --place asks where it lies")
    ] = NOMINATIM,
    overpass: Annotated[
        str, typer.Option(envvar="LANDLINIE_OVERPASS", help="whom --place asks for the map")
    ] = OVERPASS,
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Make a district from a map and timetables, and tell what was found and what is odd.

    Vehicles, shifts and requests are the district's own: their files are made empty. Exit code 2 where the
    map or a timetable cannot be used.
    """
    if (osm is None) == (not place):
        raise typer.BadParameter("one of the two is needed", param_hint="--osm / --place")
    console = Console(highlight=False)
    begun_s = time.monotonic()
    try:
        target = folder or data_dir / "districts" / district_id(name)
    except CannotMake as error:
        _refuse(str(error))
    try:
        if target.exists() and any(target.iterdir()):
            _refuse(f"{target} is not empty")
        sources = Sources(name, osm or WantedPlace(place, nominatim, overpass), tuple(gtfs))
        with steps("fetching") as now:
            found = make_from(sources, target, data_dir, now)
    except SourcesError as error:
        _refuse(str(error))
    _show(console, name, target, found, time.monotonic() - begun_s)


def _show(console: Console, name: str, folder: Path, found: Found, took_s: float) -> None:
    console.print(f"[bold]{name}[/bold] in {folder}, made in {took_s:.0f} s", soft_wrap=True)
    for target, report in found.roads.items():
        console.print(f"  {target}: {report.node_count} crossings, {report.arc_count} stretches of road")
    console.print(f"  {found.place_count} places by name, {found.virtual_stop_count} virtual stops")
    console.print(
        f"  {found.trip_count} trips, {found.stop_count} stops, from {found.first_day} to {found.last_day}, "
        f"clocks of {found.timezone}"
    )
    for sentence in found.odd():
        console.print(f"  [yellow]odd:[/yellow] {sentence}", soft_wrap=True)
    console.print(
        f"  try     landlinie plan --district {folder} --from … --to … --at {found.usual_day}T08:00 --alone",
        soft_wrap=True,
    )


def _refuse(why: str, command: str = "add") -> NoReturn:
    typer.echo(f"landlinie district {command}: {why}", err=True)
    raise typer.Exit(WRONG)
