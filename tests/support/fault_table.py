"""A row per fault of the chaos suite, kept with the test's report; all of them as a table in the end."""

from collections.abc import Callable

import pytest
from crowd import Crowd
from judge import Verdict

_PROPERTY = "chaos"
_HEAD = ("shape", "fault", "recovery s", "booked", "lost", "doubled", "broken", "undelivered")

Record = Callable[[str, object], None]


def record(
    keep: Record, shape: str, fault: str, *, recovery_s: float, crowd: Crowd, verdict: Verdict
) -> None:
    """Keep a fault's row; ``keep`` is pytest's ``record_property``."""
    counts = (verdict.lost, verdict.doubled, verdict.broken, verdict.undelivered)
    row = (shape, fault, f"{recovery_s:.1f}", len(crowd.booked), *(len(found) for found in counts))
    keep(_PROPERTY, [str(cell) for cell in row])


def show(reporter: pytest.TerminalReporter) -> None:
    """Write the rows of this run, from whichever worker they came."""
    reports = [report for outcome in ("passed", "failed") for report in reporter.stats.get(outcome, [])]
    rows = [
        cells
        for report in reports
        if report.when == "call"
        for name, cells in report.user_properties
        if name == _PROPERTY
    ]
    if not rows:
        return
    widths = [max(len(row[column]) for row in (*rows, _HEAD)) for column in range(len(_HEAD))]
    reporter.write_sep(
        "=", "chaos: recovery is until every replica books and all who listen have heard of it"
    )
    for row in (_HEAD, *rows):
        first = [cell.ljust(width) for cell, width in zip(row[:2], widths[:2], strict=True)]
        rest = [cell.rjust(width) for cell, width in zip(row[2:], widths[2:], strict=True)]
        reporter.write_line("  ".join([*first, *rest]))
