"""``landlinie places``: what a map calls things, found as people type them."""

import json
import time
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table
from routing_core.places import gazetteer
from routing_core.places.errors import BrokenGazetteer
from routing_core.places.osm import read_places
from routing_core.places.place import Place
from routing_core.places.search import MOST_RESULTS, Match, PlaceSearch
from routing_core.roads.errors import BrokenExtract

from onebox.places import POINT
from onebox.settings import DEFAULT_DISTRICT

WRONG = 2
"""Exit code when a file or an option is wrong."""
NOTHING = 1
"""Exit code when nothing is called so."""

Text = Annotated[str, typer.Argument(metavar="TEXT", help="as far as it is typed; mistakes are forgiven")]
From = Annotated[
    Path,
    typer.Option(
        "--in",
        metavar="FILE",
        help="places.tsv.gz of a district, or a map: .osm.pbf, .osm, .osm.bz2",
        dir_okay=False,
    ),
]
Near = Annotated[
    str | None, typer.Option("--near", metavar="LAT,LON", help="places around it come first among equals")
]
Most = Annotated[int, typer.Option("--most", min=1, max=MOST_RESULTS, help="how many answers")]
AsJson = Annotated[bool, typer.Option("--json", help="print JSON")]


def places(
    text: Text,
    source: From = DEFAULT_DISTRICT / gazetteer.FILE,
    near: Near = None,
    most: Most = 10,
    as_json: AsJson = False,
) -> None:
    """Find towns, streets, addresses, stops and what has a name.

    Exit code 1 where nothing is called so, 2 where a file or an option is wrong.
    """
    search = PlaceSearch(_read(source))
    begun_s = time.perf_counter()
    try:
        found = search.find(text, near=_position(near), most=most)
    except ValueError as error:
        _refuse(str(error))
    took_ms = round((time.perf_counter() - begun_s) * 1e3, 1)
    if as_json:
        typer.echo(json.dumps([_as_json(match) for match in found], indent=2, ensure_ascii=False))
    else:
        _print(found, len(search.places), took_ms)
    if not found:
        raise typer.Exit(NOTHING)


def _read(source: Path) -> tuple[Place, ...]:
    try:
        return gazetteer.load_places(source) if source.suffix == ".gz" else read_places(source)
    except (BrokenGazetteer, BrokenExtract) as error:
        _refuse(str(error))


def _position(near: str | None) -> tuple[float, float] | None:
    if near is None:
        return None
    point = POINT.match(near)
    if point is None:
        _refuse(f"--near is {near!r}, must be LAT,LON")
    return float(point[1]), float(point[2])


def _as_json(match: Match) -> dict[str, object]:
    place = match.place
    return {
        "id": place.id,
        "kind": place.kind,
        "label": place.label,
        "latitude_deg": place.latitude_deg,
        "longitude_deg": place.longitude_deg,
        "exact_number": match.exact_number,
        "score": round(match.score, 3),
    }


def _print(found: list[Match], known_count: int, took_ms: float) -> None:
    table = Table("place", "kind", "position", box=None)
    for match in found:
        place = match.place
        label = place.label if match.exact_number else f"{place.label} (the number is not on the map)"
        table.add_row(label, place.kind, f"{place.latitude_deg},{place.longitude_deg}")
    console = Console()
    console.print(table)
    console.print(f"{len(found)} of {known_count} places in {took_ms} ms")


def _refuse(why: str) -> NoReturn:
    typer.echo(f"landlinie places: {why}", err=True)
    raise typer.Exit(WRONG)
