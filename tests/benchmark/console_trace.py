"""What Chromium's trace tells of a page: frames that were shown, and what they cost."""

import json
import math
import os
import re
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from playwright.async_api import Browser, Page

TRACED = ("devtools.timeline", "disabled-by-default-devtools.timeline.frame", "viz", "benchmark", "gpu")


@dataclass(frozen=True, slots=True)
class Frames:
    """Frames of a page.

    Attributes
    ----------
    per_s
        That were shown.
    longest_ms
        The longest time between two.
    work_p95_ms
        Processor time of the page's own main thread for one frame: script, style and layout. Drawing is not
        in it, nor waiting for a core.
    processor_ms
        Processor time for one frame, of all cores together, by kind of Chromium's processes: ``renderer`` is
        the page with its threads, ``gpu-process`` what draws.
    """

    per_s: float
    longest_ms: float
    work_p95_ms: float
    processor_ms: dict[str, float]


async def traced(browser: Browser, page: Page, doing: Callable[[], Awaitable[None]]) -> Frames:
    """Trace while something is done with the page."""
    await browser.start_tracing(page=page, categories=list(TRACED))
    began_s, used_ms = time.monotonic(), _processor_ms()
    await doing()
    took_s, now_ms = time.monotonic() - began_s, _processor_ms()
    spent_ms = {kind: now_ms[kind] - used_ms[kind] for kind in now_ms}
    return _frames(json.loads(await browser.stop_tracing())["traceEvents"], took_s, spent_ms)


def _frames(events: Sequence[dict[str, Any]], seconds: float, used_ms: Mapping[str, float]) -> Frames:
    shown_us = sorted(
        event["ts"] for event in events if event["name"] == "Display::DrawAndSwap" and event["ph"] in "XB"
    )
    work_ms = [
        event["tdur"] / 1000 for event in events if event["name"] == "FireAnimationFrame" and "tdur" in event
    ]
    return Frames(
        per_s=len(shown_us) / seconds,
        longest_ms=float(np.diff(shown_us).max() / 1000) if len(shown_us) > 1 else math.inf,
        work_p95_ms=float(np.percentile(work_ms, 95)) if work_ms else math.nan,
        processor_ms={kind: used / max(1, len(shown_us)) for kind, used in used_ms.items()},
    )


def _processor_ms() -> defaultdict[str, float]:
    """Processor time so far of the browsers that this process has started, by kind of process."""
    tick_ms = 1000 / os.sysconf("SC_CLK_TCK")
    parents, used, kinds = {}, {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            fields = (folder / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
            words = (folder / "cmdline").read_bytes().decode("utf-8", "replace")
            pid = int(folder.name)
            parents[pid] = int(fields[1])
            used[pid] = (int(fields[11]) + int(fields[12])) * tick_ms
            found = re.search(r"--type=([a-z-]+)", words)
            kinds[pid] = found[1] if found else "other"
    ours = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in ours} - ours:
        ours |= more
    total: defaultdict[str, float] = defaultdict(float)
    for pid in ours:
        total[kinds[pid]] += used[pid]
    return total
