"""What is left of a duty when its vehicle has broken down, and what its rides ask for then."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from routing_core.fleet.model import Action, Stop, TimeWindow

from pooling.domain.facts import BreakCause, BrokenPromise, PromiseBroken
from pooling.domain.offers import Promise
from pooling.domain.places import BoardingPoint
from pooling.domain.rides import Ride
from pooling.domain.zone_day import PART, Task, ZoneDay


def interrupted(
    day: ZoneDay, index: int, ride_ids: Iterable[str], place: BoardingPoint, at_s: int
) -> ZoneDay:
    """The day in which rides aboard a duty's vehicle got off where it broke down; they are tasks no more.

    What was driven of each stays on the duty as a part of its own, with windows that tell nothing: what was
    promised is promised for the whole ride.
    """
    for ride_id in ride_ids:
        duty = day.duties[index]
        task = day.tasks[ride_id]
        picked_up = next(stop for stop in duty.stops if stop.subject == ride_id and stop.done)
        part_id = _new_part(day, ride_id)
        left_s = max(at_s, *(stop.departure_s for stop in duty.stops if stop.done))
        part = replace(
            task,
            id=part_id,
            dropoff=place,
            pickup_window=TimeWindow(picked_up.start_s, picked_up.start_s),
            dropoff_window=TimeWindow(left_s, left_s),
            max_ride_s=left_s - picked_up.departure_s,
            pickup_service_s=0,
            dropoff_service_s=0,
        )
        done = [
            replace(stop, subject=part_id) if stop.subject == ride_id else stop
            for stop in duty.stops
            if stop.done
        ]
        got_off = Stop(Action.DROPOFF, part_id, left_s, left_s, done=True)
        ahead = [stop for stop in duty.stops if not stop.done and stop.subject != ride_id]
        day = day.without_tasks([ride_id]).with_task(part)
        day = day.with_duty(index, replace(duty, stops=(*done, got_off, *ahead)))
    return day


def waiting(task: Task, place: BoardingPoint, now_s: int) -> Task:
    """The rest of a ride that was interrupted: from where it waits, at once, and as long as was promised."""
    latest_s = max(now_s, task.dropoff_window.latest_s)
    return replace(
        task,
        pickup=place,
        pickup_window=TimeWindow(now_s, latest_s),
        dropoff_window=TimeWindow(now_s, task.dropoff_window.latest_s),
    )


def later(task: Task, by_s: int) -> Task:
    """The task with so much more time at the end of both windows."""
    pickup, dropoff = task.pickup_window, task.dropoff_window
    return replace(
        task,
        pickup_window=TimeWindow(pickup.earliest_s, pickup.latest_s + by_s),
        dropoff_window=TimeWindow(dropoff.earliest_s, dropoff.latest_s + by_s),
    )


def overdue_s(task: Task, now_s: int) -> int:
    """By how much it is too late already, seconds; 0 where it is not."""
    return max(0, now_s - task.pickup_window.latest_s, now_s - task.dropoff_window.latest_s)


def broken_by(
    ride: Ride, former: Promise, *, was_aboard: bool, told: frozenset[tuple[str, str]], time: datetime
) -> list[PromiseBroken]:
    """Which of the promises before its planned times break, and by how much.

    Parameters
    ----------
    ride
        With the times that are planned now.
    told
        Promises that are known to be broken: ride and what.
    """
    late = [(BrokenPromise.ARRIVAL_LATE, ride.dropoff_time - former.latest_arrival)]
    if not was_aboard:
        late.insert(0, (BrokenPromise.PICKUP_LATE, ride.pickup_time - former.pickup.latest))
    return [
        _broken(ride, what, int(by.total_seconds()), time)
        for what, by in late
        if by.total_seconds() > 0 and (ride.id, what.value) not in told
    ]


def stranded(ride: Ride, time: datetime) -> PromiseBroken:
    """That no vehicle comes."""
    return _broken(ride, BrokenPromise.NO_VEHICLE, 0, time)


def _broken(ride: Ride, what: BrokenPromise, by_s: int, time: datetime) -> PromiseBroken:
    return PromiseBroken(ride.zone_id, time, ride.service_date, ride.id, what, by_s, BreakCause.BREAKDOWN)


def _new_part(day: ZoneDay, ride_id: str) -> str:
    number = 1
    while f"{ride_id}{PART}{number}" in day.tasks:
        number += 1
    return f"{ride_id}{PART}{number}"
