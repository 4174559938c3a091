"""What the search needs to know of tours as they are, worked out for all of them in compiled code."""

import numpy as np
import numpy.typing as npt
from numba import njit

from routing_core.fleet.timing import FEASIBLE, PLACE, Ints, Matrix, least_times
from routing_core.insertion.kernel import STANDING, cost, drive_s, know


@njit(cache=True, nogil=True)
def make_ready(
    travel_s: Matrix,
    nodes: Ints,
    starts: Ints,
    known: Ints,
    available: npt.NDArray[np.bool_],
    driven_s: Ints,
    arrivals: Ints,
) -> None:
    """Write what is known of every tour.

    Parameters
    ----------
    nodes
        All tours one behind the other; tour t has the columns ``starts[t]`` to ``starts[t + 1]``.
    known
        Columns as of ``nodes``, written: see ``kernel.know``.
    available
        Shape (tour_count,), written: whether some times keep everything the tour has promised.
    driven_s, arrivals
        Shape (tour_count,), written: seconds driven, and the sum of all passengers' arrival times, which
        mean nothing where the tour is not available.
    """
    for tour in range(len(starts) - 1):
        columns = slice(starts[tour], starts[tour + 1])
        know(travel_s, nodes[:, columns], known[:, columns])
        standing = nodes[:, columns].copy()
        standing[PLACE] = known[STANDING, columns]
        times = np.empty(standing.shape[1], dtype=np.int64)
        available[tour] = least_times(travel_s, standing, times) == FEASIBLE
        driven_s[tour] = drive_s(travel_s, standing)
        arrivals[tour] = cost(travel_s, standing, times, 0, 1)
