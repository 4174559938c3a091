"""A road graph one can find places on."""

from pathlib import Path

from routing_core.roads.graph import RoadGraph, load_graph
from routing_core.roads.snap import RoadPoint, SnapIndex


class RoadNetwork:
    """The drivable roads of a district.

    Attributes
    ----------
    graph
        The flat arrays.
    """

    def __init__(self, graph: RoadGraph) -> None:
        self.graph = graph
        self._index = SnapIndex(graph)

    @classmethod
    def load(cls, folder: Path) -> "RoadNetwork":
        """Open a stored graph; raises :class:`~routing_core.roads.errors.BrokenGraph`."""
        return cls(load_graph(folder))

    def snap(self, latitude_deg: float, longitude_deg: float, *, limit_m: float) -> RoadPoint:
        """Project a place on the nearest road passengers may board at.

        Raises
        ------
        BadCoordinate
            Where a coordinate is not a number within the globe's bounds.
        NoRoadNearby
            Where no such road is within ``limit_m`` metres.
        """
        return self._index.snap(latitude_deg, longitude_deg, limit_m=limit_m)
