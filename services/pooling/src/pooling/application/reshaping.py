"""A duty whose shift changes: what it can still drive of what it drove."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from routing_core.fleet.check import Rule
from routing_core.fleet.model import Action, Stop, Tour
from routing_core.fleet.schedule import late_schedule, schedule
from service_kit.errors import FailedPrecondition

from pooling.application.desk import Desk, violation_key
from pooling.application.handing_on import ahead_of
from pooling.domain.fleet import Shift, Vehicle
from pooling.domain.zone_day import ZoneDay, aboard, waited_for


class Reshaping:
    """One duty's stops under a changed shift, at one moment.

    What the vehicle has done stays, and so does a break it has begun. While start and vehicle stay, so does
    the stop it is on its way to; otherwise nobody has set off yet, and the order may begin anew.

    Raises
    ------
    FailedPrecondition
        ``SHIFT_UNDER_WAY`` where the vehicle has driven, and start or vehicle would change; ``BREAK_TAKEN``
        where it has driven, and a break it had is missing.

    Attributes
    ----------
    held, rides
        What is ahead of the duty as it was: offers, and rides to be picked up, in driving order.
    begun
        Rides picked up already, and the one at whose stop the vehicle is.
    """

    def __init__(self, desk: Desk, day: ZoneDay, changed: Shift, vehicle: Vehicle, now: datetime) -> None:
        self.index = next(index for index, duty in enumerate(day.duties) if duty.shift.id == changed.id)
        duty = day.duties[self.index]
        tour = desk.frame(day, now).tours[self.index]
        under_way = duty.arrived_s is not None or any(
            stop.done and stop.action is not Action.BREAK for stop in tour.stops
        )
        other_start = _other_start(duty.shift, changed)
        if under_way and other_start:
            raise FailedPrecondition.in_field(
                other_start, f"the vehicle of {changed.id} has driven already", "SHIFT_UNDER_WAY"
            )
        break_ids = {rest.id for rest in changed.breaks}
        locked = tour.stops[: tour.locked_count]
        front = [
            stop
            for stop in locked
            if (stop.subject in break_ids if stop.action is Action.BREAK else not other_start)
        ]
        if under_way and len(front) < len(locked):
            raise FailedPrecondition.in_field(
                "shift.breaks", f"a break of {changed.id} has been taken already", "BREAK_TAKEN"
            )
        self.begun = aboard(duty.stops) | waited_for(duty)
        self.held, ahead = ahead_of(day, [self.index])
        self.rides = [ride_id for ride_id in ahead if ride_id not in self.begun]
        self._vehicle_stays = vehicle.id == duty.vehicle.id
        self._was_late = not desk.frame(day, now).rescheduled(self.index)[1]
        self._known = desk.broken_already(day, now)
        self._front = front
        self._rest = [
            stop
            for stop in tour.stops
            if stop not in front and (stop.action is not Action.BREAK or stop.subject in break_ids)
        ]
        self._day = day.with_duty(
            self.index, replace(duty, shift=changed, vehicle=vehicle, stops=(*front, *self._rest))
        )
        self._frame = desk.frame(self._day, now)

    def with_all(self) -> ZoneDay | None:
        """The day with everything where it was; None where that breaks a rule, or an offer's word."""
        return self._without(()) if self._vehicle_stays or not self.held else None

    def with_rides(self) -> ZoneDay | None:
        """The day with all rides on the duty, and no offers."""
        return self._without(self.held) if self.held else None

    def with_begun(self) -> ZoneDay | None:
        """The day with those on the duty whose ride has begun; the others are in no tour."""
        return self._without([*self.held, *self.rides])

    def _without(self, gone: Sequence[str]) -> ZoneDay | None:
        staying = set(self.rides) - set(gone)
        if staying and self._day.duties[self.index].vehicle.out_of_service:
            return None
        rest = [stop for stop in self._rest if stop.subject not in gone]
        front = [stop for stop in self._front if stop.subject not in gone]
        day = self._day.without_tasks(gone)
        tour = replace(self._frame.tours[self.index], stops=(*front, *rest), locked_count=len(front))
        found = self._with_breaks(tour) or self._with_breaks(_without_breaks(tour))
        return None if found is None else self._frame.put_back(day, self.index, found)

    def _with_breaks(self, tour: Tour) -> Tour | None:
        """The tour with times, and with the breaks it lacks where they can be taken."""
        there = {stop.subject for stop in tour.stops}
        missing = [pause for pause in tour.shift.breaks if pause.id not in there]
        found: Tour | None = tour
        for pause in sorted(missing, key=lambda pause: pause.start_window):
            stop = Stop(Action.BREAK, pause.id, pause.start_window.earliest_s, pause.start_window.earliest_s)
            found = self._first_timed(_with_stop(found, stop), is_whole=False) if found else None
        return self._first_timed([found], is_whole=True) if found else None

    def _first_timed(self, tours: Iterable[Tour], *, is_whole: bool) -> Tour | None:
        return next((timed for tour in tours if (timed := self._timed(tour, is_whole=is_whole))), None)

    def _timed(self, tour: Tour, *, is_whole: bool) -> Tour | None:
        """The tour with times; None where it breaks a rule that was kept before."""
        requests, planned = self._frame.requests, self._frame.planned
        timed = schedule(tour, requests, planned)
        if timed is None:
            if not self._was_late:
                return None
            timed = late_schedule(tour, requests, planned)
        subjects = {stop.subject for stop in timed.stops}
        alone = replace(
            self._frame,
            tours=(timed,),
            requests={key: request for key, request in requests.items() if key in subjects},
        )
        broken = {
            violation_key(found)
            for found in alone.violations()
            if is_whole or found.rule is not Rule.BREAK_MISSING
        }
        return timed if broken <= self._known else None


def _other_start(shift: Shift, changed: Shift) -> str | None:
    """The field that would make another start of it."""
    fields = (
        ("shift.vehicle_id", shift.vehicle_id, changed.vehicle_id),
        ("shift.start_time", shift.start, changed.start),
        ("shift.start", shift.start_point, changed.start_point),
    )
    return next((field for field, before, after in fields if before != after), None)


def _without_breaks(tour: Tour) -> Tour:
    """The tour without the breaks that have not begun."""
    ahead = tour.stops[tour.locked_count :]
    kept = [stop for stop in ahead if stop.action is not Action.BREAK]
    return replace(tour, stops=(*tour.stops[: tour.locked_count], *kept))


def _with_stop(tour: Tour, stop: Stop) -> Iterator[Tour]:
    """The tour with one more stop, at every place behind what is locked."""
    for place in range(tour.locked_count, len(tour.stops) + 1):
        yield replace(tour, stops=(*tour.stops[:place], stop, *tour.stops[place:]))
