"""Ways of vehicles: their distances, their use, and whether stops are on them."""

from functools import partial

import numpy as np
import shapely

from timetable.schedule import Offsets
from timetable.validation.calls import NONE, Floats
from timetable.validation.loading import SHAPES, STOP_TIMES, Tables
from timetable.validation.rules.speeds import metres_between, places

TRIPS = "trips.txt"
SAME_PLACE_M = 1.11
AT_THE_END_M = 11.1
FAR_FROM_SHAPE_M = 100.0
STATION_FACTOR = 4.0
"""Long stations: the first and last call of a train may be this many times as far from its shape."""
RAIL = "2"
METRES_PER_DEGREE = 111_195.0


def check_distances(tables: Tables) -> None:
    """``decreasing_shape_distance``, ``equal_shape_distance_*``, ``single_shape_point``."""
    points = tables.points
    same = np.diff(points.shape) == 0
    before, after = points.distance[:-1], points.distance[1:]
    apart = metres_between(points.lat[:-1], points.lon[:-1], points.lat[1:], points.lon[1:])
    moved = (points.lat[:-1] != points.lat[1:]) | (points.lon[:-1] != points.lon[1:])
    equal = same & (before == after)
    rules = {
        "decreasing_shape_distance": same & (after < before),
        "equal_shape_distance_same_coordinates": equal & ~moved,
        "equal_shape_distance_diff_coordinates": equal & moved & (apart >= SAME_PLACE_M),
        "equal_shape_distance_diff_coordinates_distance_below_threshold": (
            equal & moved & (apart > 0) & (apart < SAME_PLACE_M)
        ),
    }
    for rule, where in rules.items():
        rows = np.flatnonzero(where) + 1
        told = partial(_told, points.distance[rows], points.distance[rows - 1])
        tables.report.add_rows(rule, SHAPES, "shape_dist_traveled", points.line[rows], told)
    counts = np.bincount(points.shape, minlength=len(tables.shapes))
    rows = np.flatnonzero(counts[points.shape] == 1)
    tables.report.add_rows(
        "single_shape_point", SHAPES, "shape_id", points.line[rows], lambda _: "a shape of one point"
    )


def _told(distance: Floats, before: Floats, number: int) -> str:
    return f"{distance[number]} after {before[number]}"


def check_use(tables: Tables) -> None:
    """``unused_shape``."""
    points = tables.points
    used = set(tables[TRIPS].column("shape_id"))
    names = tables.shapes.names()
    unused = np.array([name not in used for name in names], dtype=np.bool_)
    if not unused.any():
        return
    first = np.full(len(names), np.iinfo(np.int32).max, dtype=np.int32)
    np.minimum.at(first, points.shape, points.line)
    told = np.flatnonzero(unused)
    tables.report.add_rows(
        "unused_shape", SHAPES, "shape_id", first[told], lambda n: f"no trip has shape {names[told[n]]!r}"
    )


def _trips_with_shapes(tables: Tables) -> list[tuple[int, int, int]]:
    """Line, number and shape's number of every trip that has a shape that is there."""
    return [
        (line, tables.trips[trip], tables.shapes[shape])
        for line, (trip, shape) in tables[TRIPS].rows("trip_id", "shape_id")
        if shape in tables.shapes
    ]


def check_against_trips(tables: Tables) -> None:
    """``trip_distance_exceeds_shape_distance*``, ``trip_with_shape_dist_traveled_but_no_shape_distances``."""
    calls, points = tables.calls, tables.points
    trips = _trips_with_shapes(tables)
    if not trips or np.isnan(calls.distance).all():
        return
    first, end = calls.bounds()
    last = np.full(len(tables.trips), NONE, dtype=np.int64)
    last[calls.trip[first]] = end - 1
    measured = np.zeros(len(tables.trips), dtype=np.int64)
    np.add.at(measured, calls.trip[~np.isnan(calls.distance)], 1)
    bare = np.zeros(len(tables.shapes), dtype=np.bool_)
    bare[points.shape[np.isnan(points.distance)]] = True
    lat, lon = places(tables)
    longest = _furthest(tables)
    for line, trip, shape in trips:
        if measured[trip] and bare[shape]:
            tables.report.add(
                "trip_with_shape_dist_traveled_but_no_shape_distances", TRIPS, line, "shape_id",
                "its calls have distances, its shape has not",
            )  # fmt: skip
        row, point = last[trip], longest[shape]
        if NONE in (row, point) or calls.stop[row] == NONE:
            continue
        ways = calls.distance[row], points.distance[point]
        if not ways[1] or not ways[0] > ways[1]:
            continue
        stop = calls.stop[row : row + 1]
        apart = metres_between(
            points.lat[point : point + 1], points.lon[point : point + 1], lat[stop], lon[stop]
        )[0]
        rule = "trip_distance_exceeds_shape_distance"
        if apart < AT_THE_END_M:
            rule += "_below_threshold"
        tables.report.add(rule, TRIPS, line, "shape_id", f"{ways[0]} on a shape of {ways[1]}")


def _furthest(tables: Tables) -> Offsets:
    """The row of each shape's largest distance; ``NONE`` for a shape without distances."""
    points = tables.points
    found = np.full(len(tables.shapes), NONE, dtype=np.int64)
    rows = np.flatnonzero(~np.isnan(points.distance))
    order = rows[np.lexsort((points.distance[rows], points.shape[rows]))]
    found[points.shape[order]] = order
    return found


def check_stops_on_shapes(tables: Tables) -> None:
    """``stop_too_far_from_shape``: once for each stop and shape."""
    calls, _points = tables.calls, tables.points
    trips = _trips_with_shapes(tables)
    if not trips:
        return
    shape_of = np.full(len(tables.trips), NONE, dtype=np.int64)
    for _, trip, shape in trips:
        shape_of[trip] = shape
    rows = np.flatnonzero((shape_of[calls.trip] != NONE) & (calls.stop != NONE))
    allowed = _allowed_m(tables)[rows]
    key = shape_of[calls.trip[rows]] << 32 | calls.stop[rows]
    # A stop that is an end of one trip and on the way of another is asked for as on the way.
    order = np.lexsort((calls.line[rows], allowed, key))
    _, first = np.unique(key[order], return_index=True)
    asked = order[first]
    apart = _metres_to_shapes(tables, key[asked])
    wrong = np.flatnonzero(apart > allowed[asked])
    lines, stops = calls.line[rows[asked[wrong]]], tables.stops.names()
    where = key[asked[wrong]] & 0xFFFFFFFF
    names = tables.shapes.names()
    tables.report.add_rows(
        "stop_too_far_from_shape", STOP_TIMES, "stop_id", lines,
        lambda n: (
            f"{stops[where[n]]!r} is {apart[wrong[n]]:.0f} m from shape {names[key[asked[wrong[n]]] >> 32]!r}"
        ),
    )  # fmt: skip


def _allowed_m(tables: Tables) -> Floats:
    kinds = tables["routes.txt"].by("route_id", "route_type")
    rail = np.zeros(len(tables.trips), dtype=np.bool_)
    for _, (trip, route) in tables[TRIPS].rows("trip_id", "route_id"):
        rail[tables.trips[trip]] = kinds.get(route, ("",))[0] == RAIL
    calls = tables.calls
    first, end = calls.bounds()
    edge = np.zeros(calls.count, dtype=np.bool_)
    edge[first] = edge[end - 1] = True
    return np.where(edge & rail[calls.trip], FAR_FROM_SHAPE_M * STATION_FACTOR, FAR_FROM_SHAPE_M)


def _metres_to_shapes(tables: Tables, pairs: Offsets) -> Floats:
    """Distances from stops to shapes, on the plane that touches the globe at the stop."""
    points = tables.points
    lat, lon = places(tables)
    begins = np.searchsorted(points.shape, np.arange(len(tables.shapes) + 1))
    apart = np.full(pairs.size, np.nan)
    for number, pair in enumerate(pairs.tolist()):
        shape, stop = pair >> 32, pair & 0xFFFFFFFF
        here = slice(int(begins[shape]), int(begins[shape + 1]))
        if np.isnan(lat[stop]):
            continue
        shrink = np.cos(np.radians(lat[stop])) * METRES_PER_DEGREE
        way = np.column_stack(
            ((points.lon[here] - lon[stop]) * shrink, (points.lat[here] - lat[stop]) * METRES_PER_DEGREE)
        )
        # A line needs two points; one point is a line to itself.
        line = shapely.linestrings(way if len(way) > 1 else np.repeat(way, 2, axis=0))
        apart[number] = shapely.distance(line, shapely.points(0.0, 0.0))
    return apart
