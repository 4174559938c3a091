"""The door to the roads: places on them, travel times between places, and the ways themselves."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from routing_core.roads.changes import RoadChange, changed_costs
from routing_core.roads.costs import whole_metres, whole_seconds
from routing_core.roads.network import RoadNetwork
from routing_core.roads.shape import leg_shape
from routing_core.roads.shortest import Leg, ShortestPaths
from routing_core.roads.snap import RoadPoint
from routing_core.travel import TravelMatrix

Int32s = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Route:
    """The fastest way from one point to another.

    Parameters
    ----------
    seconds, metres
        The same as in a travel matrix.
    geometry
        (point_count, 2) float64, latitude and longitude in degrees in driving order; at least two points.
    legs
        The stretches of arcs it consists of, in driving order.
    """

    seconds: int
    metres: int
    geometry: npt.NDArray[np.float64]
    legs: tuple[Leg, ...]


class Router:
    """Travel times and ways on one road network; may be shared by threads.

    Seconds are rounded up from exact milliseconds: seconds(a, c) <= seconds(a, b) + seconds(b, c) holds for
    all points, unless turning round at the stop b gets a vehicle round a turn restriction. Metres are those
    of the fastest way, rounded to the nearest. Equal questions have equal answers.

    A router never changes: what is closed or slow makes another router (:meth:`with_changes`), and those who
    still read this one are not disturbed.
    """

    def __init__(self, network: RoadNetwork) -> None:
        self.network = network
        self._usual = self._paths = ShortestPaths.at_usual_costs(network.graph, network.hierarchy)

    def with_changes(self, changes: Iterable[RoadChange]) -> "Router":
        """The router for roads as they are now: all changes that hold, instead of those before.

        Raises
        ------
        BadChange
            Where an arc does not exist, or a share is not between 0 and 1.
        """
        return self.at_costs(changed_costs(self._usual.arc_cost, changes))

    def at_costs(self, arc_cost: npt.NDArray[np.int64]) -> "Router":
        """The router for other costs of arcs; see :mod:`~routing_core.roads.costs`."""
        router = object.__new__(Router)
        router.network = self.network
        router._usual = self._usual
        router._paths = self._usual.with_costs(arc_cost)
        return router

    @property
    def arc_cost(self) -> npt.NDArray[np.int64]:
        """(arc_count,) what arcs cost now."""
        return self._paths.arc_cost

    def snap(self, latitude_deg: float, longitude_deg: float, limit_m: float) -> RoadPoint:
        """Point on the nearest road passengers may board at; raises NoRoadNearby, BadCoordinate."""
        return self.network.snap(latitude_deg, longitude_deg, limit_m=limit_m)

    def travel_matrix(self, points: Sequence[RoadPoint]) -> TravelMatrix:
        """Travel times and lengths between all points; raises ForeignPoint."""
        return TravelMatrix(*self.many_to_many(points, points))

    def many_to_many(
        self, origins: Sequence[RoadPoint], destinations: Sequence[RoadPoint]
    ) -> tuple[Int32s, Int32s]:
        """Travel times and lengths from some points to others; raises ForeignPoint.

        Returns
        -------
        seconds, metres : int32 arrays (origin_count, destination_count)
            ``UNREACHABLE`` where there is no way.
        """
        return self._paths.times_and_lengths(self._paths.points(origins), self._paths.points(destinations))

    def times(self, origins: Sequence[RoadPoint], destinations: Sequence[RoadPoint]) -> Int32s:
        """The seconds of :meth:`many_to_many` alone, in less time; raises ForeignPoint."""
        return self._paths.times(self._paths.points(origins), self._paths.points(destinations))

    def times_from(self, point: RoadPoint, points: Sequence[RoadPoint]) -> tuple[Int32s, Int32s]:
        """Travel times and lengths from one point to others; raises ForeignPoint.

        Returns
        -------
        seconds, metres : int32 arrays (point_count,)
            ``UNREACHABLE`` where there is no way.
        """
        seconds, metres = self.many_to_many([point], points)
        return seconds[0], metres[0]

    def costs_from(self, point: RoadPoint) -> npt.NDArray[np.int64]:
        """Costs from a point to every node of the graph; raises ForeignPoint."""
        return self._paths.everywhere(point)

    def route(self, origin: RoadPoint, destination: RoadPoint) -> Route:
        """The fastest way with its shape; raises NoWay, ForeignPoint."""
        cost, legs = self._paths.way(origin, destination)
        graph = self.network.graph
        parts = [leg_shape(graph, leg.arc, leg.start_fraction, leg.end_fraction) for leg in legs]
        # Neighbouring parts share a point.
        geometry = np.concatenate([parts[0], *(part[1:] for part in parts[1:])])
        total = np.array(cost)
        return Route(int(whole_seconds(total)), int(whole_metres(total)), geometry, tuple(legs))

    def warm_up(self) -> None:
        """Have everything compiled, so that the first passenger does not wait for it."""
        point = RoadPoint(0, 0.5, 0.0, 0.0, 0.0)
        self.travel_matrix([point])
        self.times([point], [point])
        self.route(point, point)
        self.costs_from(point)
        self.with_changes([])
