"""Where a vehicle stands in its tour, for searches that are written without the engine's tables.

A vehicle that is on its way to its next stop counts as standing there from when it arrives. Shifts without
breaks, and no vehicle that waits at a stop for its service to begin: what the benchmarks ask.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from routing_core.fleet.model import Action, Request, Stop, Tour

Matrix = Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class Standing:
    """What is left of a tour.

    ``aboard`` has, for each passenger aboard, when service at their pickup began and when they set off. The
    first ``locked_count`` stops ahead keep their place.
    """

    place: int
    free_s: int
    done_count: int
    locked_count: int
    ahead: tuple[Stop, ...]
    aboard: Mapping[str, tuple[int, int]]


def standing(tour: Tour, requests: Mapping[str, Request], seconds: Matrix) -> Standing:
    """Where the vehicle stands, and from when on it is free."""
    place, free_s = tour.shift.start_place, tour.shift.start_s
    aboard: dict[str, tuple[int, int]] = {}
    done_count = 0
    for stop in tour.stops:
        if not stop.done:
            break
        done_count += 1
        place, free_s = place_of(stop, requests), stop.departure_s
        if stop.action is Action.PICKUP:
            aboard[stop.subject] = stop.start_s, stop.departure_s
        else:
            del aboard[stop.subject]
    ahead = tour.stops[done_count:]
    locked_count = max(0, tour.locked_count - done_count)
    if locked_count:
        there = place_of(ahead[0], requests)
        free_s = max(ahead[0].start_s, free_s + seconds[place][there])
        place = there
    return Standing(place, max(free_s, tour.not_before_s), done_count, locked_count, ahead, aboard)


def place_of(stop: Stop, requests: Mapping[str, Request]) -> int:
    """Place of a pickup or dropoff."""
    request = requests[stop.subject]
    return request.pickup_place if stop.action is Action.PICKUP else request.dropoff_place
