"""How a vehicle comes to those who wait for it, without telling them where others live."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from routing_core.fleet.model import Action, Stop

from pooling.domain.places import BoardingPoint, Point
from pooling.domain.rides import Ride, RideState
from pooling.domain.service_day import ServiceDay
from pooling.domain.zone_day import Duty, ZoneDay

TOLD_BEFORE = timedelta(hours=1)
"""Earlier the vehicle drives for others."""


@dataclass(frozen=True, slots=True)
class Halt:
    """When a vehicle left which virtual stop."""

    virtual_stop_id: str
    left_time: datetime


@dataclass(frozen=True, slots=True)
class Approach:
    """A vehicle on its way to a passenger, or with one.

    Parameters
    ----------
    stops_before
        How often it still halts for others before the pickup, or before the dropoff of those aboard.
    at_pickup
        Whether it stands there and waits.
    last
        None where it stopped at somebody's door: that is theirs.
    """

    vehicle_name: str
    stops_before: int
    at_pickup: bool
    last: Halt | None = None


def approach_of(day: ZoneDay, service_day: ServiceDay, ride: Ride, now: datetime) -> Approach | None:
    """How the vehicle comes; None while it does not, and once the ride is over."""
    aboard = ride.state is RideState.ABOARD
    index = day.duty_of(ride.id)
    if index is None or not (aboard or ride.state is RideState.BOOKED):
        return None
    duty = day.duties[index]
    goal = Action.DROPOFF if aboard else Action.PICKUP
    ahead = [stop for stop in duty.stops if not stop.done]
    at = next((n for n, stop in enumerate(ahead) if (stop.subject, stop.action) == (ride.id, goal)), None)
    if at is None or service_day.instant(ahead[at].start_s) - now > TOLD_BEFORE:
        return None
    places = [place for stop in ahead[: at + 1] if (place := _place(day, stop)) is not None]
    halts = [place for place, before in zip(places, [None, *places], strict=False) if place != before]
    return Approach(
        duty.vehicle.name,
        stops_before=len(halts) - 1,
        at_pickup=not aboard and len(halts) == 1 and duty.arrived_s is not None,
        last=_last(day, service_day, duty, now),
    )


def _last(day: ZoneDay, service_day: ServiceDay, duty: Duty, now: datetime) -> Halt | None:
    done = [stop for stop in duty.stops if stop.done and stop.subject in day.tasks]
    if not done:
        return None
    stop_id, left_time = _point(day, done[-1]).virtual_stop_id, service_day.instant(done[-1].departure_s)
    # A vehicle on its way to a ride that is cancelled comes there still, and counts as done before it has.
    return Halt(stop_id, left_time) if stop_id and left_time <= now else None


def _place(day: ZoneDay, stop: Stop) -> Point | None:
    """Where a booked ride's stop is; None for breaks, and for what is held only and may never be driven."""
    task = day.tasks.get(stop.subject)
    return None if task is None or task.held_until is not None else _point(day, stop).point


def _point(day: ZoneDay, stop: Stop) -> BoardingPoint:
    task = day.tasks[stop.subject]
    # Where nobody got on, the vehicle was at the pickup.
    return task.dropoff if stop.action is Action.DROPOFF else task.pickup
