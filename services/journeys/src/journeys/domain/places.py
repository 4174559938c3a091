"""Where somebody starts or goes."""

from dataclasses import dataclass
from math import asin, cos, hypot, isfinite, radians, sin, sqrt

EARTH_RADIUS_M = 6_371_008.8


@dataclass(frozen=True, slots=True)
class Point:
    """A point on the ground in WGS84 degrees, and what people call it.

    ``stop_id`` is set where it is a stop of the timetable.
    """

    latitude_deg: float
    longitude_deg: float
    label: str = ""
    stop_id: str = ""

    def __post_init__(self) -> None:
        if not (isfinite(self.latitude_deg) and isfinite(self.longitude_deg)):
            raise ValueError(f"{self.latitude_deg}, {self.longitude_deg} is no position")
        if not (abs(self.latitude_deg) <= 90.0 and abs(self.longitude_deg) <= 180.0):
            raise ValueError(f"{self.latitude_deg}, {self.longitude_deg} is not on the globe")

    @property
    def rounded(self) -> str:
        """The same for points that are a few steps apart."""
        return f"{self.latitude_deg:.4f} {self.longitude_deg:.4f}"

    def distance_m(self, other: "Point") -> float:
        """Along the great circle (haversine formula)."""
        north = radians(other.latitude_deg - self.latitude_deg) / 2
        east = radians(other.longitude_deg - self.longitude_deg) / 2
        both = cos(radians(self.latitude_deg)) * cos(radians(other.latitude_deg))
        return 2 * EARTH_RADIUS_M * asin(min(1.0, hypot(sin(north), sqrt(both) * sin(east))))
