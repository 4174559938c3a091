"""Tours made ready for the compiled search, once for many requests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from routing_core.fleet.model import Request, Tour
from routing_core.fleet.sequence import as_table, dropoff_column, pickup_column, seat_table, to_sequence
from routing_core.fleet.timing import Ints
from routing_core.insertion.kernel import KNOWN_COUNT, REASON_COUNT, TRIED, try_tours
from routing_core.insertion.ready_kernel import make_ready
from routing_core.travel import TravelMatrix


@dataclass(frozen=True, slots=True)
class Tried:
    """What the compiled search found: per tour a verdict, counts by reason, and the best pair.

    Rows of ``best``: cost of the whole tour with the request, pickup gap (-1 for none), dropoff gap, seconds
    driven.
    """

    verdicts: Ints
    counts: Ints
    best: Ints


class Fleet:
    """Tours ready to be asked, one request after another.

    ``driven_s`` and ``arrivals``, the sum of all passengers' arrival times, are of the tours as they are, in
    their order.

    Parameters
    ----------
    tours
        As the clock finds them: see ``fleet.progress.at``.
    requests
        Those that the tours serve, by id.
    travel
        Over the places of all tours and of the requests to come.
    """

    def __init__(self, tours: Sequence[Tour], requests: Mapping[str, Request], travel: TravelMatrix) -> None:
        self.tours = tours
        self.requests = requests
        self.travel = travel
        columns: list[list[int]] = []
        starts, first_gaps, self.done_counts = [0], [], []
        duty_s = []
        for tour in tours:
            sequence = to_sequence(tour, requests, travel)
            columns += sequence.columns
            starts.append(len(columns))
            first_gaps.append(sequence.fixed_count)
            self.done_counts.append(sequence.done_count)
            duty_s.append((max(tour.shift.start_s, tour.not_before_s), tour.shift.end_s))
        self._nodes = as_table(columns)
        self._starts: Ints = np.array(starts, dtype=np.int64)
        self._first_gaps: Ints = np.array(first_gaps, dtype=np.int64)
        self._seats = seat_table([tour.shift.capacity for tour in tours])
        self._duty_s: Ints = np.array(duty_s, dtype=np.int64).reshape(-1, 2)
        self._known: Ints = np.empty((KNOWN_COUNT, len(columns)), dtype=np.int64)
        self._available: npt.NDArray[np.bool_] = np.empty(len(tours), dtype=bool)
        self.driven_s: Ints = np.empty(len(tours), dtype=np.int64)
        self.arrivals: Ints = np.empty(len(tours), dtype=np.int64)
        make_ready(
            travel.seconds,
            self._nodes,
            self._starts,
            self._known,
            self._available,
            self.driven_s,
            self.arrivals,
        )

    def try_request(self, request: Request, drive_weight: int, passenger_weight: int) -> Tried:
        """Try the request, not in any tour yet, in every pair of positions of every tour."""
        count = len(self.tours)
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
            self._available & self._skilled(request) if request.skills else self._available,
            as_table([pickup_column(request), dropoff_column(request, pickup_node=1)]),
            drive_weight,
            passenger_weight,
            tried.verdicts,
            tried.counts,
            tried.best,
        )
        return tried

    def _skilled(self, request: Request) -> npt.NDArray[np.bool_]:
        return np.array([request.skills <= tour.shift.skills for tour in self.tours], dtype=bool)
