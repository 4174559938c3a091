"""Rows that have the same key, and references to what is not there."""

import numpy as np
import numpy.typing as npt

from timetable.validation.calls import NONE, Ids, Ints
from timetable.validation.columns import TABLES, Column
from timetable.validation.loading import SHAPES, STOP_TIMES, Tables
from timetable.validation.locations import FILE as LOCATIONS

SINGLE_ROW = "feed_info.txt"


def check_keys(tables: Tables) -> None:
    """``duplicate_key``, ``more_than_one_entity``: what names a row names only one."""
    for file, rules in TABLES.items():
        if not rules.key or file in {STOP_TIMES, SHAPES}:
            continue
        first: dict[tuple[str, ...], int] = {}
        for line, key in tables[file].rows(*rules.key):
            if not any(key):
                continue
            if (before := first.setdefault(key, line)) != line:
                told = ", ".join(map(repr, key))
                tables.report.add("duplicate_key", file, line, rules.key[0], f"{told} as in line {before}")
    for line in tables[SINGLE_ROW].lines[1:]:
        tables.report.add("more_than_one_entity", SINGLE_ROW, line, None, "the file has one row at most")
    calls, points = tables.calls, tables.points
    _same_in_large(tables, STOP_TIMES, "stop_sequence", (calls.trip, calls.sequence, calls.line))
    _same_in_large(tables, SHAPES, "shape_pt_sequence", (points.shape, points.sequence, points.line))


def _same_in_large(tables: Tables, file: str, field: str, key: tuple[Ints, Ints, Ints]) -> None:
    owner, sequence, line = key
    again = np.flatnonzero((np.diff(owner) == 0) & (np.diff(sequence) == 0)) + 1
    names = tables.trips.names() if file == STOP_TIMES else tables.shapes.names()
    tables.report.add_rows(
        "duplicate_key", file, field, line[again],
        lambda n: f"{names[owner[again[n]]]!r}, {sequence[again[n]]} as in line {line[again[n] - 1]}",
    )  # fmt: skip


def check_references(tables: Tables) -> None:
    """``foreign_key_violation``: what a row refers to is there."""
    for file, rules in TABLES.items():
        for column in rules.columns:
            if column.refers_to and tables[file].usable and _targets_usable(tables, column):
                if file == STOP_TIMES:
                    _check_calls(tables, column)
                else:
                    _check_column(tables, file, column)


def _targets_usable(tables: Tables, column: Column) -> bool:
    return all(
        tables.zones.usable if file == LOCATIONS else tables[file].usable for file, _ in column.refers_to
    )


def _known(tables: Tables, column: Column) -> set[str]:
    known: set[str] = set()
    for file, name in column.refers_to:
        if file == LOCATIONS:
            known |= tables.zones.by_id.keys()
        elif file == SHAPES:
            known |= tables.shapes.keys()
        else:
            known.update(tables[file].column(name))
    return known


def _told(column: Column) -> str:
    return " or ".join(file for file, _ in column.refers_to)


def _check_column(tables: Tables, file: str, column: Column) -> None:
    values = tables[file].column(column.name)
    lost = {name for name in set(values).difference(_known(tables, column)) if name}
    if not lost:
        return
    for line, name in zip(tables[file].lines, values, strict=True):
        if name in lost:
            tables.report.add(
                "foreign_key_violation", file, line, column.name, f"{name!r} is not in {_told(column)}"
            )


def _check_calls(tables: Tables, column: Column) -> None:
    calls = tables.calls
    numbers, ids = {
        "trip_id": (calls.trip, tables.trips),
        "stop_id": (calls.stop, tables.stops),
        "location_group_id": (calls.group, tables.groups),
        "location_id": (calls.location, tables.locations),
        "pickup_booking_rule_id": (calls.pickup_rule, tables.booking_rules),
        "drop_off_booking_rule_id": (calls.drop_off_rule, tables.booking_rules),
    }[column.name]
    lost = _lost(ids, _known(tables, column))
    if not lost.any():
        return
    rows = np.flatnonzero((numbers != NONE) & lost[numbers])
    names = ids.names()
    tables.report.add_rows(
        "foreign_key_violation", STOP_TIMES, column.name, calls.line[rows],
        lambda n: f"{names[numbers[rows[n]]]!r} is not in {_told(column)}",
    )  # fmt: skip


def _lost(ids: Ids, known: set[str]) -> npt.NDArray[np.bool_]:
    return np.fromiter((name not in known for name in ids), np.bool_)
