"""From what is asked to what the core is asked; from what the core answers to what is promised."""

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from routing_core.fleet.model import TimeWindow
from routing_core.insertion.best import Insertion

from pooling.domain.offers import Ask, Offer, Promise, Span
from pooling.domain.places import BoardingPoint
from pooling.domain.service_day import ServiceDay
from pooling.domain.zone import Policy
from pooling.domain.zone_day import Duty, Task

MINUTE_S = 60
LONGEST_DAY_S = 26 * 3600


@dataclass(frozen=True, slots=True)
class Wish:
    """One way to serve an ask: its boarding points, and how long the way is."""

    pickup: BoardingPoint
    dropoff: BoardingPoint
    direct_s: int

    @property
    def walk_s(self) -> int:
        return self.pickup.walk_s + self.dropoff.walk_s


def wished_task(ask: Ask, wish: Wish, policy: Policy, day: ServiceDay, now: datetime) -> Task | None:
    """The ask as a task not promised yet, with the window left out derived from the other.

    Time to walk is taken off both windows: nobody is at the stop before they can have walked there, and all
    have to be let off in time to walk on. None where no time is left.
    """
    max_ride_s = policy.max_ride_s(wish.direct_s)
    seated, wheelchairs = ask.load
    board_s = policy.board_duration_s(seated, wheelchairs)
    earliest_s, latest_s = 0, LONGEST_DAY_S
    arrive_earliest_s, arrive_latest_s = 0, LONGEST_DAY_S
    if ask.pickup_span:
        earliest_s = day.seconds(ask.pickup_span.earliest) + wish.pickup.walk_s
        latest_s = day.seconds(ask.pickup_span.latest)
        arrive_latest_s = latest_s + board_s + max_ride_s
    if ask.dropoff_span:
        arrive_earliest_s = day.seconds(ask.dropoff_span.earliest) - wish.dropoff.walk_s
        arrive_latest_s = min(arrive_latest_s, day.seconds(ask.dropoff_span.latest) - wish.dropoff.walk_s)
        earliest_s = max(earliest_s, arrive_earliest_s - max_ride_s - board_s)
        latest_s = min(latest_s, arrive_latest_s - wish.direct_s - board_s)
    earliest_s = max(earliest_s, day.seconds(now) + 1 + wish.pickup.walk_s)
    if earliest_s > latest_s:
        return None
    return Task(
        id="",
        pickup=wish.pickup,
        dropoff=wish.dropoff,
        pickup_window=TimeWindow(earliest_s, latest_s),
        dropoff_window=TimeWindow(min(max(arrive_earliest_s, earliest_s), arrive_latest_s), arrive_latest_s),
        max_ride_s=max_ride_s,
        load=ask.load,
        pickup_service_s=board_s,
        dropoff_service_s=policy.alight_duration_s(seated, wheelchairs),
    )


def promised(
    task: Task,
    insertion: Insertion,
    *,
    offer_id: str,
    answer_id: str,
    duty: Duty,
    wish: Wish,
    policy: Policy,
    day: ServiceDay,
    now: datetime,
) -> Offer:
    """The offer for an insertion, with the promise that :func:`promise_around` makes of it."""
    return Offer(
        id=offer_id,
        answer_id=answer_id,
        zone_id=duty.shift.zone_id,
        service_date=day.date,
        shift_id=duty.shift.id,
        vehicle_id=duty.vehicle.id,
        vehicle_kind=duty.vehicle.kind,
        load=task.load,
        pickup=wish.pickup,
        dropoff=wish.dropoff,
        promise=promise_around(task, insertion, policy, day),
        planned_pickup=day.instant(insertion.pickup_s),
        planned_dropoff=day.instant(insertion.dropoff_s),
        direct_s=wish.direct_s,
        pickup_service_s=task.pickup_service_s,
        dropoff_service_s=task.dropoff_service_s,
        expire_time=now + timedelta(seconds=policy.hold_s),
    )


def promise_around(task: Task, insertion: Insertion, policy: Policy, day: ServiceDay) -> Promise:
    """A window around the planned pickup, in whole minutes where possible.

    The promise lies within the task's windows, and the planned times lie within the promise.
    """
    window = task.pickup_window
    begin_s = (insertion.pickup_s - policy.pickup_before_s) // MINUTE_S * MINUTE_S
    earliest_s = max(window.earliest_s, begin_s)
    latest_s = max(insertion.pickup_s, min(window.latest_s, earliest_s + policy.pickup_window_s))
    arrival_s = latest_s + task.pickup_service_s + task.max_ride_s
    arrival_s = min(task.dropoff_window.latest_s, math.ceil(arrival_s / MINUTE_S) * MINUTE_S)
    return Promise(
        Span(day.instant(earliest_s), day.instant(latest_s)), day.instant(arrival_s), task.max_ride_s
    )


def shifted(ask: Ask, by: timedelta) -> Ask:
    """The same ask at another time."""

    def moved(span: Span | None) -> Span | None:
        return Span(span.earliest + by, span.latest + by) if span else None

    return replace(ask, pickup_span=moved(ask.pickup_span), dropoff_span=moved(ask.dropoff_span))


def widened(ask: Ask, earlier: timedelta, later: timedelta) -> Ask:
    """The ask with both spans stretched."""

    def stretched(span: Span | None) -> Span | None:
        return Span(span.earliest - earlier, span.latest + later) if span else None

    return replace(ask, pickup_span=stretched(ask.pickup_span), dropoff_span=stretched(ask.dropoff_span))
