"""Trips: whether they can be ridden, their vehicles' day, their signs, and repetition by headway."""

import itertools
from collections.abc import Iterator
from datetime import date

import numpy as np

from timetable.validation.calls import NONE
from timetable.validation.loading import STOP_TIMES, Tables
from timetable.validation.rules.service_days import days_by_service
from timetable.validation.rules.stop_times import clock
from timetable.validation.values import clock_seconds

TRIPS, FREQUENCIES = "trips.txt", "frequencies.txt"
FERRY = "4"


def check_use(tables: Tables) -> None:
    """``unused_trip``, ``unusable_trip``."""
    counts = np.bincount(tables.calls.trip, minlength=len(tables.trips))
    for line, (trip,) in tables[TRIPS].rows("trip_id"):
        called = int(counts[tables.trips[trip]])
        if not called:
            tables.report.add("unused_trip", TRIPS, line, "trip_id", f"{trip!r} calls nowhere")
        if called <= 1:
            tables.report.add("unusable_trip", TRIPS, line, "trip_id", f"{trip!r} has {called} calls")


def check_bikes(tables: Tables) -> None:
    """``missing_bike_allowance``: ferries tell whether bicycles come along."""
    ferries = {
        route for _, (route, kind) in tables["routes.txt"].rows("route_id", "route_type") if kind == FERRY
    }
    for line, (trip, route, bikes) in tables[TRIPS].rows("trip_id", "route_id", "bikes_allowed"):
        if route in ferries and bikes not in {"1", "2"}:
            tables.report.add("missing_bike_allowance", TRIPS, line, "bikes_allowed", f"of ferry {trip!r}")


def check_headsigns(tables: Tables) -> None:
    """``trip_headsign_matches_intermediate_stop``."""
    names = tables["stops.txt"].by("stop_id", "stop_name")
    known = {"": 0}
    numbers = np.array(
        [known.setdefault(names.get(stop, ("",))[0].lower(), len(known)) for stop in tables.stops],
        dtype=np.int64,
    )
    signs = np.zeros(len(tables.trips), dtype=np.int64)
    lines: dict[int, int] = {}
    for line, (trip, sign) in tables[TRIPS].rows("trip_id", "trip_headsign"):
        signs[tables.trips[trip]] = known.get(sign.lower(), 0)
        lines[tables.trips[trip]] = line
    calls = tables.calls
    first, end = calls.bounds()
    called = np.zeros(calls.count, dtype=np.int64)
    called[calls.stop != NONE] = numbers[calls.stop[calls.stop != NONE]]
    same = (called == signs[calls.trip]) & (called > 0)
    last = np.zeros(calls.count, dtype=np.bool_)
    last[end - 1] = True
    # A circular trip is headed for its first stop, and calls there at the start.
    ends_there = same[end - 1] | (calls.stop[first] == calls.stop[end - 1])
    between = np.add.reduceat(same & ~last, first) if first.size else first
    for trip in calls.trip[first[(between > 0) & ~ends_there]].tolist():
        tables.report.add(
            "trip_headsign_matches_intermediate_stop", TRIPS, lines.get(trip), "trip_headsign",
            "the name of a stop before the last",
        )  # fmt: skip


def check_blocks(tables: Tables) -> None:
    """``inconsistent_route_type_for_block_id``."""
    kinds = tables["routes.txt"].by("route_id", "route_type")
    found: dict[str, tuple[int, set[str]]] = {}
    for line, (route, block) in tables[TRIPS].rows("route_id", "block_id"):
        if block and route in kinds:
            found.setdefault(block, (line, set()))[1].add(kinds[route][0])
    for block, (line, several) in found.items():
        if len(several) > 1:
            tables.report.add(
                "inconsistent_route_type_for_block_id", TRIPS, line, "block_id",
                f"{block!r} has route types {', '.join(sorted(several))}",
            )  # fmt: skip


def check_block_times(tables: Tables) -> None:
    """``block_trips_with_overlapping_stop_times``: a vehicle is in one place at a time."""
    blocks: dict[str, list[tuple[int, int, int, int, str, str, int]]] = {}
    calls = tables.calls
    first, end = calls.bounds()
    begin = dict(zip(calls.trip[first].tolist(), zip(first.tolist(), end.tolist(), strict=True), strict=True))
    for line, (trip, service, block) in tables[TRIPS].rows("trip_id", "service_id", "block_id"):
        span = begin.get(tables.trips[trip]) if block else None
        if span is None:
            continue
        times = (
            int(calls.arrival[span[0]]), int(calls.departure[span[0]]),
            int(calls.arrival[span[1] - 1]), int(calls.departure[span[1] - 1]),
        )  # fmt: skip
        if NONE not in times:
            blocks.setdefault(block, []).append((*times, trip, service, line))
    if not blocks:
        return
    running = {service: frozenset(days) for service, days in days_by_service(tables).items()}
    shared: dict[tuple[str, str], date | None] = {}
    for block, trips in blocks.items():
        trips.sort(key=lambda row: (row[0], row[3]))
        for place, one in enumerate(trips):
            for other in trips[place + 1 :]:
                if one[3] <= other[0]:
                    break
                # A call that both trips have is how feeds tell that passengers stay aboard.
                if one[2:4] == other[0:2]:
                    continue
                pair = (one[5], other[5])
                if pair not in shared:
                    both = running.get(pair[0], frozenset()) & running.get(pair[1], frozenset())
                    shared[pair] = min(both, default=None)
                if (day := shared[pair]) is not None:
                    tables.report.add(
                        "block_trips_with_overlapping_stop_times", TRIPS, one[6], "block_id",
                        f"{block!r}: {one[4]!r} and {other[4]!r} overlap on {day}",
                    )  # fmt: skip


def check_frequencies(tables: Tables) -> None:
    """``overlapping_frequency``, ``start_and_end_range_out_of_order``, ``start_and_end_range_equal``."""
    spans: dict[str, list[tuple[int, int, int, int]]] = {}
    for line, (trip, start, end, headway) in _frequencies(tables):
        start_s, end_s = clock_seconds(start), clock_seconds(end)
        if end_s == start_s:
            tables.report.add("start_and_end_range_equal", FREQUENCIES, line, "end_time", f"{end} twice")
        elif end_s < start_s:
            tables.report.add(
                "start_and_end_range_out_of_order", FREQUENCIES, line, "end_time", f"{end} before {start}"
            )
        spans.setdefault(trip, []).append((start_s, end_s, int(headway), line))
    for trip, rows in spans.items():
        rows.sort()
        for before, after in itertools.pairwise(rows):
            if after[0] < before[1]:
                tables.report.add(
                    "overlapping_frequency", FREQUENCIES, after[3], "start_time",
                    f"{trip!r}: {clock(after[0])} is before {clock(before[1])} of line {before[3]}",
                )  # fmt: skip


def _frequencies(tables: Tables) -> Iterator[tuple[int, tuple[str, ...]]]:
    return tables[FREQUENCIES].rows("trip_id", "start_time", "end_time", "headway_secs")


def check_continuous(tables: Tables) -> None:
    """``forbidden_continuous_pickup_drop_off``: no windows on lines that stop anywhere."""
    calls = tables.calls
    windowed = (calls.window_start != NONE) | (calls.window_end != NONE)
    if not windowed.any():
        return
    columns = ("route_id", "continuous_pickup", "continuous_drop_off")
    stopping = {
        route for _, (route, *kinds) in tables["routes.txt"].rows(*columns) if set(kinds) & {"0", "2", "3"}
    }
    trips = [trip for _, (trip, route) in tables[TRIPS].rows("trip_id", "route_id") if route in stopping]
    rows = np.flatnonzero(windowed & np.isin(calls.trip, [tables.trips[trip] for trip in trips]))
    names = tables.trips.names()
    tables.report.add_rows(
        "forbidden_continuous_pickup_drop_off", STOP_TIMES, "start_pickup_drop_off_window", calls.line[rows],
        lambda n: f"the line of trip {names[calls.trip[rows[n]]]!r} stops anywhere",
    )  # fmt: skip
