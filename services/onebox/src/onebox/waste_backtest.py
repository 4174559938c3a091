"""``landlinie waste backtest``: forecasts of levels judged on the last part of a file."""

import json
from math import isnan, nan
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import typer
from waste.domain.backtest import (
    HORIZON_DAYS,
    Reached,
    Score,
    Trial,
    last_value,
    linear,
    ours,
    score,
    score_reached,
    trial,
)
from waste.domain.errors import WrongFieldError
from waste.domain.fill_days import Calendar
from waste.domain.level_paths import Emptied
from waste.entrypoints.level_files import LevelFile, LevelFormat, read_levels

from onebox.waste_library import by_library

WRONG_FILE = 2
"""Exit code when a file or a row in it could not be read."""

ROWS_TOLD = 10
"""Of a file's wrong ones."""

LINEAR = "linear per container"
SAME = "this, where the library forecasts"

File = Annotated[
    Path, typer.Argument(metavar="FILE", dir_okay=False, help="levels by container and time, CSV")
]
Format = Annotated[
    LevelFormat | None,
    typer.Option("--format", help="how columns are named", show_default="found by the columns' names"),
]
Zone = Annotated[str, typer.Option(metavar="NAME", help="time zone of days, and of times without an offset")]
Holidays = Annotated[
    str, typer.Option(metavar="COUNTRY[-STATE]", help="whose public holidays are looked at, as DE-SH")
]
Critical = Annotated[float, typer.Option(min=0.01, max=1.0, help="level whose probability is judged as well")]
Library = Annotated[
    bool, typer.Option(help="also forecast with statsforecast, where it is installed; takes a minute or more")
]


def backtest(
    file: File,
    format_: Format = None,
    zone: Zone = "Europe/Berlin",
    holidays: Holidays = "",
    critical: Critical = 1.0,
    library: Library = True,
) -> None:
    """Judge forecasts of 1 to 7 days on the last 30 % of each container's time.

    Prints a table, and the same as one line of JSON; exit code 2 if anything could not be read. Losses are in
    hundredths of a full container. Rows that are wrong are told on stderr and left out.
    """
    if zone not in available_timezones():
        raise typer.BadParameter(f"no time zone: {zone!r}", param_hint="--zone")
    country, _, state = holidays.partition("-")
    try:
        calendar = Calendar(ZoneInfo(zone), country, state)
        read = read_levels(file.read_text(encoding="utf-8"), calendar.zone, format_)
        _tell_wrong(file, read)
        given = trial(read.series, read.fleet, calendar)
    except (WrongFieldError, OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        typer.echo(f"{file}: {reason}", err=True)
        raise typer.Exit(WRONG_FILE) from error
    told: dict[str, object] = {"containers": len(read.container_ids), "readings": len(read.series.at_s)}
    typer.echo(f"{len(read.container_ids)} containers, {len(read.series.at_s):,} readings")
    for emptied, heading in (
        (Emptied.AS_USUAL, "What the sensor will tell, emptied as usual"),
        (Emptied.NOT_YET, "As long as nobody empties"),
    ):
        scores, reached = _judged(given, emptied, critical, library=library and emptied is Emptied.AS_USUAL)
        typer.echo("\n".join(("", heading, "", *_table(scores), "", _reached_text(reached, critical))))
        told[emptied.value] = {
            "scores": {name: _as_json(each) for name, each in scores.items()},
            "critical": {"level_share": critical}
            | {name: _told(number) for name, number in vars(reached).items()},
        }
    typer.echo(json.dumps(told))
    if read.wrong:
        raise typer.Exit(WRONG_FILE)


def _judged(
    given: Trial, emptied: Emptied, critical: float, *, library: bool
) -> tuple[dict[str, Score], Reached]:
    quantiles, chance = ours(given, emptied, critical)
    scores = {
        "this": score(given, quantiles, emptied),
        "last value": score(given, last_value(given, emptied), emptied),
        LINEAR: score(given, linear(given, emptied), emptied),
    }
    found = by_library(given) if library else ()
    if found is None:
        typer.echo("statsforecast is not installed: left out", err=True)
    same = None
    for name, told in found or ():
        scores[name] = score(given, told, emptied)
        same = np.where(np.isnan(told), np.nan, quantiles)
    if same is not None:
        scores[SAME] = score(given, same, emptied)
    return scores, score_reached(given, chance, emptied, critical)


def _table(scores: dict[str, Score]) -> list[str]:
    """Lines of a Markdown table."""
    days = [f"{days} d" for days in range(1, HORIZON_DAYS + 1)]
    heading = ["method", "forecasts", "loss", "of linear", *days, "≤ 80 %", "≤ 95 %", "in 80 %", "in 95 %"]
    base = scores[LINEAR]
    rows = [
        [
            name,
            f"{each.count:,}",
            _text(each.pinball, 2),
            _text(each.pinball / base.pinball if base.pinball and each.count == base.count else nan, 3),
            *(_text(loss, 2) for loss in each.by_days),
            *(_text(100 * share, 1) for share in (*each.covered.values(), *each.within.values())),
        ]
        for name, each in scores.items()
    ]
    widths = [max(map(len, column)) for column in zip(heading, *rows, strict=True)]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    lines = [
        [
            cells[0].ljust(widths[0]),
            *(cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True)),
        ]
        for cells in (heading, rule, *rows)
    ]
    return ["| " + " | ".join(line) + " |" for line in lines]


def _reached_text(reached: Reached, critical: float) -> str:
    return (
        f"At {100 * critical:.0f} % or more: told {_text(100 * reached.told, 1)} %, happened"
        f" {_text(100 * reached.happened, 1)} %, Brier skill {_text(reached.skill, 3)}."
    )


def _text(number: float, digits: int) -> str:
    return "-" if isnan(number) else f"{number:.{digits}f}"


def _told(number: float) -> float | None:
    """JSON knows no NaN."""
    return None if isnan(number) else number


def _as_json(each: Score) -> dict[str, object]:
    return {
        "forecasts": each.count,
        "pinball": _told(each.pinball),
        "pinball_by_days": [_told(loss) for loss in each.by_days],
        "covered": {str(probability): _told(share) for probability, share in each.covered.items()},
        "within": {str(probability): _told(share) for probability, share in each.within.items()},
    }


def _tell_wrong(file: Path, read: LevelFile) -> None:
    for row in read.wrong[:ROWS_TOLD]:
        typer.echo(f"{file}:{row}", err=True)
    if len(read.wrong) > ROWS_TOLD:
        typer.echo(f"{file}: {len(read.wrong)} wrong rows in all", err=True)
