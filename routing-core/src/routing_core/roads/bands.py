"""Times of day at which roads are slower: one metric for each."""

from collections.abc import Sequence
from threading import Lock

import numpy as np

from routing_core.roads.changes import RoadChange
from routing_core.roads.errors import BadChange
from routing_core.roads.graph import HIGHWAYS
from routing_core.roads.profile import SpeedBand
from routing_core.roads.router import Router

DAY_S = 24 * 3600


class RoutersByTime:
    """Routers for the times of a day; may be shared by threads.

    Each is worked out when first asked for. Times within a way do not count: all of it is driven at the
    speeds of the time asked for.

    Parameters
    ----------
    router
        For the times of day outside all bands.
    bands
        Where two overlap, the first one counts.
    changes
        Closures and slow-downs that hold at any time.
    """

    def __init__(
        self, router: Router, bands: Sequence[SpeedBand], changes: Sequence[RoadChange] = ()
    ) -> None:
        self._usual = router
        self._bands = tuple(bands)
        self._changes = tuple(changes)
        self._made: dict[int, Router] = {}
        self._lock = Lock()

    def at(self, second_of_day: int) -> Router:
        """The router for a time of day in seconds since midnight; raises BadChange."""
        if not 0 <= second_of_day < DAY_S:
            raise BadChange("second_of_day", second_of_day, f"must be from 0 to {DAY_S - 1}")
        held = (number for number, band in enumerate(self._bands) if band.holds_at(second_of_day))
        number = next(held, len(self._bands))
        with self._lock:
            if number not in self._made:
                self._made[number] = self._make(number)
            return self._made[number]

    def with_changes(self, changes: Sequence[RoadChange]) -> "RoutersByTime":
        """The same for roads as they are now: all changes that hold, instead of those before."""
        return RoutersByTime(self._usual, self._bands, changes)

    def _make(self, number: int) -> Router:
        router = self._usual
        if number < len(self._bands):
            by_class = np.array([self._bands[number].share_of(highway) for highway in HIGHWAYS])
            router = router.at_speeds(by_class[router.network.graph.arc_highway])
        return router.with_changes(self._changes)
