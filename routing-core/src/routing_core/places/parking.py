"""Where everybody may leave a car near a station, from an OpenStreetMap extract."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import osmium

from routing_core.places.errors import BrokenGazetteer
from routing_core.places.osm import middle
from routing_core.roads.errors import BrokenExtract
from routing_core.roads.sphere import great_circle_m

FILE = "parking.json"
NEAR_M = 500.0
"""So far from a station a car park still belongs to it."""
_STATIONS = {"station", "halt"}
_NOT_FOR_ALL = {"private", "no", "customers", "permit", "employees", "residents", "delivery"}
_NO_CARS = {"street_side", "lane", "on_kerb", "half_on_kerb"}
"""Along a street: a place or two that nobody counts on."""


class CarPark(NamedTuple):
    """A car park; ``capacity`` is None where the map does not tell it."""

    id: str
    latitude_deg: float
    longitude_deg: float
    name: str
    capacity: int | None


def read_parking(path: Path) -> tuple[CarPark, ...]:
    """Read the public car parks within 500 m of a railway station, by id.

    Raises
    ------
    BrokenExtract
        Where the file is missing or damaged.
    """
    if not path.is_file():
        raise BrokenExtract(path, "no such file")
    stations: list[tuple[float, float]] = []
    parks: list[CarPark] = []
    wanted = osmium.filter.TagFilter(("amenity", "parking"), ("railway", "station"), ("railway", "halt"))
    try:
        for entity in osmium.FileProcessor(str(path)).with_locations().with_filter(wanted):
            osm_id, position = _position(entity)
            tags = dict(entity.tags)
            if position is None:
                continue
            if tags.get("railway") in _STATIONS:
                stations.append(position)
            elif tags.get("access") not in _NOT_FOR_ALL and tags.get("parking") not in _NO_CARS:
                parks.append(_park(osm_id, position, tags))
    except RuntimeError as error:
        raise BrokenExtract(path, str(error)) from error
    near = [park for park in parks if any(_away_m(park, station) <= NEAR_M for station in stations)]
    return tuple(sorted(near, key=lambda park: park.id))


def save_parking(parks: tuple[CarPark, ...], path: Path) -> None:
    """Write them as JSON, one a line."""
    lines = ",\n".join(" " + json.dumps(park._asdict(), ensure_ascii=False) for park in parks)
    path.write_text(f'{{"car_parks": [\n{lines}\n]}}\n' if parks else '{"car_parks": []}\n', "utf-8")


def load_parking(path: Path) -> tuple[CarPark, ...]:
    """Read what :func:`save_parking` wrote; none where there is no file.

    Raises
    ------
    BrokenGazetteer
        Where the file is damaged.
    """
    if not path.is_file():
        return ()
    try:
        found = json.loads(path.read_text("utf-8"))["car_parks"]
        return tuple(CarPark(**park) for park in found)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BrokenGazetteer(path, f"no car parks: {error!r}") from error


def _position(entity: Any) -> tuple[str, tuple[float, float] | None]:
    """Its id and where it is; osmium hands out objects of no common type."""
    if entity.is_node():
        return f"n{entity.id}", (entity.lat, entity.lon)
    if entity.is_way():
        return f"w{entity.id}", middle(entity.nodes, closed=entity.is_closed())
    return "", None


def _park(park_id: str, position: tuple[float, float], tags: dict[str, str]) -> CarPark:
    capacity = tags.get("capacity", "")
    latitude_deg, longitude_deg = (round(degrees, 6) for degrees in position)
    return CarPark(
        park_id,
        latitude_deg,
        longitude_deg,
        tags.get("name", ""),
        int(capacity) if capacity.isascii() and capacity.isdigit() else None,
    )


def _away_m(park: CarPark, station: tuple[float, float]) -> float:
    return great_circle_m(park.latitude_deg, park.longitude_deg, *station)
