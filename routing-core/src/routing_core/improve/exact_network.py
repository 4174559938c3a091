"""A problem as the exact part sees it: stops, what lies between them, and groups of equal shifts."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from routing_core.fleet.model import Capacity, Load, Request, Shift
from routing_core.fleet.timing import Ints
from routing_core.improve.exact_paths import possible
from routing_core.improve.problem import Problem
from routing_core.travel import UNREACHABLE

Floats = npt.NDArray[np.float64]

FAR = 2**40
"""Ticks between two stops where there is no way."""


@dataclass(frozen=True)
class Group:
    """Shifts that are interchangeable: indices of their tours, and what is common to them."""

    members: tuple[int, ...]
    capacity: Capacity
    skills: frozenset[str]
    start_place: int
    end_place: int
    leaves: int
    ends: int
    max_duration: int | None


@dataclass(frozen=True)
class Network:
    """Pickups 0..n-1, the dropoffs n..2n-1 of the same requests, and G groups of shifts.

    Times are ticks. ``ahead`` (2n, 2n) is the least time from the end of service at a stop to the start at
    another when the second comes next, ``between`` the same with any stops in between. ``out`` and ``back``
    (G, 2n) are the ways from a group's start and to its end; ``cost``, ``out_cost``, ``back_cost`` what all
    this costs, with the price of using a shift in ``out_cost``. Windows are as tight as single rides make
    them; ``allowed`` (G, n) says which group may serve whom.
    """

    requests: tuple[Request, ...]
    groups: tuple[Group, ...]
    earliest: Ints
    latest: Ints
    service: Ints
    max_ride: Ints
    ahead: Ints
    between: Ints
    out: Ints
    back: Ints
    cost: Floats
    out_cost: Floats
    back_cost: Floats
    allowed: npt.NDArray[np.bool_]
    unserved: float | None

    @property
    def size(self) -> int:
        """How many requests there are."""
        return len(self.requests)

    def fits(self, group: int, riders: Sequence[int]) -> bool:
        """Whether the group's vehicles have room for these requests at once."""
        aboard = Load(0)
        for rider in riders:
            aboard = aboard.plus(self.requests[rider].load)
        return self.groups[group].capacity.fits(aboard)

    def can_follow(self, first: Sequence[int], middle: Sequence[int], last: Sequence[int]) -> bool:
        """Whether ``first`` in some order, ``middle`` as it is, and ``last`` in some order can be kept.

        See :func:`routing_core.improve.exact_paths.possible`.
        """
        return bool(
            possible(
                np.array(first, dtype=np.int64),
                np.array(middle, dtype=np.int64),
                np.array(last, dtype=np.int64),
                self.between,
                self.earliest,
                self.latest,
                self.service,
                self.max_ride,
            )
        )


def network_of(problem: Problem) -> Network:
    """Flatten a problem whose tours are all still to be driven.

    Everything here is a relaxation: breaks are left out, and where the reader scaled times up and rounded
    driving up to ticks, each way is taken one tick shorter, so that nothing feasible in the file's own units
    is lost. Windows and ride limits must be exact in ticks, or be rounded to the generous side.
    """
    requests = tuple(problem.plan.requests.values())
    groups = _groups(problem)
    pickups = [request.pickup_place for request in requests]
    dropoffs = [request.dropoff_place for request in requests]
    places = np.array(pickups + dropoffs, dtype=np.int64)
    travel = _relaxed(problem)
    starts = np.array([group.start_place for group in groups], dtype=np.int64)
    ends = np.array([group.end_place for group in groups], dtype=np.int64)
    pickup_service = [request.pickup_service_s for request in requests]
    service = np.array(pickup_service + [request.dropoff_service_s for request in requests], dtype=np.int64)
    ahead = travel[np.ix_(places, places)]
    costs = problem.costs
    pickup_windows = [request.pickup_window for request in requests]
    windows = np.array(pickup_windows + [request.dropoff_window for request in requests], dtype=np.int64)
    windows = windows.reshape(-1, 2)
    max_ride = np.array([min(request.max_ride_s, FAR) for request in requests], dtype=np.int64)
    allowed = [
        [request.skills <= group.skills and group.capacity.fits(request.load) for request in requests]
        for group in groups
    ]
    network = Network(
        requests,
        groups,
        windows[:, 0].copy(),
        windows[:, 1].copy(),
        service,
        max_ride,
        ahead,
        _between(ahead, service),
        travel[np.ix_(starts, places)],
        travel[np.ix_(places, ends)].T.copy(),
        costs.matrix[np.ix_(places, places)],
        costs.matrix[np.ix_(starts, places)] + costs.per_shift,
        costs.matrix[np.ix_(places, ends)].T.copy(),
        np.array(allowed, dtype=np.bool_).reshape(len(groups), len(requests)),
        costs.unserved,
    )
    _tighten(network)
    return network


def _groups(problem: Problem) -> tuple[Group, ...]:
    members: dict[tuple[object, ...], list[int]] = {}
    for index, tour in enumerate(problem.plan.tours):
        shift = tour.shift
        leaves = max(shift.start_s, tour.not_before_s)
        longest = _longest(shift, leaves)
        key = (
            shift.capacity,
            shift.skills,
            shift.start_place,
            shift.end_place,
            leaves,
            shift.end_s,
            longest,
        )
        members.setdefault(key, []).append(index)
    found = []
    for indices in members.values():
        tour = problem.plan.tours[indices[0]]
        shift, leaves = tour.shift, max(tour.shift.start_s, tour.not_before_s)
        found.append(
            Group(
                tuple(indices),
                shift.capacity,
                shift.skills,
                shift.start_place,
                shift.end_place,
                leaves,
                shift.end_s,
                _longest(shift, leaves),
            )
        )
    return tuple(found)


def _longest(shift: Shift, leaves: int) -> int | None:
    """The limit on the time on the road, where it says more than the shift does."""
    if shift.max_duration_s is None or shift.max_duration_s >= shift.end_s - leaves:
        return None
    return shift.max_duration_s


def _relaxed(problem: Problem) -> Ints:
    travel = problem.travel.seconds.astype(np.int64)
    shorter = np.maximum(travel - 1, 0) if problem.ticks_per_unit > 1 else travel
    return np.where(travel >= UNREACHABLE, FAR, shorter)


def _between(ahead: Ints, service: Ints) -> Ints:
    """Shortest times with any stops, and their service, on the way (Floyd 1962, Warshall 1962)."""
    between = ahead.copy()
    np.fill_diagonal(between, 0)
    for stop in range(len(service)):
        by_way_of = between[:, stop, None] + service[stop] + between[stop]
        # A stop that is an end of the way is served there, not passed.
        by_way_of[stop, :] = FAR
        by_way_of[:, stop] = FAR
        np.minimum(between, by_way_of, out=between)
    return between


def _tighten(network: Network) -> None:
    """Narrow the windows in place to what the ride alone and the shifts leave of them."""
    size = network.size
    earliest, latest, service = network.earliest, network.latest, network.service
    if size == 0:
        return
    reach = np.full(2 * size, FAR)
    home = np.full(2 * size, -FAR)
    for index, group in enumerate(network.groups):
        may = np.tile(network.allowed[index], 2)
        reach = np.where(may, np.minimum(reach, group.leaves + network.out[index]), reach)
        home = np.where(may, np.maximum(home, group.ends - network.back[index] - service), home)
    # Other stops may come before the first and after the last, so the nearest way counts.
    nearest = np.minimum(reach, (reach[:, None] + service[:, None] + network.between).min(axis=0))
    farthest = np.maximum(home, (home - service[:, None] - network.between).max(axis=1))
    np.maximum(earliest, nearest, out=earliest)
    np.minimum(latest, farthest, out=latest)
    ride = network.between[np.arange(size), np.arange(size) + size]
    pickup, dropoff = slice(0, size), slice(size, 2 * size)
    for _ in range(2):
        np.maximum(earliest[dropoff], earliest[pickup] + service[pickup] + ride, out=earliest[dropoff])
        np.minimum(latest[pickup], latest[dropoff] - service[pickup] - ride, out=latest[pickup])
        most = service[pickup] + network.max_ride
        np.minimum(latest[dropoff], latest[pickup] + most, out=latest[dropoff])
        np.maximum(earliest[pickup], earliest[dropoff] - most, out=earliest[pickup])
