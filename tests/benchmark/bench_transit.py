"""Journeys on a timetable: the search, and nigiri on the same feed and questions, one after the other on one
core.

``./dev bench transit FEED [QUESTIONS]``: a zip; ``QUESTIONS`` of each kind, 100 if not given. Both read a
copy of the feed that both understand alike (``transit_feed.py``). nigiri answers in a process of its own; its
Python door knows only departures at one time, so other kinds of question have no peer. Answers are compared,
and differences counted.
"""

import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import report
from timetable.realtime import CallState, Overlay, RunState
from timetable.schedule import NONE
from timetable.transit.building import Progress, build_timetable
from timetable.transit.compact import Timetable
from timetable.transit.compact_file import load_timetable, save_timetable
from timetable.transit.fare_model import FareModel
from timetable.transit.query import Query, Reach
from timetable.transit.search import TransitSearch
from timetable.transit.source import read_source
from transit_feed import write_even_feed
from transit_nigiri import MARK

SEED = 20_210_318
QUESTIONS = 100
MOST_BOARDINGS = 8
RANGE_S = 2 * 3600
LATE_RUNS = 1000


def main() -> None:
    if len(sys.argv) < 2:
        raise SystemExit("./dev bench transit FEED [QUESTIONS]")
    count = int(sys.argv[2]) if len(sys.argv) > 2 else QUESTIONS
    with tempfile.TemporaryDirectory(prefix="transit-") as name:
        even, compact = Path(name) / "even.zip", Path(name) / "compact"
        write_even_feed(Path(sys.argv[1]), even)
        note = built(even, compact)
        compact_mib = compact.stat().st_size / 2**20
        loads: list[float] = []
        timetable = report.timed(loads, partial(load_timetable, compact))
        asked = Questions(timetable, count)
        peer = nigiri_answers(even, asked)
        rows, ours_found = measured(asked, peer["took_s"])
    differing = sum(
        sorted(ours) != sorted(map(tuple, theirs))
        for ours, theirs in zip(ours_found, peer["found"], strict=True)
    )
    rows = [
        row("load, ready to use", loads[0] * 1000, None, peer["loaded_s"] * 1000),
        *rows,
    ]
    report.publish(
        "transit",
        rows,
        [
            f"{timetable.stop_count:,} stops, {len(timetable.runs.trip):,} runs,",
            f"{len(timetable.runs.arrival_s):,} stop times; {asked.day}; {count} questions of each kind,",
            f"at most {MOST_BOARDINGS} boardings.",
            note,
            f"Memory: {compact_mib:.0f} MiB mapped and shared, {asked.window_mib():.0f} MiB for a window of",
            f"two days; nigiri's process has {peer['memory_mib']:.0f} MiB.",
            "nigiri loads seven days of the feed from text; ours maps the whole timetable, built before.",
            f"Arrivals and boardings of {differing} of {count} departures differ from nigiri's.",
        ],
    )


class Questions:
    """Random pairs of served stops at random times of the busiest day, and the search over them."""

    def __init__(self, timetable: Timetable, count: int) -> None:
        self.timetable, self.search = timetable, TransitSearch(timetable)
        weights = np.bincount(timetable.trips.service, minlength=len(timetable.runs_on))
        busiest = int((timetable.runs_on * weights[:, None]).sum(axis=0).argmax())
        self.day: date = timetable.first_day + timedelta(busiest)
        zone = ZoneInfo(timetable.zones[int(timetable.trips.zone[0])])
        noon = datetime(self.day.year, self.day.month, self.day.day, 12, tzinfo=zone)
        rng = random.Random(SEED)
        served = np.unique(timetable.patterns.stop).tolist()
        self.asked = [
            (round(noon.timestamp()) + rng.randint(-6 * 60, 6 * 60) * 60, *rng.sample(served, 2))
            for _ in range(count)
        ]

    def queries(self) -> list[Query]:
        return [
            Query(at_s, Reach.of([start]), self._walks_to(end), most_boardings=MOST_BOARDINGS)
            for at_s, start, end in self.asked
        ]

    def window_mib(self) -> float:
        """What a window of two days takes."""
        window = self.search.prepared(self.queries()[0], 0, forward=True).window
        rows = (window.row_run, window.row_day, window.lane_pattern)
        return arrays_mib(window.lanes, window.forward, window.backward, rows)

    def _walks_to(self, stop: int) -> Reach:
        """The stop and those with a change to it: nigiri walks from the last vehicle as between two."""
        changes = self.timetable.changes
        places = changes.back[changes.back_first[stop] : changes.back_first[stop + 1]]
        stops = changes.back_from[changes.back_first[stop] : changes.back_first[stop + 1]]
        return Reach.of(stops, np.where(stops == stop, 0, changes.seconds[places]))


def built(even: Path, compact: Path) -> str:
    """Read, build and save; each step's seconds and bytes are printed as it ends."""
    began = time.perf_counter()
    source = read_source(even)
    read_s = time.perf_counter() - began

    def tell(done: Progress) -> None:
        print(f"{done.step}: {done.seconds:.1f} s, {done.made_bytes / 2**20:.0f} MiB", file=sys.stderr)

    began = time.perf_counter()
    timetable = build_timetable([source], tell=tell)
    save_timetable(timetable, compact)
    build_s = time.perf_counter() - began
    size = compact.stat().st_size / 2**20
    return f"Read in {read_s:.1f} s, built and saved in {build_s:.1f} s, once; the file has {size:.0f} MiB."


def measured(
    asked: Questions, peer_s: Sequence[float]
) -> tuple[list[report.Row], list[list[tuple[int, int]]]]:
    """All kinds of question, each after its kernels are compiled and its window is cut."""
    search, queries = asked.search, asked.queries()
    fares = FareModel(
        np.full(len(asked.timetable.route_kind), 100, dtype=np.int32), 15.0,
        np.full(asked.timetable.stop_count, NONE, dtype=np.int32), np.zeros(1, dtype=np.int32),
    )  # fmt: skip
    kinds: list[tuple[str, Callable[[Query], Any], Sequence[float] | None]] = [
        ("departure: arrival, boardings", search.departing, peer_s),
        ("latest departure: departure, boardings", search.arriving, None),
        ("two hours: departure, arrival, boardings", partial(search.departing_within, range_s=RANGE_S), None),
        ("arrival, boardings, walking", search.choices, None),
        ("arrival, boardings, walking, price", partial(search.choices, fares=fares), None),
        ("one to all", lambda query: search.times_from(query.at_s, query.access), None),
    ]
    rows, found = [], []
    for name, ask, theirs in kinds:
        ask(queries[0])
        took: list[float] = []
        answers = [report.timed(took, partial(ask, query)) for query in queries]
        if theirs is not None:
            found = [[(one.arrive_s, one.boardings) for one in journeys] for journeys in answers]
        for percent in (50, 99):
            peer_ms = None if theirs is None else report.percentile_ms(theirs, percent)
            rows.append(
                row(
                    f"{name}, p{percent}",
                    report.percentile_ms(took, percent),
                    both_cores(ask, queries, percent),
                    peer_ms,
                )
            )
    rows.append(row(f"{LATE_RUNS:,} runs told late, till searches see it", late_ms(asked), None, None))
    return rows, found


def both_cores(ask: Callable[[Query], Any], queries: Sequence[Query], percent: int) -> float:
    """Milliseconds of single questions while two threads ask."""
    took: list[list[float]] = [[], []]

    def work(number: int) -> None:
        for query in queries[number::2]:
            report.timed(took[number], partial(ask, query))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return report.percentile_ms([*took[0], *took[1]], percent)


def late_ms(asked: Questions) -> float:
    """Lay ten minutes of delay over runs of the day while windows are in use."""
    timetable = asked.timetable
    running = timetable.runs_on[:, (asked.day - timetable.first_day).days][timetable.run_service]
    chosen = random.Random(SEED).sample(np.flatnonzero(running).tolist(), min(LATE_RUNS, int(running.sum())))
    patterns, runs = timetable.run_pattern, timetable.runs
    stops = [timetable.patterns.stop[slice(*timetable.patterns.first[patterns[run] :][:2])] for run in chosen]
    times = [slice(*runs.times_first[run : run + 2]) for run in chosen]
    count = len(chosen)
    first = np.cumsum([0, *map(len, stops)], dtype=np.int64)
    overlay = Overlay(
        0, runs.trip[chosen], np.full(count, NONE, np.int32), np.full(count, asked.day.toordinal(), np.int32),
        runs.departure_s[runs.times_first[chosen]], np.full(count, RunState.RUNS, np.int8), first,
        np.concatenate(stops), np.concatenate([runs.arrival_s[part] + 600 for part in times]),
        np.concatenate([runs.departure_s[part] + 600 for part in times]),
        np.full(int(first[-1]), CallState.SERVED, np.int8),
    )  # fmt: skip
    asked.search.lay([(0, overlay)])
    took: list[float] = []
    for _ in range(5):
        report.timed(took, partial(asked.search.lay, [(0, overlay)]))
    asked.search.lay([])
    return report.percentile_ms(took, 50)


def nigiri_answers(even: Path, asked: Questions) -> dict[str, Any]:
    """What the peer found, and how long it took."""
    ids = asked.timetable.names.stop_ids
    task = {
        "feed": str(even),
        "day": asked.day.isoformat(),
        "most_boardings": MOST_BOARDINGS,
        "queries": [(at_s, ids.at(start), ids.at(end)) for at_s, start, end in asked.asked],
    }
    done = subprocess.run(  # our own file
        [sys.executable, str(Path(__file__).with_name("transit_nigiri.py"))],
        input=json.dumps(task), capture_output=True, text=True, check=False,
    )  # fmt: skip
    lines = [line for line in done.stdout.splitlines() if line.startswith(MARK)]
    if done.returncode or not lines:
        raise SystemExit(f"nigiri ended with {done.returncode}: {done.stderr[-500:]}")
    answers: dict[str, Any] = json.loads(lines[-1].removeprefix(MARK))
    return answers


def arrays_mib(*parts: tuple[Any, ...]) -> float:
    """Memory that arrays take."""
    return sum(array.nbytes for part in parts for array in part if isinstance(array, np.ndarray)) / 2**20


def row(task: str, ours: float, two: float | None, peer: float | None) -> report.Row:
    return {
        "nigiri / this": "–" if peer is None else f"{peer / ours:.3g}",
        "task": task,
        "this, ms": ours,
        "two at once, ms": "–" if two is None else f"{two:.3g}",
        "nigiri, ms": "–" if peer is None else f"{peer:.3g}",
    }


if __name__ == "__main__":
    main()
