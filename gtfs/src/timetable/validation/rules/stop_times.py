"""Calls of trips: their times, windows and places, row by row and along each trip."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from timetable.validation.calls import NONE, Calls, Ints
from timetable.validation.loading import STOP_TIMES, Tables

REGULAR, PHONE, DRIVER = 0, 2, 3
EXACT = 1
Mask = npt.NDArray[np.bool_]


def clock(seconds: int) -> str:
    """Seconds as a time of the feed, as in ``25:30:00``."""
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _note(tables: Tables, rule: str, field: str | None, where: Mask, told: Callable[[int], str]) -> None:
    rows = np.flatnonzero(where)
    tables.report.add_rows(rule, STOP_TIMES, field, tables.calls.line[rows], lambda n: told(int(rows[n])))


def _trip_told(tables: Tables) -> Callable[[int], str]:
    names = tables.trips.names()
    return lambda row: f"trip {names[tables.calls.trip[row]]!r}, call {tables.calls.sequence[row]}"


def check_calls(tables: Tables) -> None:
    """Rules of one row that need no other: ``stop_time_with_only_arrival_or_departure_time``,
    ``stop_time_timepoint_without_times``, ``missing_timepoint_value``, ``forbidden_geography_id``,
    ``missing_required_field``, ``forbidden_shape_dist_traveled``, ``start_and_end_range_out_of_order``.
    """
    calls, told = tables.calls, _trip_told(tables)
    arrives, departs = calls.arrival != NONE, calls.departure != NONE
    for field, only in (("departure_time", arrives & ~departs), ("arrival_time", departs & ~arrives)):
        _note(
            tables, "stop_time_with_only_arrival_or_departure_time", field, only,
            lambda row: f"empty, and the other time is there: {told(row)}",
        )  # fmt: skip
    _note(
        tables, "start_and_end_range_out_of_order", "departure_time",
        arrives & departs & (calls.departure < calls.arrival),
        lambda row: f"{clock(calls.departure[row])} is before arrival_time {clock(calls.arrival[row])}",
    )  # fmt: skip
    if tables[STOP_TIMES].has("timepoint"):
        for field, given in (("arrival_time", arrives), ("departure_time", departs)):
            _note(
                tables, "stop_time_timepoint_without_times", field, (calls.timepoint == EXACT) & ~given, told
            )
        missing = (arrives | departs) & (calls.timepoint == NONE)
        _note(tables, "missing_timepoint_value", "timepoint", missing, told)
    places = (calls.stop != NONE).astype(np.int8) + (calls.group != NONE) + (calls.location != NONE)
    _note(tables, "missing_required_field", "stop_id", places == 0, lambda row: f"no place: {told(row)}")
    _note(
        tables,
        "forbidden_geography_id",
        "stop_id",
        places > 1,
        lambda row: f"more than one place: {told(row)}",
    )
    zoned = ~np.isnan(calls.distance) & (calls.stop == NONE) & (places > 0)
    _note(tables, "forbidden_shape_dist_traveled", "shape_dist_traveled", zoned, told)


def check_windows(tables: Tables) -> None:
    """Rules of a row with a window: ``missing_pickup_or_drop_off_window``,
    ``invalid_pickup_drop_off_window``, ``forbidden_arrival_or_departure_time``, ``forbidden_pickup_type``,
    ``forbidden_drop_off_type``.
    """
    calls, told = tables.calls, _trip_told(tables)
    starts, ends = calls.window_start != NONE, calls.window_end != NONE
    windowed = starts | ends
    if not windowed.any():
        return
    timed = (calls.arrival != NONE) | (calls.departure != NONE)
    _note(tables, "forbidden_arrival_or_departure_time", "arrival_time", windowed & timed, told)
    for field, lacks in (
        ("start_pickup_drop_off_window", windowed & ~starts),
        ("end_pickup_drop_off_window", windowed & ~ends),
    ):
        _note(tables, "missing_pickup_or_drop_off_window", field, lacks, told)
    _note(
        tables, "invalid_pickup_drop_off_window", "end_pickup_drop_off_window",
        starts & ends & (calls.window_end <= calls.window_start),
        lambda row: f"{clock(calls.window_end[row])} is not after {clock(calls.window_start[row])}",
    )  # fmt: skip
    # An empty type means regular service, as 0 does.
    _note(
        tables, "forbidden_pickup_type", "pickup_type",
        windowed & ((calls.pickup <= REGULAR) | (calls.pickup == DRIVER)), told,
    )  # fmt: skip
    _note(tables, "forbidden_drop_off_type", "drop_off_type", windowed & (calls.drop_off <= REGULAR), told)


def check_booking(tables: Tables) -> None:
    """``missing_pickup_drop_off_booking_rule_id``."""
    if not tables["booking_rules.txt"].present:
        return
    calls, told = tables.calls, _trip_told(tables)
    sides = (
        ("pickup_booking_rule_id", calls.pickup, calls.window_start, calls.pickup_rule),
        ("drop_off_booking_rule_id", calls.drop_off, calls.window_end, calls.drop_off_rule),
    )
    for field, kind, window, rule in sides:
        lacks = (kind == PHONE) & (window != NONE) & (rule == NONE)
        _note(tables, "missing_pickup_drop_off_booking_rule_id", field, lacks, told)


def check_order(tables: Tables) -> None:
    """Rules along a trip: ``missing_trip_edge``, ``stop_time_with_arrival_before_previous_departure_time``,
    ``decreasing_or_equal_stop_time_distance``, ``missing_stop_times_record``.
    """
    calls, told = tables.calls, _trip_told(tables)
    first, end = calls.bounds()
    edges = np.zeros(calls.count, dtype=np.bool_)
    edges[first] = edges[end - 1] = True
    edges &= (calls.window_start == NONE) & (calls.window_end == NONE)
    for field, times in (("arrival_time", calls.arrival), ("departure_time", calls.departure)):
        _note(tables, "missing_trip_edge", field, edges & (times == NONE), told)
    _check_backwards(tables, calls, told)
    _check_distances(tables, calls, told)
    alone = np.zeros(calls.count, dtype=np.bool_)
    alone[first[end - first == 1]] = True
    alone &= (calls.window_start != NONE) & (calls.window_end != NONE)
    alone &= (calls.pickup == PHONE) & (calls.drop_off == PHONE)
    _note(tables, "missing_stop_times_record", None, alone, lambda row: f"one row only: {told(row)}")


def _check_distances(tables: Tables, calls: Calls, told: Callable[[int], str]) -> None:
    rows = np.flatnonzero(calls.stop != NONE)
    before, after = rows[:-1], rows[1:]
    falls = (calls.trip[before] == calls.trip[after]) & (calls.distance[after] <= calls.distance[before])
    again, earlier = after[falls], before[falls]
    tables.report.add_rows(
        "decreasing_or_equal_stop_time_distance", STOP_TIMES, "shape_dist_traveled", calls.line[again],
        lambda n: f"{calls.distance[again[n]]} after {calls.distance[earlier[n]]}: {told(int(again[n]))}",
    )  # fmt: skip


def _check_backwards(tables: Tables, calls: Calls, told: Callable[[int], str]) -> None:
    departs = calls.departure
    before = _last_known(departs, calls.trip)
    late = (calls.arrival != NONE) & (before != NONE) & (calls.arrival < before)
    _note(
        tables, "stop_time_with_arrival_before_previous_departure_time", "arrival_time", late,
        lambda row: f"{clock(calls.arrival[row])} after departing at {clock(int(before[row]))}: {told(row)}",
    )  # fmt: skip


def _last_known(values: Ints, trip: Ints) -> Ints:
    """For each row the latest value of an earlier row of its trip; ``NONE`` where there is none."""
    if not values.size:
        return values
    place = np.where(values != NONE, np.arange(values.size), -1)
    latest = np.r_[-1, np.maximum.accumulate(place)[:-1]]
    found: Ints = np.where((latest >= 0) & (trip[latest] == trip), values[latest], NONE).astype(np.int32)
    return found


def check_file_order(tables: Tables) -> None:
    """``unsorted_stop_times``: a trip's rows are together and in order."""
    trip, sequence, line = tables.file_order
    order = np.argsort(trip, kind="stable")
    owner, place, lines = trip[order], sequence[order], line[order]
    same = np.diff(owner) == 0
    wrong = np.zeros(len(tables.trips), dtype=np.bool_)
    wrong[owner[1:][same & (np.diff(place) <= 0)]] = True
    wrong[owner[1:][same & (np.diff(lines) != 1)]] = True
    begins = np.flatnonzero(np.r_[True, ~same]) if owner.size else np.empty(0, np.int64)
    told = begins[wrong[owner[begins]]] if begins.size else begins
    names = tables.trips.names()
    tables.report.add_rows(
        "unsorted_stop_times", STOP_TIMES, "stop_sequence", lines[told],
        lambda n: f"trip {names[owner[told[n]]]!r} is scattered or out of order",
    )  # fmt: skip
