"""Where one more request fits best: over all tours, exactly, with reasons for every tour that says no."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

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
from routing_core.fleet.sequence import (
    dropoff_column,
    pickup_column,
    seats_by_wheelchairs,
    to_sequence,
    with_break_places,
)
from routing_core.fleet.timing import FEASIBLE, ROW_COUNT, Ints, least_times
from routing_core.insertion.kernel import REASON_COUNT, cost, drive_s, try_all
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


@dataclass(frozen=True, slots=True)
class Weights:
    """What a second costs: of driving, and of one passenger's later arrival."""

    drive: int = 2
    passenger: int = 1


@dataclass(frozen=True, slots=True)
class Insertion:
    """The best way for one tour to take the request.

    ``cost`` is what it adds, by ``Weights``: driving seconds, and the seconds by which passengers arrive
    later (for the new ones: after the earliest moment of their pickup window). ``tour`` has the request in it
    and all stops timed. ``pickup_s`` and ``dropoff_s`` are its planned starts of service.
    """

    tour_index: int
    cost: int
    tour: Tour
    pickup_s: int
    dropoff_s: int
    added_drive_s: int


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a tour cannot take the request: the most frequent reason, and how many pairs fail by each."""

    shift_id: str
    reason: Reason
    counts: Mapping[Reason, int]


@dataclass(frozen=True, slots=True)
class Answer:
    """At most one insertion per tour, cheapest first, and a rejection for every other tour."""

    candidates: tuple[Insertion, ...]
    rejections: tuple[Rejection, ...]


def best_insertions(
    request: Request,
    tours: Sequence[Tour],
    requests: Mapping[str, Request],
    travel: TravelMatrix,
    weights: Weights | None = None,
) -> Answer:
    """Try the request in every pair of positions of every tour.

    Exact: a tour is rejected only when no pair of positions has feasible times that keep everything promised
    to the requests it already serves; otherwise its cheapest pair is returned. Equal costs go to the earlier
    positions, equal tours to the earlier tour.

    Parameters
    ----------
    request
        The new one; not in any tour yet.
    tours
        As the clock finds them: see ``fleet.progress.at``.
    requests
        Those that the tours serve, by id.
    travel
        Over the places of all tours and of the request.
    """
    weights = weights or Weights()
    candidates: list[Insertion] = []
    rejections: list[Rejection] = []
    for index, tour in enumerate(tours):
        outcome = _try_tour(index, tour, request, requests, travel, weights)
        if isinstance(outcome, Insertion):
            candidates.append(outcome)
        else:
            rejections.append(outcome)
    candidates.sort(key=lambda insertion: (insertion.cost, insertion.tour_index))
    return Answer(tuple(candidates), tuple(rejections))


def _try_tour(
    index: int,
    tour: Tour,
    request: Request,
    requests: Mapping[str, Request],
    travel: TravelMatrix,
    weights: Weights,
) -> Insertion | Rejection:
    if refusal := _without_trying(tour, request, travel):
        return Rejection(tour.shift.id, refusal, {refusal: 1})
    sequence = to_sequence(tour, requests)
    standing = with_break_places(sequence.nodes)
    times = np.empty(standing.shape[1], dtype=np.int64)
    if least_times(travel.seconds, standing, times) != FEASIBLE:
        return Rejection(tour.shift.id, Reason.VEHICLE_UNAVAILABLE, {Reason.VEHICLE_UNAVAILABLE: 1})
    cost_before = cost(travel.seconds, standing, times, weights.drive, weights.passenger)

    counts = np.zeros(REASON_COUNT, dtype=np.int64)
    best = np.zeros(4, dtype=np.int64)
    try_all(
        travel.seconds,
        _with_new_stops(sequence.nodes, request),
        sequence.fixed_count,
        seats_by_wheelchairs(tour.shift.capacity),
        weights.drive,
        weights.passenger,
        counts,
        best,
    )
    cost_after, pickup_gap, dropoff_gap, driven_s = (int(value) for value in best)
    if pickup_gap < 0:
        by_reason = {
            reason: int(count) for reason, count in zip(KERNEL_REASONS, counts, strict=True) if count
        }
        return Rejection(tour.shift.id, max(by_reason, key=lambda reason: by_reason[reason]), by_reason)

    done_count = sequence.done_count
    inserted = _insert(tour, request, done_count + pickup_gap, done_count + dropoff_gap)
    timed = schedule(inserted, {**requests, request.id: request}, travel)
    if timed is None:
        raise AssertionError(f"kernel and schedule disagree on {request.id} in {tour.shift.id}")
    starts = {stop.action: stop.start_s for stop in timed.stops if stop.subject == request.id}
    asked_s = sum(request.load) * request.pickup_window.earliest_s
    return Insertion(
        index,
        cost_after - int(cost_before) - weights.passenger * asked_s,
        timed,
        starts[Action.PICKUP],
        starts[Action.DROPOFF],
        driven_s - int(drive_s(travel.seconds, standing)),
    )


def _without_trying(tour: Tour, request: Request, travel: TravelMatrix) -> Reason | None:
    """A reason that holds for every position, or None."""
    shift = tour.shift
    if not shift.capacity.fits(request.load):
        seats_only = request.load._replace(wheelchair_count=0)
        return Reason.NO_WHEELCHAIR_PLACE if shift.capacity.fits(seats_only) else Reason.NO_SEAT
    if travel.seconds[request.pickup_place, request.dropoff_place] >= UNREACHABLE:
        return Reason.NO_ROUTE
    starts_s = max(shift.start_s, tour.not_before_s)
    if request.pickup_window.latest_s < starts_s or request.dropoff_window.earliest_s > shift.end_s:
        return Reason.OUTSIDE_SERVICE_HOURS
    if request.pickup_window.earliest_s >= shift.end_s:
        return Reason.OUTSIDE_SERVICE_HOURS
    return None


def _with_new_stops(nodes: Ints, request: Request) -> Ints:
    """The sequence with the new pickup and dropoff as two more columns."""
    count = nodes.shape[1]
    table = np.empty((ROW_COUNT, count + 2), dtype=np.int64)
    table[:, :count] = nodes
    table[:, count] = pickup_column(request)
    table[:, count + 1] = dropoff_column(request, pickup_node=count)
    return table


def _insert(tour: Tour, request: Request, pickup_at: int, dropoff_at: int) -> Tour:
    """The tour with both stops before its stops ``pickup_at`` and ``dropoff_at``, not timed yet."""
    pickup = Stop(Action.PICKUP, request.id, 0, 0)
    dropoff = Stop(Action.DROPOFF, request.id, 0, 0)
    stops = tour.stops
    return replace(
        tour,
        stops=(*stops[:pickup_at], pickup, *stops[pickup_at:dropoff_at], dropoff, *stops[dropoff_at:]),
    )


def warm_up() -> None:
    """Compile the kernels, or load them compiled, so that the first request does not wait for it."""
    here = np.zeros((1, 1), dtype=np.int32)
    always = TimeWindow(0, 1)
    request = Request("warm-up", 0, 0, always, always, 1, Load(1))
    shift = Shift("warm-up", Capacity((Layout(1),)), 0, 0, 0, 1)
    best_insertions(request, [Tour(shift)], {}, TravelMatrix(here, here))
