"""What planning needs from outside: who searches for tours, and how ways are known."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from routing_core.collection.model import CollectionProblem, Tour
from routing_core.travel import TravelMatrix


@dataclass(frozen=True, slots=True)
class RoadPlace:
    """A place trucks come to; ``curb``: only on the side of the street it is on."""

    latitude_deg: float
    longitude_deg: float
    curb: bool = False


class TourSolver(Protocol):
    """Finds tours for a collection problem."""

    def solve(self, problem: CollectionProblem, *, share: float, seed: int) -> tuple[Tour, ...]:
        """Tours that cost little.

        Parameters
        ----------
        share
            Of the effort that planning as a whole may take.
        seed
            Equal seeds search alike.
        """


class TruckRoads(Protocol):
    """The ways of a district, by kind of vehicle."""

    def matrix(self, kind: str, places: Sequence[RoadPlace]) -> TravelMatrix:
        """Driving between all places, rows and columns in their order.

        Raises
        ------
        WrongFieldError
            For a kind of vehicle that is not known, or a place without a road near it.
        """
