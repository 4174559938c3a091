"""Where one more request fits best: over all tours, exactly, with reasons for every tour that says no."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property

import numpy as np

from routing_core.fleet.model import (
    Action,
    Capacity,
    Layout,
    Load,
    Request,
    Shift,
    Stop,
    TimeWindow,
    Tour,
)
from routing_core.fleet.schedule import schedule
from routing_core.insertion.fleet import Fleet, Tried
from routing_core.insertion.kernel import (
    NO_SEAT,
    NO_WHEELCHAIR_PLACE,
    OFF_DUTY,
    REASON_COUNT,
    TRIED,
    UNAVAILABLE,
)
from routing_core.travel import UNREACHABLE, TravelMatrix


class Reason(Enum):
    """Why a tour cannot take a request; the first eight in the order the kernel counts them."""

    NO_SEAT = "no_seat"
    NO_WHEELCHAIR_PLACE = "no_wheelchair_place"
    PICKUP_TOO_LATE = "pickup_too_late"
    ARRIVAL_TOO_LATE = "arrival_too_late"
    RIDE_TOO_LONG = "ride_too_long"
    PROMISE_TO_OTHERS = "promise_to_others"
    BREAK = "break"
    SHIFT_END = "shift_end"
    OUTSIDE_SERVICE_HOURS = "outside_service_hours"
    VEHICLE_UNAVAILABLE = "vehicle_unavailable"
    NO_ROUTE = "no_route"


KERNEL_REASONS = tuple(Reason)[:REASON_COUNT]
_WEAKNESS = {Reason.RIDE_TOO_LONG: 1, Reason.ARRIVAL_TOO_LATE: 1, Reason.PICKUP_TOO_LATE: 2}
VERDICTS = {
    NO_SEAT: Reason.NO_SEAT,
    NO_WHEELCHAIR_PLACE: Reason.NO_WHEELCHAIR_PLACE,
    UNAVAILABLE: Reason.VEHICLE_UNAVAILABLE,
    OFF_DUTY: Reason.OUTSIDE_SERVICE_HOURS,
}


@dataclass(frozen=True, slots=True)
class Weights:
    """What a second costs: of driving, and of one passenger's later arrival."""

    drive: int = 2
    passenger: int = 1


@dataclass(frozen=True)
class Insertion:
    """The best way for one tour to take the request.

    ``cost`` is what it adds, by ``Weights``: driving seconds, and the seconds by which passengers arrive
    later (for the new ones: after the earliest moment of their pickup window). The new stops come before the
    stops ``pickup_at`` and ``dropoff_at`` of the tour as it was.
    """

    tour_index: int
    cost: int
    pickup_at: int
    dropoff_at: int
    added_drive_s: int
    _request: Request = field(repr=False)
    _fleet: Fleet = field(repr=False, compare=False)

    @cached_property
    def tour(self) -> Tour:
        """The tour with the request in it and all stops timed, worked out when first asked for."""
        request, fleet = self._request, self._fleet
        before = fleet.tours[self.tour_index]
        stops = before.stops
        inserted = replace(
            before,
            stops=(
                *stops[: self.pickup_at],
                Stop(Action.PICKUP, request.id, 0, 0),
                *stops[self.pickup_at : self.dropoff_at],
                Stop(Action.DROPOFF, request.id, 0, 0),
                *stops[self.dropoff_at :],
            ),
        )
        timed = schedule(inserted, {**fleet.requests, request.id: request}, fleet.travel)
        if timed is None:
            raise AssertionError(f"kernel and schedule disagree on {request.id} in {before.shift.id}")
        return timed

    @property
    def pickup_s(self) -> int:
        """Planned start of service at the pickup."""
        return self.tour.stops[self.pickup_at].start_s

    @property
    def dropoff_s(self) -> int:
        """Planned start of service at the dropoff."""
        return self.tour.stops[self.dropoff_at + 1].start_s


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a tour cannot take the request, and how many pairs of positions fail by each reason.

    Most positions in a day are too late, or take passengers a long way round, for any request. So what
    counts is the most frequent of the reasons that lie with the others aboard or with the shift; then those
    of the ride; and that the pickup is too late only when there is nothing else.
    """

    shift_id: str
    reason: Reason
    counts: Mapping[Reason, int]


class Answer:
    """At most one insertion per tour, cheapest first, and a rejection for every other tour."""

    def __init__(
        self, candidates: tuple[Insertion, ...], rejections: Callable[[], tuple[Rejection, ...]]
    ) -> None:
        self.candidates = candidates
        self._rejections = rejections

    @cached_property
    def rejections(self) -> tuple[Rejection, ...]:
        """Put into words when first asked for."""
        return self._rejections()


def best_insertions(
    request: Request,
    tours: Sequence[Tour],
    requests: Mapping[str, Request],
    travel: TravelMatrix,
    weights: Weights | None = None,
) -> Answer:
    """Try the request in every pair of positions of every tour; see :func:`insert`."""
    return insert(request, Fleet(tours, requests, travel), weights)


def insert(request: Request, fleet: Fleet, weights: Weights | None = None) -> Answer:
    """Try the request in every pair of positions of every tour.

    Exact: a tour is rejected only when no pair of positions has feasible times that keep everything promised
    to the requests it already serves; otherwise its cheapest pair is returned. Equal costs go to the earlier
    positions, equal tours to the earlier tour.

    Parameters
    ----------
    request
        The new one; not in any tour yet.
    """
    weights = weights or Weights()
    if fleet.travel.seconds[request.pickup_place, request.dropoff_place] >= UNREACHABLE:
        return Answer((), lambda: tuple(_no_route(tour) for tour in fleet.tours))
    tried = fleet.try_request(request, weights.drive, weights.passenger)
    asked_s = weights.passenger * sum(request.load) * request.pickup_window.earliest_s
    before = weights.drive * fleet.driven_s + weights.passenger * fleet.arrivals + asked_s
    added = tried.best[:, 0] - before
    takers = np.flatnonzero(tried.best[:, 1] >= 0)
    candidates = tuple(
        _insertion(request, fleet, tried, index, int(added[index]))
        for index in takers[np.argsort(added[takers], kind="stable")].tolist()
    )
    return Answer(candidates, lambda: _rejections(fleet, tried))


def _insertion(request: Request, fleet: Fleet, tried: Tried, index: int, price: int) -> Insertion:
    _, pickup_gap, dropoff_gap, driven_s = tried.best[index].tolist()
    done_count = fleet.done_counts[index]
    return Insertion(
        index,
        price,
        done_count + pickup_gap,
        done_count + dropoff_gap,
        driven_s - int(fleet.driven_s[index]),
        request,
        fleet,
    )


def _no_route(tour: Tour) -> Rejection:
    return Rejection(tour.shift.id, Reason.NO_ROUTE, {Reason.NO_ROUTE: 1})


def _rejections(fleet: Fleet, tried: Tried) -> tuple[Rejection, ...]:
    found = []
    for tour, verdict, counts, best in zip(
        fleet.tours, tried.verdicts, tried.counts, tried.best, strict=True
    ):
        if best[1] >= 0:
            continue
        if verdict == TRIED:
            by_reason = {
                reason: int(count) for reason, count in zip(KERNEL_REASONS, counts, strict=True) if count
            }
        else:
            by_reason = {VERDICTS[int(verdict)]: 1}
        reason = max(by_reason, key=lambda reason: (-_WEAKNESS.get(reason, 0), by_reason[reason]))
        found.append(Rejection(tour.shift.id, reason, by_reason))
    return tuple(found)


def warm_up() -> None:
    """Compile the kernels, or load them compiled, so that the first request does not wait for it."""
    here = np.zeros((1, 1), dtype=np.int32)
    always = TimeWindow(0, 1)
    request = Request("warm-up", 0, 0, always, always, 1, Load(1))
    shift = Shift("warm-up", Capacity((Layout(1),)), 0, 0, 0, 1)
    best_insertions(request, [Tour(shift)], {}, TravelMatrix(here, here))
