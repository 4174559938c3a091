"""Places as they are kept: one compressed table, the same bytes for the same places."""

import csv
import gzip
import io
from collections.abc import Iterable
from pathlib import Path

from routing_core.places.errors import BrokenGazetteer
from routing_core.places.place import WEIGHTS, Place

FILE = "places.tsv.gz"
_HEADER = "landlinie places 1"


def save_places(places: Iterable[Place], path: Path) -> None:
    """Write places, in the order given; whoever reads the file meanwhile has the old one."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerow([_HEADER])
    writer.writerow(Place._fields)
    writer.writerows(places)
    unfinished = path.with_name(f".{path.name}.part")
    # No time and no name in it: the same places make the same file.
    unfinished.write_bytes(gzip.compress(text.getvalue().encode("utf-8"), mtime=0))
    unfinished.replace(path)


def load_places(path: Path) -> tuple[Place, ...]:
    """Read places.

    Raises
    ------
    BrokenGazetteer
        Where the file is missing or damaged, naming the line.
    """
    try:
        text = gzip.decompress(path.read_bytes()).decode("utf-8")
    except (OSError, EOFError, ValueError) as error:
        raise BrokenGazetteer(path, str(error)) from error
    rows = csv.reader(io.StringIO(text, newline=""), delimiter="\t")
    if next(rows, None) != [_HEADER] or next(rows, None) != list(Place._fields):
        raise BrokenGazetteer(path, f"does not begin as {_HEADER!r} does")
    places = []
    for row in rows:
        try:
            places.append(_place(row))
        except ValueError as error:
            raise BrokenGazetteer(path, f"line {rows.line_num}: {error}") from error
    return tuple(places)


def _place(row: list[str]) -> Place:
    if len(row) != len(Place._fields):
        raise ValueError(f"{len(row)} columns, expected {len(Place._fields)}")
    place_id, kind, name, latitude, longitude, *address = row
    if kind not in WEIGHTS:
        raise ValueError(f"kind {kind!r} is not known")
    latitude_deg, longitude_deg = float(latitude), float(longitude)
    if not (abs(latitude_deg) <= 90.0 and abs(longitude_deg) <= 180.0):
        raise ValueError(f"position {latitude}, {longitude} is not on the globe")
    return Place(place_id, kind, name, latitude_deg, longitude_deg, *address)
