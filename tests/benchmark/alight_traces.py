"""Real traces with a log kept by hand, in the layout of the TrafficSense campaign: a folder of two files."""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from ticketing.domain.detect import detect
from ticketing.domain.detect_track import Plane
from ticketing.domain.trace import Trace
from ticketing.entrypoints.trace_files import read_traces

TOLERANCE_S = 120.0
WALKING_MPS = 2.5
"""Faster than anybody walks."""
CHECK_IN_S = 30.0
"""Logs are kept by the minute: a ride that ended this soon after the check-in was the one before."""
PAUSE_S = 60.0
SHORTEST_M = 150.0

Ride = tuple[float, float]
"""Boarding and alighting, seconds of the epoch."""
Rule = Callable[[Trace], list[Ride]]


@dataclass(frozen=True, slots=True)
class Logged:
    """Traces by device, and what their owners wrote down."""

    traces: Mapping[str, Trace]
    rides: Mapping[str, Sequence[Ride]]


def read_logged(folder: Path) -> Logged:
    """``device_data.csv`` and ``manual_log.csv`` (or, of a part, ``manual_log_dev.csv``) of a folder."""
    traces = read_traces((folder / "device_data.csv").read_text(encoding="utf-8"), None).traces
    log = next(path for name in ("manual_log.csv", "manual_log_dev.csv") if (path := folder / name).exists())
    rides: dict[str, list[Ride]] = {device: [] for device in traces}
    with log.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, skipinitialspace=True):
            told = {name.strip(): (value or "").strip() for name, value in row.items() if name}
            try:
                ride = _second(told["vehicle_dep_time"]), _second(told["vehicle_arr_time"])
            except ValueError:
                continue  # Some legs were written down without a time: nothing can be compared with them.
            rides.setdefault(told["device_id"], []).append(ride)
    return Logged(traces, rides)


def _second(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def detected(trace: Trace) -> list[Ride]:
    """What detection finds without a timetable."""
    return [(ride.board.time.timestamp(), ride.alight.time.timestamp()) for ride in detect(trace).unmatched]


def by_speed(pause_s: float, shortest_m: float) -> Rule:
    """The rule of thumb: who is faster than anybody walks is in a vehicle, and alights on becoming slower.

    Parameters
    ----------
    pause_s
        A vehicle may be slower for so long without having been left.
    shortest_m
        Rides from one place to one less far away than this do not count.
    """

    def rides(trace: Trace) -> list[Ride]:
        fixes = trace.fixes
        plane = Plane(fixes[0].lon, fixes[0].lat)
        east, north = plane.east_north(np.array([f.lon for f in fixes]), np.array([f.lat for f in fixes]))
        time = np.array([fix.time.timestamp() for fix in fixes])
        speed = np.hypot(np.diff(east), np.diff(north)) / np.maximum(np.diff(time), 1.0)
        spans: list[tuple[int, int]] = []
        for stretch in np.flatnonzero(speed > WALKING_MPS):
            if spans and time[stretch] - time[spans[-1][1]] <= pause_s:
                spans[-1] = spans[-1][0], int(stretch) + 1
            else:
                spans.append((int(stretch), int(stretch) + 1))
        return [
            (float(time[first]), float(time[last]))
            for first, last in spans
            if np.hypot(east[last] - east[first], north[last] - north[first]) >= shortest_m
        ]

    return rides


@dataclass(frozen=True, slots=True)
class Compared:
    """How found rides and a log go together, over some devices.

    ``checked_in`` counts logged rides whose alighting is told right to who checked in when they began: as the
    end of the first ride found that ends after that. ``matched`` counts alightings near which some ride ends
    at all, each ride for one of them; ``besides`` are the rides left over.
    """

    logged: int
    checked_in: int
    matched: int
    besides: int
    hours: float


def compared(logged: Logged, devices: Sequence[str], rule: Rule) -> Compared:
    """Compare what a rule finds with what was logged."""
    total = checked_in = matched = besides = 0
    hours = 0.0
    for device in devices:
        trace, wanted = logged.traces[device], logged.rides[device]
        found = rule(trace)
        for begin, end in wanted:
            told = next((ride[1] for ride in found if ride[1] > begin + CHECK_IN_S), None)
            checked_in += told is not None and abs(told - end) <= TOLERANCE_S
        pairs = sorted(
            (abs(ride[1] - want[1]), number, place)
            for number, ride in enumerate(found)
            for place, want in enumerate(wanted)
            if abs(ride[1] - want[1]) <= TOLERANCE_S and ride[0] < want[1]
        )
        used: set[int] = set()
        met: set[int] = set()
        for _, number, place in pairs:
            if number not in used and place not in met:
                used.add(number)
                met.add(place)
        total += len(wanted)
        matched += len(met)
        besides += len(found) - len(used)
        hours += (trace.fixes[-1].time - trace.fixes[0].time).total_seconds() / 3600
    return Compared(total, checked_in, matched, besides, hours)
