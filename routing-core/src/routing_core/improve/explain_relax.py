"""By how little a ride, a shift or a break would have to give way."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial

from routing_core.fleet.model import Action, Capacity, Layout, Request, Shift, TimeWindow, Tour

MOST_S = 86_400
"""Furthest that a time is moved, seconds."""

MOST_PLACES = 8
"""Most seats or wheelchair places that are added."""


class Change(Enum):
    """What gives way. Times are in seconds, seats, places and skills are counted.

    ``EARLIER`` and ``LATER`` move both windows of the ride on that side only: it may still be as it was asked
    for. So do ``BREAK_EARLIER`` and ``BREAK_LATER`` with the window in which a break begins.
    """

    EARLIER = "earlier"
    LATER = "later"
    LONGER_RIDE = "longer_ride"
    MORE_SEATS = "more_seats"
    MORE_WHEELCHAIR_PLACES = "more_wheelchair_places"
    SKILLS = "skills"
    SHIFT_EARLIER = "shift_earlier"
    SHIFT_LATER = "shift_later"
    LONGER_ON_THE_ROAD = "longer_on_the_road"
    BREAK_EARLIER = "break_earlier"
    BREAK_LATER = "break_later"


SECONDS_WORTH = {
    Change.MORE_SEATS: 3600,
    Change.MORE_WHEELCHAIR_PLACES: 3600,
    Change.SKILLS: 3600,
}
"""Where changes of different kinds are compared: what one seat, place or skill more counts for."""


@dataclass(frozen=True)
class Lever:
    """One thing that may give way, of a request, a break or a shift (``subject``), by up to ``most``.

    ``applied`` makes the request and the tour as they are when it gives way by so much; the more, the more
    is feasible.
    """

    change: Change
    subject: str
    most: int
    applied: Callable[[int], tuple[Request, Tour]]

    def price(self, amount: int) -> int:
        """What giving way so much counts for, in seconds."""
        return amount * SECONDS_WORTH.get(self.change, 1)


def least(lever: Lever, serves: Callable[[Request, Tour], bool]) -> int | None:
    """The least amount with which the ride can be served, by bisection; None where the most is not enough."""
    if not serves(*lever.applied(lever.most)):
        return None
    too_little, enough = 0, lever.most
    while enough - too_little > 1:
        middle = (too_little + enough) // 2
        if serves(*lever.applied(middle)):
            enough = middle
        else:
            too_little = middle
    return enough


def levers(request: Request, tour: Tour) -> Iterator[Lever]:
    """All that may give way for the request in the tour; only what is still to come of the tour."""
    shift = tour.shift
    yield Lever(Change.EARLIER, request.id, MOST_S, lambda by: (_moved(request, -by), tour))
    yield Lever(Change.LATER, request.id, MOST_S, lambda by: (_moved(request, by), tour))
    yield Lever(
        Change.LONGER_RIDE,
        request.id,
        MOST_S,
        lambda by: (replace(request, max_ride_s=request.max_ride_s + by), tour),
    )

    def with_shift(change: Callable[[int], Shift], by: int) -> tuple[Request, Tour]:
        return request, replace(tour, shift=change(by))

    def of_shift(change: Change, most: int, changed: Callable[[int], Shift]) -> Lever:
        return Lever(change, shift.id, most, partial(with_shift, changed))

    yield of_shift(Change.MORE_SEATS, MOST_PLACES, lambda by: _with_room(shift, by, 0))
    if request.load.wheelchair_count:
        yield of_shift(Change.MORE_WHEELCHAIR_PLACES, MOST_PLACES, lambda by: _with_room(shift, 0, by))
    missing = sorted(request.skills - shift.skills)
    if missing:
        yield of_shift(
            Change.SKILLS,
            len(missing),
            lambda by: replace(shift, skills=shift.skills | set(missing[:by])),
        )
    if not tour.locked_count and not any(stop.done for stop in tour.stops):
        yield of_shift(Change.SHIFT_EARLIER, MOST_S, lambda by: replace(shift, start_s=shift.start_s - by))
    yield of_shift(Change.SHIFT_LATER, MOST_S, lambda by: replace(shift, end_s=shift.end_s + by))
    limit_s = shift.max_duration_s
    if limit_s is not None:
        yield of_shift(
            Change.LONGER_ON_THE_ROAD, MOST_S, lambda by: replace(shift, max_duration_s=limit_s + by)
        )
    for stop in tour.stops[tour.locked_count :]:
        if stop.action is Action.BREAK and not stop.done:
            for change, sign in ((Change.BREAK_EARLIER, -1), (Change.BREAK_LATER, 1)):
                moved = partial(_with_break_moved, shift, stop.subject, sign)
                yield Lever(change, stop.subject, MOST_S, partial(with_shift, moved))


def _widened(window: TimeWindow, by: int) -> TimeWindow:
    return TimeWindow(window.earliest_s + min(by, 0), window.latest_s + max(by, 0))


def _moved(request: Request, by: int) -> Request:
    return replace(
        request,
        pickup_window=_widened(request.pickup_window, by),
        dropoff_window=_widened(request.dropoff_window, by),
    )


def _with_room(shift: Shift, seats: int, places: int) -> Shift:
    layouts = tuple(
        Layout(layout.seat_count + seats, layout.wheelchair_place_count + places)
        for layout in shift.capacity.layouts
    )
    return replace(shift, capacity=Capacity(layouts))


def _with_break_moved(shift: Shift, name: str, sign: int, by: int) -> Shift:
    breaks = tuple(
        replace(pause, start_window=_widened(pause.start_window, sign * by)) if pause.id == name else pause
        for pause in shift.breaks
    )
    return replace(shift, breaks=breaks)
