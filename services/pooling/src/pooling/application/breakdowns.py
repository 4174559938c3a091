"""A vehicle breaks down. That is never refused: its rides go to others, and who waits for it is told.

The vehicle takes nothing from now on. In one transaction its held offers of the running service day are
withdrawn, and its rides go where every promise is kept, or with the least delay and a promise of their own; a
ride that nobody can take stays booked without a vehicle. Who sat in it waits where it stands: the ride begins
anew there. What was promised to others is touched by none of that, which the checker sees to.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from secrets import token_hex

from routing_core.fleet.model import Action
from service_kit.errors import InvalidInput

from pooling.application.breakdown_outcome import Breakdown, Changed, Outcome, changed_rides
from pooling.application.desk import Call, Changes, Desk
from pooling.application.driving import Report, checked_time, vehicle_zone
from pooling.application.fleet import stored_vehicle
from pooling.application.ports import NoRoadNearby, PlanChanged, Reader, Writer
from pooling.application.rides import stored_ride, with_planned_times
from pooling.application.taking_over import TakenOver, Waiting, take_over
from pooling.domain.breakdown import broken_by, interrupted, stranded, waiting
from pooling.domain.breakdown_report import BreakdownReason, BreakdownReport, Fate
from pooling.domain.driven import driven_way
from pooling.domain.facts import (
    BreakCause,
    Fact,
    RideInterrupted,
    RideMoved,
    RidePromisedAnew,
    RideStranded,
    VehicleUpdated,
)
from pooling.domain.fleet import Vehicle
from pooling.domain.frame import Frame
from pooling.domain.offers import OfferState
from pooling.domain.places import BoardingPoint, Point
from pooling.domain.rides import Ride, RideState
from pooling.domain.zone_day import ZoneDay, aboard, is_interrupted, ride_of

SNAP_LIMIT_M = 1000.0
"""So far from a road a vehicle that stands somewhere may seem to be."""


@dataclass(frozen=True, slots=True)
class _Scene:
    """The running day of the vehicle, before anything has been done about it."""

    day: ZoneDay
    indices: tuple[int, ...]
    place: BoardingPoint | None
    time: datetime
    now: datetime


class ReportBreakdown:
    """The use case."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def __call__(
        self,
        call: Call[Breakdown],
        report: Report,
        position: Point | None,
        reason: BreakdownReason = BreakdownReason.UNSPECIFIED,
    ) -> bytes:
        """Take the vehicle out of service, and its rides to others.

        What happened before the vehicle's latest known breakdown changes nothing: a phone without a network
        tells it when the vehicle may long be repaired. Told twice of a vehicle that stands still, it is one
        breakdown.

        Parameters
        ----------
        position
            Where it stands; where the plan has it, when None.
        reason
            Kept for whoever looks the breakdown up.

        Raises
        ------
        NotFound
            ``VEHICLE_NOT_FOUND``.
        InvalidInput
            ``NO_ROAD_NEARBY`` or ``EVENT_TIME_IN_FUTURE``.
        """
        desk = self._desk
        if (answer := desk.answered(call)) is not None:
            return answer
        with desk.store.reading() as reader:
            zone_id = vehicle_zone(reader, report.vehicle_id, call.caller)
        place = None if position is None else self._on_road(position)

        def work(reader: Reader, now: datetime) -> Changes[Breakdown]:
            return self._broken_down(reader, report, place, reason, now)

        return desk.write(call, [zone_id], work, under_way=True)

    def _broken_down(
        self,
        reader: Reader,
        report: Report,
        place: BoardingPoint | None,
        reason: BreakdownReason,
        now: datetime,
    ) -> Changes[Breakdown]:
        time = checked_time(report, now)
        vehicle = stored_vehicle(reader, report.vehicle_id)
        latest = reader.latest_breakdown(vehicle.id)
        if latest is not None and latest.time > time:
            return Changes(self._known(reader, vehicle, latest))
        zone_id = vehicle.zone_id
        stopped = replace(vehicle, out_of_service=True)
        breakdown_id = token_hex(8)
        changes = Changes(Breakdown(breakdown_id, stopped), entity_ids=(breakdown_id,))
        if stopped != vehicle:
            changes.facts.append(VehicleUpdated(zone_id, now, stopped))
        today = self._desk.service_day_of(now).date
        found = Outcome(breakdown_id, stopped, place and _named(place, stopped))
        for service_date in reader.days_from(zone_id, today - timedelta(days=1)):
            day = reader.zone_day(zone_id, service_date)
            indices = tuple(index for index, duty in enumerate(day.duties) if duty.vehicle.id == vehicle.id)
            if service_date < today:
                indices = tuple(index for index in indices if day.duties[index].shift.end > now)
            if not indices:
                continue
            after = _with_vehicle(day, indices, stopped)
            if service_date > today:
                found.later_days_ride_count += _ride_count(day, indices)
            else:
                scene = self._scene(after, indices, found.place, time, now)
                found.place = scene.place
                after = self._resolved(reader, scene, changes, found)
            if after != day:
                changes.days.append(after)
        changes.facts.append(found.fact(zone_id, time, today))
        if latest is not None and vehicle.out_of_service and not changes.rides:
            # Driver and phone desk both told it: the second one sees whom the first report concerned.
            changes.result = self._known(reader, vehicle, latest)
            return changes
        changes.result = found.told()
        kept = found.kept(zone_id, time, now, today, reason)

        def put(writer: Writer) -> None:
            if stored_vehicle(writer, vehicle.id) != vehicle:
                raise PlanChanged
            writer.put_vehicle(stopped)
            writer.put_breakdown(kept)

        changes.also = put
        return changes

    def _known(self, reader: Reader, vehicle: Vehicle, report: BreakdownReport) -> Breakdown:
        """What became of the rides of a breakdown that was told before."""
        moved, later, stranded = (changed_rides(self._desk, reader, report, fate) for fate in Fate)
        count = report.later_days_ride_count
        return Breakdown(report.id, vehicle, report.place, moved, later, stranded, count)

    def _scene(
        self,
        day: ZoneDay,
        indices: tuple[int, ...],
        place: BoardingPoint | None,
        time: datetime,
        now: datetime,
    ) -> _Scene:
        day = self._desk.without_expired(day, now)
        if place is None:
            frame = self._desk.frame(day, now)
            for index in indices:
                duty = day.duties[index]
                if duty.shift.start <= time < duty.shift.end or aboard(duty.stops):
                    place = _named(self._standing(day, frame, index, time), duty.vehicle)
        return _Scene(day, indices, place, time, now)

    def _resolved(
        self, reader: Reader, scene: _Scene, changes: Changes[Breakdown], found: "Outcome"
    ) -> ZoneDay:
        """The day in which everybody else takes what they can of the vehicle's rides."""
        desk, day, now = self._desk, scene.day, scene.now
        held, ahead = _ahead(day, scene.indices)
        inside = _inside(scene)
        shift_of = {ride_id: day.duties[index].shift.id for ride_id, index in (ahead | inside).items()}
        now_s = desk.service_day(day.service_date).seconds(now)
        wanted = [Waiting(day.tasks[ride_id], was_aboard=False) for ride_id in ahead]
        left = day.without_tasks([*held, *ahead])
        for ride_id, index in inside.items():
            if scene.place is None:
                raise AssertionError(f"{ride_id} is aboard a vehicle that is nowhere")
            wanted.append(Waiting(waiting(day.tasks[ride_id], scene.place, now_s), was_aboard=True))
            at_s = desk.service_day(day.service_date).seconds(scene.time)
            left = interrupted(left, index, [ride_id], scene.place, at_s)
        for index in scene.indices:
            left = left.with_duty(index, replace(left.duties[index], arrived_s=None))
        places = [point for one in wanted for point in (one.task.pickup.point, one.task.dropoff.point)]
        frame = desk.frame(left, now, places)
        for index in scene.indices:
            tour, _ = frame.rescheduled(index)
            left = frame.put_back(left, index, tour)
        policy = desk.zone(day.zone_id).policy
        taken = take_over(left, frame, wanted, policy, frozenset(scene.indices))
        after = _as_promised(taken, wanted)
        changes.offer_states.append((held, OfferState.WITHDRAWN))
        changes.unchecked_shifts |= {after.duties[index].shift.id for index in scene.indices}
        changes.facts += _interruptions(scene, frame, inside)
        for one in wanted:
            former = with_planned_times(desk, day, stored_ride(reader, one.task.id))
            changed = self._changed(after, former, one, taken)
            changes.rides.append(changed.ride)
            changes.facts += _told(changed, shift_of[one.task.id], taken, scene)
            found.add(changed, taken)
        return after

    def _changed(self, day: ZoneDay, former: Ride, one: Waiting, taken: TakenOver) -> Changed:
        ride = replace(
            former,
            state=RideState.BOOKED,
            pickup=one.task.pickup,
            promise=taken.promises.get(former.id, former.promise),
        )
        if former.id in taken.refused:
            ride = replace(ride, vehicle_id="", shift_id="")
            return Changed(former, ride, one.was_aboard, taken.refused[former.id])
        return Changed(former, with_planned_times(self._desk, day, ride), one.was_aboard)

    def _standing(self, day: ZoneDay, frame: Frame, index: int, time: datetime) -> BoardingPoint:
        """Where the plan has the vehicle: at a stop, or on its way to the next one."""
        duty = day.duties[index]
        done = [stop for stop in duty.stops if stop.done and stop.action is not Action.BREAK]
        here = BoardingPoint(duty.shift.start_point)
        if done:
            task = day.tasks[done[-1].subject]
            here = task.dropoff if done[-1].action is Action.DROPOFF else task.pickup
        ahead = next((stop for stop in duty.stops if not stop.done), None)
        if ahead is None or ahead.action is Action.BREAK:
            return here
        task = day.tasks[ahead.subject]
        there = task.dropoff if ahead.action is Action.DROPOFF else task.pickup
        if duty.arrived_s is not None:
            return there
        if there.point == here.point:
            return here
        places = frame.places
        driven_s = int(frame.planned.seconds[places[here.point], places[there.point]])
        left_s = ahead.start_s - driven_s
        since_s = frame.service_day.seconds(time) - left_s
        if since_s <= 0:
            return here
        return BoardingPoint(self._desk.roads.on_the_way(here.point, there.point, since_s))

    def _on_road(self, position: Point) -> BoardingPoint:
        try:
            return BoardingPoint(self._desk.roads.snap(position, SNAP_LIMIT_M))
        except NoRoadNearby as far:
            raise InvalidInput.in_field(
                "position",
                f"no road within {SNAP_LIMIT_M:.0f} m; the nearest is {far.distance_m:.0f} m away",
                "NO_ROAD_NEARBY",
            ) from None


def _named(place: BoardingPoint, vehicle: Vehicle) -> BoardingPoint:
    """The place by its own name, or the vehicle's: whoever is sent there looks for the vehicle."""
    return replace(place, label=place.label or vehicle.name or vehicle.id)


def _with_vehicle(day: ZoneDay, indices: Iterable[int], vehicle: Vehicle) -> ZoneDay:
    for index in indices:
        day = day.with_duty(index, replace(day.duties[index], vehicle=vehicle))
    return day


def _ride_count(day: ZoneDay, indices: Sequence[int]) -> int:
    """How many rides are planned on these duties."""
    _, ahead = _ahead(day, indices)
    return len(ahead)


def _ahead(day: ZoneDay, indices: Sequence[int]) -> tuple[list[str], dict[str, int]]:
    """Offers held on these duties, and the rides not picked up yet, by their duty."""
    held: list[str] = []
    rides: dict[str, int] = {}
    for index in indices:
        for stop in day.duties[index].stops:
            if stop.action is Action.PICKUP and not stop.done:
                if day.tasks[stop.subject].held_until:
                    held.append(stop.subject)
                else:
                    rides[stop.subject] = index
    return held, rides


def _inside(scene: _Scene) -> dict[str, int]:
    """Rides aboard, by their duty; who has come to where the ride ends only has to get off."""
    day = scene.day
    return {
        ride_id: index
        for index in scene.indices
        for ride_id in sorted(aboard(day.duties[index].stops))
        if scene.place is None or day.tasks[ride_id].dropoff.point != scene.place.point
    }


def _as_promised(taken: TakenOver, wanted: Iterable[Waiting]) -> ZoneDay:
    """The day that knows what is promised now, and keeps in mind who has no vehicle."""
    day = taken.day
    for one in wanted:
        if one.task.id in taken.refused:
            day = day.with_task(one.task)
        elif one.task.id in taken.promises:
            day = day.promised_anew(day.tasks[one.task.id])
    return day


def _interruptions(scene: _Scene, frame: Frame, inside: Iterable[str]) -> Iterable[Fact]:
    """One after the other, as they got off."""
    day, rides = scene.day, set(inside)
    for index in scene.indices:
        duty, tour = day.duties[index], frame.tours[index]
        for position, stop in enumerate(tour.stops):
            ride_id = ride_of(stop.subject)
            if is_interrupted(stop.subject) and stop.action is Action.DROPOFF and ride_id in rides:
                rides.discard(ride_id)
                if scene.place is None:
                    raise AssertionError(f"{ride_id} got off nowhere")
                way = driven_way(tour, position, frame.requests, frame.planned.metres)
                names = (ride_id, duty.vehicle.id, duty.shift.id)
                yield RideInterrupted(
                    day.zone_id, scene.time, day.service_date, *names, way, place=scene.place
                )


def _told(changed: Changed, from_shift: str, taken: TakenOver, scene: _Scene) -> list[Fact]:
    """What is told of one ride."""
    ride, day, time = changed.ride, scene.day, scene.now
    about = (day.zone_id, time, day.service_date, ride.id)
    if ride.id in taken.refused:
        return [stranded(ride, time), RideStranded(*about, changed.reasons, BreakCause.BREAKDOWN)]
    facts: list[Fact] = [RideMoved(*about, from_shift, ride.shift_id, ride.vehicle_id)]
    if ride.id in taken.promises:
        former = changed.former.promise
        facts += broken_by(ride, former, was_aboard=changed.was_aboard, told=day.broken, time=time)
        facts.append(
            RidePromisedAnew(
                *about,
                ride.vehicle_id,
                ride.shift_id,
                ride.promise,
                ride.pickup_time,
                ride.dropoff_time,
                BreakCause.BREAKDOWN,
            )
        )
    return facts
