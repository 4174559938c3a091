"""Points on the ground."""

import math
from dataclasses import dataclass
from typing import NamedTuple

EARTH_RADIUS_M = 6_371_008.8
DETOUR_ON_FOOT = 1.3
"""How much longer the way on foot is than the straight line."""
WALK_M_PER_S = 1.2


class Point(NamedTuple):
    """WGS84 degrees, rounded to a tenth of a metre so that equal places are equal."""

    latitude_deg: float
    longitude_deg: float


def point(latitude_deg: float, longitude_deg: float) -> Point:
    """The point, rounded."""
    return Point(round(latitude_deg, 6), round(longitude_deg, 6))


def straight_m(origin: Point, destination: Point) -> float:
    """Metres along the great circle (haversine formula)."""
    origin_lat, destination_lat = math.radians(origin.latitude_deg), math.radians(destination.latitude_deg)
    half_lat = (destination_lat - origin_lat) / 2
    half_lon = math.radians(destination.longitude_deg - origin.longitude_deg) / 2
    chord = math.sin(half_lat) ** 2 + (
        math.cos(origin_lat) * math.cos(destination_lat) * math.sin(half_lon) ** 2
    )
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(chord))


def walk_m(origin: Point, destination: Point) -> int:
    """Metres on foot, estimated from the straight line."""
    return round(straight_m(origin, destination) * DETOUR_ON_FOOT)


@dataclass(frozen=True, slots=True)
class BoardingPoint:
    """Where vehicle and passenger meet: a point on the road, and the walk to it."""

    point: Point
    label: str = ""
    virtual_stop_id: str = ""
    walk_m: int = 0

    @property
    def walk_s(self) -> int:
        return math.ceil(self.walk_m / WALK_M_PER_S)
