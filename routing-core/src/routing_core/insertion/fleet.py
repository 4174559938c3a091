"""Tours made ready for the compiled search, once for many requests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from routing_core.fleet.model import Request, Tour
from routing_core.fleet.sequence import (
    dropoff_column,
    pickup_column,
    seats_by_wheelchairs,
    to_sequence,
    with_break_places,
)
from routing_core.fleet.timing import FEASIBLE, Ints, least_times
from routing_core.insertion.kernel import (
    KNOWN_COUNT,
    REASON_COUNT,
    TRIED,
    cost,
    drive_s,
    know,
    try_tours,
)
from routing_core.travel import TravelMatrix


@dataclass(frozen=True, slots=True)
class Ready:
    """One tour as the compiled search reads it.

    ``driven_s`` and ``arrivals``, the sum of all passengers' arrival times, are of the tour as it is.
    """

    tour: Tour
    nodes: Ints
    known: Ints
    done_count: int
    first_gap: int
    seats: Ints
    duty_s: tuple[int, int]
    available: bool
    driven_s: int
    arrivals: int

    def cost(self, drive_weight: int, passenger_weight: int) -> int:
        """What the tour costs as it is."""
        return drive_weight * self.driven_s + passenger_weight * self.arrivals


@dataclass(frozen=True, slots=True)
class Tried:
    """What the compiled search found: per tour a verdict, counts by reason, and the best pair.

    Rows of ``best``: cost of the whole tour with the request, pickup gap (-1 for none), dropoff gap, seconds
    driven.
    """

    verdicts: Ints
    counts: Ints
    best: Ints


def ready(tour: Tour, requests: Mapping[str, Request], travel: TravelMatrix) -> Ready:
    """Make one tour ready."""
    sequence = to_sequence(tour, requests, travel)
    standing = with_break_places(sequence.nodes)
    times = np.empty(standing.shape[1], dtype=np.int64)
    available = least_times(travel.seconds, standing, times) == FEASIBLE
    known = np.zeros((KNOWN_COUNT, standing.shape[1]), dtype=np.int64)
    know(travel.seconds, sequence.nodes, known)
    return Ready(
        tour,
        sequence.nodes,
        known,
        sequence.done_count,
        sequence.fixed_count,
        seats_by_wheelchairs(tour.shift.capacity),
        (max(tour.shift.start_s, tour.not_before_s), tour.shift.end_s),
        available,
        int(drive_s(travel.seconds, standing)),
        int(cost(travel.seconds, standing, times, 0, 1)),
    )


class Fleet:
    """Tours ready to be asked, one request after another.

    Parameters
    ----------
    tours
        Each as :func:`ready` made it.
    requests
        Those that the tours serve, by id.
    travel
        Over the places of all tours and of the requests to come.
    """

    def __init__(self, tours: Sequence[Ready], requests: Mapping[str, Request], travel: TravelMatrix) -> None:
        self.tours = tours
        self.requests = requests
        self.travel = travel
        self._starts = np.cumsum([0, *(one.nodes.shape[1] for one in tours)], dtype=np.int64)
        most = max((len(one.seats) for one in tours), default=1)
        self._seats = np.full((len(tours), most), -1, dtype=np.int64)
        for row, one in zip(self._seats, tours, strict=True):
            row[: len(one.seats)] = one.seats
        self._nodes = np.hstack([one.nodes for one in tours]) if tours else _NO_NODES
        self._known = np.hstack([one.known for one in tours]) if tours else _NO_NODES
        self._first_gaps = np.array([one.first_gap for one in tours], dtype=np.int64)
        self._duty_s = np.array([one.duty_s for one in tours], dtype=np.int64).reshape(-1, 2)
        self._available: npt.NDArray[np.bool_] = np.array([one.available for one in tours], dtype=bool)

    @classmethod
    def of(cls, tours: Sequence[Tour], requests: Mapping[str, Request], travel: TravelMatrix) -> "Fleet":
        """The fleet of these tours as the clock finds them: see ``fleet.progress.at``."""
        return cls([ready(tour, requests, travel) for tour in tours], requests, travel)

    def replaced(self, index: int, tour: Tour, requests: Mapping[str, Request]) -> "Fleet":
        """The fleet with another tour in one place; the other tours are not worked through again."""
        tours = list(self.tours)
        tours[index] = ready(tour, requests, self.travel)
        return Fleet(tours, requests, self.travel)

    def try_request(self, request: Request, drive_weight: int, passenger_weight: int) -> Tried:
        """Try the request, not in any tour yet, in every pair of positions of every tour."""
        count = len(self.tours)
        new = np.array([pickup_column(request), dropoff_column(request, pickup_node=1)], dtype=np.int64).T
        tried = Tried(
            np.full(count, TRIED, dtype=np.int64),
            np.zeros((count, REASON_COUNT), dtype=np.int64),
            np.full((count, 4), -1, dtype=np.int64),
        )
        try_tours(
            self.travel.seconds,
            self._nodes,
            self._known,
            self._starts,
            self._first_gaps,
            self._seats,
            self._duty_s,
            self._available & self._skilled(request),
            np.ascontiguousarray(new),
            drive_weight,
            passenger_weight,
            tried.verdicts,
            tried.counts,
            tried.best,
        )
        return tried

    def _skilled(self, request: Request) -> npt.NDArray[np.bool_]:
        return np.array([request.skills <= one.tour.shift.skills for one in self.tours], dtype=bool)


_NO_NODES = np.zeros((0, 0), dtype=np.int64)
