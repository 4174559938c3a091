"""Where the vehicles of a plan drive from now on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from routing_core.fleet.model import Action
from service_kit.identity.principal import Principal

from pooling.application.ports import Ways
from pooling.application.queries import Queries
from pooling.domain.places import Point
from pooling.domain.service_day import ServiceDay
from pooling.domain.zone_day import Duty, ZoneDay, stop_id


@dataclass(frozen=True, slots=True)
class Leg:
    """From one stop to the next one; ``stop_id`` is empty on the way to where the shift ends.

    ``line`` is an encoded polyline, empty where closures leave no way. One sets off as late as one may.
    """

    stop_id: str
    departure: datetime
    arrival: datetime
    line: str


@dataclass(frozen=True, slots=True)
class TourPath:
    """What one vehicle still drives."""

    shift_id: str
    vehicle_id: str
    legs: tuple[Leg, ...]


class PlanPaths:
    """The use case."""

    def __init__(self, queries: Queries, ways: Ways) -> None:
        self._queries = queries
        self._ways = ways

    def __call__(
        self, zone_id: str, service_date: date | None, caller: Principal
    ) -> tuple[int, list[TourPath]]:
        """Version of the plan, and the paths of the tours that the caller sees; raises NotFound."""
        day, service_day = self._queries.plan(zone_id, service_date, caller)
        paths = [
            TourPath(duty.shift.id, duty.vehicle.id, tuple(self._legs(day, duty, service_day)))
            for duty in day.duties
            if any(not stop.done for stop in duty.stops)
        ]
        return day.version, paths

    def _legs(self, day: ZoneDay, duty: Duty, service_day: ServiceDay) -> Iterator[Leg]:
        here, left = duty.shift.start_point, duty.shift.start
        for stop in duty.stops:
            there = _place(day, stop.action, stop.subject, here)
            if not stop.done and there != here:
                yield self._leg(stop_id(stop), here, there, left, service_day.instant(stop.start_s))
            here, left = there, service_day.instant(stop.departure_s)
        if here != duty.shift.end_point:
            # Home one drives at once.
            yield self._leg("", here, duty.shift.end_point, left, left)

    def _leg(self, stop_id: str, here: Point, there: Point, left: datetime, due: datetime) -> Leg:
        way = self._ways.way(here, there)
        if way is None:
            return Leg(stop_id, left, max(left, due), "")
        departure = max(left, due - timedelta(seconds=way.seconds))
        return Leg(stop_id, departure, departure + timedelta(seconds=way.seconds), way.line)


def _place(day: ZoneDay, action: Action, subject: str, here: Point) -> Point:
    """Breaks are taken where the vehicle is; a ride that nobody took has no place any more."""
    task = day.tasks.get(subject)
    if task is None:
        return here
    return task.dropoff.point if action is Action.DROPOFF else task.pickup.point
