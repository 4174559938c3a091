"""Trips that are faster than their vehicles can be."""

import numpy as np
import numpy.typing as npt

from timetable.validation.calls import NONE, Floats, Ints
from timetable.validation.loading import STOP_TIMES, Tables

EARTH_RADIUS_M = 6_371_010.0
FAR_KM = 10.0
FASTEST_KMH = {
    0: 100.0,
    1: 150.0,
    2: 500.0,
    3: 150.0,
    4: 80.0,
    5: 30.0,
    6: 50.0,
    7: 50.0,
    11: 150.0,
    12: 150.0,
}
FASTEST_OTHER_KMH = 200.0
LEAST_S = 60
"""Times of most feeds are whole minutes: between two calls there may be nearly one more."""


def metres_between(lat: Floats, lon: Floats, to_lat: Floats, to_lon: Floats) -> Floats:
    """Great-circle distances, by haversines; not-a-number where a place is."""
    a, b = np.radians(lat), np.radians(to_lat)
    half = np.sin((b - a) / 2) ** 2 + np.cos(a) * np.cos(b) * np.sin(np.radians(to_lon - lon) / 2) ** 2
    distance: Floats = 2 * EARTH_RADIUS_M * np.arcsin(np.minimum(1.0, np.sqrt(half)))
    return distance


def places(tables: Tables) -> tuple[Floats, Floats]:
    """Latitude and longitude of stops by number; a stop without a place is where its station is."""
    at: dict[str, tuple[float, float]] = {}
    parents: dict[str, str] = {}
    for _, (name, lat, lon, parent) in tables["stops.txt"].rows(
        "stop_id", "stop_lat", "stop_lon", "parent_station"
    ):
        if lat and lon:
            at.setdefault(name, (float(lat), float(lon)))
        if parent:
            parents.setdefault(name, parent)
    found = np.full((2, len(tables.stops)), np.nan)
    for name, number in tables.stops.items():
        where = name
        for _ in range(3):
            if where in at:
                found[:, number] = at[where]
                break
            where = parents.get(where, "")
    return found[0], found[1]


def _limits(tables: Tables) -> Floats:
    kinds = {route: int(kind) for route, (kind,) in tables["routes.txt"].by("route_id", "route_type").items()}
    limits = np.full(len(tables.trips), np.inf)
    for _, (trip, route) in tables["trips.txt"].rows("trip_id", "route_id"):
        if route in kinds:
            limits[tables.trips[trip]] = FASTEST_KMH.get(kinds[route], FASTEST_OTHER_KMH)
    return limits


def _elapsed_s(start: Ints, end: Ints) -> Ints:
    """Seconds between a departure and an arrival, with the minute that whole minutes hide."""
    between = end - start
    whole = (start % 60 == 0) & (end % 60 == 0)
    return np.where(between <= 0, LEAST_S, np.where(whole, between + LEAST_S, between)).astype(np.int32)


def check_speeds(tables: Tables) -> None:
    """``fast_travel_between_consecutive_stops``, ``fast_travel_between_far_stops``."""
    lat, lon = places(tables)
    limit = _limits(tables)[tables.calls.trip]
    _check_consecutive(tables, lat, lon, limit)
    _check_far(tables, lat, lon, limit)


def _check_consecutive(tables: Tables, lat: Floats, lon: Floats, limit: Floats) -> None:
    """Compare each timed call with the timed call before it."""
    calls = tables.calls
    timed = (calls.arrival != NONE) & (calls.departure != NONE) & (calls.stop != NONE)
    rows = np.flatnonzero(timed)
    a, b = rows[:-1], rows[1:]
    start, end = calls.stop[a], calls.stop[b]
    km = metres_between(lat[start], lon[start], lat[end], lon[end]) / 1000
    speed = km * 3600 / _elapsed_s(calls.departure[a], calls.arrival[b])
    fast = np.flatnonzero((calls.trip[a] == calls.trip[b]) & (speed > limit[b]))
    _tell(tables, "fast_travel_between_consecutive_stops", b[fast], km[fast], speed[fast])


def _check_far(tables: Tables, lat: Floats, lon: Floats, limit: Floats) -> None:
    """Look for the first pair of calls of a trip that are far apart and too close in time.

    Only trips that are too fast over ten kilometres and more can have one: those whose fastest possible
    stretch is looked at are few, so the pairs of these are compared one by one.
    """
    calls = tables.calls
    first, end = calls.bounds()
    found: list[tuple[int, float, float]] = []
    step_km = np.zeros(calls.count)
    same = (np.diff(calls.trip) == 0) & (calls.stop[1:] != NONE) & (calls.stop[:-1] != NONE)
    a, b = calls.stop[:-1][same], calls.stop[1:][same]
    step_km[1:][same] = np.nan_to_num(metres_between(lat[a], lon[a], lat[b], lon[b])) / 1000
    total = np.cumsum(step_km)
    long_enough = total[end - 1] - total[first] > FAR_KM
    for begin, stop in zip(first[long_enough].tolist(), end[long_enough].tolist(), strict=True):
        if not np.isfinite(limit[begin]):
            continue
        if pair := _first_far(tables, total, begin, stop, float(limit[begin])):
            found.append(pair)
    if found:
        rows, km, speed = (np.array(column) for column in zip(*found, strict=True))
        _tell(tables, "fast_travel_between_far_stops", rows, km, speed)


def _first_far(
    tables: Tables, total: Floats, begin: int, end: int, limit: float
) -> tuple[int, float, float] | None:
    calls = tables.calls
    arrival, departure = calls.arrival[begin:end], calls.departure[begin:end]
    way = total[begin:end]
    # Time that driving at the limit would need from the trip's start: where a later arrival has used less
    # than an earlier departure, the stretch between was driven faster than the limit.
    slack_from = np.where(departure != NONE, departure - way / limit * 3600, -np.inf)
    slack_to = np.where(arrival != NONE, arrival - way / limit * 3600, np.inf)
    if not (slack_to[1:] < np.maximum.accumulate(slack_from)[:-1]).any():
        return None
    for to in range(1, end - begin):
        if arrival[to] == NONE:
            continue
        km = way[to] - way[:to]
        speed = km * 3600 / _elapsed_s(departure[:to], np.full(to, arrival[to], dtype=np.int32))
        fast = np.flatnonzero((departure[:to] != NONE) & (speed > limit) & (km > FAR_KM))
        if fast.size:
            return begin + to, float(km[fast[-1]]), float(speed[fast[-1]])
    return None


def _tell(tables: Tables, rule: str, rows: npt.NDArray[np.int64], km: Floats, speed: Floats) -> None:
    names = tables.trips.names()
    tables.report.add_rows(
        rule, STOP_TIMES, "arrival_time", tables.calls.line[rows],
        lambda n: f"trip {names[tables.calls.trip[rows[n]]]!r}: {km[n]:.1f} km at {speed[n]:.0f} km/h",
    )  # fmt: skip
