"""Virtual stops: bus stops, village centres and stations of the extract, placed on the real road network."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from routing_core.roads.errors import NoRoadNearby
from routing_core.roads.network import RoadNetwork

from data.places import Places, Spot

BUS_STOP_SNAP_M = 60.0
CENTRE_SNAP_M = 400.0
SAME_STOP_M = 150.0
"""Both sides of the road are one virtual stop: the vehicle comes to either."""
CENTRE_NEEDED_M = 350.0
"""Settlements with no bus stop this near to the centre get a stop there."""


@dataclass(frozen=True, slots=True)
class VirtualStop:
    """A named point on a road, in degrees; ``id`` holds the OpenStreetMap id it comes from."""

    id: str
    name: str
    latitude_deg: float
    longitude_deg: float


def place_stops(places: Places, stations: Iterable[Spot], network: RoadNetwork) -> list[VirtualStop]:
    """Virtual stops in the order of their ids; spots too far from any road are left out."""
    chosen: list[Spot] = []
    stops: list[VirtualStop] = []

    def add(spot: Spot, name: str, limit_m: float) -> None:
        try:
            point = network.snap(spot.latitude_deg, spot.longitude_deg, limit_m=limit_m)
        except NoRoadNearby:
            return
        chosen.append(spot)
        stops.append(VirtualStop(f"vs-{spot.osm_id}", name, point.latitude_deg, point.longitude_deg))

    for spot in sorted(stations, key=_number):
        add(spot, spot.name, CENTRE_SNAP_M)
    by_name: defaultdict[str, list[Spot]] = defaultdict(list)
    for spot in sorted(places.bus_stops, key=_number):
        name = _tidy(spot.name)
        if all(spot.distance_m(other) > SAME_STOP_M for other in by_name[name]):
            by_name[name].append(spot)
            count = len(by_name[name])
            add(spot, name if count == 1 else f"{name} ({count})", BUS_STOP_SNAP_M)
    for settlement in sorted(places.settlements, key=lambda settlement: _number(settlement.centre)):
        centre = settlement.centre
        if all(centre.distance_m(other) > CENTRE_NEEDED_M for other in chosen):
            add(centre, f"{centre.name}, Ortsmitte", CENTRE_SNAP_M)
    return sorted(stops, key=lambda stop: (stop.name, stop.id))


def _tidy(name: str) -> str:
    return re.sub(r"\s+", " ", name).strip()


def _number(spot: Spot) -> int:
    return int(spot.osm_id[1:])
