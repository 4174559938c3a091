"""Read the named places of an OpenStreetMap extract (.osm, .osm.bz2, .osm.pbf)."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import osmium

from routing_core.places.place import Place
from routing_core.roads.errors import BrokenExtract
from routing_core.roads.sphere import great_circle_m

REACH_M: Mapping[str, float] = {"town": 4000.0, "village": 2000.0, "hamlet": 1000.0}
"""How far from its centre one is still in a settlement, where two lie near each other in proportion."""

_KEYS = (
    *("place", "addr:housenumber", "highway", "railway", "amenity", "healthcare", "shop", "tourism"),
    *("leisure", "office", "public_transport"),
)

_KIND_OF: Mapping[str, Mapping[str, str]] = {
    "place": {kind: kind for kind in ("town", "village", "suburb", "hamlet")} | {"city": "town"},
    "railway": {"station": "station", "halt": "station"},
    "highway": {"bus_stop": "stop"},
    "amenity": {
        "hospital": "hospital",
        "clinic": "hospital",
        "doctors": "doctor",
        "dentist": "doctor",
        "pharmacy": "pharmacy",
        "townhall": "townhall",
        "courthouse": "townhall",
        "public_building": "townhall",
        "school": "school",
        "college": "school",
        "university": "school",
        "kindergarten": "kindergarten",
        "bank": "bank",
        "place_of_worship": "church",
        "restaurant": "restaurant",
        "cafe": "restaurant",
        "pub": "restaurant",
        "fast_food": "restaurant",
        "cinema": "culture",
        "theatre": "culture",
        "library": "culture",
        "community_centre": "culture",
        "nursing_home": "work",
        "social_facility": "work",
        "bus_station": "stop",
        "post_office": "shop",
        "fuel": "shop",
        "recycling": "leisure",
    },
    "healthcare": {"*": "doctor", "hospital": "hospital", "pharmacy": "pharmacy"},
    "shop": {"*": "shop"},
    "tourism": {
        "hotel": "lodging",
        "guest_house": "lodging",
        "hostel": "lodging",
        "camp_site": "lodging",
        "museum": "culture",
        "attraction": "leisure",
        "zoo": "leisure",
    },
    "leisure": {
        "sports_centre": "leisure",
        "stadium": "leisure",
        "swimming_pool": "leisure",
        "water_park": "leisure",
        "park": "leisure",
        "marina": "leisure",
    },
    "office": {"*": "work"},
}
"""By key in the order in which they are asked; ``*`` stands for every other value."""


class _Found(NamedTuple):
    place: Place
    municipality: str


def read_places(path: Path) -> tuple[Place, ...]:
    """Read towns and villages, streets, addresses, stops and what has a name, by kind and id.

    Parts of a street in one locality are one place, in the middle of it. What has neither a name nor a house
    number is left out.

    Raises
    ------
    BrokenExtract
        Where the file is missing or damaged.
    """
    if not path.is_file():
        raise BrokenExtract(path, "no such file")
    reader = _Reader()
    wanted = osmium.filter.KeyFilter(*_KEYS)
    # Areas are built in a first run over the file; the filter would keep their ways from it.
    areas = osmium.FileProcessor(str(path)).with_locations().with_areas(wanted).with_filter(wanted)
    try:
        for entity in areas:
            reader.take(entity)
    except RuntimeError as error:
        raise BrokenExtract(path, str(error)) from error
    return tuple(sorted(reader.places(), key=lambda place: (place.kind, place.id)))


class _Reader:
    def __init__(self) -> None:
        self._settlements: list[Place] = []
        self._others: list[Place] = []
        self._streets: list[tuple[str, Place]] = []

    def take(self, entity: Any) -> None:  # osmium hands out objects of no common type
        if entity.is_node():
            self._take(f"n{entity.id}", dict(entity.tags), (entity.lat, entity.lon))
        elif entity.is_way():
            position = middle(entity.nodes, closed=entity.is_closed())
            if position is not None:
                self._take(f"w{entity.id}", dict(entity.tags), position)
        elif entity.is_area() and not entity.from_way():
            # A relation with members beyond the extract can come as an area without a ring.
            ring = next(iter(entity.outer_rings()), None)
            position = middle(ring, closed=True) if ring is not None else None
            if position is not None:
                self._take(f"r{entity.orig_id()}", dict(entity.tags), position)

    def _take(self, osm_id: str, tags: Mapping[str, str], position: tuple[float, float]) -> None:
        at = (round(position[0], 6), round(position[1], 6))
        name = " ".join(tags.get("name", "").split())
        kind = _kind(tags)
        post_code = tags.get("addr:postcode", "")
        village = tags.get("addr:hamlet") or tags.get("addr:village") or ""
        town = tags.get("addr:city", "")
        if name and kind in REACH_M:
            self._settlements.append(Place(osm_id, kind, name, *at, post_code=tags.get("postal_code", "")))
        elif name and kind:
            self._others.append(Place(osm_id, kind, name, *at, "", post_code, village, town))
        elif name and "highway" in tags and osm_id.startswith("w"):
            self._streets.append((osm_id, Place(osm_id, "street", name, *at)))
        street = tags.get("addr:street") or tags.get("addr:place", "")
        if street and "addr:housenumber" in tags:
            number = tags["addr:housenumber"]
            self._others.append(Place(f"{osm_id}a", "address", street, *at, number, post_code, village, town))

    def places(self) -> Iterator[Place]:
        yield from self._settlements
        for place in self._others:
            yield _placed(place, place.locality or self._locality(place) or place.municipality)
        parts: dict[tuple[str, str], list[Place]] = {}
        for _, part in self._streets:
            parts.setdefault((part.name, self._locality(part)), []).append(part)
        for (_, locality), ways in parts.items():
            yield _placed(_most_central(ways), locality)

    def _locality(self, place: Place) -> str:
        """The settlement one is most in, or none."""
        best, name = _FARTHEST_REACHES, ""
        for settlement in self._settlements:
            if abs(settlement.latitude_deg - place.latitude_deg) > _FARTHEST_DEG:
                continue
            away_m = great_circle_m(
                settlement.latitude_deg, settlement.longitude_deg, place.latitude_deg, place.longitude_deg
            )
            share = away_m / REACH_M[settlement.kind]
            if share < best:
                best, name = share, settlement.name
        return name


_FARTHEST_REACHES = 2.0
_FARTHEST_DEG = _FARTHEST_REACHES * max(REACH_M.values()) / 111_000


def _kind(tags: Mapping[str, str]) -> str:
    for key, kinds in _KIND_OF.items():
        if key in tags:
            kind = kinds.get(tags[key], kinds.get("*", ""))
            if kind:
                return kind
    return ""


def middle(nodes: Iterable[Any], *, closed: bool) -> tuple[float, float] | None:
    """The middle node of a line; the mean of an outline's corners."""
    located = [(node.lat, node.lon) for node in nodes if node.location.valid()]
    if not located:
        return None
    if not closed:
        return located[len(located) // 2]
    corners = located[:-1] or located
    return (
        sum(latitude for latitude, _ in corners) / len(corners),
        sum(longitude for _, longitude in corners) / len(corners),
    )


def _most_central(ways: list[Place]) -> Place:
    latitude = sum(way.latitude_deg for way in ways) / len(ways)
    longitude = sum(way.longitude_deg for way in ways) / len(ways)
    return min(
        ways,
        key=lambda way: (great_circle_m(latitude, longitude, way.latitude_deg, way.longitude_deg), way.id),
    )


def _placed(place: Place, locality: str) -> Place:
    town = place.municipality if place.municipality != locality else ""
    if place.name == locality:
        locality = ""
    return place._replace(locality=locality, municipality=town)
