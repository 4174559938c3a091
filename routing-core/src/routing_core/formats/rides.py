"""Passengers or goods from place to place: dial-a-ride, and pickup and delivery with time windows."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Ride:
    """A pickup and its dropoff, as positions in the instance's nodes."""

    pickup: int
    dropoff: int
    load: int


@dataclass(frozen=True)
class Rides:
    """One depot, equal vehicles, rides that must all be served; distance is Euclidean, time is distance.

    Nodes are in the order of the file, ``node_ids`` their names there. All but ids and loads is in the
    file's own unit and unrounded.

    Parameters
    ----------
    x, y, service_time, earliest, latest
        float64 per node. Windows bound the start of service; at the depot, leaving and coming back.
    start, end
        Positions of the depot a vehicle leaves and the one it comes back to; may be the same.
    max_ride_time
        From the end of service at the pickup to the start of service at the dropoff; None: no limit.
    max_duration
        From leaving the depot to being back; None: no limit.
    vehicles_first
        Fewer vehicles are better whatever the distance.
    """

    node_ids: tuple[str, ...]
    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    service_time: npt.NDArray[np.float64]
    earliest: npt.NDArray[np.float64]
    latest: npt.NDArray[np.float64]
    rides: tuple[Ride, ...]
    start: int
    end: int
    vehicle_count: int
    capacity: int
    max_ride_time: float | None
    max_duration: float | None
    vehicles_first: bool

    @property
    def distance(self) -> npt.NDArray[np.float64]:
        """Shape (node_count, node_count): Euclidean, unrounded."""
        return np.hypot(self.x[:, None] - self.x, self.y[:, None] - self.y)
