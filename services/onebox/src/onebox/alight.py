"""``landlinie alight``: the rides in traces of positions, one JSON line each."""

from datetime import UTC
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

import typer
from ticketing.domain.delays import Delays
from ticketing.domain.detect import detect
from ticketing.entrypoints.leg_lines import leg_lines
from ticketing.entrypoints.trace_files import WrongRow, read_delays, read_traces
from timetable.schedule import Schedule
from timetable.schedule_reading import read_schedule
from timetable.tables import FeedError

WRONG_FILE = 2
"""Exit code when a file or a row in it could not be read."""

FINDINGS_TOLD = 10
"""Of a feed's errors; whoever travels can mend none of them."""

TraceFile = Annotated[
    Path, typer.Option("--trace", metavar="FILE", dir_okay=False, help="positions, as CSV or JSON lines")
]
Feed = Annotated[Path | None, typer.Option("--feed", metavar="GTFS", help="timetable: a GTFS folder or zip")]
DelaysFile = Annotated[
    Path | None,
    typer.Option("--delays", metavar="FILE", dir_okay=False, help="delays by trip, as CSV or JSON"),
]
Zone = Annotated[
    str | None,
    typer.Option("--zone", metavar="NAME", help="time zone of times without one", show_default="the feed's"),
]


def alight(trace: TraceFile, feed: Feed = None, delays: DelaysFile = None, zone: Zone = None) -> None:
    """Print where and when was boarded and alighted; exit code 2 if anything could not be read.

    With a timetable these are legs on its trips; without one, rides in any vehicle. Rows that are wrong are
    told on stderr and left out.
    """
    if zone is not None and zone not in available_timezones():
        raise typer.BadParameter(f"no time zone: {zone!r}", param_hint="--zone")
    schedule = _schedule(feed) if feed else None
    name = zone or (schedule.timezone if schedule else None)
    local = ZoneInfo(name) if name else None
    told, wrong_delays = read_delays(_text(delays)) if delays else ((), ())
    known = Delays(told)
    seen = read_traces(_text(trace), local)
    _tell(trace, seen.wrong)
    if delays:
        _tell(delays, wrong_delays)
    shown = local or (UTC if seen.zoned else None)
    for device, positions in seen.traces.items():
        for line in leg_lines(
            device, detect(positions, schedule, known), shown, scheduled=schedule is not None
        ):
            typer.echo(line)
    if seen.wrong or wrong_delays:
        raise typer.Exit(WRONG_FILE)


def _schedule(feed: Path) -> Schedule:
    """The timetable; rows that are wrong in it are told and left out, which changes no exit code."""
    try:
        schedule, findings = read_schedule(feed)
    except (FeedError, OSError) as error:
        typer.echo(f"{feed}: {error}", err=True)
        raise typer.Exit(WRONG_FILE) from error
    for finding in findings.errors[:FINDINGS_TOLD]:
        typer.echo(f"{feed}: {finding}", err=True)
    if len(findings.errors) > FINDINGS_TOLD:
        typer.echo(f"{feed}: {findings.count} findings in all", err=True)
    return schedule


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        typer.echo(f"{path}: {reason}", err=True)
        raise typer.Exit(WRONG_FILE) from error


def _tell(path: Path, wrong: tuple[WrongRow, ...]) -> None:
    for row in wrong:
        typer.echo(f"{path}:{row}", err=True)
