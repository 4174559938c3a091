"""Vehicles of one depot that visit stops, each with a demand: CVRP, VRPTW, and several trips a day."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Visits:
    """One depot, equal vehicles, stops that each must be visited once.

    Position 0 is the depot, all others are stops; ``node_ids`` are their names in the file. Distances,
    times and costs are in one unit, the format's own; driving takes as long as it is far.

    Parameters
    ----------
    distance
        float64, shape (node_count, node_count), row = from; in the rounding of the format.
    demand
        int64 per node, 0 at the depot; a trip carries at most ``capacity``.
    service_time
        float64 per node: how long a visit takes.
    earliest, latest
        float64 per node: when service may begin; at the depot, when vehicles may leave and must be back.
        -inf and inf where the format knows no windows.
    release_time
        float64 per node: a trip can leave the depot only once all it delivers has arrived there; 0 where
        the format has none.
    vehicle_count
        How many vehicles there are; None where the format sets no limit.
    vehicles_first
        Fewer vehicles are better whatever the distance.
    reloads
        Vehicles may come back to the depot, load again at once and leave for another trip.
    """

    node_ids: tuple[str, ...]
    distance: npt.NDArray[np.float64]
    demand: npt.NDArray[np.int64]
    capacity: int
    service_time: npt.NDArray[np.float64]
    earliest: npt.NDArray[np.float64]
    latest: npt.NDArray[np.float64]
    release_time: npt.NDArray[np.float64]
    vehicle_count: int | None
    vehicles_first: bool
    reloads: bool
