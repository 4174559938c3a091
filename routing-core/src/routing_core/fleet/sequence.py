"""A tour as the flat table that the compiled kernels read."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

import numpy as np

from routing_core.fleet.model import Action, Capacity, Request, Stop, Tour
from routing_core.fleet.timing import (
    EARLIEST,
    LATEST,
    NO_LIMIT,
    PLACE,
    RIDE_LIMIT,
    ROW_COUNT,
    SERVICE,
    STANDS,
    Ints,
)
from routing_core.travel import TravelMatrix


@dataclass(frozen=True, slots=True)
class Sequence:
    """What is still to come of a tour, between where the vehicle stands and the end of its shift.

    ``columns`` has a list per node, of the rows that ``fleet.timing`` names, ``STANDS`` for the place of
    breaks. The first ``done_count`` stops of the tour are not in it; ``fixed_count`` nodes after node 0
    admit nothing before them.
    """

    done_count: int
    fixed_count: int
    columns: list[list[int]]

    @property
    def nodes(self) -> Ints:
        """The columns as the table that the kernels read."""
        return as_table(self.columns)


def as_table(columns: list[list[int]]) -> Ints:
    """Columns, one behind the other, as a table of shape (ROW_COUNT, column_count)."""
    flat = np.fromiter(chain.from_iterable(columns), dtype=np.int64, count=ROW_COUNT * len(columns))
    return np.ascontiguousarray(flat.reshape(-1, ROW_COUNT).T)


def with_break_places(nodes: Ints) -> Ints:
    """A copy with every break at the place it follows."""
    nodes = nodes.copy()
    for node in range(1, nodes.shape[1]):
        if nodes[PLACE, node] == STANDS:
            nodes[PLACE, node] = nodes[PLACE, node - 1]
    return nodes


@lru_cache(maxsize=1000)
def _seats_by_wheelchairs(capacity: Capacity) -> tuple[int, ...]:
    """Seats left with w wheelchairs aboard, at index w, up to the most wheelchairs that fit."""
    most = max(layout.wheelchair_place_count for layout in capacity.layouts)
    return tuple(
        max(layout.seat_count for layout in capacity.layouts if layout.wheelchair_place_count >= count)
        for count in range(most + 1)
    )


def seat_table(capacities: Collection[Capacity]) -> Ints:
    """Seats by wheelchairs aboard, a row per vehicle, -1 where so many wheelchairs do not fit."""
    rows = [_seats_by_wheelchairs(capacity) for capacity in capacities]
    most = max(map(len, rows), default=1)
    table = [row if len(row) == most else (*row, *[-1] * (most - len(row))) for row in rows]
    return np.array(table, dtype=np.int64).reshape(-1, most)


def place_of(stop: Stop, requests: Mapping[str, Request]) -> int:
    """Place of the stop, ``STANDS`` for a break."""
    if stop.action is Action.BREAK:
        return STANDS
    request = requests[stop.subject]
    return request.dropoff_place if stop.action is Action.DROPOFF else request.pickup_place


def standing_place(tour: Tour, done_count: int, requests: Mapping[str, Request]) -> int:
    """Place where the vehicle is after its first ``done_count`` stops."""
    for stop in reversed(tour.stops[:done_count]):
        if stop.action is not Action.BREAK:
            return place_of(stop, requests)
    return tour.shift.start_place


def to_sequence(tour: Tour, requests: Mapping[str, Request], travel: TravelMatrix) -> Sequence:
    """Flatten what is still to come of the tour.

    A passenger already aboard has their ride limit in the latest start of their dropoff. A vehicle on its
    way to a locked stop counts as standing there when it arrives; where it has arrived, service goes on at
    least until now. A break that has begun goes on from when it began.
    """
    past = _past(tour, requests)
    done_count, place, free_s = past.done_count, past.place, past.free_s
    ahead = tour.stops[done_count:]
    fixed_count = max(0, tour.locked_count - done_count)
    resting = fixed_count > 0 and ahead[0].action is Action.BREAK
    if resting:
        free_s = max(free_s, ahead[0].start_s)
    elif fixed_count:
        there = place_of(ahead[0], requests)
        # Its planned time may be from before the vehicle left the last stop late.
        free_s = max(ahead[0].start_s, free_s + int(travel.seconds[place, there]))
        place = there
    if tour.arrived_s is not None:
        free_s = tour.arrived_s
    elif not resting:
        free_s = max(free_s, tour.not_before_s)

    columns = [[place, free_s, free_s, 0, 0, 0, past.seated_count, past.wheelchair_count, 0]]
    node_of_pickup: dict[str, int] = {}
    for node, stop in enumerate(ahead, start=1):
        subject = stop.subject
        if stop.action is Action.PICKUP:
            node_of_pickup[subject] = node
            columns.append(pickup_column(requests[subject]))
        elif stop.action is Action.DROPOFF:
            columns.append(
                dropoff_column(
                    requests[subject],
                    pickup_node=node_of_pickup.get(subject, 0),
                    departed_s=past.departed_s.get(subject),
                )
            )
        else:
            pause = next(pause for pause in tour.shift.breaks if pause.id == subject)
            columns.append([STANDS, *pause.start_window, pause.duration_s, 0, 0, 0, 0, 1])
    columns.append([tour.shift.end_place, 0, tour.shift.end_s, 0, 0, NO_LIMIT, 0, 0, 0])
    if tour.arrived_s is not None:
        first = columns[1]
        first[EARLIEST] = max(first[EARLIEST], tour.arrived_s)
        first[SERVICE] = max(first[SERVICE], tour.not_before_s - first[EARLIEST])
    if tour.shift.max_duration_s is not None:
        _limit_duration(columns, tour, requests, travel, tour.shift.max_duration_s)
    return Sequence(done_count, fixed_count, columns)


def _limit_duration(
    columns: list[list[int]],
    tour: Tour,
    requests: Mapping[str, Request],
    travel: TravelMatrix,
    max_duration_s: int,
) -> None:
    """Bound the end: from when the vehicle left, or, where that is still open, from leaving node 0."""
    stands, first, end = columns[0], columns[1], columns[-1]
    start_place = tour.shift.start_place
    if tour.stops and tour.stops[0].done:
        left_s = tour.stops[0].start_s
        there = place_of(tour.stops[0], requests)
        if there != STANDS:
            left_s -= int(travel.seconds[start_place, there])
        end[LATEST] = min(end[LATEST], left_s + max_duration_s)
        return
    stands[LATEST] = tour.shift.end_s
    # A vehicle under way stands at its first stop already; the way there is driven all the same.
    under_way = tour.locked_count > 0 and first[PLACE] != STANDS
    driven_s = int(travel.seconds[start_place, stands[PLACE]]) if under_way else 0
    end[RIDE_LIMIT] = max_duration_s - driven_s


def pickup_column(request: Request) -> list[int]:
    """The request's pickup as a column of a sequence."""
    return [request.pickup_place, *request.pickup_window, request.pickup_service_s, 0, 0, *request.load, 0]


def dropoff_column(request: Request, *, pickup_node: int, departed_s: int | None = None) -> list[int]:
    """The request's dropoff as a column of a sequence; ``departed_s`` for a passenger already aboard."""
    earliest_s, latest_s = request.dropoff_window
    if departed_s is not None:
        latest_s = min(latest_s, departed_s + request.max_ride_s)
    seated_count, wheelchair_count = request.load
    return [
        request.dropoff_place,
        earliest_s,
        latest_s,
        request.dropoff_service_s,
        pickup_node,
        request.max_ride_s,
        -seated_count,
        -wheelchair_count,
        0,
    ]


@dataclass(slots=True)
class _Past:
    """What the done stops of a tour have led to; when each passenger still aboard set off, in seconds."""

    done_count: int
    place: int
    free_s: int
    seated_count: int
    wheelchair_count: int
    departed_s: dict[str, int]


def _past(tour: Tour, requests: Mapping[str, Request]) -> _Past:
    past = _Past(0, tour.shift.start_place, tour.shift.start_s, 0, 0, {})
    for stop in tour.stops:
        if not stop.done:
            break
        past.done_count += 1
        past.free_s = stop.departure_s
        if stop.action is Action.BREAK:
            continue
        past.place = place_of(stop, requests)
        seated_count, wheelchair_count = requests[stop.subject].load
        if stop.action is Action.PICKUP:
            past.departed_s[stop.subject] = stop.departure_s
            past.seated_count += seated_count
            past.wheelchair_count += wheelchair_count
        elif stop.action is Action.DROPOFF:
            del past.departed_s[stop.subject]
            past.seated_count -= seated_count
            past.wheelchair_count -= wheelchair_count
    return past
