"""Stretches of road that are closed, or driven more slowly, for a while."""

from dataclasses import dataclass
from datetime import datetime

from pooling.domain.places import Point


@dataclass(frozen=True, slots=True)
class RoadChange:
    """A closure or a slow-down.

    Parameters
    ----------
    path
        A line across or along roads, or an area where the last point is the first one again.
    speed_share
        What is left of the usual speed, from 0 (closed) to below 1.
    start, end
        From when to when it holds; ``end`` None until it is lifted.
    note
        What people are told.
    """

    id: str
    path: tuple[Point, ...]
    speed_share: float
    start: datetime
    end: datetime | None
    note: str = ""

    def holds_between(self, earliest: datetime, latest: datetime) -> bool:
        """Whether it holds at any time of a span."""
        return self.start < latest and (self.end is None or self.end > earliest)
