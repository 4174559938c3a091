"""Real trains of one day, from the timetable feed."""

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path


@dataclass(frozen=True, slots=True)
class TrainCall:
    """A train or its replacement bus at a station; seconds since midnight of the service day.

    ``arrival_s`` is None where it begins, ``departure_s`` where it ends. ``towards`` names its last stop.
    """

    station: str
    line: str
    towards: str
    arrival_s: int | None
    departure_s: int | None


def read_calls(feed: Path, day: date, stations: frozenset[str]) -> list[TrainCall]:
    """All calls of a day at the named stations, in the order of time.

    Parameters
    ----------
    stations
        Names of stops as the feed spells them.
    """
    with zipfile.ZipFile(feed) as archive:
        running = {
            row["service_id"]
            for row in _rows(archive, "calendar_dates.txt")
            if row["date"] == f"{day:%Y%m%d}" and row["exception_type"] == "1"
        }
        lines = {row["route_id"]: row["route_short_name"] for row in _rows(archive, "routes.txt")}
        trips = {
            row["trip_id"]: lines[row["route_id"]]
            for row in _rows(archive, "trips.txt")
            if row["service_id"] in running
        }
        names = {row["stop_id"]: row["stop_name"] for row in _rows(archive, "stops.txt")}
        rows_of: dict[str, list[dict[str, str]]] = {trip: [] for trip in trips}
        for row in _rows(archive, "stop_times.txt"):
            if row["trip_id"] in rows_of:
                rows_of[row["trip_id"]].append(row)
    calls = []
    for trip, rows in rows_of.items():
        rows.sort(key=lambda row: int(row["stop_sequence"]))
        for index, row in enumerate(rows):
            if names[row["stop_id"]] in stations:
                calls.append(
                    TrainCall(
                        station=names[row["stop_id"]],
                        line=trips[trip],
                        towards=names[rows[-1]["stop_id"]],
                        arrival_s=None if index == 0 else _seconds(row["arrival_time"]),
                        departure_s=None if index == len(rows) - 1 else _seconds(row["departure_time"]),
                    )
                )
    return sorted(
        calls, key=lambda call: (call.departure_s or call.arrival_s or 0, call.station, call.towards)
    )


def _rows(archive: zipfile.ZipFile, name: str) -> Iterator[dict[str, str]]:
    with archive.open(name) as raw:
        yield from csv.DictReader(io.TextIOWrapper(raw, "utf-8-sig"))


def _seconds(clock: str) -> int:
    hours, minutes, seconds = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds)
