"""A vehicle waits for passengers whose train is late: where that breaks no promise to anybody else.

A ride that a breakdown has left without a vehicle gets one the same way.

The ride's own promise moves, at the wish of its passengers and no further than they need: the pickup begins
when they can be there. Where the promised window still has time left after that, the arrival stands; else
both move together. The others' windows are rules for the insertion engine and for the checker, as ever.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from routing_core.fleet.model import TimeWindow
from routing_core.insertion.best import Insertion, best_insertions
from service_kit.errors import FailedPrecondition, InvalidInput

from pooling.application.desk import Call, Changes, Desk
from pooling.application.ports import Reader
from pooling.application.rides import own_ride, with_planned_times
from pooling.domain.facts import Fact, PickupPostponed, RideMoved
from pooling.domain.frame import Frame, core_request
from pooling.domain.offers import Promise, RefusalCode, RefusalReason, Span
from pooling.domain.rides import Ride, RideState
from pooling.domain.service_day import ServiceDay
from pooling.domain.zone_day import Task, ZoneDay

LATEST = timedelta(hours=3)
"""So much later than promised a pickup may be at most."""
MINUTE_S = 60


@dataclass(frozen=True, slots=True)
class Postponement:
    """What became of the wish; ``latest_possible`` is None where it is granted, or nothing later would do."""

    ride: Ride
    postponed: bool
    reasons: tuple[RefusalReason, ...] = ()
    latest_possible: datetime | None = None


class PostponePickup:
    """The use case."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def __call__(self, call: Call[Postponement], ride_id: str, earliest: datetime) -> bytes:
        """Postpone a pickup to ``earliest`` or later, or say why not.

        Raises
        ------
        NotFound
            ``RIDE_NOT_FOUND``.
        FailedPrecondition
            ``RIDE_UNDER_WAY`` or ``RIDE_OVER``.
        InvalidInput
            ``POSTPONED_TOO_FAR``.
        """
        desk = self._desk
        if (answer := desk.answered(call)) is not None:
            return answer
        with desk.store.reading() as reader:
            zone_id = own_ride(reader, ride_id, call.caller).zone_id

        def work(reader: Reader, now: datetime) -> Changes[Postponement]:
            ride = own_ride(reader, ride_id, call.caller)
            _check_postponable(ride, earliest)
            day = reader.zone_day(ride.zone_id, ride.service_date)
            return self._postponed(day, with_planned_times(desk, day, ride), earliest, now)

        return desk.write(call, [zone_id], work)

    def _postponed(
        self, day: ZoneDay, ride: Ride, earliest: datetime, now: datetime
    ) -> Changes[Postponement]:
        service_day = self._desk.service_day(day.service_date)
        is_stranded = day.duty_of(ride.id) is None
        if earliest <= ride.promise.pickup.earliest and not is_stranded:
            return Changes(Postponement(ride, postponed=True))
        trial = _Trial(self._desk, day, ride.id, now)
        wanted_s = service_day.seconds(earliest)
        for task in _later(day.tasks[ride.id], wanted_s):
            found = trial.with_task(task)
            if found is not None:
                return self._stored(found, ride, task, now)
        if ride.pickup_time >= earliest and not is_stranded:
            # It comes too late for everything as it is, and not too early for them.
            return Changes(Postponement(ride, postponed=True))
        latest = self._latest(trial, day.tasks[ride.id], wanted_s, service_day)
        return Changes(Postponement(ride, postponed=False, reasons=trial.reasons, latest_possible=latest))

    def _latest(self, trial: "_Trial", task: Task, wanted_s: int, service_day: ServiceDay) -> datetime | None:
        """The latest full minute that would do."""
        reasons = trial.reasons
        for tried_s in range((wanted_s - 1) // MINUTE_S * MINUTE_S, task.pickup_window.earliest_s, -MINUTE_S):
            if any(trial.with_task(later) is not None for later in _later(task, tried_s)):
                trial.reasons = reasons
                return service_day.instant(tried_s)
        trial.reasons = reasons
        return None

    def _stored(self, day: ZoneDay, ride: Ride, task: Task, now: datetime) -> Changes[Postponement]:
        service_day = self._desk.service_day(day.service_date)
        promise = Promise(
            Span(
                service_day.instant(task.pickup_window.earliest_s),
                service_day.instant(task.pickup_window.latest_s),
            ),
            service_day.instant(task.dropoff_window.latest_s),
            ride.promise.max_ride_s,
        )
        later = with_planned_times(self._desk, day, replace(ride, promise=promise))
        facts: list[Fact] = []
        if later.shift_id != ride.shift_id:
            facts.append(
                RideMoved(
                    day.zone_id,
                    now,
                    day.service_date,
                    ride.id,
                    ride.shift_id,
                    later.shift_id,
                    later.vehicle_id,
                )
            )
        facts.append(
            PickupPostponed(
                day.zone_id,
                now,
                day.service_date,
                ride.id,
                later.vehicle_id,
                later.shift_id,
                promise,
                later.pickup_time,
                later.dropoff_time,
            )
        )
        return Changes(Postponement(later, postponed=True), days=[day], rides=[later], facts=facts)


class _Trial:
    """One ride's day, in which its place is looked for anew, again and again."""

    def __init__(self, desk: Desk, day: ZoneDay, ride_id: str, now: datetime) -> None:
        self._desk = desk
        self._day = day
        self._now = now
        self._task_id = ride_id
        self._index = day.duty_of(ride_id)
        self._without = self._free(desk.frame(day, now))
        self._frame: Frame | None = None
        self.reasons: tuple[RefusalReason, ...] = ()

    def _free(self, frame: Frame) -> ZoneDay | None:
        """The day without the ride; None where its stops have to stay in their places.

        That is where the vehicle is on its way to it or waits for it already, and where the rest of its tour
        could not keep its promises without it.
        """
        if self._index is None:
            return self._day.without_tasks([self._task_id])
        heading = frame.heading_to(self._index)
        if heading is not None and heading.subject == self._task_id:
            return None
        without = self._desk.let_go(self._day, [self._task_id], self._now)
        return None if self._task_id in without.tasks else without

    def with_task(self, task: Task) -> ZoneDay | None:
        """The day with the ride at another time, on whichever tour it suits best; None where it cannot be."""
        if self._without is None:
            return self._retimed(task)
        if self._frame is None:
            self._frame = self._desk.frame(self._without, self._now, [task.pickup.point, task.dropoff.point])
        frame = self._frame
        open_duties = [
            index for index, duty in enumerate(self._without.duties) if not duty.vehicle.out_of_service
        ]
        answer = best_insertions(
            core_request(task, frame.places),
            [frame.tours[index] for index in open_duties],
            frame.requests,
            frame.travel,
        )
        if not answer.candidates:
            counts = Counter(RefusalCode(rejection.reason.value) for rejection in answer.rejections)
            self.reasons = tuple(RefusalReason(code, count) for code, count in counts.most_common())
            return None
        best = _least_change(answer.candidates, open_duties, self._index)
        found = self._without.promised_anew(task)
        return frame.put_back(found, open_duties[best.tour_index], best.tour)

    def _retimed(self, task: Task) -> ZoneDay | None:
        """The day with the same order of stops, at later times."""
        if self._index is None:
            raise AssertionError(f"{task.id} is on no tour whose times could change")
        later = self._day.promised_anew(task)
        frame = self._desk.frame(later, self._now)
        tour, feasible = frame.rescheduled(self._index)
        if feasible:
            return frame.put_back(later, self._index, tour)
        others = any(
            stop.subject != task.id and stop.subject in later.tasks and not stop.done for stop in tour.stops
        )
        code = RefusalCode.PROMISE_TO_OTHERS if others else RefusalCode.SHIFT_END
        self.reasons = (RefusalReason(code, 1),)
        return None


def _least_change(
    candidates: Sequence[Insertion], open_duties: Sequence[int], index: int | None
) -> Insertion:
    """The cheapest; of equally cheap ones that of the vehicle the passengers know of."""
    return min(candidates, key=lambda found: (found.cost, open_duties[found.tour_index] != index))


def _later(task: Task, earliest_s: int) -> Iterator[Task]:
    """The ride from then on: with the promised arrival where the promised window is not over, else moved."""
    window, arrival = task.pickup_window, task.dropoff_window
    if earliest_s <= window.latest_s:
        yield replace(
            task,
            pickup_window=TimeWindow(earliest_s, window.latest_s),
            dropoff_window=TimeWindow(max(arrival.earliest_s, earliest_s), arrival.latest_s),
        )
    by_s = earliest_s - window.earliest_s
    yield replace(
        task,
        pickup_window=TimeWindow(earliest_s, window.latest_s + by_s),
        dropoff_window=TimeWindow(arrival.earliest_s + by_s, arrival.latest_s + by_s),
    )


def _check_postponable(ride: Ride, earliest: datetime) -> None:
    if ride.state is RideState.ABOARD:
        raise FailedPrecondition("RIDE_UNDER_WAY", f"ride_id: {ride.id} is aboard already")
    if ride.state is not RideState.BOOKED:
        raise FailedPrecondition("RIDE_OVER", f"ride_id: {ride.id} is {ride.state.value} already")
    latest = ride.promise.pickup.earliest + LATEST
    if earliest > latest:
        raise InvalidInput.in_field(
            "earliest_pickup_time",
            f"{earliest.isoformat()} is after {latest.isoformat()}, three hours later than promised",
            "POSTPONED_TOO_FAR",
        )
