"""``stop_times.txt`` and ``shapes.txt`` as arrays: they have millions of rows, and text does not fit."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from timetable.tables import Table
from timetable.validation.values import clock_seconds

NONE = -1
UNKNOWN = 127
"""Instead of an enumeration's value that has no meaning."""

Ints = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.int8]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Calls:
    """Rows of ``stop_times.txt``, sorted by trip and sequence; all arrays of one length.

    ``NONE`` (not-a-number for ``distance``) stands for an empty value. ``trip``, ``stop``, ``group`` and
    ``location`` are numbers of the ids in ``Ids``; times are seconds.
    """

    trip: Ints
    sequence: Ints
    stop: Ints
    group: Ints
    location: Ints
    arrival: Ints
    departure: Ints
    window_start: Ints
    window_end: Ints
    pickup: Bytes
    drop_off: Bytes
    timepoint: Bytes
    distance: Floats
    pickup_rule: Ints
    drop_off_rule: Ints
    line: Ints

    @property
    def count(self) -> int:
        return len(self.trip)

    def bounds(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return where each trip that has calls begins, and where it ends (exclusive)."""
        if not self.count:
            none = np.empty(0, dtype=np.int64)
            return none, none
        changes = np.flatnonzero(np.diff(self.trip)) + 1
        return np.r_[0, changes], np.r_[changes, self.count]


@dataclass(frozen=True, slots=True)
class Points:
    """Rows of ``shapes.txt``, sorted by shape and sequence; ``distance`` not-a-number where it is empty."""

    shape: Ints
    sequence: Ints
    lat: Floats
    lon: Floats
    distance: Floats
    line: Ints


class Ids(dict[str, int]):
    """Numbers for ids in the order in which they are met; :data:`NONE` for the empty id."""

    def number(self, name: str) -> int:
        """Return the id's number, a new one where it is met for the first time."""
        return self.setdefault(name, len(self)) if name else NONE

    def names(self) -> list[str]:
        """Return the ids by number."""
        return list(self)


def _numbers(ids: Ids) -> Callable[[Sequence[str]], npt.NDArray[Any]]:
    def read(values: Sequence[str]) -> npt.NDArray[Any]:
        known = {text: ids.number(text) for text in dict.fromkeys(values)}
        return np.fromiter(map(known.__getitem__, values), np.int32, len(values))

    return read


def _parsed(parse: Callable[[str], float], kind: type) -> Callable[[Sequence[str]], npt.NDArray[Any]]:
    def read(values: Sequence[str]) -> npt.NDArray[Any]:
        known = {text: parse(text) for text in set(values)}
        return np.fromiter(map(known.__getitem__, values), kind, len(values))

    return read


def _whole(text: str) -> int:
    return int(text) if text else NONE


def _choice(text: str) -> int:
    value = int(text) if text else NONE
    return value if NONE <= value <= 3 else UNKNOWN


def _real(text: str) -> float:
    return float(text) if text else np.nan


class _Builder:
    """Collects columns batch by batch."""

    def __init__(self, readers: dict[str, tuple[str, Callable[[Sequence[str]], npt.NDArray[Any]]]]) -> None:
        self._readers = readers
        self._parts: dict[str, list[npt.NDArray[Any]]] = {name: [] for name in (*readers, "line")}

    def add(self, table: Table, good: Sequence[int] | None) -> None:
        """Add a batch, or only its rows ``good``."""
        for name, (column, read) in self._readers.items():
            values = table.column(column)
            self._parts[name].append(read(values if good is None else [values[row] for row in good]))
        lines = table.lines if good is None else [table.lines[row] for row in good]
        self._parts["line"].append(np.asarray(lines, dtype=np.int32))

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return the whole columns; the batches are let go of one column at a time."""
        empty = {name: read([]) for name, (_, read) in self._readers.items()} | {
            "line": np.empty(0, np.int32)
        }
        whole = {}
        for name in list(self._parts):
            parts = self._parts.pop(name)
            whole[name] = np.concatenate([empty[name], *parts]) if parts else empty[name]
        return whole


class CallBuilder(_Builder):
    """Reads ``stop_times.txt``. The numbers of ids are in the public attributes afterwards."""

    def __init__(self, trips: Ids, stops: Ids) -> None:
        self.trips, self.stops = trips, stops
        self.groups, self.locations, self.rules = Ids(), Ids(), Ids()
        clock = _parsed(clock_seconds, np.int32)
        choice = _parsed(_choice, np.int8)
        super().__init__(
            {
                "trip": ("trip_id", _numbers(self.trips)),
                "sequence": ("stop_sequence", _parsed(_whole, np.int32)),
                "stop": ("stop_id", _numbers(self.stops)),
                "group": ("location_group_id", _numbers(self.groups)),
                "location": ("location_id", _numbers(self.locations)),
                "arrival": ("arrival_time", clock),
                "departure": ("departure_time", clock),
                "window_start": ("start_pickup_drop_off_window", clock),
                "window_end": ("end_pickup_drop_off_window", clock),
                "pickup": ("pickup_type", choice),
                "drop_off": ("drop_off_type", choice),
                "timepoint": ("timepoint", choice),
                "distance": ("shape_dist_traveled", _parsed(_real, np.float64)),
                "pickup_rule": ("pickup_booking_rule_id", _numbers(self.rules)),
                "drop_off_rule": ("drop_off_booking_rule_id", _numbers(self.rules)),
            }
        )
        self.file_order: tuple[Ints, Ints, Ints] = (np.empty(0, np.int32),) * 3
        """Trip, sequence and line in the order of the file."""

    def add(self, table: Table, good: Sequence[int] | None) -> None:
        """Add a batch; columns that the file lacks cost nothing."""
        for name, (column, _) in list(self._readers.items()):
            if not table.has(column):
                del self._readers[name], self._parts[name]
        super().add(table, good)

    def calls(self) -> Calls:
        """Return all rows, sorted."""
        columns = self.columns()
        count = len(columns["line"])
        for field in fields(Calls):
            if field.name not in columns:
                fill = np.float64(np.nan) if field.name == "distance" else np.int32(NONE)
                columns[field.name] = np.broadcast_to(fill, count)
        self.file_order = columns["trip"], columns["sequence"], columns["line"]
        key = columns["trip"].astype(np.int64) << 32 | columns["sequence"]
        if (np.diff(key) < 0).any():
            order = np.argsort(key, kind="stable")
            columns = {
                name: values if values.strides == (0,) else values[order] for name, values in columns.items()
            }
        return Calls(**columns)


class PointBuilder(_Builder):
    """Reads ``shapes.txt``; ``shapes`` has the numbers of its ids."""

    def __init__(self) -> None:
        self.shapes = Ids()
        real = _parsed(_real, np.float64)
        super().__init__(
            {
                "shape": ("shape_id", _numbers(self.shapes)),
                "sequence": ("shape_pt_sequence", _parsed(_whole, np.int32)),
                "lat": ("shape_pt_lat", real),
                "lon": ("shape_pt_lon", real),
                "distance": ("shape_dist_traveled", real),
            }
        )

    def points(self) -> Points:
        """Return all rows, sorted."""
        columns = self.columns()
        key = columns["shape"].astype(np.int64) << 32 | columns["sequence"]
        if (np.diff(key) < 0).any():
            order = np.argsort(key, kind="stable")
            columns = {name: values[order] for name, values in columns.items()}
        return Points(**columns)
