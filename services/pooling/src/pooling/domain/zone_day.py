"""A zone's service day: who is on duty, what is promised or held, and in which order it is driven."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from routing_core.fleet.model import Action, Load, Stop, TimeWindow

from pooling.domain.fleet import Shift, Vehicle
from pooling.domain.offers import Offer
from pooling.domain.places import BoardingPoint, Point


@dataclass(frozen=True, slots=True)
class Task:
    """A ride, or a held offer, in the plan. Windows are promised; seconds of the service day."""

    id: str
    pickup: BoardingPoint
    dropoff: BoardingPoint
    pickup_window: TimeWindow
    dropoff_window: TimeWindow
    max_ride_s: int
    load: Load
    pickup_service_s: int
    dropoff_service_s: int
    held_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Duty:
    """A shift with its vehicle as it is now, and what it drives."""

    shift: Shift
    vehicle: Vehicle
    stops: tuple[Stop, ...] = ()
    arrived_s: int | None = None
    """When the vehicle reached the stop it is at now; None while it is under way or idle."""


@dataclass(frozen=True, slots=True)
class ZoneDay:
    """One zone's day; ``version`` grows by one with every change that is stored."""

    zone_id: str
    service_date: date
    version: int = 0
    duties: tuple[Duty, ...] = ()
    tasks: Mapping[str, Task] = field(default_factory=dict)
    broken: frozenset[tuple[str, str]] = frozenset()
    """Promises already reported as broken: ride and what."""

    def points(self) -> list[Point]:
        """Every place the plan needs travel times for, each once."""
        found: dict[Point, None] = {}
        for duty in self.duties:
            found[duty.shift.start_point] = None
            found[duty.shift.end_point] = None
        for task in self.tasks.values():
            found[task.pickup.point] = None
            found[task.dropoff.point] = None
        return list(found)

    def duty_of(self, task_id: str) -> int | None:
        """Index of the duty that serves the task."""
        for index, duty in enumerate(self.duties):
            if any(stop.subject == task_id for stop in duty.stops):
                return index
        return None

    def with_duty(self, index: int, duty: Duty) -> "ZoneDay":
        """The day with one duty replaced."""
        return replace(self, duties=(*self.duties[:index], duty, *self.duties[index + 1 :]))

    def with_task(self, task: Task) -> "ZoneDay":
        """The day with the task added or replaced."""
        return replace(self, tasks={**self.tasks, task.id: task})

    def without_tasks(self, task_ids: Iterable[str]) -> "ZoneDay":
        """The day without these tasks and their stops; the other stops keep their times.

        A vehicle at a stop that goes is at none any more.
        """
        gone = set(task_ids)
        if not gone & self.tasks.keys():
            return self
        return replace(
            self,
            tasks={task_id: task for task_id, task in self.tasks.items() if task_id not in gone},
            duties=tuple(
                replace(
                    duty,
                    stops=tuple(stop for stop in duty.stops if stop.subject not in gone),
                    arrived_s=None if waited_for(duty) & gone else duty.arrived_s,
                )
                for duty in self.duties
            ),
        )

    def promised_anew(self, task: Task) -> "ZoneDay":
        """The day with a ride for which another promise holds now; what broke of the one before is over."""
        broken = frozenset(told for told in self.broken if told[0] != task.id)
        return replace(self.with_task(task), broken=broken)

    def expired(self, now: datetime) -> list[str]:
        """Ids of the holds whose time is over."""
        return [task.id for task in self.tasks.values() if task.held_until and task.held_until <= now]


PART = "~"
"""Between a ride and the number of its part."""


def ride_of(task_id: str) -> str:
    """The ride that a task is, or is an interrupted part of."""
    return task_id.partition(PART)[0]


def is_interrupted(task_id: str) -> bool:
    """Whether the task is the part of a ride that a breakdown ended."""
    return PART in task_id


def in_vain(day: ZoneDay, index: int, came_s: int, left_s: int) -> ZoneDay:
    """The day in which the next stop of a duty, a pickup, is driven to for nobody.

    Where a vehicle is on the road is not known, so one on its way counts as coming there all the same, until
    it is reported somewhere else.
    """
    duty = day.duties[index]
    position = next(position for position, stop in enumerate(duty.stops) if not stop.done)
    task_id = duty.stops[position].subject
    stops = [stop for stop in duty.stops if stop.subject != task_id]
    stops.insert(position, Stop(Action.NO_SHOW, task_id, came_s, left_s, done=True))
    return day.with_duty(index, replace(duty, stops=tuple(stops), arrived_s=None))


def reported_at(duty: Duty, seconds: int) -> Duty:
    """The duty without the ways in vain that the vehicle turned out not to have driven to their end."""
    stops = tuple(stop for stop in duty.stops if stop.action is not Action.NO_SHOW or stop.start_s <= seconds)
    return duty if len(stops) == len(duty.stops) else replace(duty, stops=stops)


def task_of(offer: Offer, *, seconds: Callable[[datetime], int]) -> Task:
    """The held task that keeps an offer's place in the plan."""
    promise = offer.promise
    return Task(
        id=offer.id,
        pickup=offer.pickup,
        dropoff=offer.dropoff,
        pickup_window=TimeWindow(seconds(promise.pickup.earliest), seconds(promise.pickup.latest)),
        dropoff_window=TimeWindow(seconds(promise.pickup.earliest), seconds(promise.latest_arrival)),
        max_ride_s=promise.max_ride_s,
        load=offer.load,
        pickup_service_s=offer.pickup_service_s,
        dropoff_service_s=offer.dropoff_service_s,
        held_until=offer.expire_time,
    )


def stop_id(stop: Stop) -> str:
    """A stop's name, stable for the life of its ride or break."""
    action = Action.PICKUP if stop.action is Action.NO_SHOW else stop.action
    return stop.subject if action is Action.BREAK else f"{stop.subject}.{action.value}"


def waited_for(duty: Duty) -> set[str]:
    """The task at whose stop the vehicle has arrived, if it is at one."""
    if duty.arrived_s is None:
        return set()
    return {next(stop.subject for stop in duty.stops if not stop.done)}


def aboard(stops: Sequence[Stop]) -> set[str]:
    """Tasks picked up and not yet dropped off."""
    inside: set[str] = set()
    for stop in stops:
        if stop.done and stop.action is Action.PICKUP:
            inside.add(stop.subject)
        elif stop.done:
            inside.discard(stop.subject)
    return inside
