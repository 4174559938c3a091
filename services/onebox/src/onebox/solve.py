"""``landlinie solve``: the field's benchmark files, one JSON line each."""

import json
import os
import sys
import time
from io import StringIO
from pathlib import Path
from typing import Annotated

import typer
from routing_core.formats.answer import Answer, answer, warm_up
from routing_core.formats.detect import Format, Instance, read_instance
from routing_core.formats.errors import FormatError
from routing_core.formats.solution_file import solution_lines

WRONG_FILE = 2
"""Exit code when a file could not be read or its format is not known."""
BETWEEN_LINES_S = 1.0
WORTH_TELLING_S = 5.0

Files = Annotated[list[Path], typer.Argument(metavar="FILE…", help="benchmark files of any known format")]
Seconds = Annotated[float, typer.Option(min=0.1, help="time to search, per file")]
Seed = Annotated[int, typer.Option(min=0, help="equal seeds search alike")]
Workers = Annotated[
    int | None, typer.Option(min=1, help="processes that search at the same time", show_default="all cores")
]
Out = Annotated[
    Path | None,
    typer.Option(metavar="DIR", file_okay=False, help="also write NAME.sol of what is feasible there"),
]


def solve(
    files: Files, seconds: Seconds = 30.0, seed: Seed = 0, workers: Workers = None, out: Out = None
) -> None:
    """Solve benchmark files and print one JSON line per file; exit code 2 if one could not be read.

    The format is found out from the content. Costs are in the convention of the format. How it goes is
    told on stderr.
    """
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
    wrong = False
    for path in files:
        try:
            instance = read_instance(_lines(path))
            _ready(instance, path.stem)
            progress = _Progress(path.stem)
            found = answer(
                instance,
                seconds=seconds,
                seed=seed,
                workers=workers or len(os.sched_getaffinity(0)),
                progress=progress.better,
            )
        except FormatError as error:
            wrong = True
            typer.echo(f"{path}:{error.line_number}: {error.message}", err=True)
            continue
        except OSError as error:
            wrong = True
            typer.echo(f"{path}:1: {error.strerror}", err=True)
            continue
        progress.ended(found)
        for fault in found.faults:
            typer.echo(f"{path.stem}: not feasible: {fault}", err=True)
        typer.echo(json.dumps(_told(path.stem, instance, found)))
        if out is not None and found.feasible:
            lines = solution_lines(instance, found.days, found.cost)
            (out / f"{path.stem}.sol").write_text("\n".join(lines) + "\n", encoding="utf-8")
    if wrong:
        raise typer.Exit(WRONG_FILE)


def _ready(instance: Instance, name: str) -> None:
    """Compile the engine before its time begins; that is kept, and takes long only once."""
    began = time.monotonic()
    warm_up(instance)
    took_s = time.monotonic() - began
    if took_s > WORTH_TELLING_S:
        typer.echo(f"{name}: the engine was compiled first, in {took_s:.0f} s", err=True)


def _lines(path: Path) -> list[str]:
    """The lines of a text file; what is not UTF-8 is refused with its line."""
    content = path.read_bytes()
    try:
        return list(StringIO(content.decode("utf-8-sig"), newline=None))
    except UnicodeDecodeError as error:
        line_number = 1 + content[: error.start].count(b"\n")
        raise FormatError(line_number, "this is no UTF-8 text") from None


def _told(name: str, instance: Instance, found: Answer) -> dict[str, object]:
    """What the line says; ``routes`` has one list per vehicle, and one list of those per day if periodic."""
    days = [[[int(node_id) for node_id in route] for route in routes] for routes in found.days]
    return {
        "instance": name,
        "format": str(instance.format),
        "feasible": found.feasible,
        "vehicles": found.vehicles,
        "cost": found.cost,
        "lower_bound": found.lower_bound,
        "optimal": found.optimal,
        "seconds": round(found.seconds, 3),
        "routes": days if instance.format is Format.PVRPIF else days[0],
    }


class _Progress:
    """Lines on stderr, not more than one a second; on a terminal each takes the place of the one before."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._told_at = -BETWEEN_LINES_S
        self._in_place = sys.stderr.isatty()
        self._begin = "\r\x1b[K" if self._in_place else ""

    def better(self, vehicles: int, cost: float, seconds: float) -> None:
        now = time.monotonic()
        if now >= self._told_at + BETWEEN_LINES_S:
            self._told_at = now
            fleet = f"{vehicles} vehicles, " if vehicles else ""
            self._tell(f"{seconds:.1f} s, {fleet}cost {cost:.2f}", keep=not self._in_place)

    def ended(self, found: Answer) -> None:
        bound = "" if found.lower_bound is None else f", at least {found.lower_bound:.2f}"
        proven = ", proven optimal" if found.optimal else bound
        outcome = f"{found.seconds:.1f} s, {found.vehicles} vehicles, cost {found.cost:.2f}{proven}"
        self._tell(outcome, keep=True)

    def _tell(self, text: str, *, keep: bool) -> None:
        typer.echo(f"{self._begin}{self._name}: {text}", err=True, nl=keep)
