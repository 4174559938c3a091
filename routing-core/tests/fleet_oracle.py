"""Slow and plain: what the compiled engine must agree with, written without it."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace

from routing_core.fleet.model import NOBODY, Action, Request, Stop, Tour
from routing_core.travel import TravelMatrix

NEVER = 10**9


def least_starts(tour: Tour, requests: Mapping[str, Request], travel: TravelMatrix) -> list[int] | None:
    """Earliest start of every stop still to come, or None where no times satisfy all constraints.

    Longest paths over all difference constraints at once, by Floyd-Warshall; a positive cycle means there
    are no such times.
    """
    done = [stop for stop in tour.stops if stop.done]
    ahead = [stop for stop in tour.stops if not stop.done]
    under_way = tour.locked_count > len(done)
    place = tour.shift.start_place
    for stop in done:
        place = _place(stop, requests, place)
    free_s = done[-1].departure_s if done else tour.shift.start_s
    if under_way and ahead[0].action is Action.BREAK:
        free_s = max(free_s, ahead[0].start_s)
    else:
        if under_way:
            free_s, place = ahead[0].start_s, _place(ahead[0], requests, place)
        free_s = max(free_s, tour.not_before_s)

    size = len(ahead) + 2
    bound = [[-NEVER] * size for _ in range(size)]
    for node in range(size):
        bound[node][node] = 0

    def at_least(earlier: int, later: int, gap_s: int) -> None:
        bound[earlier][later] = max(bound[earlier][later], gap_s)

    at_least(0, size - 1, 0)
    at_least(size - 1, 0, free_s - tour.shift.end_s)
    service_s = 0
    node_of = {}
    for node, stop in enumerate(ahead, start=1):
        there = _place(stop, requests, place)
        at_least(node - 1, node, service_s + int(travel.seconds[place, there]))
        place = there
        if stop.action is Action.BREAK:
            pause = next(pause for pause in tour.shift.breaks if pause.id == stop.subject)
            window, service_s = pause.start_window, pause.duration_s
        else:
            request = requests[stop.subject]
            pickup = stop.action is Action.PICKUP
            window = request.pickup_window if pickup else request.dropoff_window
            service_s = request.pickup_service_s if pickup else request.dropoff_service_s
            if pickup:
                node_of[request.id] = node
            elif request.id in node_of:
                at_least(node, node_of[request.id], -request.max_ride_s - request.pickup_service_s)
            else:
                departed_s = next(s.departure_s for s in done if s.subject == request.id)
                at_least(node, 0, free_s - departed_s - request.max_ride_s)
        at_least(0, node, window.earliest_s - free_s)
        at_least(node, 0, free_s - window.latest_s)
    at_least(size - 2, size - 1, service_s + int(travel.seconds[place, tour.shift.end_place]))

    if tour.shift.max_duration_s is not None and tour.stops:
        first, gap_s = _longest(tour, tour.shift.max_duration_s, free_s, requests, travel)
        at_least(size - 1, first, -gap_s)
    for middle, first, last in itertools.product(range(size), repeat=3):
        if bound[first][middle] > -NEVER and bound[middle][last] > -NEVER:
            at_least(first, last, bound[first][middle] + bound[middle][last])
    if any(bound[node][node] > 0 for node in range(size)):
        return None
    return [free_s + bound[0][node] for node in range(1, size - 1)]


def _longest(
    tour: Tour, max_duration_s: int, free_s: int, requests: Mapping[str, Request], travel: TravelMatrix
) -> tuple[int, int]:
    """From which node on how many seconds are left until the end."""
    start, first = tour.shift.start_place, tour.stops[0]
    first_leg_s = int(travel.seconds[start, _place(first, requests, start)])
    if first.done:
        return 0, first.start_s - first_leg_s + max_duration_s - free_s
    return 1, max_duration_s - first_leg_s


def driven_s(tour: Tour, requests: Mapping[str, Request], travel: TravelMatrix) -> int:
    """Seconds driven over the whole tour, with the way back."""
    place, total = tour.shift.start_place, 0
    for stop in tour.stops:
        there = _place(stop, requests, place)
        total += int(travel.seconds[place, there])
        place = there
    return total + int(travel.seconds[place, tour.shift.end_place])


def keeps_capacity(tour: Tour, requests: Mapping[str, Request]) -> bool:
    """Whether the load always fits a layout and nobody is aboard in a break."""
    load = NOBODY
    for stop in tour.stops:
        if stop.action is Action.PICKUP:
            load = load.plus(requests[stop.subject].load)
        elif stop.action is Action.DROPOFF:
            load = load.minus(requests[stop.subject].load)
        elif stop.action is Action.BREAK and load != NOBODY:
            return False
        if not tour.shift.capacity.fits(load):
            return False
    return True


def cost(tour: Tour, starts: list[int], requests: Mapping[str, Request], travel: TravelMatrix) -> int:
    """Twice the seconds driven, plus every passenger's arrival time."""
    ahead = [stop for stop in tour.stops if not stop.done]
    arrivals = sum(
        sum(requests[stop.subject].load) * start_s
        for stop, start_s in zip(ahead, starts, strict=True)
        if stop.action is Action.DROPOFF
    )
    return 2 * driven_s(tour, requests, travel) + arrivals


def every_insertion(tour: Tour, request: Request) -> Iterator[Tour]:
    """The tour with the request in every pair of positions behind what is locked."""
    first = max(tour.locked_count, sum(stop.done for stop in tour.stops))
    pickup = Stop(Action.PICKUP, request.id, 0, 0)
    dropoff = Stop(Action.DROPOFF, request.id, 0, 0)
    for i in range(first, len(tour.stops) + 1):
        for j in range(i, len(tour.stops) + 1):
            yield replace(tour, stops=(*tour.stops[:i], pickup, *tour.stops[i:j], dropoff, *tour.stops[j:]))


def cheapest_insertion(
    tour: Tour, request: Request, requests: Mapping[str, Request], travel: TravelMatrix
) -> int | None:
    """Cost added by the best feasible pair of positions, or None where there is none."""
    known = {**requests, request.id: request}
    before = least_starts(tour, requests, travel)
    if before is None:
        return None
    costs = [
        cost(candidate, starts, known, travel)
        for candidate in every_insertion(tour, request)
        if keeps_capacity(candidate, known) and (starts := least_starts(candidate, known, travel)) is not None
    ]
    if not costs:
        return None
    asked_s = sum(request.load) * request.pickup_window.earliest_s
    return min(costs) - cost(tour, before, requests, travel) - asked_s


def _place(stop: Stop, requests: Mapping[str, Request], standing: int) -> int:
    if stop.action is Action.BREAK:
        return standing
    request = requests[stop.subject]
    return request.dropoff_place if stop.action is Action.DROPOFF else request.pickup_place
