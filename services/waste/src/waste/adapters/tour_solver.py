"""Tours by the collection room of the routing core, in this process."""

from routing_core.collection.model import CollectionProblem, Tour
from routing_core.collection.solve import solve


class CollectionSolver:
    """Searches for a time, or for a number of rounds: then equal situations have equal tours.

    Parameters
    ----------
    seconds
        For a whole plan.
    rounds
        For a whole plan; whichever ends first ends the search.
    """

    def __init__(self, seconds: float, rounds: int | None = None) -> None:
        self._seconds = seconds
        self._rounds = rounds

    def solve(self, problem: CollectionProblem, *, share: float, seed: int) -> tuple[Tour, ...]:
        """See :class:`waste.application.ports_planning.TourSolver`."""
        rounds = None if self._rounds is None else max(1, round(share * self._rounds))
        return solve(problem, seconds=share * self._seconds, seed=seed, max_rounds=rounds).tours
