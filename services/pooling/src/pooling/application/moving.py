"""Rides that a dispatcher gives to another vehicle: what that would change, and doing it.

The promise stays as it is, and so does everybody else's. The position in the new tour is the cheapest one
that keeps them all (:mod:`routing_core.insertion`); the checker judges before anything is stored.
"""

from dataclasses import dataclass
from datetime import datetime

from routing_core.fleet.model import Plan
from routing_core.insertion.best import Insertion, insert
from routing_core.insertion.fleet import Fleet
from service_kit.errors import Aborted, FailedPrecondition, NotFound
from service_kit.identity.principal import Principal

from pooling.application.desk import Call, Changes, Desk
from pooling.application.ports import Reader
from pooling.application.rides import own_ride, with_planned_times
from pooling.domain.facts import RideMoved
from pooling.domain.frame import Frame, core_request, driven_ahead
from pooling.domain.offers import RefusalCode, RefusalReason
from pooling.domain.rides import Ride, RideState
from pooling.domain.zone_day import ZoneDay


@dataclass(frozen=True, slots=True)
class Move:
    """What giving the ride to a shift would change; compared with the plan as it is, all vehicles together.

    Where it cannot be, there are no times and changes, but ``reasons``.
    """

    shift_id: str
    vehicle_id: str
    current: bool
    added_drive_s: int = 0
    added_distance_m: int = 0
    pickup_time: datetime | None = None
    dropoff_time: datetime | None = None
    reasons: tuple[RefusalReason, ...] = ()


@dataclass(frozen=True, slots=True)
class Moves:
    """Where a ride could go, in the plan's order of shifts; what holds for ``plan_version``."""

    ride: Ride
    plan_version: int
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of the wish; unchanged, with reasons, where the shift cannot take the ride."""

    ride: Ride
    moved: bool
    from_shift_id: str
    reasons: tuple[RefusalReason, ...] = ()


class MoveRide:
    """The use case, and the question before it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def moves(self, ride_id: str, caller: Principal) -> Moves:
        """What every shift of the day would make of the ride.

        Raises
        ------
        NotFound
            ``RIDE_NOT_FOUND``.
        FailedPrecondition
            ``RIDE_UNDER_WAY``, ``RIDE_OVER``, or ``VEHICLE_COMING`` where its vehicle is on its way to it.
        """
        desk = self._desk
        with desk.store.reading() as reader:
            ride = own_ride(reader, ride_id, caller)
            day = reader.zone_day(ride.zone_id, ride.service_date)
            trial = _Trial(desk, day, ride, desk.clock.now())
            return Moves(with_planned_times(desk, day, ride), day.version, trial.moves())

    def __call__(self, call: Call[Moved], ride_id: str, shift_id: str, plan_version: int) -> bytes:
        """Give the ride to the shift, or say why not.

        Parameters
        ----------
        plan_version
            Only if the plan is still that one; 0 for whichever it is.

        Raises
        ------
        NotFound
            ``RIDE_NOT_FOUND``, or ``SHIFT_NOT_FOUND`` where the day has no such shift.
        FailedPrecondition
            As for :meth:`moves`.
        Aborted
            ``PLAN_CHANGED``, where the plan is another one already.
        """
        desk = self._desk
        if (answer := desk.answered(call)) is not None:
            return answer
        with desk.store.reading() as reader:
            zone_id = own_ride(reader, ride_id, call.caller).zone_id

        def work(reader: Reader, now: datetime) -> Changes[Moved]:
            ride = own_ride(reader, ride_id, call.caller)
            day = reader.zone_day(ride.zone_id, ride.service_date)
            if plan_version not in {0, day.version}:
                raise Aborted(
                    "PLAN_CHANGED", f"plan_version: {plan_version} is over, the plan is {day.version}"
                )
            return self._moved(_Trial(desk, day, ride, now), shift_id)

        return desk.write(call, [zone_id], work)

    def _moved(self, trial: "_Trial", shift_id: str) -> Changes[Moved]:
        day, ride = trial.day, trial.ride
        index = next((index for index, duty in enumerate(day.duties) if duty.shift.id == shift_id), None)
        if index is None:
            raise NotFound.in_field(
                "shift_id",
                f"{shift_id!r} is no shift of {ride.zone_id} on {day.service_date}",
                "SHIFT_NOT_FOUND",
            )
        here = day.duties[trial.index].shift.id
        planned = with_planned_times(self._desk, day, ride)
        if index == trial.index:
            return Changes(Moved(planned, moved=True, from_shift_id=here))
        found = trial.insertion(index)
        if not isinstance(found, Insertion):
            return Changes(Moved(planned, moved=False, from_shift_id=here, reasons=found))
        after = trial.with_insertion(found, index)
        later = with_planned_times(self._desk, after, ride)
        fact = RideMoved(
            day.zone_id, trial.now, day.service_date, ride.id, here, later.shift_id, later.vehicle_id
        )
        return Changes(
            Moved(later, moved=True, from_shift_id=here), days=[after], rides=[later], facts=[fact]
        )


class _Trial:
    """A ride's day at one moment, in which other places are looked for."""

    def __init__(self, desk: Desk, day: ZoneDay, ride: Ride, now: datetime) -> None:
        self.day = day
        self.ride = ride
        self.now = now
        self._frame = desk.frame(day, now)
        self.index = _movable(day, ride, self._frame)
        without = desk.let_go(day, [ride.id], now)
        # A tour that could not do without the ride's stops keeps them.
        self._without = None if ride.id in without.tasks else without
        self._task = day.tasks[ride.id]
        self._freed = (
            self._frame
            if self._without is None
            else desk.frame(self._without, now, [self._task.pickup.point, self._task.dropoff.point])
        )

    def moves(self) -> tuple[Move, ...]:
        return tuple(self._move(index) for index in range(len(self.day.duties)))

    def insertion(self, index: int) -> Insertion | tuple[RefusalReason, ...]:
        """The cheapest place in a duty's tour, or why there is none."""
        if self.day.duties[index].vehicle.out_of_service:
            return (RefusalReason(RefusalCode.VEHICLE_UNAVAILABLE, 1),)
        if self._without is None:
            return (RefusalReason(RefusalCode.PROMISE_TO_OTHERS, 1),)
        freed = self._freed
        answer = insert(
            core_request(self._task, freed.places), Fleet([freed.tours[index]], freed.requests, freed.travel)
        )
        if answer.candidates:
            return answer.candidates[0]
        return (RefusalReason(RefusalCode(answer.rejections[0].reason.value), 1),)

    def with_insertion(self, found: Insertion, index: int) -> ZoneDay:
        """The day with the ride in that place."""
        if self._without is None:
            raise AssertionError(f"{self.ride.id} cannot leave its tour")
        return self._freed.put_back(self._without.with_task(self._task), index, found.tour)

    def _move(self, index: int) -> Move:
        duty = self.day.duties[index]
        current = index == self.index
        names = duty.shift.id, duty.vehicle.id
        service_day = self._frame.service_day
        if current:
            mine = [stop for stop in duty.stops if stop.subject == self.ride.id]
            times = service_day.instant(mine[0].start_s), service_day.instant(mine[-1].start_s)
            return Move(*names, current, 0, 0, *times)
        found = self.insertion(index)
        if not isinstance(found, Insertion):
            return Move(*names, current, reasons=found)
        tours = [found.tour if at == index else tour for at, tour in enumerate(self._freed.tours)]
        request = core_request(self._task, self._freed.places)
        after = Plan(tuple(tours), {**self._freed.requests, request.id: request})
        freed, before = self._freed.planned, self._frame.planned
        return Move(
            *names,
            current,
            driven_ahead(after, freed.seconds) - driven_ahead(self._frame.plan, before.seconds),
            driven_ahead(after, freed.metres) - driven_ahead(self._frame.plan, before.metres),
            service_day.instant(found.pickup_s),
            service_day.instant(found.dropoff_s),
        )


def _movable(day: ZoneDay, ride: Ride, frame: Frame) -> int:
    """Index of the duty that the ride can be taken from."""
    if ride.state is RideState.ABOARD:
        raise FailedPrecondition("RIDE_UNDER_WAY", f"ride_id: {ride.id} is aboard already")
    index = day.duty_of(ride.id)
    if ride.state is RideState.BOOKED and index is None:
        raise FailedPrecondition(
            "RIDE_STRANDED", f"ride_id: {ride.id} has no vehicle: it can be postponed or cancelled"
        )
    if ride.state is not RideState.BOOKED or index is None:
        raise FailedPrecondition("RIDE_OVER", f"ride_id: {ride.id} is {ride.state.value} already")
    stop = frame.heading_to(index)
    if stop is not None and stop.subject == ride.id:
        raise FailedPrecondition(
            "VEHICLE_COMING", f"ride_id: {day.duties[index].vehicle.id} is on its way to {ride.id} already"
        )
    return index
