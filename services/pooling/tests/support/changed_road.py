"""A road on which something happens."""

from collections.abc import Sequence

import numpy as np
from pooling.domain.places import Point
from pooling.domain.road_changes import RoadChange
from routing_core.travel import UNREACHABLE, TravelMatrix
from town import ROAD, LineRoads


class ChangedRoad(LineRoads):
    """The straight road as slow as the slowest change says, and cut in two where it is closed."""

    def __init__(self) -> None:
        self.share = 1.0
        self.cuts_deg: list[float] = []

    def change(self, changes: Sequence[RoadChange]) -> None:
        self.share = min((change.speed_share for change in changes if change.speed_share), default=1.0)
        self.cuts_deg = [
            sum(place.latitude_deg for place in change.path) / len(change.path)
            for change in changes
            if not change.speed_share
        ]

    def touches_roads(self, path: Sequence[Point]) -> bool:
        return set(path) <= set(ROAD)

    def travel_matrix(self, points: Sequence[Point]) -> TravelMatrix:
        usual = super().travel_matrix(points)
        seconds = np.ceil(usual.seconds / self.share).astype(np.int32)
        metres = usual.metres.copy()
        latitudes = np.array([point.latitude_deg for point in points])
        for cut_deg in self.cuts_deg:
            beyond = latitudes > cut_deg
            apart = beyond[:, None] != beyond[None, :]
            seconds[apart] = metres[apart] = UNREACHABLE
        return TravelMatrix(seconds, metres)
