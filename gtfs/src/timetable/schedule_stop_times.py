"""Reading the largest file of a feed: the calls of its trips, in batches, with blank times filled in."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from timetable.findings import Findings
from timetable.schedule import NONE, Ints, Offsets, Stops, StopTimes
from timetable.tables import Feed, Table

FILE = "stop_times.txt"
BLANK = -1
WRONG = -2
MOST_HOURS = 7 * 24
COLUMNS = (
    "trip_id",
    "stop_id",
    "stop_sequence",
    "arrival_time",
    "departure_time",
    "pickup_type",
    "drop_off_type",
)

_Rows = npt.NDArray[np.int32]
TRIP, STOP, SEQUENCE, ARRIVAL, DEPARTURE, PICKUP, DROPOFF, LINE = range(8)


def seconds(clock: str) -> int:
    """Seconds of ``H:MM:SS``, which may be past 24:00; ``BLANK`` if empty, ``WRONG`` if it is no time."""
    if not clock:
        return BLANK
    hours, _, rest = clock.partition(":")
    minutes, _, last = rest.partition(":")
    if not (hours.isdecimal() and minutes.isdecimal() and last.isdecimal()):
        return WRONG
    if len(hours) > 3 or int(hours) > MOST_HOURS or int(minutes) > 59 or int(last) > 59:
        return WRONG
    return int(hours) * 3600 + int(minutes) * 60 + int(last)


def read_stop_times(feed: Feed, trips: Mapping[str, int], stops: Stops) -> tuple[StopTimes, Offsets]:
    """All calls, sorted by trip and sequence, and where each trip's begin.

    Calls that hang on an unknown trip or stop, or that have no place in time, are left out with a finding; a
    trip whose times run backwards, or that lacks its first or last time, is left out whole. Areas of
    on-demand service (``location_id``, ``location_group_id``) are no calls.
    """
    stop_index = {name: number for number, name in enumerate(stops.ids)}
    kept_clocks: dict[str, int] = {}
    parts = [
        _batch(table, trips, stop_index, kept_clocks, feed.findings) for table in feed.batches(FILE, COLUMNS)
    ]
    rows = np.concatenate([*parts, np.empty((8, 0), dtype=np.int32)], axis=1)
    del parts
    key = rows[TRIP].astype(np.int64) << 32 | rows[SEQUENCE]
    if (np.diff(key) < 0).any():
        order = np.argsort(key, kind="stable")
        rows, key = rows[:, order], key[order]
    keep = np.ones(rows.shape[1], dtype=np.bool_)
    for row in np.flatnonzero(np.diff(key) == 0) + 1:
        keep[row] = False
        feed.findings.error(FILE, int(rows[LINE, row]), "stop_sequence", f"{rows[SEQUENCE, row]} again")
    if not keep.all():
        rows = rows[:, keep]
    rows = _timed(rows, stops, feed.findings)
    first: Offsets = np.searchsorted(rows[TRIP], np.arange(len(trips) + 1)).astype(np.int64)
    times = StopTimes(
        np.ascontiguousarray(rows[STOP]), np.ascontiguousarray(rows[ARRIVAL]),
        np.ascontiguousarray(rows[DEPARTURE]), np.ascontiguousarray(rows[SEQUENCE]),
        rows[PICKUP].astype(np.int8), rows[DROPOFF].astype(np.int8),
    )  # fmt: skip
    return times, first


def _batch(
    table: Table,
    trips: Mapping[str, int],
    stops: Mapping[str, int],
    clocks: dict[str, int],
    findings: Findings,
) -> _Rows:
    def clock_column(name: str) -> list[int]:
        texts = table.column(name)
        for text in set(texts).difference(clocks):
            clocks[text] = seconds(text)
        return [clocks[text] for text in texts]

    def small(name: str) -> list[int]:
        texts = table.column(name)
        values = {text: int(text) if text.isdecimal() and len(text) < 10 else NONE for text in set(texts)}
        values[""] = NONE if name == "stop_sequence" else 0
        return [values[text] for text in texts]

    rows = np.array(
        [
            [trips.get(name, NONE) for name in table.column("trip_id")],
            [stops.get(name, NONE) for name in table.column("stop_id")],
            small("stop_sequence"),
            clock_column("arrival_time"),
            clock_column("departure_time"),
            small("pickup_type"),
            small("drop_off_type"),
            table.lines,
        ],
        dtype=np.int32,
    ).reshape(8, -1)
    good = np.ones(rows.shape[1], dtype=np.bool_)
    wrong = (
        (TRIP, "trip_id", NONE), (STOP, "stop_id", NONE), (SEQUENCE, "stop_sequence", NONE),
        (ARRIVAL, "arrival_time", WRONG), (DEPARTURE, "departure_time", WRONG), (PICKUP, "pickup_type", NONE),
        (DROPOFF, "drop_off_type", NONE),
    )  # fmt: skip
    for place, column, sign in wrong:
        texts = table.column(column)
        for row in np.flatnonzero(rows[place] == sign).tolist():
            good[row] = False
            if texts[row] or column != "stop_id":
                findings.error(FILE, table.lines[row], column, f"{texts[row]!r} is unknown or has no meaning")
    return rows[:, good]


def _timed(rows: _Rows, stops: Stops, findings: Findings) -> _Rows:
    """Calls with both times, blanks filled in; trips that cannot be timed are left out."""
    arrival, departure = rows[ARRIVAL], rows[DEPARTURE]
    np.copyto(arrival, departure, where=arrival == BLANK)
    np.copyto(departure, arrival, where=departure == BLANK)
    if rows.shape[1] == 0:
        return rows
    trip = rows[TRIP]
    changes = np.diff(trip) != 0
    begins = np.r_[True, changes]
    ends = np.r_[changes, True]
    bad = (begins | ends) & (arrival == BLANK)
    _note(findings, rows, bad, "first and last call of a trip need a time")
    good = ~np.isin(trip, trip[bad])
    rows, begins = rows[:, good], begins[good]
    _fill(rows, stops)
    late = np.zeros(rows.shape[1], dtype=np.bool_)
    late[1:] = (rows[ARRIVAL, 1:] < rows[DEPARTURE, :-1]) & ~begins[1:]
    late |= rows[DEPARTURE] < rows[ARRIVAL]
    _note(findings, rows, late, "times run backwards; the trip is left out")
    return rows[:, ~np.isin(rows[TRIP], rows[TRIP, late])]


def _note(findings: Findings, rows: _Rows, where: npt.NDArray[np.bool_], message: str) -> None:
    for line in rows[LINE, where]:
        findings.error(FILE, int(line), "arrival_time", message)


def _fill(rows: _Rows, stops: Stops) -> None:
    """Give blank calls the time that is due by the straight distance between the timed calls around them."""
    blank = rows[ARRIVAL] == BLANK
    if not blank.any():
        return
    stop: Ints = rows[STOP]
    lon, lat = np.radians(stops.lon[stop]), np.radians(stops.lat[stop])
    step = np.hypot(np.diff(lon) * np.cos(lat[1:]), np.diff(lat))
    # A stop without a place counts as half-way like any other: all steps get a little.
    way = np.cumsum(np.r_[0.0, np.nan_to_num(step) + 1e-9])
    timed = np.flatnonzero(~blank)
    asked = np.flatnonzero(blank)
    after = np.searchsorted(timed, asked)
    start, end = timed[after - 1], timed[after]
    share = (way[asked] - way[start]) / (way[end] - way[start])
    begin_s = rows[DEPARTURE, start]
    rows[ARRIVAL, asked] = rows[DEPARTURE, asked] = np.rint(
        begin_s + share * (rows[ARRIVAL, end] - begin_s)
    ).astype(np.int32)
