"""``landlinie district add``: any district made usable from a map and timetables."""

import shutil
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from routing_core.roads.errors import RoadsError
from service_kit.json_fields import FieldError
from timetable.tables import FeedError

from onebox.district import load_district
from onebox.district_making import CannotMake, Found, district_id, make_district, names_of_feeds
from onebox.feed_sources import SourceError, feed_path
from onebox.settings import DEFAULT_DATA_DIR, DataDir

WRONG = 2
"""Exit code when what was given makes no district."""

app = typer.Typer(
    name="district", help="Districts: the folders that services and searches read.", no_args_is_help=True
)


@app.callback()
def _district() -> None:
    """Districts: the folders that services and searches read."""


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="what people call it")],
    osm: Annotated[
        Path, typer.Option(metavar="FILE", dir_okay=False, help="map: .osm.pbf, .osm, .osm.bz2 …")
    ],
    gtfs: Annotated[list[str], typer.Option(metavar="FILE|DIR|URL", help="timetable; again for more")],
    folder: Annotated[
        Path | None,
        typer.Option(
            file_okay=False, help="where it is written", show_default="districts/ID in the data folder"
        ),
    ] = None,
    data_dir: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Make a district from a map and timetables, and tell what was found and what is odd.

    Vehicles, shifts and requests are the district's own: their files are made empty. Exit code 2 where the
    map or a timetable cannot be used.
    """
    console = Console(highlight=False)
    begun_s = time.monotonic()
    try:
        target = folder or data_dir / "districts" / district_id(name)
        if target.exists() and any(target.iterdir()):
            _refuse(f"{target} is not empty")
        found = _made(target, name, osm, gtfs, data_dir)
    except (CannotMake, SourceError, FeedError, RoadsError, FieldError, OSError) as error:
        _refuse(str(error))
    _show(console, name, target, found, time.monotonic() - begun_s)


def _made(target: Path, name: str, osm: Path, gtfs: Sequence[str], data_dir: Path) -> Found:
    """Make it beside its place, and put it there whole: what fails half-way is in nobody's way."""
    staging = target.with_name(f".{target.name}.unfinished")
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, staging, ignore_errors=True)
        bar = stack.enter_context(
            Progress(
                SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), transient=True,
                console=Console(stderr=True),
            )
        )  # fmt: skip
        task = bar.add_task("fetching")
        feeds = {
            file: stack.enter_context(feed_path(source))
            for file, source in zip(names_of_feeds(gtfs), gtfs, strict=True)
        }
        today = datetime.now(UTC).date()
        found = make_district(
            staging, name, osm, feeds, data_dir, today, lambda step: bar.update(task, description=step)
        )
        load_district(staging)
        target.parent.mkdir(parents=True, exist_ok=True)
        staging.replace(target)
    return found


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
        f"  try     landlinie plan --district {folder} --from … --to … --at {found.last_day}T08:00 --alone",
        soft_wrap=True,
    )


def _refuse(why: str) -> NoReturn:
    typer.echo(f"landlinie district add: {why}", err=True)
    raise typer.Exit(WRONG)
