"""The door to the roads: places on them, driving times between places, and the ways themselves."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np
import numpy.typing as npt

from routing_core.roads.network import RoadNetwork
from routing_core.roads.shape import leg_shape
from routing_core.roads.shortest import Reach, ShortestPaths
from routing_core.roads.snap import RoadPoint
from routing_core.travel import TravelMatrix

KEPT_REACH_COUNT = 2048
"""How many origins a router remembers; each takes 8 bytes per node of the graph."""


@dataclass(frozen=True, slots=True)
class Route:
    """The fastest way from one point to another.

    Parameters
    ----------
    seconds, metres
        The same as in a travel matrix.
    geometry
        (point_count, 2) float64, latitude and longitude in degrees in driving order; at least two points.
    """

    seconds: int
    metres: int
    geometry: npt.NDArray[np.float64]


class Router:
    """Driving times and ways on one road network; may be shared by threads.

    Seconds are rounded up from exact milliseconds: seconds(a, c) <= seconds(a, b) + seconds(b, c) holds for
    all points, unless turning round at the stop b gets a vehicle round a turn restriction. Metres are those
    of the fastest way, rounded to the nearest. Equal questions have equal answers.

    Parameters
    ----------
    kept_reach_count
        How many searches to keep for points seen before, the least recently used go first.
    """

    def __init__(self, network: RoadNetwork, *, kept_reach_count: int = KEPT_REACH_COUNT) -> None:
        if kept_reach_count < 1:
            raise ValueError(f"kept_reach_count is {kept_reach_count}, must be at least 1")
        self.network = network
        self._paths = ShortestPaths(network.graph)
        self._kept_reach_count = kept_reach_count
        self._reaches: OrderedDict[tuple[int, float], Reach] = OrderedDict()
        self._lock = Lock()

    def snap(self, latitude_deg: float, longitude_deg: float, limit_m: float) -> RoadPoint:
        """Point on the nearest road passengers may board at; raises NoRoadNearby, BadCoordinate."""
        return self.network.snap(latitude_deg, longitude_deg, limit_m=limit_m)

    def travel_matrix(self, points: Sequence[RoadPoint]) -> TravelMatrix:
        """Driving times and lengths between all points; raises ForeignPoint."""
        columns = self._paths.points(points)
        shape = (len(points), len(points))
        seconds, metres = np.empty(shape, np.int32), np.empty(shape, np.int32)
        for row, point in enumerate(points):
            self._paths.read(self._reach(point), columns, seconds[row], metres[row])
        return TravelMatrix(seconds, metres)

    def times_from(
        self, point: RoadPoint, points: Sequence[RoadPoint]
    ) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
        """Driving times and lengths from one point to others; raises ForeignPoint.

        Returns
        -------
        seconds, metres : int32 arrays (point_count,)
            ``UNREACHABLE`` where there is no way.
        """
        seconds, metres = np.empty(len(points), np.int32), np.empty(len(points), np.int32)
        self._paths.read(self._reach(point), self._paths.points(points), seconds, metres)
        return seconds, metres

    def route(self, origin: RoadPoint, destination: RoadPoint) -> Route:
        """The fastest way with its shape; raises NoWay, ForeignPoint."""
        legs = self._paths.way(origin, destination)
        seconds, metres = self.times_from(origin, [destination])
        graph = self.network.graph
        parts = [leg_shape(graph, leg.arc, leg.start_fraction, leg.end_fraction) for leg in legs]
        # Neighbouring parts share a point.
        geometry = np.concatenate([parts[0], *(part[1:] for part in parts[1:])])
        return Route(int(seconds[0]), int(metres[0]), geometry)

    def warm_up(self) -> None:
        """Have everything compiled, so that the first passenger does not wait for it."""
        point = RoadPoint(0, 0.5, 0.0, 0.0, 0.0)
        self.travel_matrix([point])
        self.route(point, point)

    def _reach(self, point: RoadPoint) -> Reach:
        key = (point.arc, point.fraction)
        with self._lock:
            kept = self._reaches.get(key)
            if kept is not None:
                self._reaches.move_to_end(key)
                return kept
        reach = self._paths.reach(point)
        with self._lock:
            self._reaches[key] = reach
            while len(self._reaches) > self._kept_reach_count:
                self._reaches.popitem(last=False)
        return reach
