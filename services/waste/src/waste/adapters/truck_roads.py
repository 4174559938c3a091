"""Ways of trucks on the road graphs of a district."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from routing_core.roads.errors import NoRoadNearby
from routing_core.roads.graph import HIGHWAYS
from routing_core.roads.network import RoadNetwork
from routing_core.roads.router import Router
from routing_core.travel import TravelMatrix

from waste.application.ports_planning import RoadPlace
from waste.domain.errors import WrongFieldError

SNAP_LIMIT_M = 250.0
"""Containers further from any road that trucks may use are a mistake on the map."""
CM_A_MS_IN_KMH = 36.0


@dataclass(frozen=True, slots=True)
class VehicleKind:
    """How a kind of vehicle drives.

    Parameters
    ----------
    graph
        Folder of the road graph for its profile.
    top_kmh
        Where it is slower than the profile, as vehicles without a driver are.
    closed_highways
        Classes of road it may not use.
    """

    graph: Path
    top_kmh: float | None = None
    closed_highways: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        unknown = self.closed_highways - set(HIGHWAYS)
        if unknown:
            raise WrongFieldError("closed_highways", min(unknown), f"must be one of {', '.join(HIGHWAYS)}")
        if self.top_kmh is not None and not self.top_kmh > 0:
            raise WrongFieldError("top_kmh", self.top_kmh, "must be above 0")


class GraphRoads:
    """Roads of a district for its kinds of vehicle; graphs are read when first asked for."""

    def __init__(self, kinds: Mapping[str, VehicleKind]) -> None:
        self._kinds = kinds
        self._network = lru_cache(maxsize=None)(RoadNetwork.load)
        self._routers: dict[str, Router] = {}

    def matrix(self, kind: str, places: Sequence[RoadPlace]) -> TravelMatrix:
        """See :class:`waste.application.ports_planning.TruckRoads`."""
        router = self.router(kind)
        points = []
        for place in places:
            try:
                points.append(
                    router.snap(place.latitude_deg, place.longitude_deg, SNAP_LIMIT_M, curb=place.curb)
                )
            except NoRoadNearby as far:
                where = f"{place.latitude_deg}, {place.longitude_deg}"
                raise WrongFieldError("place", where, f"{far}, for vehicles of kind {kind}") from None
        return router.travel_matrix(points)

    def router(self, kind: str) -> Router:
        """The router of a kind of vehicle."""
        if kind not in self._kinds:
            raise WrongFieldError("kind", kind, f"must be one of {', '.join(sorted(self._kinds))}")
        if kind not in self._routers:
            self._routers[kind] = _router(self._network(self._kinds[kind].graph), self._kinds[kind])
        return self._routers[kind]


def _router(network: RoadNetwork, kind: VehicleKind) -> Router:
    router = Router(network)
    graph = network.graph
    shares = np.ones(len(graph.arc_ms), np.float64)
    if kind.top_kmh is not None:
        usual_kmh = CM_A_MS_IN_KMH * graph.arc_cm / np.maximum(1, graph.arc_ms)
        shares = np.minimum(1.0, kind.top_kmh / np.maximum(usual_kmh, 1e-9))
    closed = np.array([highway in kind.closed_highways for highway in HIGHWAYS])
    shares[closed[graph.arc_highway]] = 0.0
    return router if (shares == 1.0).all() else router.at_speeds(shares)
