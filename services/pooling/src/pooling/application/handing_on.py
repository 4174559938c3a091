"""Rides that go from one duty to another, or stay: each where its promise is kept."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from routing_core.fleet.model import Action
from routing_core.insertion.best import best_insertions
from service_kit.errors import FailedPrecondition

from pooling.application.desk import Desk
from pooling.domain.facts import Fact, RideMoved
from pooling.domain.zone_day import Task, ZoneDay, aboard, waited_for

MOST_NAMED = 20
"""So many rides are named in a refusal."""


def moved_away(
    desk: Desk, day: ZoneDay, indices: Sequence[int], now: datetime, facts: list[Fact]
) -> tuple[ZoneDay, list[str], list[str]]:
    """The day with everything still ahead of these duties on other ones; moved rides, dropped holds.

    Nobody sees the vehicle come and leave again: the ride at whose stop it is stays with it, unless it cannot
    drive any more.

    Raises
    ------
    FailedPrecondition
        ``PASSENGERS_ABOARD``, or ``RIDES_PROMISED`` with the rides that a vehicle has come for, or that no
        other duty can take.
    """
    inside = {task_id for index in indices for task_id in aboard(day.duties[index].stops)}
    if inside:
        raise FailedPrecondition(
            "PASSENGERS_ABOARD", f"{len(inside)} rides are aboard", metadata=named(inside)
        )
    held, rides = ahead_of(day, indices)
    met = {
        task_id
        for index in indices
        for task_id in waited_for(day.duties[index])
        if task_id in rides and not day.duties[index].vehicle.out_of_service
    }
    if met:
        raise FailedPrecondition(
            "RIDES_PROMISED", f"the vehicle has come for {len(met)} rides already", metadata=named(met)
        )
    tasks = {task_id: day.tasks[task_id] for task_id in rides}
    others = [index for index in in_service(day) if index not in indices]
    after = taken_over(desk, day.without_tasks([*held, *rides]), tasks, [others], now)
    facts += told_moves(day, after, rides, now)
    return after, rides, held


def ahead_of(day: ZoneDay, indices: Iterable[int]) -> tuple[list[str], list[str]]:
    """Offers held on these duties, and rides to be picked up by them, in driving order."""
    ahead = dict.fromkeys(
        stop.subject
        for index in indices
        for stop in day.duties[index].stops
        if not stop.done and stop.action is Action.PICKUP
    )
    held = [task_id for task_id in ahead if day.tasks[task_id].held_until]
    return held, [task_id for task_id in ahead if task_id not in held]


def in_service(day: ZoneDay) -> list[int]:
    """Indices of the duties whose vehicle runs."""
    return [index for index, duty in enumerate(day.duties) if not duty.vehicle.out_of_service]


def taken_over(
    desk: Desk,
    day: ZoneDay,
    tasks: Mapping[str, Task],
    choices: Sequence[Sequence[int]],
    now: datetime,
) -> ZoneDay:
    """The day with these rides, each on the best duty of the first choice in which one can take it.

    Parameters
    ----------
    day
        The day without them.
    choices
        Indices of duties; the first choice comes first.

    Raises
    ------
    FailedPrecondition
        ``RIDES_PROMISED``, with the rides that none of the duties can take.
    """
    stuck: list[str] = []
    # Those who are promised soonest have the least choice.
    for task_id in sorted(tasks, key=lambda task_id: tasks[task_id].pickup_window):
        wanted = day.with_task(tasks[task_id])
        found = (_inserted(desk, wanted, task_id, open_duties, now) for open_duties in choices)
        taken = next((after for after in found if after is not None), None)
        if taken is None:
            stuck.append(task_id)
        else:
            day = taken
    if stuck:
        raise FailedPrecondition(
            "RIDES_PROMISED",
            f"no tour can keep the promises of {len(stuck)} rides then",
            metadata=named(stuck),
        )
    return day


def told_moves(before: ZoneDay, after: ZoneDay, ride_ids: Iterable[str], now: datetime) -> Iterator[Fact]:
    """What is told of the rides that have another shift or vehicle than before."""
    for ride_id in ride_ids:
        was, is_now = before.duty_of(ride_id), after.duty_of(ride_id)
        if was is None or is_now is None:
            raise AssertionError(f"{ride_id} has no vehicle")
        old, new = before.duties[was], after.duties[is_now]
        if (old.shift.id, old.vehicle.id) != (new.shift.id, new.vehicle.id):
            yield RideMoved(
                after.zone_id, now, after.service_date, ride_id, old.shift.id, new.shift.id, new.vehicle.id
            )


def named(ride_ids: Iterable[str]) -> dict[str, str]:
    """Rides, as the metadata of a refusal."""
    return {"ride_ids": ",".join(sorted(ride_ids)[:MOST_NAMED])}


def _inserted(
    desk: Desk, day: ZoneDay, task_id: str, open_duties: Sequence[int], now: datetime
) -> ZoneDay | None:
    """The day with the task on the best of these duties; None where none can take it."""
    frame = desk.frame(day, now)
    requests = {key: request for key, request in frame.requests.items() if key != task_id}
    answer = best_insertions(
        frame.requests[task_id], [frame.tours[index] for index in open_duties], requests, frame.travel
    )
    if not answer.candidates:
        return None
    best = answer.candidates[0]
    return frame.put_back(day, open_duties[best.tour_index], best.tour)
