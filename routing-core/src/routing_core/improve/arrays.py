"""A problem as the flat arrays that the compiled search reads, and routes as a plan again.

What the search moves are *tasks*: a request with pickup and dropoff, or a single stop that is bound to one
shift, such as a break or the dropoff of somebody already aboard. Stops that are locked in front of a tour
stay there as *fixed* nodes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from routing_core.fleet.model import Action, Plan, Request, Shift, Stop, Tour
from routing_core.fleet.schedule import schedule
from routing_core.fleet.sequence import (
    as_table,
    dropoff_column,
    pickup_column,
    seat_table,
    to_sequence,
)
from routing_core.fleet.timing import (
    EARLIEST,
    IS_BREAK,
    LATEST,
    NO_LIMIT,
    PLACE,
    RIDE_LIMIT,
    SEATED,
    SERVICE,
    STANDS,
    WHEELCHAIRS,
    Ints,
)
from routing_core.improve.problem import Problem, serves_somebody
from routing_core.travel import UNREACHABLE

Indices = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

NONE = -1


class Net(NamedTuple):
    """Everything about a problem that stays as it is. V nodes, M tasks, K shifts, P places.

    ``travel`` int32 (P, P) and ``cost`` float64 (P, P); per node its ``place`` (NONE for breaks), window,
    ``service``, change of load, ``pickup_of`` (the node where its passenger gets on, NONE if aboard or no
    dropoff), ``ride`` limit, and ``task_of`` (NONE for starts, ends and fixed nodes); per task ``pickup``
    (NONE for single stops), ``dropoff``, ``mandatory``, the ``prize`` lost if it is left out, ``allowed``
    (M, K), and ``near``, all tasks from the most to the least related (M, M); per shift its ``first`` and
    ``last`` node, ``fixed`` nodes (K, 1) or NONE, ``seats`` by wheelchairs aboard, ``duration`` limit,
    ``used`` already, and ``kind`` (equal for shifts that cannot be told apart).
    """

    travel: Indices
    cost: Floats
    place: Indices
    earliest: Ints
    latest: Ints
    service: Ints
    seated: Ints
    chairs: Ints
    is_break: Flags
    pickup_of: Indices
    ride: Ints
    task_of: Indices
    pickup: Indices
    dropoff: Indices
    mandatory: Flags
    prize: Floats
    allowed: Flags
    near: Indices
    first: Indices
    last: Indices
    fixed: Indices
    seats: Ints
    duration: Ints
    used: Flags
    kind: Indices
    per_shift: float
    timed: bool


@dataclass(frozen=True)
class Encoded:
    """The arrays, the routes they start from, and what leads back to a plan.

    ``routes`` are the nodes of each shift, with start and end; ``stops`` names each node by its action and
    subject; ``shift_of`` is the index in the plan of each shift that is searched.
    """

    problem: Problem
    net: Net
    routes: tuple[tuple[int, ...], ...]
    stops: tuple[tuple[Action, str] | None, ...]
    shift_of: tuple[int, ...]

    def plan(self, routes: Sequence[Sequence[int]]) -> Plan:
        """The plan with these routes, timed; tours whose order is what it was keep their times."""
        tours = list(self.problem.plan.tours)
        for index, given, route in zip(self.shift_of, self.routes, routes, strict=True):
            if tuple(route) != given:
                tours[index] = self._tour(tours[index], route)
        return replace(self.problem.plan, tours=tuple(tours))

    def _tour(self, tour: Tour, route: Sequence[int]) -> Tour:
        done_count = sum(stop.done for stop in tour.stops)
        before = {(stop.action, stop.subject): stop for stop in tour.stops[done_count:]}
        ahead = []
        for node in route[1:-1]:
            named = self.stops[node]
            if named is not None:
                ahead.append(before.get(named, Stop(*named, 0, 0)))
        planned = replace(tour, stops=(*tour.stops[:done_count], *ahead))
        timed = schedule(planned, self.problem.plan.requests, self.problem.travel) if ahead else planned
        if timed is None:
            raise AssertionError(f"search and schedule disagree on shift {tour.shift.id}")
        return timed


def encode(problem: Problem) -> Encoded:
    """Flatten the problem.

    A tour that cannot keep its rules as planned is left out with everything it serves.
    """
    builder = _Builder(problem)
    for index, tour in enumerate(problem.plan.tours):
        builder.add_tour(index, tour)
    for name, request in problem.plan.requests.items():
        if name not in builder.known:
            builder.add_unserved(request)
    return builder.encoded()


class _Builder:
    """Collects nodes and tasks, tour by tour."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.requests = problem.plan.requests
        self.known: set[str] = set()
        self.columns: list[list[int]] = []
        self.stops: list[tuple[Action, str] | None] = []
        self.pickup_of: list[int] = []
        self.tasks: list[tuple[int, int, bool, int, frozenset[str]]] = []
        self.routes: list[tuple[int, ...]] = []
        self.fixed: list[list[int]] = []
        self.shift_of: list[int] = []
        self.durations: list[int] = []
        self.used: list[bool] = []

    def _node(self, column: Sequence[int], stop: tuple[Action, str] | None, pickup: int = NONE) -> int:
        self.columns.append(list(column))
        self.stops.append(stop)
        self.pickup_of.append(pickup)
        return len(self.columns) - 1

    def add_tour(self, index: int, tour: Tour) -> None:
        self.known |= {stop.subject for stop in tour.stops if stop.action is not Action.BREAK}
        if schedule(tour, self.requests, self.problem.travel) is None:
            return
        sequence = to_sequence(tour, self.requests, self.problem.travel)
        columns, shift = sequence.columns, len(self.routes)
        ahead = tour.stops[sequence.done_count :]
        route = [self._node(columns[0], None)]
        fixed: list[int] = []
        pickups: dict[str, int] = {}
        for position, stop in enumerate(ahead, start=1):
            pickup = pickups.get(stop.subject, NONE) if stop.action is Action.DROPOFF else NONE
            node = self._node(columns[position], (stop.action, stop.subject), pickup)
            route.append(node)
            if stop.action is Action.PICKUP:
                pickups[stop.subject] = node
            if position <= sequence.fixed_count:
                fixed.append(node)
            elif stop.action is Action.BREAK or (
                stop.action is Action.DROPOFF and (pickup == NONE or pickup in fixed)
            ):
                self.tasks.append((NONE, node, True, shift, frozenset()))
            elif stop.action is Action.DROPOFF:
                self.tasks.append((pickup, node, True, NONE, self.requests[stop.subject].skills))
        for pause in tour.shift.breaks:
            if all(stop.subject != pause.id for stop in tour.stops if stop.action is Action.BREAK):
                column = (STANDS, *pause.start_window, pause.duration_s, 0, 0, 0, 0, 1)
                node = self._node(column, (Action.BREAK, pause.id))
                self.tasks.append((NONE, node, True, shift, frozenset()))
        route.append(self._node(columns[-1], None))
        self.routes.append(tuple(route))
        self.fixed.append(fixed)
        self.shift_of.append(index)
        self.durations.append(columns[-1][RIDE_LIMIT])
        locked = tour.stops[: sequence.done_count + sequence.fixed_count]
        self.used.append(any(stop.action is not Action.BREAK for stop in locked))

    def add_unserved(self, request: Request) -> None:
        pickup = self._node(pickup_column(request), (Action.PICKUP, request.id))
        dropoff = self._node(dropoff_column(request, pickup_node=1), (Action.DROPOFF, request.id), pickup)
        must = self.problem.costs.unserved is None
        self.tasks.append((pickup, dropoff, must, NONE, request.skills))

    def encoded(self) -> Encoded:
        columns = as_table(self.columns)
        pickup_of = np.array(self.pickup_of, dtype=np.int32)
        travel, cost = self.problem.travel.seconds, self.problem.costs.matrix
        earliest, latest, limited = _tightened(columns, pickup_of, travel)
        task_of = np.full(columns.shape[1], NONE, dtype=np.int32)
        for task, (pickup, dropoff, *_) in enumerate(self.tasks):
            task_of[dropoff] = task
            if pickup != NONE:
                task_of[pickup] = task
        pickups = np.array([task[0] for task in self.tasks], dtype=np.int32)
        dropoffs = np.array([task[1] for task in self.tasks], dtype=np.int32)
        shifts = [self.problem.plan.tours[index].shift for index in self.shift_of]
        seats = seat_table([shift.capacity for shift in shifts])
        durations = np.array(self.durations, dtype=np.int64)
        fixed = np.full((len(shifts), max((len(nodes) for nodes in self.fixed), default=0)), NONE)
        for row, nodes in zip(fixed, self.fixed, strict=True):
            row[: len(nodes)] = nodes
        place = np.ascontiguousarray(columns[PLACE], dtype=np.int32)
        net = Net(
            travel=np.ascontiguousarray(travel),
            cost=np.ascontiguousarray(cost),
            place=place,
            earliest=earliest,
            latest=latest,
            service=np.ascontiguousarray(columns[SERVICE]),
            seated=np.ascontiguousarray(columns[SEATED]),
            chairs=np.ascontiguousarray(columns[WHEELCHAIRS]),
            is_break=np.ascontiguousarray(columns[IS_BREAK] == 1),
            pickup_of=pickup_of,
            ride=np.ascontiguousarray(columns[RIDE_LIMIT]),
            task_of=task_of,
            pickup=pickups,
            dropoff=dropoffs,
            mandatory=np.array([task[2] for task in self.tasks], dtype=bool),
            prize=np.array([0.0 if task[2] else self.problem.costs.unserved for task in self.tasks]),
            allowed=_allowed(self.tasks, shifts, seats, columns),
            near=_near(pickups, dropoffs, place, cost),
            first=np.array([route[0] for route in self.routes], dtype=np.int32),
            last=np.array([route[-1] for route in self.routes], dtype=np.int32),
            fixed=fixed.astype(np.int32),
            seats=seats,
            duration=durations,
            used=np.array(self.used, dtype=bool),
            kind=self._kinds(shifts, columns),
            per_shift=float(self.problem.costs.per_shift),
            timed=bool(limited or (durations < NO_LIMIT).any()),
        )
        return Encoded(self.problem, net, tuple(self.routes), tuple(self.stops), tuple(self.shift_of))

    def _kinds(self, shifts: Sequence[Shift], columns: Ints) -> Indices:
        """Shifts that differ in name only are of one kind, as long as nothing is planned that binds them."""
        kinds: dict[object, int] = {}
        bound = {task[3] for task in self.tasks}
        found = []
        for index, shift in enumerate(shifts):
            tour = self.problem.plan.tours[self.shift_of[index]]
            free = index not in bound and not self.fixed[index] and not self.used[index]
            key: object = index
            if free and not serves_somebody(replace(tour, stops=tour.stops[: tour.locked_count])):
                start = tuple(columns[:, self.routes[index][0]].tolist())
                end = tuple(columns[:, self.routes[index][-1]].tolist())
                key = (start, end, shift.capacity, shift.skills)
            found.append(kinds.setdefault(key, len(kinds)))
        return np.array(found, dtype=np.int32)


def _allowed(
    tasks: Sequence[tuple[int, int, bool, int, frozenset[str]]],
    shifts: Sequence[Shift],
    seats: Ints,
    columns: Ints,
) -> Flags:
    allowed = np.zeros((len(tasks), len(shifts)), dtype=bool)
    for task, (pickup, _, _, bound_to, skills) in enumerate(tasks):
        for index, shift in enumerate(shifts):
            if pickup == NONE:
                allowed[task, index] = index == bound_to
            else:
                chairs = int(columns[WHEELCHAIRS, pickup])
                fits = chairs < seats.shape[1] and columns[SEATED, pickup] <= seats[index, chairs]
                allowed[task, index] = fits and skills <= shift.skills
    return allowed


def _tightened(columns: Ints, pickup_of: Indices, travel: Indices) -> tuple[Ints, Ints, bool]:
    """Windows narrowed by the ride between both ends, and whether any ride limit says more than they do."""
    earliest, latest = columns[EARLIEST].copy(), columns[LATEST].copy()
    shortest = np.minimum(travel, UNREACHABLE // 2)
    _floyd_warshall(shortest)
    limited = False
    for dropoff in np.flatnonzero(pickup_of != NONE):
        pickup = pickup_of[dropoff]
        service = columns[SERVICE, pickup]
        direct = service + shortest[columns[PLACE, pickup], columns[PLACE, dropoff]]
        longest = service + columns[RIDE_LIMIT, dropoff]
        latest[pickup] = min(latest[pickup], latest[dropoff] - direct)
        latest[dropoff] = min(latest[dropoff], latest[pickup] + longest)
        earliest[dropoff] = max(earliest[dropoff], earliest[pickup] + direct)
        earliest[pickup] = max(earliest[pickup], earliest[dropoff] - longest)
        limited = limited or latest[dropoff] - earliest[pickup] > longest
    return earliest, latest, limited


@njit(cache=True, nogil=True)
def _floyd_warshall(shortest: Indices) -> None:
    for middle in range(len(shortest)):
        for start in range(len(shortest)):
            head = shortest[start, middle]
            for end in range(len(shortest)):
                shortest[start, end] = min(shortest[start, end], head + shortest[middle, end])


def _near(pickups: Indices, dropoffs: Indices, place: Indices, cost: Floats) -> Indices:
    """For every task all tasks, itself first, by the cheapest way between any of their stops."""
    if len(dropoffs) == 0:
        return np.zeros((0, 0), dtype=np.int32)
    ends = [dropoffs, np.where(pickups == NONE, dropoffs, pickups)]
    both = np.minimum(cost, cost.T)
    apart = np.full((len(dropoffs), len(dropoffs)), np.inf)
    for one in ends:
        for other in ends:
            # A break is nowhere: it counts as near to everything.
            between = both[np.ix_(np.maximum(place[one], 0), np.maximum(place[other], 0))]
            between[place[one] == NONE, :] = 0.0
            between[:, place[other] == NONE] = 0.0
            apart = np.minimum(apart, between)
    np.fill_diagonal(apart, -1.0)
    return np.argsort(apart, axis=1, kind="stable").astype(np.int32)
