"""The map of a place by its name: a Nominatim tells where it lies, an Overpass server what is there."""

import json
import math
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from onebox.fetching import FetchError, Limits, fetch

NOMINATIM = "https://nominatim.openstreetmap.org"
OVERPASS = "https://overpass-api.de/api/interpreter"
MOST_KM2 = 8_000.0
"""Public servers are not for more; the largest rural districts are smaller."""
LEAST_KM2 = 0.5
"""A place that is smaller is a point on the map, not an area."""
FINDING = Limits(most_bytes=8 * 1024**2, quiet_s=30.0, whole_s=60.0)
FETCHING = Limits(most_bytes=1024**3, quiet_s=300.0, whole_s=15 * 60.0)
"""Overpass says nothing until it has found everything."""
KM_PER_DEGREE = 111.195
KEYS = (
    *("highway", "railway", "amenity", "healthcare", "shop", "tourism", "leisure", "office"),
    *("public_transport", "addr:housenumber", "barrier"),
    # For the eye: woods and lakes. All buildings would be several times as much as the rest.
    *("landuse", "natural", "waterway"),
)
TAIL_BYTES = 4096


class PlaceError(ValueError):
    """A place whose map could not be had; the message says what was asked, and why not."""


@dataclass(frozen=True, slots=True)
class Box:
    """A place as it was found; degrees."""

    label: str
    south: float
    west: float
    north: float
    east: float

    @property
    def km2(self) -> float:
        """About how large it is."""
        middle = math.radians((self.south + self.north) / 2)
        east_km = (self.east - self.west) * KM_PER_DEGREE * math.cos(middle)
        return east_km * (self.north - self.south) * KM_PER_DEGREE


def find_place(place: str, nominatim: str = NOMINATIM, limits: Limits = FINDING) -> Box:
    """Where a place lies.

    Raises
    ------
    PlaceError
        If nobody answers, nothing is called so, or it is no area that can be fetched.
    """
    asked = urlencode({"q": place, "format": "jsonv2", "limit": 1})
    with tempfile.TemporaryDirectory(prefix="landlinie-place-") as folder:
        answer = Path(folder) / "places.json"
        try:
            fetch(f"{nominatim.rstrip('/')}/search?{asked}", answer, limits)
            found = json.loads(answer.read_bytes())
            if not found:
                raise PlaceError(f"place: nothing is called {place!r}, says {nominatim}")
            south, north, west, east = (float(edge) for edge in found[0]["boundingbox"])
            label = str(found[0]["display_name"])
        except FetchError as error:
            raise PlaceError(
                f"place: {nominatim} does not answer ({error}); without internet give an extract with --osm"
            ) from error
        except (KeyError, TypeError, ValueError, IndexError) as error:
            if isinstance(error, PlaceError):
                raise
            raise PlaceError(f"place: {nominatim} answers with something else than places") from error
    box = Box(label, south, west, north, east)
    if not (-90 <= south < north <= 90 and -180 <= west < east <= 180) or box.km2 < LEAST_KM2:
        raise PlaceError(f"place: {label!r} is no area; name a municipality or a district")
    if box.km2 > MOST_KM2:
        raise PlaceError(
            f"place: {label!r} has {box.km2:,.0f} km², more than {MOST_KM2:,.0f}; give an extract with --osm"
        )
    return box


def fetch_map(box: Box, path: Path, overpass: str = OVERPASS, limits: Limits = FETCHING) -> None:
    """Write the map of a place, as OSM XML, to a path where nothing is.

    Raises
    ------
    PlaceError
        If nobody answers, or the answer is no whole map.
    """
    try:
        fetch(overpass, path, limits, urlencode({"data": question(box, limits)}).encode())
    except FetchError as error:
        raise PlaceError(
            f"place: {overpass} gives no map of {box.label!r} ({error}); give an extract with --osm"
        ) from error
    with path.open("rb") as file:
        head = file.read(TAIL_BYTES)
        file.seek(max(0, path.stat().st_size - TAIL_BYTES))
        tail = file.read().decode("utf-8", "replace")
    if b"<osm" not in head:
        raise PlaceError(f"place: {overpass} answers with something else than a map")
    # A question that takes too long ends with a remark, in what looks like a map of less.
    remark = re.search(r"<remark>\s*(.*?)\s*</remark>", tail, re.DOTALL)
    if remark:
        raise PlaceError(f"place: {overpass} gives no whole map of {box.label!r}: {remark[1]}")
    if not tail.rstrip().endswith("</osm>"):
        raise PlaceError(f"place: the map of {box.label!r} that {overpass} gives breaks off")


def question(box: Box, limits: Limits) -> str:
    """What Overpass is asked: all that streets, places and the drawn map are read from, nodes first."""
    edges = f"{box.south:.6f},{box.west:.6f},{box.north:.6f},{box.east:.6f}"
    wanted = "".join(f'nwr["{key}"];' for key in KEYS)
    return (
        f"[out:xml][timeout:{limits.quiet_s:.0f}][maxsize:{limits.most_bytes}][bbox:{edges}];"
        f'({wanted}nwr["place"];way["route"="ferry"];rel["type"="restriction"];);'
        "(._;>;);out body;"
    )
