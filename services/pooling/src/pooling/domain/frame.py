"""A zone's day put before the routing core, and its answer put back."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from routing_core.fleet.check import Rule, Violation, check
from routing_core.fleet.model import Action, Break, Plan, Request, Stop, TimeWindow, Tour
from routing_core.fleet.model import Shift as CoreShift
from routing_core.fleet.progress import at
from routing_core.fleet.schedule import empty_tour, late_schedule, schedule
from routing_core.fleet.sequence import place_of, standing_place
from routing_core.travel import UNREACHABLE, TravelMatrix

from pooling.domain.fleet import Shift, Vehicle
from pooling.domain.places import Point
from pooling.domain.service_day import ServiceDay
from pooling.domain.zone_day import Duty, Task, ZoneDay, is_interrupted


@dataclass(frozen=True, slots=True)
class Frame:
    """A day at one moment, in the core's terms: places are indices, instants seconds of the service day.

    ``travel`` says what can be driven now, and new rides go by it. What is planned goes by ``planned``: where
    a closure has left no way for a leg of a tour, that leg alone takes as long as on the roads without any
    changes, so that the stops behind it keep times that mean something.
    """

    service_day: ServiceDay
    now_s: int
    places: dict[Point, int]
    travel: TravelMatrix
    planned: TravelMatrix
    tours: tuple[Tour, ...]
    requests: dict[str, Request]

    @property
    def plan(self) -> Plan:
        return Plan(self.tours, self.requests)

    def violations(self) -> tuple[Violation, ...]:
        """What the one checker says; but for rides that are over, it is too late to ask for room.

        The vehicle may have been set up in another way since. Where one broke down was told, not planned.
        """
        over = {
            stop.subject
            for tour in self.tours
            for stop in tour.stops
            if stop.done and stop.action is Action.DROPOFF
        }
        return tuple(
            found
            for found in check(self.plan, self.planned)
            if (found.rule is not Rule.CAPACITY or found.subject not in over)
            and not is_interrupted(found.subject)
        )

    def cut_off(self, index: int) -> set[str]:
        """Requests of a duty with a stop ahead that has no way to it, from the last place that has one."""
        tour = self.tours[index]
        done_count = sum(stop.done for stop in tour.stops)
        place = standing_place(tour, done_count, self.requests)
        found: set[str] = set()
        for stop in tour.stops[done_count:]:
            if stop.action is Action.BREAK:
                continue
            there = place_of(stop, self.requests)
            if self.travel.seconds[place, there] >= UNREACHABLE:
                found.add(stop.subject)
            else:
                place = there
        return found

    def heading_to(self, index: int) -> Stop | None:
        """The stop that the vehicle of a duty is on its way to, or at."""
        tour = self.tours[index]
        done_count = sum(stop.done for stop in tour.stops)
        return tour.stops[done_count] if tour.locked_count > done_count else None

    def put_back(self, day: ZoneDay, index: int, tour: Tour) -> ZoneDay:
        """The day with a tour's stops."""
        return day.with_duty(index, replace(day.duties[index], stops=tour.stops))

    def rescheduled(self, index: int) -> tuple[Tour, bool]:
        """The tour with times for what is still to come; False when it can no longer keep everything.

        A break is taken where the vehicle stands, so a stop that goes may put it in a worse place: then its
        other places in the tour are tried.
        """
        for tour in _with_breaks_elsewhere(self.tours[index]):
            timed = schedule(tour, self.requests, self.planned)
            if timed is not None and (tour is self.tours[index] or not self._aboard_in_break(timed)):
                return timed, True
        return late_schedule(self.tours[index], self.requests, self.planned), False

    def _aboard_in_break(self, tour: Tour) -> bool:
        plan = Plan((tour,), self.requests)
        return any(found.rule is Rule.BREAK_ABOARD for found in check(plan, self.planned))


def driven_ahead(plan: Plan, matrix: npt.NDArray[np.integer[Any]]) -> int:
    """What is still to be driven, with the way back, in the unit of the matrix (metres or seconds)."""
    return sum(_tour_ahead(tour, plan.requests, matrix) for tour in plan.tours)


def _tour_ahead(tour: Tour, requests: Mapping[str, Request], matrix: npt.NDArray[np.integer[Any]]) -> int:
    place, total = tour.shift.start_place, 0
    for stop in tour.stops:
        there = place if stop.action is Action.BREAK else place_of(stop, requests)
        if not stop.done:
            total += int(matrix[place, there])
        place = there
    return total + int(matrix[place, tour.shift.end_place]) if tour.stops else 0


def frame(
    day: ZoneDay,
    service_day: ServiceDay,
    now: datetime,
    points: Sequence[Point],
    travel: TravelMatrix,
    *,
    usual: Callable[[], TravelMatrix],
) -> Frame:
    """Look at the day as the clock finds it.

    Parameters
    ----------
    points
        Places of the travel matrix, in its order; at least ``day.points()``.
    usual
        Gives the travel matrix without any changes of the roads; only asked where the day needs it.
    """
    places = {point: index for index, point in enumerate(points)}
    now_s = service_day.seconds(now)
    requests = {task.id: core_request(task, places) for task in day.tasks.values()}
    tours = [core_tour(duty, service_day, places) for duty in day.duties]
    planned = travel
    if closed := [
        leg for tour in tours for leg in _legs(tour, requests) if travel.seconds[leg] >= UNREACHABLE
    ]:
        planned = _with_legs_of(usual(), travel, closed)
    return Frame(
        service_day,
        now_s,
        places,
        travel,
        planned,
        tuple(at(tour, now_s, requests, planned) for tour in tours),
        requests,
    )


def core_request(task: Task, places: dict[Point, int]) -> Request:
    """The task as the core's request."""
    return Request(
        task.id,
        places[task.pickup.point],
        places[task.dropoff.point],
        task.pickup_window,
        task.dropoff_window,
        task.max_ride_s,
        task.load,
        task.pickup_service_s,
        task.dropoff_service_s,
    )


def core_shift(
    shift: Shift, vehicle: Vehicle, service_day: ServiceDay, places: dict[Point, int]
) -> CoreShift:
    """The shift as the core's."""
    return CoreShift(
        shift.id,
        vehicle.capacity,
        places[shift.start_point],
        places[shift.end_point],
        service_day.seconds(shift.start),
        service_day.seconds(shift.end),
        tuple(
            Break(
                rest.id,
                TimeWindow(service_day.seconds(rest.earliest), service_day.seconds(rest.latest)),
                rest.duration_s,
            )
            for rest in shift.breaks
        ),
    )


def core_tour(duty: Duty, service_day: ServiceDay, places: dict[Point, int]) -> Tour:
    """The duty as the core's tour, before the clock is looked at."""
    return Tour(
        core_shift(duty.shift, duty.vehicle, service_day, places), duty.stops, arrived_s=duty.arrived_s
    )


def new_duty(shift: Shift, vehicle: Vehicle, service_day: ServiceDay) -> Duty:
    """A duty that only has its breaks to take."""
    ends = {shift.start_point: 0, shift.end_point: 1}
    return Duty(shift, vehicle, empty_tour(core_shift(shift, vehicle, service_day, ends)).stops)


def _legs(tour: Tour, requests: Mapping[str, Request]) -> Iterator[tuple[int, int]]:
    """From where to where a tour is driven, with the way back."""
    place = tour.shift.start_place
    for stop in tour.stops:
        if stop.action is not Action.BREAK:
            there = place_of(stop, requests)
            yield place, there
            place = there
    yield place, tour.shift.end_place


def _with_legs_of(usual: TravelMatrix, travel: TravelMatrix, legs: Iterable[tuple[int, int]]) -> TravelMatrix:
    seconds, metres = travel.seconds.copy(), travel.metres.copy()
    for leg in legs:
        seconds[leg], metres[leg] = usual.seconds[leg], usual.metres[leg]
    return TravelMatrix(seconds, metres)


def _with_breaks_elsewhere(tour: Tour) -> Iterator[Tour]:
    """The tour itself, then with one break at another place behind what is locked."""
    yield tour
    for position, stop in enumerate(tour.stops):
        if stop.action is Action.BREAK and position >= tour.locked_count:
            others = (*tour.stops[:position], *tour.stops[position + 1 :])
            for place in range(tour.locked_count, len(others) + 1):
                if place != position:
                    yield replace(tour, stops=(*others[:place], stop, *others[place:]))
