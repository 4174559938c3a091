"""Rides without a vehicle, given to others: in time where that can be, else as little late as can be.

Those who are already under way come first, then those who are promised soonest: they have the least choice.
First everybody is looked after whose promises can be kept, so that no ride is late for one that has to be.
What others were promised are rules for the insertion engine, as ever.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from routing_core.insertion.best import Answer, Insertion, insert
from routing_core.insertion.fleet import Fleet

from pooling.domain.breakdown import later, overdue_s
from pooling.domain.frame import Frame, core_request
from pooling.domain.offers import Promise, RefusalCode, RefusalReason
from pooling.domain.promising import promise_around
from pooling.domain.zone import Policy
from pooling.domain.zone_day import Task, ZoneDay

STEP_S = 300
LONGEST_DELAY_S = 2 * 3600
"""So much later than promised, or than now where that is later, a ride may be promised anew."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A ride that needs a vehicle; ``task`` has the windows that were promised."""

    task: Task
    was_aboard: bool


@dataclass(frozen=True, slots=True)
class TakenOver:
    """Where rides went: those in ``promises`` with a new promise; why the others went nowhere."""

    day: ZoneDay
    in_time: tuple[str, ...]
    late: tuple[str, ...]
    promises: Mapping[str, Promise]
    refused: Mapping[str, tuple[RefusalReason, ...]]


def take_over(
    day: ZoneDay, frame: Frame, waiting: Iterable[Waiting], policy: Policy, closed: frozenset[int]
) -> TakenOver:
    """Give the rides to the duties that are not closed.

    Parameters
    ----------
    day
        In which no duty has the rides yet.
    frame
        The same day, with the places of all rides.
    closed
        Indices of duties that take nothing.
    """
    takers = _Takers(day, frame, policy, closed)
    order = sorted(waiting, key=lambda one: (not one.was_aboard, one.task.pickup_window, one.task.id))
    promises: dict[str, Promise] = {}
    in_time: list[str] = []
    left: list[Waiting] = []
    for one in order:
        found = () if overdue_s(one.task, frame.now_s) else takers.asked(one.task).candidates
        if not found:
            left.append(one)
            continue
        in_time.append(one.task.id)
        if one.was_aboard:
            # When they are picked up was promised for another place.
            promises[one.task.id] = takers.take_anew(one.task, found[0])
        else:
            takers.take(one.task, found[0])
    late: list[str] = []
    refused: dict[str, tuple[RefusalReason, ...]] = {}
    for one in left:
        best = takers.least_late(one.task)
        if isinstance(best, _Late):
            late.append(one.task.id)
            promises[one.task.id] = takers.take_anew(best.task, best.insertion)
        else:
            refused[one.task.id] = best
    return TakenOver(takers.day, tuple(in_time), tuple(late), promises, refused)


@dataclass(frozen=True, slots=True)
class _Late:
    task: Task
    insertion: Insertion


class _Takers:
    """The duties that take rides, as they fill."""

    def __init__(self, day: ZoneDay, frame: Frame, policy: Policy, closed: frozenset[int]) -> None:
        self.day = day
        self._frame = frame
        self._policy = policy
        self._requests = dict(frame.requests)
        self._tours = list(frame.tours)
        self._open: Sequence[int] = [
            index
            for index, duty in enumerate(day.duties)
            if index not in closed and not duty.vehicle.out_of_service
        ]
        self._fleet = self._filled()

    def asked(self, task: Task) -> Answer:
        """Who could take the task as it is."""
        return insert(core_request(task, self._frame.places), self._fleet)

    def least_late(self, task: Task) -> _Late | tuple[RefusalReason, ...]:
        """The task with the least more time in which somebody can take it; why nobody can, where none helps.

        More time forbids nothing that less time allows, so the least is found by halving.
        """
        over_s = overdue_s(task, self._frame.now_s)
        least, most = 0, LONGEST_DELAY_S // STEP_S
        answer = self.asked(later(task, over_s + LONGEST_DELAY_S))
        if not answer.candidates:
            counts = Counter(RefusalCode(rejection.reason.value) for rejection in answer.rejections)
            reasons = tuple(RefusalReason(code, count) for code, count in counts.most_common())
            return reasons or (RefusalReason(RefusalCode.OUTSIDE_SERVICE_HOURS),)
        best = _Late(later(task, over_s + LONGEST_DELAY_S), answer.candidates[0])
        while least < most:
            middle = (least + most) // 2
            tried = later(task, over_s + middle * STEP_S)
            if found := self.asked(tried).candidates:
                best, most = _Late(tried, found[0]), middle
            else:
                least = middle + 1
        return best

    def take(self, task: Task, found: Insertion) -> None:
        """Put the task where it was found to fit."""
        index = self._open[found.tour_index]
        self._tours[index] = found.tour
        self._requests[task.id] = core_request(task, self._frame.places)
        self.day = self._frame.put_back(self.day.with_task(task), index, found.tour)
        self._fleet = self._filled()

    def take_anew(self, task: Task, found: Insertion) -> Promise:
        """Put the task where it fits, and promise what is planned there, with some room for other plans."""
        service_day = self._frame.service_day
        promise = promise_around(task, found, self._policy, service_day)
        pickup = task.pickup_window._replace(
            earliest_s=service_day.seconds(promise.pickup.earliest),
            latest_s=service_day.seconds(promise.pickup.latest),
        )
        arrival = task.dropoff_window._replace(
            earliest_s=pickup.earliest_s, latest_s=service_day.seconds(promise.latest_arrival)
        )
        self.take(replace(task, pickup_window=pickup, dropoff_window=arrival), found)
        return promise

    def _filled(self) -> Fleet:
        return Fleet([self._tours[index] for index in self._open], self._requests, self._frame.travel)
