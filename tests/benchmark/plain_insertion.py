"""The peer of the insertion engine: the same search by the same rules, in Python as one would write it.

No arrays and no compiler. What is the same for all positions of a tour is worked out once; a position whose
load does not fit ends the search for later dropoffs, and a time that misses its window ends its own timing.
Shifts without breaks: what the benchmark asks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from insertion_answer import DRIVE_WEIGHT, PASSENGER_WEIGHT, Best
from routing_core.fleet.model import NOBODY, Action, Load, Request, Tour
from tour_standing import Matrix, Standing, standing


@dataclass(slots=True)
class Node:
    """A stop, where the vehicle stands, or the end of the shift.

    ``pickup`` is the node where the passengers got on; of passengers aboard it is no part of the order.
    """

    place: int
    earliest_s: int
    latest_s: int
    service_s: int
    change: Load
    pickup: "Node | None" = None
    ride_limit_s: int = 0
    time_s: int = 0


def best_insertions(
    request: Request, tours: Sequence[Tour], requests: Mapping[str, Request], seconds: Matrix
) -> list[Best]:
    """The cheapest feasible pair of positions of every tour that has one, cheapest first."""
    found = [
        best
        for index, tour in enumerate(tours)
        if (best := _best_in_tour(index, tour, request, requests, seconds)) is not None
    ]
    return sorted(found, key=lambda best: (best.cost, best.tour_index))


def _best_in_tour(
    index: int, tour: Tour, request: Request, requests: Mapping[str, Request], seconds: Matrix
) -> Best | None:
    if not tour.shift.capacity.fits(request.load):
        return None
    stands = standing(tour, requests, seconds)
    nodes = _nodes(tour, stands, requests)
    if not _timed(nodes, seconds):
        return None
    cost_before, driven_before_s = _cost(nodes, seconds), _drive_s(nodes, seconds)
    pickup, dropoff = _pair(request)
    best: Best | None = None
    load_before = NOBODY
    for pickup_at in range(1, len(nodes)):
        load_before = load_before.plus(nodes[pickup_at - 1].change)
        if pickup_at <= stands.locked_count:
            continue
        load = load_before.plus(request.load)
        for dropoff_at in range(pickup_at, len(nodes)):
            if dropoff_at > pickup_at:
                load = load.plus(nodes[dropoff_at - 1].change)
            if not tour.shift.capacity.fits(load):
                break
            order = [*nodes[:pickup_at], pickup, *nodes[pickup_at:dropoff_at], dropoff, *nodes[dropoff_at:]]
            if not _timed(order, seconds):
                continue
            cost = _cost(order, seconds) - cost_before
            if best is None or cost < best.cost:
                added_s = _drive_s(order, seconds) - driven_before_s
                best = Best(index, cost, pickup_at - 1, dropoff_at - 1, added_s)
    if best is None:
        return None
    asked_s = PASSENGER_WEIGHT * sum(request.load) * request.pickup_window.earliest_s
    pickup_at, dropoff_at = best.pickup_at + stands.done_count, best.dropoff_at + stands.done_count
    return Best(index, best.cost - asked_s, pickup_at, dropoff_at, best.added_drive_s)


def _nodes(tour: Tour, stands: Standing, requests: Mapping[str, Request]) -> list[Node]:
    nodes = [Node(stands.place, stands.free_s, stands.free_s, 0, NOBODY)]
    pairs = {stop.subject: _pair(requests[stop.subject]) for stop in stands.ahead}
    for aboard, (began_s, departed_s) in stands.aboard.items():
        pickup = pairs[aboard][0]
        nodes[0].change = nodes[0].change.plus(pickup.change)
        pickup.time_s = pickup.latest_s = began_s
        pickup.service_s = departed_s - began_s
    nodes += [pairs[stop.subject][stop.action is Action.DROPOFF] for stop in stands.ahead]
    return [*nodes, Node(tour.shift.end_place, 0, tour.shift.end_s, 0, NOBODY)]


def _pair(request: Request) -> tuple[Node, Node]:
    pickup = Node(request.pickup_place, *request.pickup_window, request.pickup_service_s, request.load)
    dropoff = Node(
        request.dropoff_place,
        *request.dropoff_window,
        request.dropoff_service_s,
        NOBODY.minus(request.load),
        pickup,
        request.max_ride_s,
    )
    return pickup, dropoff


def _timed(nodes: Sequence[Node], seconds: Matrix) -> bool:
    """Give every node its earliest feasible time; False when there is none."""
    for node in nodes:
        node.time_s = node.earliest_s
    while True:
        before = nodes[0]
        for node in nodes[1:]:
            there_s = before.time_s + before.service_s + seconds[before.place][node.place]
            node.time_s = max(node.time_s, there_s)
            if node.time_s > node.latest_s:
                return False
            before = node
        settled = True
        for node in reversed(nodes):
            if node.pickup is None:
                continue
            needed_s = node.time_s - node.ride_limit_s - node.pickup.service_s
            if needed_s > node.pickup.time_s:
                if needed_s > node.pickup.latest_s:
                    return False
                node.pickup.time_s = needed_s
                settled = False
        if settled:
            return True


def _drive_s(nodes: Sequence[Node], seconds: Matrix) -> int:
    return sum(seconds[before.place][node.place] for before, node in pairwise(nodes))


def _cost(nodes: Sequence[Node], seconds: Matrix) -> int:
    late_s = sum(sum(node.change) * -node.time_s for node in nodes if node.pickup is not None)
    return DRIVE_WEIGHT * _drive_s(nodes, seconds) + PASSENGER_WEIGHT * late_s
