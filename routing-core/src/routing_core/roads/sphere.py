"""Distances on the globe."""

from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS_M = 6_371_008.8


def great_circle_m(
    latitude_deg: float, longitude_deg: float, other_latitude_deg: float, other_longitude_deg: float
) -> float:
    """Haversine distance in metres between two positions in degrees."""
    latitude, other_latitude = radians(latitude_deg), radians(other_latitude_deg)
    half_turn = sin(radians(other_longitude_deg - longitude_deg) / 2)
    half_rise = sin((other_latitude - latitude) / 2)
    square = half_rise**2 + cos(latitude) * cos(other_latitude) * half_turn**2
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(square)))
