"""``landlinie feed validate``: what is wrong with a GTFS feed."""

import json
from collections import Counter
from datetime import UTC, date, datetime
from typing import Annotated

import typer
from timetable.findings import Severity
from timetable.validation.codes import SEVERITIES
from timetable.validation.report import Report
from timetable.validation.validate import validate

from onebox.feed_sources import SourceError, feed_path

HAS_ERRORS = 1
"""Exit code when the feed has an error."""
NO_FEED = 2
"""Exit code when there is nothing to look at."""
SHOWN = 5

Source = Annotated[
    str, typer.Argument(metavar="FILE|DIR|URL", help="the feed: a zip, a folder, or where it is")
]
Day = Annotated[
    datetime | None,
    typer.Option("--date", formats=["%Y-%m-%d"], help="the day it is looked at", show_default="today"),
]
All = Annotated[
    bool, typer.Option("--all", help="show all findings that are kept, not the first of each rule")
]
AsJson = Annotated[bool, typer.Option("--json", help="print one JSON object")]


def feed_validate(
    source: Source, day: Day = None, all_findings: All = False, as_json: AsJson = False
) -> None:
    """Check a GTFS Schedule feed; exit code 1 if it has errors, 2 if there is none.

    Rules have the names of the canonical GTFS validator.
    """
    on = day.date() if day is not None else datetime.now(UTC).astimezone().date()
    try:
        with feed_path(source) as path:
            report = validate(path, on)
    except SourceError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(NO_FEED) from error
    if as_json:
        typer.echo(json.dumps(_as_json(source, on, report), ensure_ascii=False))
    else:
        _show(report, SHOWN if not all_findings else None)
    if report.count(Severity.ERROR):
        raise typer.Exit(HAS_ERRORS)


def _as_json(source: str, on: date, report: Report) -> dict[str, object]:
    return {
        "feed": source,
        "date": on.isoformat(),
        "rules": [
            {"code": code, "severity": SEVERITIES[code], "count": count}
            for code, count in report.counts().items()
        ],
        "findings": [
            {
                "file": found.file,
                "row": found.row,
                "field": found.field,
                "severity": found.severity,
                "code": found.code,
                "message": found.message,
            }
            for found in report
        ],
        "not_checked": report.not_checked,
    }


def _show(report: Report, most: int | None) -> None:
    shown = Counter[str]()
    counts = report.counts()
    order = {code: place for place, code in enumerate(counts)}
    for found in sorted(report, key=lambda finding: order[finding.code]):
        shown[found.code] += 1
        if most is None or shown[found.code] <= most:
            typer.echo(str(found))
        elif shown[found.code] == most + 1:
            typer.echo(f"… {counts[found.code] - most} more of {found.code}")
    for rules, files in report.not_checked.items():
        typer.echo(f"not checked before errors in {', '.join(files)} are gone: {rules}")
    told = ", ".join(
        f"{report.count(severity)} {severity}s" for severity in (Severity.ERROR, Severity.WARNING)
    )
    typer.echo(f"{told}, {report.count(Severity.INFO)} notes")
