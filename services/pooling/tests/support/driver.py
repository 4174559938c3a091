"""Drivers who do what the plan says: in time, or as late as the test wants them to be."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from pooling.domain.zone_day import Duty, ZoneDay, stop_id
from routing_core.fleet.model import Action, Stop
from town import Town


class Deed(NamedTuple):
    """What a driver does next, and when."""

    time: datetime
    vehicle_id: str
    shift_id: str
    stop: Stop
    is_arrival: bool


class Drivers:
    """All drivers of the town's day.

    Parameters
    ----------
    delay_s
        How late a deed is, asked for every one.
    tells_arrival
        Whether a driver tells of an arrival, asked for every one.
    shows_up
        Whether the passengers of a ride are there.
    """

    def __init__(
        self,
        town: Town,
        *,
        delay_s: Callable[[], int] = lambda: 0,
        tells_arrival: Callable[[], bool] = lambda: True,
        shows_up: Callable[[str], bool] = lambda _ride_id: True,
    ) -> None:
        self._town = town
        self._delay_s, self._tells_arrival, self._shows_up = delay_s, tells_arrival, shows_up
        self._silent: set[str] = set()
        """Stops whose arrival is not told."""
        self.late: set[str] = set()
        """Shifts whose driver was later than planned once."""

    def until(self, instant: datetime) -> None:
        """Let the day go on to an instant: whatever is due by then is done and told."""
        while (deed := self._next()) is not None and deed.time <= instant:
            self._do(deed)
        if instant > self._town.clock.now():
            self._town.clock.advance_to(instant)

    def _next(self) -> Deed | None:
        day = self._town.plan()
        deeds = [deed for duty in day.duties if (deed := self._deed(day, duty)) is not None]
        return min(deeds, default=None)

    def _deed(self, day: ZoneDay, duty: Duty) -> Deed | None:
        booked = [
            stop
            for stop in duty.stops
            if not stop.done
            and stop.action is not Action.BREAK
            and day.tasks[stop.subject].held_until is None
        ]
        if not booked:
            return None
        stop = booked[0]
        is_arrival = duty.arrived_s is None and stop_id(stop) not in self._silent
        seconds = stop.start_s if is_arrival else stop.departure_s
        if not is_arrival and stop.action is Action.PICKUP and not self._shows_up(stop.subject):
            seconds = max(seconds, day.tasks[stop.subject].pickup_window.latest_s)
        time = self._town.desk.service_day(day.service_date).instant(seconds)
        return Deed(max(time, self._town.clock.now()), duty.vehicle.id, duty.shift.id, stop, is_arrival)

    def _do(self, deed: Deed) -> None:
        town, ride_id = self._town, deed.stop.subject
        if deed.is_arrival and not self._tells_arrival():
            self._silent.add(stop_id(deed.stop))
            return
        town.clock.advance_to(deed.time + timedelta(seconds=self._delay_s()))
        planned_s = deed.stop.start_s if deed.is_arrival else deed.stop.departure_s
        if town.clock.now() > town.desk.service_day(town.day).instant(planned_s):
            self.late.add(deed.shift_id)
        if deed.is_arrival:
            town.arrive(stop_id(deed.stop), vehicle_id=deed.vehicle_id)
        elif deed.stop.action is Action.DROPOFF:
            town.alight(ride_id, vehicle_id=deed.vehicle_id)
        elif self._shows_up(ride_id):
            town.board(ride_id, vehicle_id=deed.vehicle_id)
        else:
            town.no_show(ride_id, vehicle_id=deed.vehicle_id)
