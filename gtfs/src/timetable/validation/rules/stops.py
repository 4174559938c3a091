"""Stops, stations, their parts, and where they are."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from timetable.validation.calls import Floats
from timetable.validation.loading import SHAPES, STOP_TIMES, Tables
from timetable.validation.locations import FILE as LOCATIONS
from timetable.validation.locations import ORIGIN_DEGREES, POLE_DEGREES

STOPS = "stops.txt"
STOP, STATION, ENTRANCE, NODE, BOARDING = "01234"
NAMED = {STOP, STATION, ENTRANCE}
PARENT_OF = {STOP: STATION, ENTRANCE: STATION, NODE: STATION, BOARDING: STOP}
KINDS = {
    STOP: "stop",
    STATION: "station",
    ENTRANCE: "entrance",
    NODE: "generic node",
    BOARDING: "boarding area",
}


def kind_of(location_type: str) -> str:
    """The location type, of which none means a stop."""
    return location_type or STOP


def check_stops(tables: Tables) -> None:
    """``missing_stop_name``, ``stop_without_location``, ``location_without_parent_station``,
    ``station_with_parent_station``, ``platform_without_parent_station``, ``stop_access_*``,
    ``same_name_and_description_for_stop``.
    """
    report = tables.report
    columns = (
        "stop_id", "stop_name", "stop_lat", "stop_lon", "location_type", "parent_station", "platform_code",
        "stop_access", "stop_desc",
    )  # fmt: skip
    for line, values in tables[STOPS].rows(*columns):
        name_id, name, lat, lon, type_, parent, platform, access, description = values
        kind = kind_of(type_)
        told = f"{KINDS.get(kind, 'place')} {name_id!r}"
        if kind in NAMED and not name:
            report.add("missing_stop_name", STOPS, line, "stop_name", f"{told} has no name")
        if kind in NAMED and not (lat and lon):
            missing = "stop_lon" if lat else "stop_lat"
            report.add("stop_without_location", STOPS, line, missing, f"{told} has no place")
        if kind == STATION and parent:
            report.add(
                "station_with_parent_station", STOPS, line, "parent_station", f"{told} is in {parent!r}"
            )
        if kind in {ENTRANCE, NODE, BOARDING} and not parent:
            report.add("location_without_parent_station", STOPS, line, "parent_station", f"{told} is in none")
        if kind == STOP and platform and not parent:
            report.add(
                "platform_without_parent_station", STOPS, line, "parent_station",
                f"platform {platform!r} of no station",
            )  # fmt: skip
        if access and kind != STOP:
            report.add(
                "stop_access_specified_for_incorrect_location", STOPS, line, "stop_access", f"for {told}"
            )
        elif access and not parent:
            report.add(
                "stop_access_specified_for_stop_with_no_parent_station",
                STOPS,
                line,
                "stop_access",
                f"for {told}",
            )
        if name and description.lower() == name.lower():
            report.add("same_name_and_description_for_stop", STOPS, line, "stop_desc", f"{name!r} again")


def check_places(tables: Tables) -> None:
    """``point_near_origin``, ``point_near_pole``: swapped or forgotten degrees."""
    for line, (lat, lon) in tables[STOPS].rows("stop_lat", "stop_lon"):
        if lat and lon and (rule := _odd_place(float(lat), float(lon))):
            tables.report.add(rule, STOPS, line, "stop_lat", f"{lat}, {lon}")
    points = tables.points
    near = {
        "point_near_origin": (np.abs(points.lat) <= ORIGIN_DEGREES) & (np.abs(points.lon) <= ORIGIN_DEGREES),
        "point_near_pole": np.abs(points.lat) >= POLE_DEGREES,
    }
    for rule, where in near.items():
        rows = np.flatnonzero(where)
        told = partial(_told, points.lat[rows], points.lon[rows])
        tables.report.add_rows(rule, SHAPES, "shape_pt_lat", points.line[rows], told)


def _told(lat: Floats, lon: Floats, number: int) -> str:
    return f"{lat[number]}, {lon[number]}"


def _odd_place(lat: float, lon: float) -> str:
    if abs(lat) >= POLE_DEGREES:
        return "point_near_pole"
    return "point_near_origin" if abs(lat) <= ORIGIN_DEGREES and abs(lon) <= ORIGIN_DEGREES else ""


def check_parents(tables: Tables) -> None:
    """``wrong_parent_location_type``, ``unused_station``."""
    kinds = {name: kind_of(type_) for name, (type_,) in tables[STOPS].by("stop_id", "location_type").items()}
    used = set()
    for line, (name, type_, parent) in tables[STOPS].rows("stop_id", "location_type", "parent_station"):
        kind = kind_of(type_)
        if not parent or parent not in kinds or kind not in PARENT_OF:
            continue
        if kind == STOP:
            used.add(parent)
        if kinds[parent] != PARENT_OF[kind]:
            tables.report.add(
                "wrong_parent_location_type", STOPS, line, "parent_station",
                f"{KINDS[kind]} {name!r} in {KINDS.get(kinds[parent], 'place')} {parent!r}, not in a "
                f"{KINDS[PARENT_OF[kind]]}",
            )  # fmt: skip
    for line, (name, type_) in tables[STOPS].rows("stop_id", "location_type"):
        if type_ == STATION and name not in used:
            tables.report.add("unused_station", STOPS, line, "stop_id", f"no stop is in station {name!r}")


def check_stop_use(tables: Tables) -> None:
    """``location_with_unexpected_stop_time``, ``stop_without_stop_time``."""
    calls = tables.calls
    first_line = np.full(len(tables.stops), 0, dtype=np.int64)
    rows = np.flatnonzero(calls.stop >= 0)
    # Later writes win: from the last to the first, the first call of each stop is left.
    order = rows[np.argsort(-calls.line[rows], kind="stable")]
    first_line[calls.stop[order]] = calls.line[order]
    in_groups = set(tables["location_group_stops.txt"].column("stop_id"))
    for line, (name, type_) in tables[STOPS].rows("stop_id", "location_type"):
        called = int(first_line[tables.stops[name]])
        kind = kind_of(type_)
        if kind != STOP and called:
            tables.report.add(
                "location_with_unexpected_stop_time", STOPS, line, "location_type",
                f"{KINDS.get(kind, 'place')} {name!r} is called at in {STOP_TIMES} line {called}",
            )  # fmt: skip
        elif kind == STOP and not called and name not in in_groups:
            tables.report.add("stop_without_stop_time", STOPS, line, "stop_id", f"no trip calls at {name!r}")


def check_geography_ids(tables: Tables) -> None:
    """``duplicate_geography_id``: stops, groups and zones share their ids' space."""
    groups = "location_groups.txt"
    users: dict[str, list[tuple[str, int | None]]] = {}
    for file, ids in _geographies(tables, groups):
        for name, line in ids.items():
            if name:
                users.setdefault(name, []).append((file, line))
    for name, places in users.items():
        if len(places) > 1:
            file, line = places[-1]
            others = " and ".join(other for other, _ in places[:-1])
            tables.report.add("duplicate_geography_id", file, line, None, f"{name!r} is in {others} as well")


def _geographies(tables: Tables, groups: str) -> Iterator[tuple[str, dict[str, int | None]]]:
    yield STOPS, dict(tables[STOPS].line_of("stop_id"))
    yield groups, dict(tables[groups].line_of("location_group_id"))
    yield LOCATIONS, dict.fromkeys(tables.zones.by_id)


def check_zone_ids(tables: Tables) -> None:
    """``stop_without_zone_id``: where fares go by zones, the stops of those lines have one."""
    fares = tables["fare_rules.txt"].rows("route_id", "origin_id", "destination_id", "contains_id")
    routes = {route for _, (route, *zones) in fares if any(zones)}
    if not routes:
        return
    trips = tables["trips.txt"].by("trip_id", "route_id")
    with_zones = {tables.trips[name] for name, (route,) in trips.items() if route in routes}
    calls = tables.calls
    met = np.unique(calls.stop[np.isin(calls.trip, list(with_zones)) & (calls.stop >= 0)])
    served = set(met.tolist())
    for line, (name, type_, zone) in tables[STOPS].rows("stop_id", "location_type", "zone_id"):
        if not zone and kind_of(type_) == STOP and tables.stops[name] in served:
            tables.report.add(
                "stop_without_zone_id", STOPS, line, "zone_id", f"fares at {name!r} go by zones"
            )
