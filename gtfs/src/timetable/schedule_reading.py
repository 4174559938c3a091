"""Reading a GTFS feed into the flat arrays of a schedule; what is wrong in it becomes a finding."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from timetable.findings import Findings
from timetable.schedule import (
    NONE,
    Frequencies,
    Offsets,
    Routes,
    Schedule,
    Services,
    Shapes,
    Stops,
    Trips,
)
from timetable.schedule_stop_times import read_stop_times, seconds
from timetable.tables import Feed, FeedError, Table

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MOST_DAYS = 366 * 40
"""Days between a feed's first and last service day; a mistyped year makes more."""


def read_schedule(path: Path) -> tuple[Schedule, Findings]:
    """Read the timetable of a feed.

    Parameters
    ----------
    path
        Folder with the files of the feed, or a zip of them.

    Returns
    -------
    tuple
        The schedule, and what was wrong: rows with an error are left out, and all that hangs on them.

    Raises
    ------
    FeedError
        If the path is no feed, a file breaks off, or no trip with two calls is left.
    """
    with Feed(path) as feed:
        schedule = _read(feed)
        if not (np.diff(schedule.trips.first) >= 2).any():
            first = next(iter(feed.findings.errors), None)
            raise FeedError(f"feed {str(path)!r}: no trip with two calls{f'; {first}' if first else ''}")
        return schedule, feed.findings


def _read(feed: Feed) -> Schedule:
    stops = _read_stops(feed.table("stops.txt"), feed.findings)
    routes = _read_routes(feed.table("routes.txt"), feed.findings)
    services = read_services(feed)
    shapes = _read_shapes(feed)
    names, columns, headsigns = _read_trips(feed, routes.ids, services.ids, shapes.ids)
    stop_times, first = read_stop_times(feed, names, stops)
    trips = Trips(
        tuple(names), columns["route"], columns["service"], columns["direction"].astype(np.int8),
        columns["shape"], headsigns, first,
    )  # fmt: skip
    frequencies = _read_frequencies(feed.table("frequencies.txt"), names, feed.findings)
    timezone = _read_timezone(feed.table("agency.txt"), feed.findings)
    return Schedule(timezone, stops, routes, trips, stop_times, services, frequencies, shapes)


def _read_timezone(table: Table, findings: Findings) -> str:
    told = []
    for line, (name,) in table.rows("agency_timezone"):
        told.append(name)
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            findings.error(table.file, line, "agency_timezone", f"no time zone: {name!r}")
        else:
            return name
    if any(";" in column for column in table.unknown):
        raise FeedError(f"{table.file}: its columns are parted by ';' where GTFS has ','")
    named = f"none of {', '.join(map(repr, told))} is known" if told else "there is none"
    raise FeedError(f"{table.file}: agency_timezone: {named}")


def _numbered(table: Table, id_column: str, findings: Findings, used: Callable[[int], bool]) -> list[int]:
    """Rows, from 0, with an id of their own that pass the check."""
    seen: set[str] = set()
    rows = []
    for row, (line, name) in enumerate(zip(table.lines, table.column(id_column), strict=True)):
        if not name:
            findings.error(table.file, line, id_column, "empty")
        elif name in seen:
            findings.error(table.file, line, id_column, f"{name!r} stands there twice")
        elif used(row):
            seen.add(name)
            rows.append(row)
    return rows


def _picked(values: Sequence[str], rows: Iterable[int]) -> tuple[str, ...]:
    return tuple(values[row] for row in rows)


def _read_stops(table: Table, findings: Findings) -> Stops:
    lon, lat = (
        _degrees(table, column, limit, findings) for column, limit in (("stop_lon", 180), ("stop_lat", 90))
    )
    kinds = _whole(table, "location_type", 0, findings)
    rows = _numbered(table, "stop_id", findings, lambda row: 0 <= kinds[row] <= 4)
    ids = _picked(table.column("stop_id"), rows)
    index = {name: number for number, name in enumerate(ids)}
    parent = np.full(len(ids), NONE, dtype=np.int32)
    parents = table.column("parent_station")
    for number, row in enumerate(rows):
        if name := parents[row]:
            if name in index:
                parent[number] = index[name]
            else:
                findings.error(table.file, table.lines[row], "parent_station", f"no stop {name!r}")
    names = _picked(table.column("stop_name"), rows)
    zones = _picked(table.column("stop_timezone"), rows)
    return Stops(ids, names, lon[rows], lat[rows], parent, kinds[rows].astype(np.int8), zones)


def _read_routes(table: Table, findings: Findings) -> Routes:
    kinds = _whole(table, "route_type", NONE, findings)
    rows = _numbered(table, "route_id", findings, lambda row: bool(kinds[row] != NONE))
    ids, agencies, short_names, long_names = (
        _picked(table.column(name), rows)
        for name in ("route_id", "agency_id", "route_short_name", "route_long_name")
    )
    return Routes(ids, agencies, short_names, long_names, kinds[rows].astype(np.int32))


def _read_trips(
    feed: Feed, routes: Sequence[str], services: Sequence[str], shapes: Sequence[str]
) -> tuple[dict[str, int], dict[str, npt.NDArray[np.int32]], tuple[str, ...]]:
    table = feed.table(
        "trips.txt", ("trip_id", "route_id", "service_id", "shape_id", "direction_id", "trip_headsign")
    )
    findings = feed.findings
    found = {
        "route": _looked_up(table, "route_id", routes, findings),
        "service": _looked_up(table, "service_id", services, findings),
        "shape": _looked_up(table, "shape_id", shapes, findings, may_be_empty=True),
        "direction": _whole(table, "direction_id", NONE, findings),
    }
    rows = _numbered(
        table, "trip_id", findings, lambda row: bool(found["route"][row] >= 0 and found["service"][row] >= 0)
    )
    names = {name: number for number, name in enumerate(_picked(table.column("trip_id"), rows))}
    columns = {name: values[rows].astype(np.int32) for name, values in found.items()}
    return names, columns, _picked(table.column("trip_headsign"), rows)


def read_services(feed: Feed) -> Services:
    """Read on which days each service runs; what is wrong becomes a finding of the feed."""
    running: dict[str, set[date]] = {}
    table = feed.table("calendar.txt")
    for line, (name, start, end, *days) in table.rows("service_id", "start_date", "end_date", *WEEKDAYS):
        first = _day(table.file, line, "start_date", start, feed.findings)
        last = _day(table.file, line, "end_date", end, feed.findings)
        if first is None or last is None:
            continue
        if not 0 <= (last - first).days < MOST_DAYS:
            feed.findings.error(table.file, line, "end_date", f"{end} with start_date {start}")
            continue
        weekdays = {number for number, flag in enumerate(days) if flag == "1"}
        running.setdefault(name, set()).update(
            day
            for day in (first + timedelta(count) for count in range((last - first).days + 1))
            if day.weekday() in weekdays
        )
    table = feed.table("calendar_dates.txt")
    for line, (name, text, kind) in table.rows("service_id", "date", "exception_type"):
        day = _day(table.file, line, "date", text, feed.findings)
        if day is None:
            continue
        if kind == "1":
            running.setdefault(name, set()).add(day)
        elif kind == "2":
            running.setdefault(name, set()).discard(day)
        else:
            feed.findings.error(table.file, line, "exception_type", f"{kind!r} is neither 1 nor 2")
    return _as_matrix(running)


def _as_matrix(running: Mapping[str, set[date]]) -> Services:
    all_days = [day for days in running.values() for day in days]
    if not all_days:
        return Services(tuple(running), date(1970, 1, 1), np.zeros((len(running), 0), dtype=np.bool_))
    first = min(all_days)
    length = (max(all_days) - first).days + 1
    if length > MOST_DAYS:
        raise FeedError(f"calendar_dates.txt: date: from {first} to {max(all_days)} are more than 40 years")
    runs = np.zeros((len(running), length), dtype=np.bool_)
    for number, days in enumerate(running.values()):
        runs[number, [(day - first).days for day in days]] = True
    return Services(tuple(running), first, runs)


def _read_frequencies(table: Table, trips: Mapping[str, int], findings: Findings) -> Frequencies:
    rows = []
    for line, (trip, start, end, headway) in table.rows("trip_id", "start_time", "end_time", "headway_secs"):
        start_s, end_s = seconds(start), seconds(end)
        if trip not in trips:
            findings.error(table.file, line, "trip_id", f"no trip {trip!r}")
        elif start_s < 0:
            findings.error(table.file, line, "start_time", f"no time: {start!r}")
        elif end_s <= start_s:
            findings.error(table.file, line, "end_time", f"{end!r} with start_time {start!r}")
        elif not headway.isdecimal() or int(headway) == 0:
            findings.error(table.file, line, "headway_secs", f"no whole number above 0: {headway!r}")
        else:
            rows.append((trips[trip], start_s, end_s, int(headway)))
    return Frequencies(*np.array(rows, dtype=np.int32).reshape(-1, 4).T)


def _read_shapes(feed: Feed) -> Shapes:
    table = feed.table("shapes.txt", ("shape_id", "shape_pt_lat", "shape_pt_lon", "shape_pt_sequence"))
    lon = _degrees(table, "shape_pt_lon", 180, feed.findings)
    lat = _degrees(table, "shape_pt_lat", 90, feed.findings)
    sequence = _whole(table, "shape_pt_sequence", NONE, feed.findings)
    numbers: dict[str, int] = {}
    shape = np.array([numbers.setdefault(name, len(numbers)) for name in table.column("shape_id")], np.int64)
    good = np.flatnonzero(~np.isnan(lon) & ~np.isnan(lat) & (sequence != NONE))
    order = good[np.lexsort((sequence[good], shape[good]))]
    first: Offsets = np.searchsorted(shape[order], np.arange(len(numbers) + 1)).astype(np.int64)
    return Shapes(tuple(numbers), first, lon[order], lat[order])


def _looked_up(
    table: Table, column: str, known: Sequence[str], findings: Findings, *, may_be_empty: bool = False
) -> npt.NDArray[np.int64]:
    index = {name: number for number, name in enumerate(known)}
    names = table.column(column)
    found = np.array([index.get(name, NONE) for name in names], dtype=np.int64)
    for row in np.flatnonzero(found == NONE).tolist():
        if names[row] or not may_be_empty:
            message = f"no {column.removesuffix('_id')} {names[row]!r}"
            findings.error(table.file, table.lines[row], column, message)
    return found


def _degrees(table: Table, column: str, limit: int, findings: Findings) -> npt.NDArray[np.float64]:
    def degree(line: int, text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = np.nan
        if text and not abs(value) <= limit:
            findings.error(table.file, line, column, f"{text!r} is not within -{limit}..{limit}")
            return np.nan
        return value

    return np.array([degree(*pair) for pair in zip(table.lines, table.column(column), strict=True)], float)


def _whole(table: Table, column: str, default: int, findings: Findings) -> npt.NDArray[np.int64]:
    def whole(line: int, text: str) -> int:
        if not text:
            return default
        if text.isdecimal() and len(text) < 10:
            return int(text)
        findings.error(table.file, line, column, f"no whole number: {text!r}")
        return NONE

    return np.array([whole(*pair) for pair in zip(table.lines, table.column(column), strict=True)], np.int64)


def _day(file: str, line: int, column: str, text: str, findings: Findings) -> date | None:
    if len(text) == len("YYYYMMDD") and text.isdecimal():
        with suppress(ValueError):
            return date.fromisoformat(text)
    findings.error(file, line, column, f"no date as YYYYMMDD: {text!r}")
    return None
