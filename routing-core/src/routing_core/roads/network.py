"""A road graph one can find places on, and the hierarchy to search it by."""

from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from routing_core.roads.crossing import CrossingIndex
from routing_core.roads.elimination import Hierarchy, build_hierarchy, load_hierarchy, save_hierarchy
from routing_core.roads.errors import BrokenGraph
from routing_core.roads.graph import RoadGraph, load_graph, save_graph
from routing_core.roads.snap import RoadPoint, SnapIndex

HIERARCHY_FOLDER = "hierarchy"


class RoadNetwork:
    """The roads of a district for one profile.

    Attributes
    ----------
    graph
        The flat arrays.
    """

    def __init__(self, graph: RoadGraph, hierarchy: Hierarchy | None = None) -> None:
        self.graph = graph
        self._hierarchy = hierarchy

    @classmethod
    def load(cls, folder: Path) -> "RoadNetwork":
        """Open a stored network; a hierarchy that is missing or stale is built anew and kept if possible.

        Raises
        ------
        BrokenGraph
            Where the graph is missing, damaged or of another format.
        """
        graph = load_graph(folder)
        try:
            return cls(graph, load_hierarchy(folder / HIERARCHY_FOLDER, graph))
        except BrokenGraph:
            network = cls(graph)
            with suppress(OSError):
                save_hierarchy(network.hierarchy, folder / HIERARCHY_FOLDER, graph)
            return network

    def save(self, folder: Path, about: dict[str, Any]) -> None:
        """Write graph and hierarchy, and what is to be known about where they come from."""
        save_graph(self.graph, folder, about)
        save_hierarchy(self.hierarchy, folder / HIERARCHY_FOLDER, self.graph)

    @cached_property
    def hierarchy(self) -> Hierarchy:
        """Order and shortcuts, made when first needed."""
        return self._hierarchy or build_hierarchy(self.graph)

    @cached_property
    def _index(self) -> SnapIndex:
        return SnapIndex(self.graph)

    @cached_property
    def _crossings(self) -> CrossingIndex:
        return CrossingIndex(self.graph)

    def arcs_touching(self, places: Sequence[tuple[float, float]]) -> list[int]:
        """Arcs that a closure drawn on the map concerns; see :meth:`.CrossingIndex.arcs`."""
        return self._crossings.arcs(places)

    def snap(
        self, latitude_deg: float, longitude_deg: float, *, limit_m: float, curb: bool = False
    ) -> RoadPoint:
        """Project a place on the nearest road one may get on and off at.

        Parameters
        ----------
        curb
            Whether vehicles have to come by on the side of the street the place is on.

        Raises
        ------
        BadCoordinate
            Where a coordinate is not a number within the globe's bounds.
        NoRoadNearby
            Where no such road is within ``limit_m`` metres.
        """
        return self._index.snap(latitude_deg, longitude_deg, limit_m=limit_m, curb=curb)
