"""One day of a lift as a tour that the insertion engine can put passengers into."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from routing_core.fleet.check import check
from routing_core.fleet.model import (
    Action,
    Capacity,
    Layout,
    Load,
    Plan,
    Request,
    Shift,
    Stop,
    TimeWindow,
    Tour,
)
from routing_core.fleet.schedule import schedule
from routing_core.travel import TravelMatrix

from journeys.domain.lifts import Lift
from journeys.domain.lifts_seats import Seat
from journeys.domain.places import Point


class BrokenTour(AssertionError):  # noqa: N818 - says what is the matter
    """A tour that the checker does not accept: a mistake in this program, and nothing is stored."""


@dataclass(frozen=True, slots=True)
class LiftDay:
    """One day of a lift: in which order passengers get on and off.

    Parameters
    ----------
    stops
        ``pickup`` or ``dropoff``, and the seat's id.
    version
        Grows by one with every change that is stored; 0 before the first.
    """

    lift_id: str
    day: date
    stops: tuple[tuple[str, str], ...] = ()
    version: int = 0


@dataclass(frozen=True, slots=True)
class Going:
    """A lift on one of its days: when it leaves, who rides, and where it stops for them, in order."""

    lift: Lift
    day: date
    depart_s: int
    seats: tuple[Seat, ...] = ()
    stops: tuple[tuple[str, str], ...] = ()

    @property
    def id(self) -> str:
        return f"{self.lift.id}/{self.day}"

    def points(self) -> list[Point]:
        """All places it stops at: start, end, and where passengers get on and off."""
        ends = [self.lift.start, self.lift.end]
        return ends + [place.exact for seat in self.seats for place in (seat.pickup, seat.dropoff)]


def tour_of(going: Going, place_of: Callable[[Point], int], base_s: int) -> tuple[Tour, dict[str, Request]]:
    """Return the tour and the requests it serves; its stops are not timed yet.

    Parameters
    ----------
    place_of
        A point's index in the travel matrix.
    base_s
        What Unix seconds are counted from in the tour.
    """
    lift = going.lift
    departs_s = going.depart_s - base_s
    shift = Shift(
        id=going.id,
        capacity=Capacity((Layout(lift.seat_count),)),
        start_place=place_of(lift.start),
        end_place=place_of(lift.end),
        start_s=departs_s,
        end_s=departs_s + lift.longest_s,
    )
    requests = {seat.id: _request(seat, place_of, base_s) for seat in going.seats}
    stops = tuple(Stop(Action(action), seat_id, 0, 0) for action, seat_id in going.stops)
    return Tour(shift, stops, not_before_s=departs_s), requests


def timed_seats(
    seats: Sequence[Seat], tour: Tour, base_s: int
) -> tuple[tuple[Seat, ...], tuple[tuple[str, str], ...]]:
    """Return the seats at the times of a tour, and its stops in order."""
    at = {(stop.action, stop.subject): stop.start_s + base_s for stop in tour.stops}
    timed = tuple(
        replace(seat, pickup_s=at[Action.PICKUP, seat.id], dropoff_s=at[Action.DROPOFF, seat.id])
        for seat in seats
    )
    return timed, tuple((stop.action.value, stop.subject) for stop in tour.stops)


def without(going: Going, seat_ids: frozenset[str]) -> Going:
    """The lift's day without some of its seats."""
    return replace(
        going,
        seats=tuple(seat for seat in going.seats if seat.id not in seat_ids),
        stops=tuple(stop for stop in going.stops if stop[1] not in seat_ids),
    )


def checked(tour: Tour, requests: Mapping[str, Request], travel: TravelMatrix) -> Tour:
    """The tour, if the plan checker finds nothing wrong with it; raises BrokenTour."""
    wrong = check(Plan((tour,), requests), travel)
    if wrong:
        raise BrokenTour("; ".join(violation.message for violation in wrong))
    return tour


def rescheduled(tour: Tour, requests: Mapping[str, Request], travel: TravelMatrix) -> Tour | None:
    """The tour with its stops timed anew; None where roads have become so slow that no times keep all."""
    return schedule(tour, requests, travel)


def _request(seat: Seat, place_of: Callable[[Point], int], base_s: int) -> Request:
    return Request(
        id=seat.id,
        pickup_place=place_of(seat.pickup.exact),
        dropoff_place=place_of(seat.dropoff.exact),
        pickup_window=TimeWindow(seat.earliest_pickup_s - base_s, seat.latest_pickup_s - base_s),
        dropoff_window=TimeWindow(seat.earliest_pickup_s - base_s, seat.latest_dropoff_s - base_s),
        max_ride_s=seat.longest_ride_s,
        load=Load(seat.seat_count),
    )


def renamed(tour: Tour, request_id: str, seat_id: str) -> Tour:
    """The tour with a request under another name."""
    stops = tuple(
        replace(stop, subject=seat_id) if stop.subject == request_id else stop for stop in tour.stops
    )
    return replace(tour, stops=stops)
