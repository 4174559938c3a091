"""The door to the roads: places on them, travel times between places, and the ways themselves."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from routing_core.roads.changes import RoadChange, changed_costs, costs_at_speeds
from routing_core.roads.costs import whole_metres, whole_seconds
from routing_core.roads.ends import RoadPoints
from routing_core.roads.guidance import Instruction, instructions
from routing_core.roads.isochrone import Isochrone, isochrone
from routing_core.roads.leg import Leg
from routing_core.roads.network import RoadNetwork
from routing_core.roads.shape import leg_shape
from routing_core.roads.shortest import ShortestPaths
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

    Parameters
    ----------
    usual, now
        Ways without and with the changes that hold now; from the network where not given.
    """

    def __init__(
        self, network: RoadNetwork, usual: ShortestPaths | None = None, now: ShortestPaths | None = None
    ) -> None:
        self.network = network
        self._usual = usual or ShortestPaths.at_usual_costs(network.graph, network.hierarchy)
        self._paths = now or self._usual

    def with_changes(self, changes: Iterable[RoadChange]) -> "Router":
        """The router for roads as they are now: all changes that hold, instead of those before.

        Raises
        ------
        BadChange
            Where an arc does not exist, or a share is not between 0 and 1.
        """
        now = self._usual.with_costs(changed_costs(self._usual.arc_cost, changes))
        return Router(self.network, self._usual, now)

    def at_speeds(self, shares: npt.NDArray[np.float64]) -> "Router":
        """The router for a time at which all roads are driven at other speeds; it knows of no changes.

        Parameters
        ----------
        shares
            (arc_count,) share of the usual speed; 0 closes an arc.
        """
        return Router(self.network, self._usual.with_costs(costs_at_speeds(self._usual.arc_cost, shares)))

    def snap(
        self, latitude_deg: float, longitude_deg: float, limit_m: float, *, curb: bool = False
    ) -> RoadPoint:
        """Point on the nearest road one may board at, see :meth:`.RoadNetwork.snap`.

        Raises
        ------
        NoRoadNearby, BadCoordinate
            See there.
        """
        return self.network.snap(latitude_deg, longitude_deg, limit_m=limit_m, curb=curb)

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
        return self._paths.times_and_lengths(*self._ends(origins, destinations))

    def times(self, origins: Sequence[RoadPoint], destinations: Sequence[RoadPoint]) -> Int32s:
        """The seconds of :meth:`many_to_many` alone, in less time; raises ForeignPoint."""
        return self._paths.times(*self._ends(origins, destinations))

    def _ends(
        self, origins: Sequence[RoadPoint], destinations: Sequence[RoadPoint]
    ) -> tuple[RoadPoints, RoadPoints]:
        starts = self._paths.points(origins)
        return starts, starts if destinations is origins else self._paths.points(destinations)

    def times_from(self, point: RoadPoint, points: Sequence[RoadPoint]) -> tuple[Int32s, Int32s]:
        """Travel times and lengths from one point to others; raises ForeignPoint.

        Returns
        -------
        seconds, metres : int32 arrays (point_count,)
            ``UNREACHABLE`` where there is no way.
        """
        seconds, metres = self.many_to_many([point], points)
        return seconds[0], metres[0]

    def isochrone(self, point: RoadPoint, seconds: int) -> Isochrone:
        """All roads that can be reached from a point within a time; raises ForeignPoint."""
        node_costs = self._paths.everywhere(point)
        return isochrone(self.network.graph, self._paths.arc_cost, node_costs, point, seconds)

    def route(self, origin: RoadPoint, destination: RoadPoint) -> Route:
        """The fastest way with its shape; raises NoWay, ForeignPoint."""
        cost, legs = self._paths.way(origin, destination)
        graph = self.network.graph
        parts = [leg_shape(graph, leg.arc, leg.start_fraction, leg.end_fraction) for leg in legs]
        # Neighbouring parts share a point.
        geometry = np.concatenate([parts[0], *(part[1:] for part in parts[1:])])
        total = np.array(cost)
        return Route(int(whole_seconds(total)), int(whole_metres(total)), geometry, tuple(legs))

    def instructions(self, route: Route, language: str) -> tuple[Instruction, ...]:
        """What a driver is told along a route; raises UnknownLanguage."""
        return instructions(self.network.graph, self._paths.arc_cost, route.legs, language)

    def warm_up(self) -> None:
        """Have everything compiled, so that the first passenger does not wait for it."""
        point = RoadPoint(0, 0.5, 0.0, 0.0, 0.0)
        self.travel_matrix([point])
        self.times([point], [point])
        self.route(point, point)
        self.isochrone(point, 0)
        self.with_changes([])
