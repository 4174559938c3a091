"""Dispatch areas: where rides may start and end, and by which rules they are promised."""

from dataclasses import dataclass, field
from datetime import timedelta

import shapely

from pooling.domain.places import Point

# Rules that hold before it is known which zone serves a ride.
SNAP_LIMIT_M = 300.0
"""How far from a road a place may be."""
HORIZON = timedelta(days=28)
"""How far ahead a ride may be asked for."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How a zone promises rides; a zone of the district may set each of these for itself."""

    pickup_window_s: int = 900
    """How long the promised pickup window is."""
    pickup_before_s: int = 300
    """How much of the window lies before the pickup as it is planned now: room to plan better later on."""
    ride_percent: int = 150
    ride_extra_s: int = 600
    """A ride may take this much of the direct time, or the direct time plus the extra, whichever is more."""
    board_s: int = 30
    board_each_further_s: int = 15
    board_wheelchair_s: int = 120
    alight_s: int = 20
    alight_wheelchair_s: int = 90
    hold_s: int = 60
    alternative_span_s: int = 3 * 3600
    alternative_step_s: int = 600
    default_window_s: int = 1800
    """How long the window is that stands in for one the caller left out."""

    def max_ride_s(self, direct_s: int) -> int:
        """Seconds a passenger may be aboard."""
        return max(direct_s * self.ride_percent // 100, direct_s + self.ride_extra_s)

    def board_duration_s(self, seated_count: int, wheelchair_count: int) -> int:
        """Seconds a party takes to get on."""
        seated_s = self.board_s + self.board_each_further_s * (seated_count - 1) if seated_count else 0
        return seated_s + self.board_wheelchair_s * wheelchair_count

    def alight_duration_s(self, seated_count: int, wheelchair_count: int) -> int:
        """Seconds a party takes to get off."""
        return (self.alight_s if seated_count else 0) + self.alight_wheelchair_s * wheelchair_count


@dataclass(frozen=True, slots=True)
class Zone:
    """A dispatch area; ``boundary`` is its closed outer ring."""

    id: str
    name: str
    boundary: tuple[Point, ...]
    policy: Policy = Policy()
    _polygon: shapely.Polygon = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        polygon = shapely.Polygon([(corner.longitude_deg, corner.latitude_deg) for corner in self.boundary])
        shapely.prepare(polygon)
        object.__setattr__(self, "_polygon", polygon)

    def covers(self, point: Point) -> bool:
        """Whether the point lies in the zone or on its boundary."""
        return bool(self._polygon.intersects(shapely.Point(point.longitude_deg, point.latitude_deg)))


@dataclass(frozen=True, slots=True)
class VirtualStop:
    """A place on the road where passengers can be met."""

    id: str
    name: str
    point: Point
