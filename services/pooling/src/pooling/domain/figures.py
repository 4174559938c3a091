"""Figures of a day as it was driven."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from routing_core.fleet.model import Action, Request, Tour
from routing_core.travel import TravelMatrix

from pooling.domain.executed import place_of
from pooling.domain.history import History
from pooling.domain.offers import RefusalCode
from pooling.domain.zone_day import ride_of


@dataclass(frozen=True, slots=True)
class Figures:
    """What a day came to. Waits run from the start of the promised window to the start of service.

    A promise that was broken counts, also where another one was made and kept. ``stranded_count`` is of rides
    that no vehicle took after a breakdown.

    ``detour_factor`` is time aboard over direct time; ``pooled_share`` the part of the served rides that were
    driven for some time with another one. Both are 0 where nobody was served.
    """

    request_count: int
    refused_count: int
    refused_by_reason: Mapping[RefusalCode, int]
    booked_count: int
    cancelled_count: int
    no_show_count: int
    served_count: int
    stranded_count: int
    broken_promise_count: int
    pooled_share: float
    mean_wait_s: float
    detour_factor: float
    occupied_m: int
    empty_m: int


def figures_of(
    history: History, tours: Sequence[Tour], requests: Mapping[str, Request], travel: TravelMatrix
) -> Figures:
    """Count and measure what happened; ``tours`` as driven, with their breaks."""
    rides = history.rides.values()
    driven = {name: ride for name, ride in history.rides.items() if ride.boarded and ride.alighted}
    served = [ride for ride in driven.values() if ride.booked]
    pooled: set[str] = set()
    metres: Counter[bool] = Counter()
    wait_s = aboard_s = 0
    for tour in tours:
        pooled |= _pooled(tour)
        for occupied, length_m in _metres(tour, requests, travel):
            metres[occupied] += length_m
        left_s: dict[str, int] = {}
        for stop in tour.stops:
            if stop.action is Action.PICKUP:
                left_s[stop.subject] = stop.departure_s
                wait_s += stop.start_s - requests[stop.subject].pickup_window.earliest_s
            elif stop.action is Action.DROPOFF and stop.subject in left_s:
                aboard_s += stop.start_s - left_s[stop.subject]
    boarded_count = sum(bool(ride.booked and ride.boarded) for ride in rides)
    direct_s = sum(ride.booked[0].direct_s for ride in served)
    return Figures(
        request_count=history.answered_count,
        refused_count=history.refused_count,
        refused_by_reason=dict(history.refused_by),
        booked_count=sum(bool(ride.booked) for ride in rides),
        cancelled_count=sum(bool(ride.cancelled) for ride in rides),
        no_show_count=sum(bool(ride.not_shown) for ride in rides),
        served_count=len(served),
        stranded_count=sum(ride.is_stranded and not ride.cancelled for ride in rides),
        broken_promise_count=history.broken_promise_count,
        pooled_share=len({ride_of(part) for part in pooled} & driven.keys()) / len(served) if served else 0.0,
        mean_wait_s=wait_s / boarded_count if boarded_count else 0.0,
        detour_factor=aboard_s / direct_s if direct_s else 0.0,
        occupied_m=metres[True],
        empty_m=metres[False],
    )


def _pooled(tour: Tour) -> set[str]:
    """Rides that were driven, for some time, together with another one."""
    pooled: set[str] = set()
    aboard: set[str] = set()
    free_s = tour.shift.start_s
    for stop in tour.stops:
        if len(aboard) > 1 and stop.start_s > free_s:
            pooled |= aboard
        if stop.action is Action.PICKUP:
            aboard.add(stop.subject)
        elif stop.action is Action.DROPOFF:
            aboard.discard(stop.subject)
        free_s = stop.departure_s
    return pooled


def _metres(tour: Tour, requests: Mapping[str, Request], travel: TravelMatrix) -> Iterator[tuple[bool, int]]:
    """Metres of each leg from the shift's start to its end, and whether somebody was aboard."""
    place = tour.shift.start_place
    aboard: set[str] = set()
    for stop in tour.stops:
        there = place_of(stop, requests, place)
        yield bool(aboard), int(travel.metres[place, there])
        if stop.action is Action.PICKUP:
            aboard.add(stop.subject)
        elif stop.action is Action.DROPOFF:
            aboard.discard(stop.subject)
        place = there
    yield False, int(travel.metres[place, tour.shift.end_place])
