"""What drivers report. It is what happened: it may break a promise, and then says so."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from routing_core.fleet.model import Action, Stop
from service_kit.errors import FailedPrecondition, InvalidInput, NotFound
from service_kit.identity.principal import Principal

from pooling.application.desk import Call, Changes, Desk
from pooling.application.fleet import no_vehicle, stored_vehicle
from pooling.application.ports import Reader
from pooling.application.rides import stored_ride
from pooling.domain.access import drives
from pooling.domain.broken import newly_broken
from pooling.domain.driven import driven_way, length_m
from pooling.domain.facts import (
    AboardFact,
    BreakCause,
    Fact,
    PassengerAlighted,
    PassengerBoarded,
    PassengerNotShown,
    VehicleArrived,
)
from pooling.domain.frame import Frame
from pooling.domain.offers import OfferState
from pooling.domain.rides import Ride, RideState
from pooling.domain.zone_day import Duty, ZoneDay, aboard, reported_at, stop_id

ResultT = TypeVar("ResultT")

STATE_AFTER = {
    PassengerBoarded: RideState.ABOARD,
    PassengerAlighted: RideState.COMPLETED,
    PassengerNotShown: RideState.NO_SHOW,
}


@dataclass(frozen=True, slots=True)
class Report:
    """Something a driver says has happened; ``time`` None for now."""

    vehicle_id: str
    time: datetime | None


@dataclass(frozen=True, slots=True)
class _At:
    """A report's place in the plan: the duty, and which of its stops is meant.

    ``withdrawn`` are the offers whose held stops the vehicle has passed by.
    """

    day: ZoneDay
    index: int
    position: int
    time: datetime
    seconds: int
    withdrawn: tuple[str, ...] = ()

    @property
    def duty(self) -> Duty:
        return self.day.duties[self.index]

    @property
    def stop(self) -> Stop:
        return self.duty.stops[self.position]

    @property
    def earlier_done_s(self) -> int:
        """When the stop before was left, or the shift began."""
        done = [stop.departure_s for stop in self.duty.stops[: self.position] if stop.done]
        return done[-1] if done else 0


class Driving:
    """The use cases of the driver's phone."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def arrive(self, call: Call[None], report: Report, wanted_stop_id: str) -> bytes:
        """The vehicle is at a stop of its tour; raises NotFound or FailedPrecondition.

        ``STOP_NOT_NEXT``, ``STOP_IS_BREAK``, or ``EVENT_OUT_OF_ORDER`` before what was reported last.
        """
        if (answer := self._desk.answered(call)) is not None:
            return answer
        with self._desk.store.reading() as reader:
            zone_id = vehicle_zone(reader, report.vehicle_id, call.caller)

        def work(reader: Reader, now: datetime) -> Changes[None]:
            time = checked_time(report, now)
            at = self._find(
                reader,
                report.vehicle_id,
                time=time,
                now=now,
                meant=lambda stop: stop_id(stop) == wanted_stop_id,
            )
            if at is None:
                raise NotFound.in_field(
                    "stop_id",
                    f"no stop {wanted_stop_id!r} ahead of vehicle {report.vehicle_id}",
                    "STOP_NOT_FOUND",
                )
            at = self._as_next(at, "stop_id")
            task = at.day.tasks.get(at.stop.subject)
            if task is None:
                raise FailedPrecondition("STOP_IS_BREAK", f"stop_id: {wanted_stop_id} is a break")
            if at.duty.arrived_s is not None:
                return Changes(None)
            _check_order(at)
            stops = list(at.duty.stops)
            is_pickup = at.stop.action is Action.PICKUP
            begins_s = max(at.seconds, task.pickup_window.earliest_s) if is_pickup else at.seconds
            service_s = task.pickup_service_s if is_pickup else task.dropoff_service_s
            stops[at.position] = replace(at.stop, start_s=begins_s, departure_s=begins_s + service_s)
            duty = replace(at.duty, stops=tuple(stops), arrived_s=at.seconds)
            fact = VehicleArrived(
                zone_id=at.day.zone_id,
                time=at.time,
                service_date=at.day.service_date,
                vehicle_id=report.vehicle_id,
                shift_id=at.duty.shift.id,
                stop_id=wanted_stop_id,
                ride_id=task.id,
                is_pickup=is_pickup,
                where=task.pickup if is_pickup else task.dropoff,
                load=task.load,
            )
            return self._reported(None, at, duty, told=lambda _: fact, now=now)

        return self._desk.write(call, [zone_id], work, under_way=True)

    def board(self, call: Call[Ride], report: Report, ride_id: str) -> bytes:
        """The passengers are in; raises FailedPrecondition.

        ``TOO_EARLY``, ``STOP_NOT_NEXT``, ``NO_SEAT_LEFT``, ``EVENT_OUT_OF_ORDER``, ``RIDE_UNDER_WAY`` …
        """
        return self._at_ride(call, report, ride_id, Action.PICKUP, PassengerBoarded)

    def no_show(self, call: Call[Ride], report: Report, ride_id: str) -> bytes:
        """Nobody came; raises FailedPrecondition ``TOO_EARLY`` before the promised window is over."""
        return self._at_ride(call, report, ride_id, Action.PICKUP, PassengerNotShown)

    def alight(self, call: Call[Ride], report: Report, ride_id: str) -> bytes:
        """The passengers are out; raises FailedPrecondition ``NOT_ABOARD``, ``STOP_NOT_NEXT``."""
        return self._at_ride(call, report, ride_id, Action.DROPOFF, PassengerAlighted)

    def _at_ride(
        self, call: Call[Ride], report: Report, ride_id: str, action: Action, kind: type[AboardFact]
    ) -> bytes:
        if (answer := self._desk.answered(call)) is not None:
            return answer
        with self._desk.store.reading() as reader:
            vehicle_zone(reader, report.vehicle_id, call.caller)
            zone_id = stored_ride(reader, ride_id).zone_id

        def work(reader: Reader, now: datetime) -> Changes[Ride]:
            time = checked_time(report, now)
            ride = stored_ride(reader, ride_id)
            _check_state(ride, action)
            day = self._desk.without_expired(reader.zone_day(ride.zone_id, ride.service_date), now)
            at = self._in_day(
                day,
                report.vehicle_id,
                time,
                lambda stop: stop.subject == ride_id and stop.action is action,
            )
            if at is None:
                raise FailedPrecondition(
                    "OTHER_VEHICLE", f"vehicle_id: {ride_id} is not planned on vehicle {report.vehicle_id!r}"
                )
            at = self._as_next(at, "ride_id")
            return self._happened(ride, at, kind, now)

        return self._desk.write(call, [zone_id], work, under_way=True)

    def _happened(self, ride: Ride, at: _At, kind: type[AboardFact], now: datetime) -> Changes[Ride]:
        task = at.day.tasks[ride.id]
        _check_order(at)
        if kind is PassengerBoarded:
            _check_room(at)
        if kind is not PassengerAlighted:
            earliest_s = (
                task.pickup_window.latest_s if kind is PassengerNotShown else task.pickup_window.earliest_s
            )
            if at.seconds < earliest_s:
                opens = self._desk.service_day(at.day.service_date).instant(earliest_s)
                raise FailedPrecondition("TOO_EARLY", f"event_time: not before {opens.isoformat()}")
        start_s = self._began_s(at, kind)
        action = Action.NO_SHOW if kind is PassengerNotShown else at.stop.action
        stops = [
            stop
            for stop in at.duty.stops
            if kind is not PassengerNotShown or stop.subject != ride.id or stop is at.stop
        ]
        stops[at.position] = Stop(action, ride.id, start_s, at.seconds, done=True)
        duty = replace(at.duty, stops=tuple(stops), arrived_s=None)
        happened = self._desk.service_day(at.day.service_date).instant(start_s)
        told = replace(
            ride,
            state=STATE_AFTER[kind],
            vehicle_id=at.duty.vehicle.id,
            shift_id=at.duty.shift.id,
            pickup_time=ride.pickup_time if kind is PassengerAlighted else happened,
            dropoff_time=happened if kind is PassengerAlighted else ride.dropoff_time,
        )
        names = (at.day.zone_id, at.time, at.day.service_date, ride.id, duty.vehicle.id, duty.shift.id)

        def fact(frame: Frame) -> Fact:
            way = driven_way(frame.tours[at.index], at.position, frame.requests, frame.planned.metres)
            if kind is PassengerAlighted:
                request = frame.requests[ride.id]
                direct_m = length_m(frame.travel.metres, request.pickup_place, request.dropoff_place)
                return PassengerAlighted(*names, way, direct_m)
            return kind(*names, way)

        return self._reported(told, at, duty, told=fact, now=now, rides=[told])

    def _began_s(self, at: _At, kind: type[AboardFact]) -> int:
        """When service began: as planned since arrival was reported, or as long ago as it takes."""
        if at.duty.arrived_s is not None:
            return min(at.stop.start_s, at.seconds)
        task = at.day.tasks[at.stop.subject]
        if kind is PassengerAlighted:
            return max(at.earlier_done_s, at.seconds - task.dropoff_service_s)
        begun_s = max(at.earlier_done_s, at.seconds - task.pickup_service_s)
        return min(at.seconds, max(begun_s, task.pickup_window.earliest_s))

    def _reported(
        self,
        result: ResultT,
        at: _At,
        duty: Duty,
        *,
        told: Callable[[Frame], Fact],
        now: datetime,
        rides: Sequence[Ride] = (),
    ) -> Changes[ResultT]:
        """The day after the report, with new times for what is ahead and every promise that broke."""
        day = at.day.with_duty(at.index, duty)
        frame = self._desk.frame(day, now)
        tour, _ = frame.rescheduled(at.index)
        day = frame.put_back(day, at.index, tour)
        day, broken = newly_broken(day, self._desk.frame(day, now), at.time, BreakCause.DELAY, duty.shift.id)
        return Changes(
            result,
            days=[day],
            offer_states=[(list(at.withdrawn), OfferState.WITHDRAWN)],
            rides=list(rides),
            facts=[told(frame), *broken],
            checked=False,
        )

    def _find(
        self,
        reader: Reader,
        vehicle_id: str,
        *,
        time: datetime,
        now: datetime,
        meant: Callable[[Stop], bool],
    ) -> _At | None:
        vehicle = reader.vehicle(vehicle_id)
        if vehicle is None:
            return None
        today = self._desk.service_day_of(time).date
        for service_date in (today, today - timedelta(days=1)):
            day = self._desk.without_expired(reader.zone_day(vehicle.zone_id, service_date), now)
            if found := self._in_day(day, vehicle_id, time, meant):
                return found
        return None

    def _in_day(
        self, day: ZoneDay, vehicle_id: str, time: datetime, meant: Callable[[Stop], bool]
    ) -> _At | None:
        seconds = self._desk.service_day(day.service_date).seconds(time)
        for index, duty in enumerate(day.duties):
            if duty.vehicle.id == vehicle_id:
                reported = day.with_duty(index, reported_at(duty, seconds))
                for position, stop in enumerate(reported.duties[index].stops):
                    if not stop.done and meant(stop):
                        return _At(reported, index, position, time, seconds)
        return None

    def _as_next(self, at: _At, field: str) -> _At:
        """The same stop as the next one of its tour.

        Breaks before it are over, seats that were only held before it are let go, and stops at one place may
        be done in any order.
        """
        passed = [
            stop.subject
            for stop in at.duty.stops[: at.position]
            if not stop.done and stop.action is Action.PICKUP and at.day.tasks[stop.subject].held_until
        ]
        if passed and at.stop.subject not in passed:
            day = at.day.without_tasks(passed)
            position = day.duties[at.index].stops.index(at.stop)
            at = replace(at, day=day, position=position, withdrawn=tuple(passed))
        stops = list(at.duty.stops)
        task = at.day.tasks.get(at.stop.subject)
        for position in range(at.position):
            before = stops[position]
            if before.done:
                continue
            if before.action is Action.BREAK:
                stops[position] = replace(before, done=True)
                continue
            if task is None or _place(at.day, before) != _place(at.day, at.stop):
                raise FailedPrecondition(
                    "STOP_NOT_NEXT",
                    f"{field}: {stop_id(before)} comes before {stop_id(at.stop)}",
                    metadata={"next_stop_id": stop_id(before)},
                )
        first_open = next(position for position, stop in enumerate(stops) if not stop.done)
        stops.insert(first_open, stops.pop(at.position))
        duty = replace(at.duty, stops=tuple(stops))
        return replace(at, day=at.day.with_duty(at.index, duty), position=first_open)


def vehicle_zone(reader: Reader, vehicle_id: str, caller: Principal) -> str:
    """Zone of a vehicle that the caller drives, or that is its work; raises NotFound."""
    vehicle = stored_vehicle(reader, vehicle_id)
    if not drives(caller, vehicle_id):
        raise no_vehicle(vehicle_id)
    return vehicle.zone_id


def checked_time(report: Report, now: datetime) -> datetime:
    """When it happened; raises InvalidInput ``EVENT_TIME_IN_FUTURE``."""
    if report.time is None:
        return now
    if report.time > now:
        raise InvalidInput.in_field(
            "event_time", f"{report.time.isoformat()} is in the future", "EVENT_TIME_IN_FUTURE"
        )
    return report.time


def _check_state(ride: Ride, action: Action) -> None:
    wanted = RideState.BOOKED if action is Action.PICKUP else RideState.ABOARD
    if ride.state is wanted:
        return
    if ride.state is RideState.BOOKED:
        raise FailedPrecondition("NOT_ABOARD", f"ride_id: {ride.id} has not boarded")
    if ride.state is RideState.ABOARD:
        raise FailedPrecondition("RIDE_UNDER_WAY", f"ride_id: {ride.id} is aboard already")
    raise FailedPrecondition("RIDE_OVER", f"ride_id: {ride.id} is {ride.state.value} already")


def _check_order(at: _At) -> None:
    """Reports of one vehicle come in the order things happened."""
    before_s = at.earlier_done_s if at.duty.arrived_s is None else at.duty.arrived_s
    if at.seconds < before_s:
        raise FailedPrecondition(
            "EVENT_OUT_OF_ORDER",
            f"event_time: {before_s - at.seconds} s before what {at.duty.vehicle.id} reported last",
        )


def _check_room(at: _At) -> None:
    """Who gets off here is reported before those who take their seats."""
    load = at.day.tasks[at.stop.subject].load
    for task_id in aboard(at.duty.stops):
        load = load.plus(at.day.tasks[task_id].load)
    if not at.duty.vehicle.capacity.fits(load):
        raise FailedPrecondition(
            "NO_SEAT_LEFT",
            f"ride_id: {at.duty.vehicle.id} has no room for {at.stop.subject} before others get off",
        )


def _place(day: ZoneDay, stop: Stop) -> object:
    task = day.tasks[stop.subject]
    return (task.dropoff if stop.action is Action.DROPOFF else task.pickup).point
