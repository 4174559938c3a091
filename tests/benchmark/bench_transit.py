"""Journeys on a timetable: the search, and nigiri on the same feed and questions, taking turns on one core.

``./dev bench transit FEED [QUESTIONS]``: a zip; ``QUESTIONS`` of each kind, 100 if not given. Both read a
copy of the feed that both understand alike (``transit_feed.py``). nigiri answers in a process of its own; its
Python door knows only departures at one time, so other kinds of question have no peer. Each question is put
to one and then to the other, who is first changes every time; answers are compared, and differences counted.
"""

import json
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
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
DEPARTURES = "departure: arrival, boardings"
LATE_RUNS = (1_000, 10_000)


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
        peer = in_turns(even, asked)
        rows = measured(asked, peer)
    rows = [
        row("load, ready to use", loads[0] * 1000, None, peer.loaded_s * 1000),
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
            f"two days; this process had {own_mib():.0f} MiB at most, building included,",
            f"nigiri's {peer.memory_mib:.0f} MiB.",
            "nigiri loads seven days of the feed from text; ours maps the whole timetable, built before.",
            f"Arrivals and boardings of {peer.differing} of {count} departures differ from nigiri's.",
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


@dataclass
class Turns:
    """What both engines needed for departures, seconds, and in how many answers they differ."""

    loaded_s: float
    memory_mib: float = 0.0
    differing: int = 0
    ours_s: list[float] = field(default_factory=list)
    theirs_s: list[float] = field(default_factory=list)


def in_turns(even: Path, asked: Questions) -> Turns:
    """Ask both each question, one right after the other."""
    ids, queries = asked.timetable.names.stop_ids, asked.queries()
    asked.search.departing(queries[0])
    with nigiri(even, asked.day) as ask:
        turns = Turns(float(ask(None)["loaded_s"]))
        for number, (query, (at_s, start, end)) in enumerate(zip(queries, asked.asked, strict=True)):
            question = (at_s, ids.at(start), ids.at(end))
            # Who comes second finds the caches full of the other's.
            theirs = ask(question) if number % 2 else None
            journeys = report.timed(turns.ours_s, partial(asked.search.departing, query))
            theirs = theirs or ask(question)
            turns.theirs_s.append(theirs["took_s"])
            ours = sorted((one.arrive_s, one.boardings) for one in journeys)
            turns.differing += ours != sorted(map(tuple, theirs["found"]))
            turns.memory_mib = theirs["memory_mib"]
    return turns


def measured(asked: Questions, turns: Turns) -> list[report.Row]:
    """All kinds of question, each after its kernels are compiled and its window is cut."""
    search, queries = asked.search, asked.queries()
    fares = FareModel(
        np.full(len(asked.timetable.route_kind), 100, dtype=np.int32), 15.0,
        np.full(asked.timetable.stop_count, NONE, dtype=np.int32), np.zeros(1, dtype=np.int32),
    )  # fmt: skip
    kinds: list[tuple[str, Callable[[Query], Any]]] = [
        (DEPARTURES, search.departing),
        ("latest departure: departure, boardings", search.arriving),
        ("two hours: departure, arrival, boardings", partial(search.departing_within, range_s=RANGE_S)),
        ("arrival, boardings, walking", search.choices),
        ("arrival, boardings, walking, price", partial(search.choices, fares=fares)),
        ("one to all", lambda query: search.times_from(query.at_s, query.access)),
    ]
    rows = []
    for name, ask in kinds:
        ask(queries[0])
        took: list[float] = []
        if name == DEPARTURES:
            took = turns.ours_s
        else:
            for query in queries:
                report.timed(took, partial(ask, query))
        for percent in (50, 99):
            peer_ms = report.percentile_ms(turns.theirs_s, percent) if name == DEPARTURES else None
            rows.append(
                row(
                    f"{name}, p{percent}",
                    report.percentile_ms(took, percent),
                    both_cores(ask, queries, percent),
                    peer_ms,
                )
            )
    for at_most in LATE_RUNS:
        late_count, took_ms = late(asked, at_most)
        rows.append(row(f"{late_count:,} runs told late, till searches see it", took_ms, None, None))
    return rows


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


def late(asked: Questions, at_most: int) -> tuple[int, float]:
    """Lay ten minutes of delay over runs of the day while windows are in use; how many, and milliseconds."""
    timetable = asked.timetable
    running = timetable.runs_on[:, (asked.day - timetable.first_day).days][timetable.run_service]
    chosen = random.Random(SEED).sample(np.flatnonzero(running).tolist(), min(at_most, int(running.sum())))
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
    return count, report.percentile_ms(took, 50)


@contextmanager
def nigiri(even: Path, day: date) -> Iterator[Callable[[object], dict[str, Any]]]:
    """The peer: what asks it, after None what tells that it is ready."""
    task = {"feed": str(even), "day": day.isoformat(), "most_boardings": MOST_BOARDINGS}
    with subprocess.Popen(  # our own file
        [sys.executable, str(Path(__file__).with_name("transit_nigiri.py"))],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        said, told = process.stdin, process.stdout
        print(json.dumps(task), file=said, flush=True)

        def ask(question: object) -> dict[str, Any]:
            if question is not None:
                print(json.dumps(question), file=said, flush=True)
            for line in told:
                if line.startswith(MARK):
                    answer: dict[str, Any] = json.loads(line.removeprefix(MARK))
                    return answer
            raise SystemExit(f"nigiri ended with {process.wait()}")

        yield ask


def own_mib() -> float:
    """The most memory that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


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
