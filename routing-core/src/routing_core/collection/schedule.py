"""The times of one tour whose order is fixed: as early as possible, or as short as possible.

Two clocks run along the tour, one for a driver who has not rested yet and one for a driver who has. Each is
monotone in the time of leaving, so the earliest of both is the earliest; and a tour is shortest when it
leaves so that some window (or the rest) begins exactly when the truck gets there.
"""

from collections.abc import Sequence
from itertools import pairwise

from routing_core.collection.model import CollectionProblem, Plant, Stop, Tour, Truck, Visit, Window

Order = Sequence[tuple[int, bool]]
"""Visits without times: index in the problem and whether it is a plant."""


def timed(problem: CollectionProblem, truck_index: int, day: int, order: Order) -> Tour | None:
    """A tour in the given order that keeps windows, releases, shift, rest and duration; None without one.

    Among these it is one that is back first, unless the truck's duration is limited: then the shortest.
    Loads are not looked at.
    """
    truck = problem.trucks[truck_index]
    route = _Route(problem, truck, order)
    earliest = route.run(truck.shift.earliest_s)
    if earliest is None:
        return None
    best = earliest
    if truck.max_duration_s is not None:
        for leaves_s in route.exact_starts_s():
            found = route.run(leaves_s)
            if found is not None and found.duration_s < best.duration_s:
                best = found
        if best.duration_s > truck.max_duration_s:
            return None
    visits = tuple(
        Visit(index, begins_s, is_plant)
        for (index, is_plant), begins_s in zip(order, best.begins_s, strict=True)
    )
    return Tour(truck_index, day, best.leaves_s, visits, best.back_s, best.lunch_after, best.lunch_s)


class _Run:
    """The times of one way of driving an order."""

    def __init__(self, leaves_s: int) -> None:
        self.leaves_s = leaves_s
        self.begins_s: list[int] = []
        self.free_s = leaves_s
        self.back_s = leaves_s
        self.lunch_after: int | None = None
        self.lunch_s: int | None = None

    @property
    def duration_s(self) -> int:
        return self.back_s - self.leaves_s

    def copy(self) -> "_Run":
        other = _Run(self.leaves_s)
        other.begins_s, other.free_s = self.begins_s.copy(), self.free_s
        other.lunch_after, other.lunch_s = self.lunch_after, self.lunch_s
        return other


class _Route:
    """What following an order needs to know."""

    def __init__(self, problem: CollectionProblem, truck: Truck, order: Order) -> None:
        self.truck = truck
        self.sites: list[Stop | Plant] = [
            problem.plants[index] if is_plant else problem.stops[index] for index, is_plant in order
        ]
        seconds = problem.matrices[truck.matrix].seconds
        places = [truck.start_place, *(site.place for site in self.sites), truck.end_place]
        self.drive_s = [int(seconds[a, b]) for a, b in pairwise(places)]
        self.release_s = _releases_s(self.sites)

    def run(self, leaves_s: int) -> _Run | None:
        """Leave at this time (later if the load is not there yet), else as early as possible."""
        truck = self.truck
        start_s = max(leaves_s, truck.shift.earliest_s, self.release_s[0])
        fresh: _Run | None = _Run(start_s)
        rested: _Run | None = None
        for position, site in enumerate(self.sites):
            fresh = self._visit(fresh, position)
            rested = self._visit(rested, position)
            if fresh is not None and truck.lunch is not None:
                lunch_s = max(fresh.free_s, truck.lunch.window.earliest_s)
                then_s = lunch_s + truck.lunch.duration_s
                if lunch_s <= truck.lunch.window.latest_s and (rested is None or then_s < rested.free_s):
                    rested = fresh.copy()
                    rested.lunch_after, rested.lunch_s, rested.free_s = position, lunch_s, then_s
            if isinstance(site, Plant):
                for run in (fresh, rested):
                    if run is not None:
                        run.free_s = max(run.free_s, self.release_s[position + 1])
            if fresh is None and rested is None:
                return None
        ends = [self._end(fresh, rested=False), self._end(rested, rested=True)]
        possible = [run for run in ends if run is not None]
        return min(possible, key=lambda run: run.back_s) if possible else None

    def _visit(self, run: _Run | None, position: int) -> _Run | None:
        if run is None:
            return None
        site = self.sites[position]
        begins_s = _first(site.windows, run.free_s + self.drive_s[position])
        if begins_s is None:
            return None
        run.begins_s.append(begins_s)
        run.free_s = begins_s + site.service_s
        return run

    def _end(self, run: _Run | None, *, rested: bool) -> _Run | None:
        if run is None:
            return None
        run.back_s = run.free_s + self.drive_s[-1]
        latest_s = self.truck.shift.latest_s
        if self.truck.lunch is not None and not rested:
            latest_s = min(latest_s, self.truck.lunch.window.latest_s)
        return run if run.back_s <= latest_s else None

    def exact_starts_s(self) -> list[int]:
        """Times of leaving with which something begins without waiting, or just before its window ends.

        In between, leaving later either makes everything later or shortens a wait.
        """
        lunch = self.truck.lunch
        rests_s = (0,) if lunch is None else (0, lunch.duration_s)
        starts_s: set[int] = set()
        elapsed_s = 0
        for position, site in enumerate(self.sites):
            elapsed_s += self.drive_s[position]
            ends_s = {end_s for window in site.windows for end_s in (window.earliest_s, window.latest_s)}
            starts_s.update(end_s - elapsed_s - rest_s for end_s in ends_s for rest_s in rests_s)
            elapsed_s += site.service_s
            if lunch is not None:
                starts_s.update({lunch.window.earliest_s - elapsed_s, lunch.window.latest_s - elapsed_s})
            if isinstance(site, Plant):
                starts_s.update(self.release_s[position + 1] - elapsed_s - rest_s for rest_s in rests_s)
        return sorted(start_s for start_s in starts_s if start_s > self.truck.shift.earliest_s)


def _first(windows: Sequence[Window], from_s: int) -> int | None:
    """The first time from ``from_s`` on that is inside of a window."""
    for window in windows:
        if from_s <= window.latest_s:
            return max(from_s, window.earliest_s)
    return None


def _releases_s(sites: Sequence[Stop | Plant]) -> list[int]:
    """When the trip that each position belongs to may begin; one more entry for the end of the tour."""
    releases_s = [0] * (len(sites) + 1)
    for position in range(len(sites) - 1, -1, -1):
        site = sites[position]
        if isinstance(site, Stop):
            releases_s[position] = max(releases_s[position + 1], site.release_s)
    return releases_s
