"""Booking rules, and zones that are served at the same time."""

import numpy as np

from timetable.validation.calls import NONE
from timetable.validation.loading import STOP_TIMES, Tables

FILE = "booking_rules.txt"
REAL_TIME, SAME_DAY, PRIOR_DAYS = "0", "1", "2"
MIN, MAX = "prior_notice_duration_min", "prior_notice_duration_max"
LAST_DAY, LAST_TIME = "prior_notice_last_day", "prior_notice_last_time"
START_DAY, START_TIME = "prior_notice_start_day", "prior_notice_start_time"
SERVICE = "prior_notice_service_id"
FORBIDDEN = {
    REAL_TIME: (
        "forbidden_real_time_booking_field_value",
        (MIN, MAX, LAST_DAY, LAST_TIME, START_DAY, START_TIME, SERVICE),
    ),
    SAME_DAY: ("forbidden_same_day_booking_field_value", (LAST_DAY, LAST_TIME, SERVICE)),
    PRIOR_DAYS: ("forbidden_prior_day_booking_field_value", (MIN, MAX)),
}
REQUIRED = {
    SAME_DAY: (("missing_prior_notice_duration_min", MIN),),
    PRIOR_DAYS: (("missing_prior_notice_last_day", LAST_DAY), ("missing_prior_notice_last_time", LAST_TIME)),
}
COLUMNS = (MIN, MAX, LAST_DAY, LAST_TIME, START_DAY, START_TIME, SERVICE)


def check_booking_rules(tables: Tables) -> None:
    """``forbidden_*_booking_field_value``, ``missing_prior_notice_*``, ``forbidden_prior_notice_*``,
    ``invalid_prior_notice_duration_min``, ``prior_notice_last_day_after_start_day``.
    """
    for line, (kind, *values) in tables[FILE].rows("booking_type", *COLUMNS):
        given = {name: value for name, value in zip(COLUMNS, values, strict=True) if value}
        rule, fields = FORBIDDEN.get(kind, ("", ()))
        for field in fields:
            if field in given:
                tables.report.add(rule, FILE, line, field, f"{given[field]} with booking_type {kind}")
        for rule, field in REQUIRED.get(kind, ()):
            if field not in given:
                tables.report.add(rule, FILE, line, field, f"empty with booking_type {kind}")
        _check_notice(tables, line, given)


def _check_notice(tables: Tables, line: int, given: dict[str, str]) -> None:
    def told(rule: str, field: str, message: str) -> None:
        tables.report.add(rule, FILE, line, field, message)

    if MAX in given and START_DAY in given:
        told("forbidden_prior_notice_start_day", START_DAY, f"{given[START_DAY]} with {MAX} {given[MAX]}")
    if START_TIME in given and START_DAY not in given:
        told("forbidden_prior_notice_start_time", START_TIME, f"{given[START_TIME]} without {START_DAY}")
    if START_DAY in given and START_TIME not in given:
        told("missing_prior_notice_start_time", START_TIME, f"empty with {START_DAY} {given[START_DAY]}")
    if MIN in given and MAX in given and int(given[MAX]) < int(given[MIN]):
        told("invalid_prior_notice_duration_min", MIN, f"{given[MIN]} is above {MAX} {given[MAX]}")
    if LAST_DAY in given and START_DAY in given and int(given[LAST_DAY]) > int(given[START_DAY]):
        told(
            "prior_notice_last_day_after_start_day", LAST_DAY,
            f"{given[LAST_DAY]} days ahead is before {START_DAY} {given[START_DAY]}",
        )  # fmt: skip


def check_zones(tables: Tables) -> None:
    """``overlapping_zone_and_pickup_drop_off_window``: one trip, one place at a time to be asked for."""
    calls = tables.calls
    rows = np.flatnonzero(
        (calls.location != NONE) & (calls.window_start != NONE) & (calls.window_end != NONE)
    )
    names = tables.locations.names()
    by_trip: dict[int, list[int]] = {}
    for row in rows.tolist():
        by_trip.setdefault(int(calls.trip[row]), []).append(row)
    for members in by_trip.values():
        for place, row in enumerate(members):
            for other in members[place + 1 :]:
                if _same_kind(tables, row, other) and _overlap(tables, names, row, other):
                    tables.report.add(
                        "overlapping_zone_and_pickup_drop_off_window", STOP_TIMES, int(calls.line[other]),
                        "location_id",
                        f"{names[calls.location[other]]!r} overlaps {names[calls.location[row]]!r} of line "
                        f"{calls.line[row]} at the same time",
                    )  # fmt: skip


def _same_kind(tables: Tables, row: int, other: int) -> bool:
    pickup, drop_off = tables.calls.pickup, tables.calls.drop_off
    return bool(pickup[row] == pickup[other] or drop_off[row] == drop_off[other])


def _overlap(tables: Tables, names: list[str], row: int, other: int) -> bool:
    calls = tables.calls
    if (
        calls.window_start[row] >= calls.window_end[other]
        or calls.window_end[row] <= calls.window_start[other]
    ):
        return False
    zone, beside = (tables.zones.by_id.get(names[calls.location[at]]) for at in (row, other))
    return zone is not None and beside is not None and bool(zone.geometry.overlaps(beside.geometry))
