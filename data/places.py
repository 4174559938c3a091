"""Real places of the extract: where people live, where they go, where buses stop."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import osmium
from osmium.osm import Node, Way
from routing_core.roads.sphere import great_circle_m

SETTLEMENTS = frozenset({"town", "suburb", "village", "hamlet"})
TOWN_PARTS = frozenset({"town", "suburb"})
HOME_STREETS = frozenset({"residential", "living_street", "unclassified", "tertiary", "secondary"})

PURPOSES: Mapping[str, frozenset[tuple[str, str]]] = {
    "bakery": frozenset({("shop", "bakery")}),
    "work": frozenset(
        {("amenity", "hospital"), ("amenity", "nursing_home"), ("amenity", "public_building")}
        | {("shop", "car"), ("shop", "mall"), ("shop", "doityourself"), ("shop", "supermarket")}
        | {
            ("amenity", "bank"),
            ("amenity", "fire_station"),
            ("amenity", "townhall"),
            ("amenity", "courthouse"),
        }
    ),
    "school": frozenset({("amenity", "school"), ("amenity", "college")}),
    "shop": frozenset(
        {("shop", "supermarket"), ("shop", "mall"), ("shop", "chemist"), ("shop", "department_store")}
    ),
    "doctor": frozenset(
        {("amenity", "doctors"), ("amenity", "dentist"), ("amenity", "hospital"), ("amenity", "pharmacy")}
        | {("healthcare", "physiotherapist")}
    ),
    "evening": frozenset(
        {("amenity", "restaurant"), ("amenity", "pub"), ("amenity", "cinema"), ("amenity", "theatre")}
    ),
}

HOME_RADIUS_M = 1200.0
STREET_HOME_RADIUS_M = 450.0
FEWEST_ADDRESSES = 8
"""Villages with fewer mapped addresses get homes along their mapped streets as well."""


class Spot(NamedTuple):
    """A mapped thing: ``osm_id`` like ``n123`` or ``w45``."""

    osm_id: str
    name: str
    latitude_deg: float
    longitude_deg: float

    def distance_m(self, other: "Spot") -> float:
        return great_circle_m(self.latitude_deg, self.longitude_deg, other.latitude_deg, other.longitude_deg)


@dataclass(frozen=True, slots=True)
class Settlement:
    """A town, part of a town, village or hamlet, with homes in it."""

    kind: str
    centre: Spot
    homes: tuple[Spot, ...]


@dataclass(frozen=True, slots=True)
class Places:
    """What the extract knows, in the order of the file; ``by_purpose`` under the keys of ``PURPOSES``."""

    settlements: tuple[Settlement, ...]
    bus_stops: tuple[Spot, ...]
    stations: tuple[Spot, ...]
    by_purpose: Mapping[str, tuple[Spot, ...]]


@dataclass(slots=True)
class _Found:
    centres: list[tuple[str, Spot]] = field(default_factory=list)
    addresses: list[Spot] = field(default_factory=list)
    street_corners: list[Spot] = field(default_factory=list)
    bus_stops: list[Spot] = field(default_factory=list)
    stations: list[Spot] = field(default_factory=list)
    by_purpose: defaultdict[str, list[Spot]] = field(default_factory=lambda: defaultdict(list))


def read_places(extract: Path) -> Places:
    """Collect settlements with homes, bus stops and destinations from an OSM extract."""
    found = _Found()
    wanted = osmium.filter.KeyFilter(
        "place", "highway", "shop", "amenity", "healthcare", "railway", "addr:housenumber"
    )
    for entity in osmium.FileProcessor(str(extract)).with_locations().with_filter(wanted):
        if isinstance(entity, Node):
            _take_node(found, entity)
        elif isinstance(entity, Way):
            _take_way(found, entity)
    return Places(
        settlements=tuple(_settlements(found)),
        bus_stops=tuple(found.bus_stops),
        stations=tuple(found.stations),
        by_purpose={purpose: tuple(found.by_purpose[purpose]) for purpose in PURPOSES},
    )


def _take_node(found: _Found, node: Node) -> None:
    tags = dict(node.tags)
    position = (round(node.lat, 6), round(node.lon, 6))
    osm_id = f"n{node.id}"
    if tags.get("place") in SETTLEMENTS and "name" in tags:
        found.centres.append((tags["place"], Spot(osm_id, tags["name"], *position)))
    if "addr:housenumber" in tags and "addr:street" in tags:
        found.addresses.append(Spot(osm_id, tags["addr:street"], *position))
    if tags.get("highway") == "bus_stop" and "name" in tags:
        found.bus_stops.append(Spot(osm_id, tags["name"], *position))
    if tags.get("railway") in ("station", "halt") and "name" in tags:
        found.stations.append(Spot(osm_id, tags["name"], *position))
    _take_destination(found, tags, osm_id, position)


def _take_way(found: _Found, way: Way) -> None:
    tags = dict(way.tags)
    located = [node for node in way.nodes if node.location.valid()]
    if tags.get("highway") in HOME_STREETS and "access" not in tags:
        found.street_corners.extend(
            Spot(f"n{node.ref}", tags.get("name", ""), round(node.lat, 6), round(node.lon, 6))
            for node in located
        )
    elif located:
        middle = (
            round(sum(node.lat for node in located) / len(located), 6),
            round(sum(node.lon for node in located) / len(located), 6),
        )
        _take_destination(found, tags, f"w{way.id}", middle)


def _take_destination(
    found: _Found, tags: Mapping[str, str], osm_id: str, position: tuple[float, float]
) -> None:
    name = tags.get("name", "").strip()
    if not name:
        return
    for purpose, wanted in PURPOSES.items():
        if not wanted.isdisjoint(tags.items()):
            found.by_purpose[purpose].append(Spot(osm_id, name, *position))


def _settlements(found: _Found) -> Iterable[Settlement]:
    """Give every address to the nearest centre; where few are mapped, street corners help out."""
    homes: dict[str, list[Spot]] = {centre.osm_id: [] for _, centre in found.centres}
    centres = [centre for _, centre in found.centres]
    for address in found.addresses:
        nearest = min(centres, key=address.distance_m)
        if address.distance_m(nearest) <= HOME_RADIUS_M:
            homes[nearest.osm_id].append(address)
    for kind, centre in found.centres:
        if len(homes[centre.osm_id]) < FEWEST_ADDRESSES:
            corners = {
                corner.osm_id: corner
                for corner in found.street_corners
                if corner.distance_m(centre) <= STREET_HOME_RADIUS_M
            }
            homes[centre.osm_id].extend(corners.values())
        yield Settlement(kind, centre, tuple(_labelled(home, centre.name) for home in homes[centre.osm_id]))


def _labelled(home: Spot, settlement: str) -> Spot:
    """Called by street and settlement: enough to recognise, and no one's address."""
    street = home.name.strip()
    return home._replace(name=settlement if street in ("", settlement) else f"{street}, {settlement}")
