"""A flat map of a district, in metres."""

from dataclasses import dataclass
from math import cos, radians

import numpy as np
import numpy.typing as npt

from routing_core.roads.graph import RoadGraph
from routing_core.roads.sphere import EARTH_RADIUS_M

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Plane:
    """Metres by degree, exact in the middle of a district."""

    latitude_scale: float
    longitude_scale: float

    @classmethod
    def around(cls, graph: RoadGraph) -> "Plane":
        """The plane that touches the globe in the middle of a graph."""
        latitude_scale = radians(1) * EARTH_RADIUS_M
        middle_deg = float(np.mean(graph.node_latitude_e7)) / 1e7
        return cls(latitude_scale, latitude_scale * cos(radians(middle_deg)))

    def metres(self, places: Floats) -> Floats:
        """(n, 2) latitudes and longitudes in degrees as (n, 2) metres east and north."""
        return np.column_stack([places[:, 1] * self.longitude_scale, places[:, 0] * self.latitude_scale])

    def degrees(self, points: Floats) -> Floats:
        """(n, 2) metres east and north as (n, 2) longitudes and latitudes in degrees."""
        return points / (self.longitude_scale, self.latitude_scale)
