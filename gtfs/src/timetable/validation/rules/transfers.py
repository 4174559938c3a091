"""Transfers: between which stops, trips and lines, and how far apart."""

import numpy as np

from timetable.validation.calls import NONE
from timetable.validation.loading import Tables
from timetable.validation.rules.speeds import metres_between, places
from timetable.validation.rules.stops import STATION, STOP, kind_of

FILE = "transfers.txt"
IN_SEAT = {"4", "5"}
STAY_SEATED = "4"
SIDES = ("from", "to")
FAR_KM, TOO_FAR_KM = 2.0, 10.0
COLUMNS = (
    "transfer_type", "from_stop_id", "to_stop_id", "from_trip_id", "to_trip_id", "from_route_id",
    "to_route_id",
)  # fmt: skip


def check_presence(tables: Tables) -> None:
    """``missing_required_field``: stops, or for staying seated trips."""
    for line, (kind, *values) in tables[FILE].rows(*COLUMNS):
        if not kind:
            continue
        asked = "trip" if kind in IN_SEAT else "stop"
        given = dict(zip(COLUMNS[1:], values, strict=True))
        for field in (f"{side}_{asked}_id" for side in SIDES):
            if not given[field]:
                tables.report.add(
                    "missing_required_field", FILE, line, field, f"empty, with transfer_type {kind}"
                )


def check_stops(tables: Tables) -> None:
    """``transfer_with_invalid_stop_location_type``, ``transfer_distance_*``."""
    kinds = {
        stop: kind_of(kind) for stop, (kind,) in tables["stops.txt"].by("stop_id", "location_type").items()
    }
    lat, lon = places(tables)
    for line, (kind, *stops) in tables[FILE].rows(*COLUMNS[:3]):
        for side, stop in zip(SIDES, stops, strict=True):
            place = kinds.get(stop, STOP)
            if place not in {STOP, STATION} or (kind in IN_SEAT and place == STATION):
                tables.report.add(
                    "transfer_with_invalid_stop_location_type", FILE, line, f"{side}_stop_id",
                    f"{stop!r} has location_type {place}",
                )  # fmt: skip
        if not all(stop in kinds for stop in stops):
            continue
        a, b = (np.array([tables.stops[stop]]) for stop in stops)
        km = float(metres_between(lat[a], lon[a], lat[b], lon[b])[0]) / 1000
        if km > FAR_KM:
            rule = "transfer_distance_too_large" if km > TOO_FAR_KM else "transfer_distance_above_2_km"
            tables.report.add(
                rule, FILE, line, "to_stop_id", f"{km:.1f} km from {stops[0]!r} to {stops[1]!r}"
            )


def check_trips(tables: Tables) -> None:
    """``transfer_with_invalid_trip_and_route``, ``transfer_with_invalid_trip_and_stop``,
    ``transfer_with_suspicious_mid_trip_in_seat``, ``inconsistent_route_type_for_in_seat_transfer``.
    """
    calls, report = tables.calls, tables.report
    first, end = calls.bounds()
    spans = dict(zip(calls.trip[first].tolist(), zip(first.tolist(), end.tolist(), strict=True), strict=True))
    routes = tables["trips.txt"].by("trip_id", "route_id")
    children: dict[str, set[int]] = {}
    kinds: dict[str, str] = {}
    for _, (stop, kind, parent) in tables["stops.txt"].rows("stop_id", "location_type", "parent_station"):
        kinds.setdefault(stop, kind_of(kind))
        if parent and kind_of(kind) == STOP:
            children.setdefault(parent, set()).add(tables.stops[stop])
    for line, (kind, *values) in tables[FILE].rows(*COLUMNS):
        given = dict(zip(COLUMNS[1:], values, strict=True))
        for side in SIDES:
            trip, stop, route = (given[f"{side}_{what}_id"] for what in ("trip", "stop", "route"))
            if trip not in routes:
                continue
            if route and route != routes[trip][0]:
                report.add(
                    "transfer_with_invalid_trip_and_route", FILE, line, f"{side}_route_id",
                    f"{route!r}, and trip {trip!r} is of {routes[trip][0]!r}",
                )  # fmt: skip
            begin, over = spans.get(tables.trips[trip], (0, 0))
            called = calls.stop[begin:over]
            served = {number for number in called.tolist() if number != NONE}
            if stop not in kinds:
                continue
            if not _platforms(tables, stop, kinds[stop], children) & served:
                report.add(
                    "transfer_with_invalid_trip_and_stop", FILE, line, f"{side}_stop_id",
                    f"trip {trip!r} does not call at {stop!r}",
                )  # fmt: skip
            elif kind in IN_SEAT and (number := tables.stops[stop]) in served:
                place = called[-1] if side == "from" else called[0]
                if number != place:
                    report.add(
                        "transfer_with_suspicious_mid_trip_in_seat", FILE, line, f"{side}_stop_id",
                        f"{stop!r} is not where trip {trip!r} {'ends' if side == 'from' else 'begins'}",
                    )  # fmt: skip
    _check_in_seat_kinds(tables, routes)


def _platforms(tables: Tables, stop: str, kind: str, children: dict[str, set[int]]) -> set[int]:
    if kind == STATION:
        return children.get(stop, set())
    return {tables.stops[stop]} if kind == STOP else set()


def _check_in_seat_kinds(tables: Tables, routes: dict[str, tuple[str, ...]]) -> None:
    kinds = tables["routes.txt"].by("route_id", "route_type")
    for line, (kind, *values) in tables[FILE].rows(*COLUMNS):
        if kind != STAY_SEATED:
            continue
        given = dict(zip(COLUMNS[1:], values, strict=True))
        lines = [
            given[f"{side}_route_id"] or routes.get(given[f"{side}_trip_id"], ("",))[0] for side in SIDES
        ]
        if not all(route in kinds for route in lines):
            continue
        modes = [kinds[route][0] for route in lines]
        if modes[0] != modes[1]:
            tables.report.add(
                "inconsistent_route_type_for_in_seat_transfer", FILE, line, "transfer_type",
                f"from route type {modes[0]} to {modes[1]}",
            )  # fmt: skip
