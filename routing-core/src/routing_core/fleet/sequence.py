"""A tour as the flat table that the compiled kernels read."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from routing_core.fleet.model import NOBODY, Action, Capacity, Load, Request, Stop, Tour
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

    ``nodes`` has the rows that ``fleet.timing`` names, ``STANDS`` for the place of breaks. The first
    ``done_count`` stops of the tour are not in it; ``fixed_count`` nodes after node 0 admit nothing before
    them.
    """

    done_count: int
    fixed_count: int
    nodes: Ints


def with_break_places(nodes: Ints) -> Ints:
    """A copy with every break at the place it follows."""
    nodes = nodes.copy()
    for node in range(1, nodes.shape[1]):
        if nodes[PLACE, node] == STANDS:
            nodes[PLACE, node] = nodes[PLACE, node - 1]
    return nodes


def seats_by_wheelchairs(capacity: Capacity) -> Ints:
    """Seats left with w wheelchairs aboard, at index w, up to the most wheelchairs that fit."""
    most = max(layout.wheelchair_place_count for layout in capacity.layouts)
    return np.array(
        [
            max(layout.seat_count for layout in capacity.layouts if layout.wheelchair_place_count >= count)
            for count in range(most + 1)
        ],
        dtype=np.int64,
    )


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
    done_count = sum(stop.done for stop in tour.stops)
    ahead = tour.stops[done_count:]
    place = standing_place(tour, done_count, requests)
    free_s = tour.stops[done_count - 1].departure_s if done_count else tour.shift.start_s
    fixed_count = max(0, tour.locked_count - done_count)
    resting = bool(fixed_count) and ahead[0].action is Action.BREAK
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
    load, departed_s = _aboard(tour.stops[:done_count], requests)

    nodes = np.zeros((ROW_COUNT, len(ahead) + 2), dtype=np.int64)
    nodes[:, 0] = (place, free_s, free_s, 0, 0, 0, *load, 0)
    node_of_pickup: dict[str, int] = {}
    for node, stop in enumerate(ahead, start=1):
        if stop.action is Action.BREAK:
            pause = next(pause for pause in tour.shift.breaks if pause.id == stop.subject)
            nodes[:, node] = (STANDS, *pause.start_window, pause.duration_s, 0, 0, 0, 0, 1)
            continue
        request = requests[stop.subject]
        if stop.action is Action.PICKUP:
            node_of_pickup[request.id] = node
            nodes[:, node] = pickup_column(request)
        else:
            nodes[:, node] = dropoff_column(
                request,
                pickup_node=node_of_pickup.get(request.id, 0),
                departed_s=departed_s.get(request.id),
            )
    if tour.arrived_s is not None:
        nodes[EARLIEST, 1] = max(nodes[EARLIEST, 1], tour.arrived_s)
        nodes[SERVICE, 1] = max(nodes[SERVICE, 1], tour.not_before_s - nodes[EARLIEST, 1])
    nodes[:, -1] = (tour.shift.end_place, 0, tour.shift.end_s, 0, 0, NO_LIMIT, 0, 0, 0)
    if tour.shift.max_duration_s is not None:
        _limit_duration(nodes, tour, requests, travel, tour.shift.max_duration_s)
    return Sequence(done_count, fixed_count, nodes)


def _limit_duration(
    nodes: Ints, tour: Tour, requests: Mapping[str, Request], travel: TravelMatrix, max_duration_s: int
) -> None:
    """Bound the end: from when the vehicle left, or, where that is still open, from leaving node 0."""
    start_place = tour.shift.start_place
    if tour.stops and tour.stops[0].done:
        left_s = tour.stops[0].start_s
        first = place_of(tour.stops[0], requests)
        if first != STANDS:
            left_s -= int(travel.seconds[start_place, first])
        nodes[LATEST, -1] = min(nodes[LATEST, -1], left_s + max_duration_s)
        return
    nodes[LATEST, 0] = tour.shift.end_s
    # A vehicle under way stands at its first stop already; the way there is driven all the same.
    under_way = tour.locked_count > 0 and nodes[PLACE, 1] != STANDS
    driven_s = int(travel.seconds[start_place, nodes[PLACE, 0]]) if under_way else 0
    nodes[RIDE_LIMIT, -1] = max_duration_s - driven_s


def pickup_column(request: Request) -> tuple[int, ...]:
    """The request's pickup as a column of a sequence."""
    return (request.pickup_place, *request.pickup_window, request.pickup_service_s, 0, 0, *request.load, 0)


def dropoff_column(request: Request, *, pickup_node: int, departed_s: int | None = None) -> tuple[int, ...]:
    """The request's dropoff as a column of a sequence; ``departed_s`` for a passenger already aboard."""
    earliest_s, latest_s = request.dropoff_window
    if departed_s is not None:
        latest_s = min(latest_s, departed_s + request.max_ride_s)
    return (
        request.dropoff_place,
        earliest_s,
        latest_s,
        request.dropoff_service_s,
        pickup_node,
        request.max_ride_s,
        -request.load.seated_count,
        -request.load.wheelchair_count,
        0,
    )


def _aboard(done: tuple[Stop, ...], requests: Mapping[str, Request]) -> tuple[Load, dict[str, int]]:
    """Load after the done stops, and when each passenger still aboard set off, in seconds."""
    load = NOBODY
    departed_s: dict[str, int] = {}
    for stop in done:
        if stop.action is Action.PICKUP:
            load = load.plus(requests[stop.subject].load)
            departed_s[stop.subject] = stop.departure_s
        elif stop.action is Action.DROPOFF:
            load = load.minus(requests[stop.subject].load)
            del departed_s[stop.subject]
    return load, departed_s
