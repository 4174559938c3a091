"""A feed in which both engines of ``./dev bench transit`` see the same: whole minutes, and every change told.

nigiri counts in minutes and has its own defaults for changing, so times are rounded down, and
``transfers.txt`` tells two minutes at every stop and the minutes between the platforms of a station.
"""

import csv
import io
import zipfile
from collections import defaultdict
from pathlib import Path

import numpy as np
from timetable.transit.walks import straight_walk_s

CHANGE_S = 120


def write_even_feed(feed: Path, target: Path) -> None:
    """Copy a feed; transfer rules that it has are left out."""
    with zipfile.ZipFile(feed) as source, zipfile.ZipFile(target, "w") as copy:
        for name in source.namelist():
            if name not in {"stop_times.txt", "transfers.txt", "pathways.txt"}:
                copy.writestr(name, source.read(name))
        with source.open("stop_times.txt") as packed, copy.open("stop_times.txt", "w") as written:
            rows = csv.reader(io.TextIOWrapper(packed, encoding="utf-8-sig"))
            out = io.TextIOWrapper(written, encoding="utf-8", newline="")
            writer = csv.writer(out)
            header = next(rows)
            writer.writerow(header)
            clocks = [header.index(column) for column in ("arrival_time", "departure_time")]
            stop_column = header.index("stop_id")
            served = set()
            for row in rows:
                served.add(row[stop_column])
                for column in clocks:
                    if row[column]:
                        row[column] = row[column][:-2] + "00"
                writer.writerow(row)
            out.flush()
            out.detach()
        copy.writestr("transfers.txt", _transfers(source, served))


def _transfers(source: zipfile.ZipFile, served: set[str]) -> str:
    with source.open("stops.txt") as packed:
        rows = list(csv.DictReader(io.TextIOWrapper(packed, encoding="utf-8-sig")))
    rows = [row for row in rows if row["stop_id"] in served]
    lon = np.array([float(row["stop_lon"]) for row in rows])
    lat = np.array([float(row["stop_lat"]) for row in rows])
    families: dict[str, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        families[row.get("parent_station") or row["stop_id"]].append(number)
    lines = ["from_stop_id,to_stop_id,transfer_type,min_transfer_time"]
    for stops in families.values():
        for start in stops:
            for end in stops:
                seconds = CHANGE_S
                if start != end:
                    seconds = max(CHANGE_S, -(-straight_walk_s(lon, lat, start, end) // 60) * 60)
                lines.append(f"{rows[start]['stop_id']},{rows[end]['stop_id']},2,{seconds}")
    return "\n".join(lines) + "\n"
