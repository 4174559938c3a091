"""What every benchmark ends with: one table on the terminal, and the same as JSON under ``build/bench/``."""

import json
import os
import platform
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import numpy as np

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "build" / "bench"

Row = Mapping[str, str | int | float]
ResultT = TypeVar("ResultT")


def publish(name: str, rows: Sequence[Row], notes: Sequence[str] = (), *, part: str = "") -> None:
    """Print the rows as a Markdown table with where and when they were measured, and write them as JSON.

    Parameters
    ----------
    name
        Of the benchmark, as ``./dev bench`` knows it.
    rows
        All with the same keys, which become the headings; numbers are printed with three digits.
    notes
        Sentences below the table.
    part
        Of the benchmark, where only one was asked for; kept in a file of its own.
    """
    measured = {
        "command": shlex.join(["./dev", "bench", name, *sys.argv[1:]]),
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "revision": revision(),
    }
    for text in (*measured.values(), "", *table(rows), "", *notes):
        print(text)
    FOLDER.mkdir(parents=True, exist_ok=True)
    content = {**measured, "rows": [dict(row) for row in rows], "notes": list(notes)}
    path = FOLDER / f"{'_'.join(filter(None, (name, part)))}.json"
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"(written to {path.relative_to(ROOT)})", file=sys.stderr)


def machine() -> str:
    """Processor, cores, memory, system, Python, and how busy the machine already was."""
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{_processor()}, {len(os.sched_getaffinity(0))} cores, {memory_gib:.0f} GiB, {platform.system()},"
        f" Python {platform.python_version()}; load average {os.getloadavg()[0]:.1f}"
    )


def revision() -> str:
    """Which state of the code was measured; it says so where files differ from what is committed."""
    found = subprocess.run(
        ["git", "describe", "--always", "--dirty= with changes"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return f"revision {found.stdout.strip() or 'unknown'}"


def table(rows: Sequence[Row]) -> list[str]:
    """Lines of a Markdown table, aligned for the eye as well; numbers to the right."""
    headings = list(rows[0])
    texts = [[_text(row[heading]) for heading in headings] for row in rows]
    widths = [max(map(len, column)) for column in zip(headings, *texts, strict=True)]
    right = [not isinstance(rows[0][heading], str) for heading in headings]
    rule = [
        "-" * (width - 1) + (":" if on_right else "-") for width, on_right in zip(widths, right, strict=True)
    ]
    return [
        "| "
        + " | ".join(
            cell.rjust(width) if on_right else cell.ljust(width)
            for cell, width, on_right in zip(line, widths, right, strict=True)
        )
        + " |"
        for line in (headings, rule, *texts)
    ]


def timed(durations_s: list[float], work: Callable[[], ResultT]) -> ResultT:
    """What the work gives; the seconds it took are appended."""
    began = time.perf_counter()
    result = work()
    durations_s.append(time.perf_counter() - began)
    return result


def percentile_ms(durations_s: Sequence[float], percent: float) -> float:
    """The duration, in milliseconds, that so many percent do not exceed: one that was measured."""
    return float(np.percentile(durations_s, percent, method="inverted_cdf")) * 1000


def _text(value: str | int | float) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
