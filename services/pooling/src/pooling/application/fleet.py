"""Vehicles and shifts: registered, changed, taken off – never at the cost of a promise.

Plans are compared by version; vehicles have none: what was worked out from one, and from its shifts, is
compared with what is stored once more in the transaction, and worked out again where that has changed.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from secrets import token_hex

from routing_core.fleet.model import Action
from routing_core.insertion.best import best_insertions
from service_kit.errors import AlreadyExists, FailedPrecondition, FieldViolation, InvalidInput, NotFound

from pooling.application.desk import Call, Changes, Desk, answer_in
from pooling.application.ports import NoRoadNearby, PlanChanged, Reader, Writer
from pooling.domain.facts import (
    Fact,
    RideMoved,
    ShiftCancelled,
    ShiftScheduled,
    VehicleRegistered,
    VehicleRemoved,
    VehicleUpdated,
)
from pooling.domain.fleet import Shift, Vehicle
from pooling.domain.frame import new_duty
from pooling.domain.offers import OfferState
from pooling.domain.places import Point
from pooling.domain.zone import SNAP_LIMIT_M
from pooling.domain.zone_day import ZoneDay, aboard

LONGEST_SHIFT = timedelta(hours=16)


class FleetAdministration:
    """The use cases."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def create_vehicle(self, call: Call[Vehicle], vehicle: Vehicle) -> bytes:
        """Register; raises NotFound for the zone, AlreadyExists for the id."""
        if (answer := self._desk.answered(call)) is not None:
            return answer
        self._desk.zone(vehicle.zone_id, "vehicle.zone_id")

        def check_new(reader: Reader) -> None:
            if reader.vehicle(vehicle.id):
                raise AlreadyExists.in_field(
                    "vehicle.vehicle_id", f"{vehicle.id!r} is registered", "VEHICLE_EXISTS"
                )

        def register(writer: Writer) -> None:
            check_new(writer)
            writer.put_vehicle(vehicle)

        def work(reader: Reader, now: datetime) -> Changes[Vehicle]:
            check_new(reader)
            return Changes(vehicle, facts=[VehicleRegistered(vehicle.zone_id, now, vehicle)], also=register)

        return self._desk.write(call, [vehicle.zone_id], work)

    def update_vehicle(self, call: Call[Vehicle], vehicle: Vehicle) -> bytes:
        """Change name, kind, layouts, and whether it runs.

        Rides that it can no longer take move to other tours that keep their promises.

        Raises
        ------
        FailedPrecondition
            ``RIDES_PROMISED``, with the rides that no other tour can take; nothing has changed then.
        """
        with self._desk.store.reading() as reader:
            if (answer := answer_in(reader, call)) is not None:
                return answer
            zone_id = stored_vehicle(reader, vehicle.id, "vehicle.vehicle_id").zone_id
        if vehicle.zone_id not in ("", zone_id):
            raise FailedPrecondition.in_field(
                "vehicle.zone_id", f"{vehicle.id!r} belongs to zone {zone_id!r}", "ZONE_IS_FIXED"
            )
        changed = replace(vehicle, zone_id=zone_id)

        def work(reader: Reader, now: datetime) -> Changes[Vehicle]:
            stored_vehicle(reader, vehicle.id, "vehicle.vehicle_id")
            shifts = self._shifts_of(reader, vehicle.id)

            def put(writer: Writer) -> None:
                stored_vehicle(writer, vehicle.id, "vehicle.vehicle_id")
                if self._shifts_of(writer, vehicle.id) != shifts:
                    raise PlanChanged
                writer.put_vehicle(changed)

            changes = Changes(
                changed,
                facts=[VehicleUpdated(zone_id, now, changed)],
                also=put,
            )
            today = self._desk.service_day_of(now).date
            for service_date in reader.days_from(zone_id, today):
                day = reader.zone_day(zone_id, service_date)
                if any(duty.vehicle.id == changed.id for duty in day.duties):
                    changes.days.append(self._with_vehicle(day, changed, now, changes))
            return changes

        return self._desk.write(call, [zone_id], work)

    def delete_vehicle(self, call: Call[None], vehicle_id: str) -> bytes:
        """Remove; raises FailedPrecondition ``SHIFTS_PLANNED`` while it has shifts ahead."""
        with self._desk.store.reading() as reader:
            if (answer := answer_in(reader, call)) is not None:
                return answer
            zone_id = stored_vehicle(reader, vehicle_id).zone_id

        def check_idle(reader: Reader, now: datetime) -> None:
            stored_vehicle(reader, vehicle_id)
            ahead = [shift.id for shift in self._shifts_of(reader, vehicle_id) if shift.end > now]
            if ahead:
                raise FailedPrecondition(
                    "SHIFTS_PLANNED",
                    f"vehicle_id: {vehicle_id!r} has {len(ahead)} shifts ahead",
                    metadata={"shift_ids": ",".join(ahead[:20])},
                )

        def work(reader: Reader, now: datetime) -> Changes[None]:
            check_idle(reader, now)

            def delete(writer: Writer) -> None:
                check_idle(writer, now)
                writer.delete_vehicle(vehicle_id)

            return Changes(None, facts=[VehicleRemoved(zone_id, now, vehicle_id)], also=delete)

        return self._desk.write(call, [zone_id], work)

    def create_shift(self, call: Call[Shift], shift: Shift) -> bytes:
        """Put a vehicle on duty; ``id``, ``zone_id`` and ``service_date`` of ``shift`` are filled in here.

        Raises
        ------
        NotFound, InvalidInput, FailedPrecondition
            For an unknown vehicle, a place without road, and ``SHIFT_OVERLAPS``.
        """
        with self._desk.store.reading() as reader:
            if (answer := answer_in(reader, call)) is not None:
                return answer
            zone_id = stored_vehicle(reader, shift.vehicle_id, "shift.vehicle_id").zone_id
        service_day = self._desk.service_day_of(shift.start)
        if shift.end > service_day.end + timedelta(hours=2):
            raise InvalidInput.in_field(
                "shift.end_time", f"{shift.end.isoformat()} is in the next service day", "SHIFT_TOO_LATE"
            )
        start_point, end_point = self._on_roads(shift)
        shift_id = token_hex(8)
        placed = replace(
            shift,
            id=shift_id,
            zone_id=zone_id,
            service_date=service_day.date,
            start_point=start_point,
            end_point=end_point,
            breaks=tuple(
                replace(rest, id=f"{shift_id}.break{number}")
                for number, rest in enumerate(shift.breaks, start=1)
            ),
        )

        def work(reader: Reader, now: datetime) -> Changes[Shift]:
            vehicle = stored_vehicle(reader, placed.vehicle_id, "shift.vehicle_id")
            shifts = self._shifts_of(reader, vehicle.id)

            def put(writer: Writer) -> None:
                as_now = stored_vehicle(writer, placed.vehicle_id, "shift.vehicle_id")
                if as_now != vehicle or self._shifts_of(writer, vehicle.id) != shifts:
                    raise PlanChanged
                writer.put_shift(placed)

            if placed.end <= now:
                raise InvalidInput.in_field(
                    "shift.end_time", f"{placed.end.isoformat()} is in the past", "TIME_IN_PAST"
                )
            for other in shifts:
                if other.start < placed.end and placed.start < other.end:
                    raise FailedPrecondition(
                        "SHIFT_OVERLAPS",
                        f"shift.start_time: {vehicle.id!r} is on duty then already",
                        metadata={"shift_id": other.id},
                    )
            day = reader.zone_day(zone_id, placed.service_date)
            day = replace(day, duties=(*day.duties, new_duty(placed, vehicle, service_day)))
            return Changes(
                placed,
                days=[day],
                facts=[ShiftScheduled(zone_id, now, placed)],
                entity_ids=(placed.id,),
                also=put,
            )

        return self._desk.write(call, [zone_id], work)

    def cancel_shift(self, call: Call[Sequence[str]], shift_id: str) -> bytes:
        """Take a shift off; its rides move to other tours that keep their promises.

        Raises
        ------
        FailedPrecondition
            ``RIDES_PROMISED``, with the rides that no other tour can take; ``SHIFT_UNDER_WAY`` with
            passengers aboard. Nothing has changed then.
        """
        with self._desk.store.reading() as reader:
            if (answer := answer_in(reader, call)) is not None:
                return answer
            zone_id = stored_shift(reader, shift_id).zone_id

        def work(reader: Reader, now: datetime) -> Changes[Sequence[str]]:
            shift = stored_shift(reader, shift_id)
            day = reader.zone_day(zone_id, shift.service_date)
            index = next(index for index, duty in enumerate(day.duties) if duty.shift.id == shift_id)
            changes: Changes[Sequence[str]] = Changes([])
            day, moved, withdrawn = self._moved_away(day, [index], now, changes.facts)
            if any(stop.done and stop.action is not Action.BREAK for stop in day.duties[index].stops):
                raise FailedPrecondition("SHIFT_UNDER_WAY", f"shift_id: {shift_id} has driven already")
            changes.result = moved
            changes.days = [replace(day, duties=(*day.duties[:index], *day.duties[index + 1 :]))]
            changes.offer_states = [(withdrawn, OfferState.WITHDRAWN)]
            changes.facts.append(ShiftCancelled(zone_id, now, shift.service_date, shift_id))
            changes.also = lambda writer: writer.delete_shift(shift_id)
            return changes

        return self._desk.write(call, [zone_id], work)

    def _with_vehicle(
        self, day: ZoneDay, vehicle: Vehicle, now: datetime, changes: Changes[Vehicle]
    ) -> ZoneDay:
        """The day with the vehicle as it is now, without what it can no longer do."""
        indices = [index for index, duty in enumerate(day.duties) if duty.vehicle.id == vehicle.id]
        for index in indices:
            day = day.with_duty(index, replace(day.duties[index], vehicle=vehicle))
        if not vehicle.out_of_service:
            frame = self._desk.frame(day, now)
            shift_ids = {day.duties[index].shift.id for index in indices}
            if not any(violation.shift_id in shift_ids for violation in frame.violations()):
                return day
        day, _, withdrawn = self._moved_away(day, indices, now, changes.facts)
        changes.offer_states.append((withdrawn, OfferState.WITHDRAWN))
        return day

    def _moved_away(
        self, day: ZoneDay, indices: Sequence[int], now: datetime, facts: list[Fact]
    ) -> tuple[ZoneDay, list[str], list[str]]:
        """The day with everything still ahead of these duties on other ones; moved rides, dropped holds."""
        ahead = [
            task_id
            for index in indices
            for task_id in dict.fromkeys(
                stop.subject
                for stop in day.duties[index].stops
                if not stop.done and stop.action is not Action.BREAK
            )
        ]
        inside = {task_id for index in indices for task_id in aboard(day.duties[index].stops)}
        if inside:
            raise FailedPrecondition(
                "PASSENGERS_ABOARD",
                f"{len(inside)} rides are aboard",
                metadata={"ride_ids": ",".join(sorted(inside)[:20])},
            )
        held = [task_id for task_id in ahead if day.tasks[task_id].held_until]
        rides = [task_id for task_id in ahead if task_id not in held]
        tasks = {task_id: day.tasks[task_id] for task_id in rides}
        from_shift = {
            task_id: day.duties[index].shift.id
            for index in indices
            for task_id in rides
            if any(stop.subject == task_id for stop in day.duties[index].stops)
        }
        day = day.without_tasks(ahead)
        stuck: list[str] = []
        # Those who are promised soonest have the least choice.
        for task_id in sorted(rides, key=lambda task_id: tasks[task_id].pickup_window):
            moved = self._inserted(day.with_task(tasks[task_id]), task_id, indices, now)
            if moved is None:
                stuck.append(task_id)
                continue
            day = moved
            duty = day.duties[day.duty_of(task_id) or 0]
            facts.append(
                RideMoved(
                    day.zone_id,
                    now,
                    day.service_date,
                    task_id,
                    from_shift[task_id],
                    duty.shift.id,
                    duty.vehicle.id,
                )
            )
        if stuck:
            raise FailedPrecondition(
                "RIDES_PROMISED",
                f"no other tour can keep the promises of {len(stuck)} rides",
                metadata={"ride_ids": ",".join(sorted(stuck)[:20])},
            )
        return day, rides, held

    def _inserted(self, day: ZoneDay, task_id: str, closed: Sequence[int], now: datetime) -> ZoneDay | None:
        """The day with the task on the best duty that is not closed and runs; None where none can."""
        open_duties = [
            index
            for index, duty in enumerate(day.duties)
            if index not in closed and not duty.vehicle.out_of_service
        ]
        frame = self._desk.frame(day, now)
        requests = {key: request for key, request in frame.requests.items() if key != task_id}
        answer = best_insertions(
            frame.requests[task_id], [frame.tours[index] for index in open_duties], requests, frame.travel
        )
        if not answer.candidates:
            return None
        best = answer.candidates[0]
        return frame.put_back(day, open_duties[best.tour_index], best.tour)

    def _on_roads(self, shift: Shift) -> tuple[Point, Point]:
        """Where the shift starts and ends on the road; raises InvalidInput naming each that is far off."""
        found: list[Point] = []
        faults: list[FieldViolation] = []
        for field, place in (("shift.start", shift.start_point), ("shift.end", shift.end_point)):
            try:
                found.append(self._desk.roads.snap(place, SNAP_LIMIT_M))
            except NoRoadNearby as far:
                faults.append(
                    FieldViolation(
                        field,
                        f"no road within {SNAP_LIMIT_M:.0f} m; the nearest is {far.distance_m:.0f} m away",
                        "NO_ROAD_NEARBY",
                    )
                )
        if faults:
            raise InvalidInput.in_fields(faults)
        start, end = found
        return start, end

    def _shifts_of(self, reader: Reader, vehicle_id: str) -> list[Shift]:
        return reader.shifts(None, None, vehicle_id, "", 10_000)


def check_shift(shift: Shift) -> list[FieldViolation]:
    """What is wrong with a shift whatever else is planned."""
    faults = []
    if shift.end <= shift.start:
        return [FieldViolation("shift.end_time", "is not after start_time", "WINDOW_REVERSED")]
    if shift.end - shift.start > LONGEST_SHIFT:
        faults.append(
            FieldViolation("shift.end_time", "is more than 16 h after start_time", "SHIFT_TOO_LONG")
        )
    for number, rest in enumerate(shift.breaks):
        name = f"shift.breaks[{number}]"
        if rest.latest < rest.earliest:
            faults.append(
                FieldViolation(f"{name}.start_window.latest", "is before earliest", "WINDOW_REVERSED")
            )
        if rest.duration_s <= 0:
            faults.append(FieldViolation(f"{name}.duration", "is not positive", "DURATION_INVALID"))
        elif rest.earliest < shift.start or rest.latest + timedelta(seconds=rest.duration_s) > shift.end:
            faults.append(
                FieldViolation(f"{name}.start_window", "does not lie within the shift", "BREAK_OUTSIDE_SHIFT")
            )
    return faults


def stored_vehicle(reader: Reader, vehicle_id: str, field: str = "vehicle_id") -> Vehicle:
    """The vehicle; raises NotFound."""
    vehicle = reader.vehicle(vehicle_id)
    if vehicle is None:
        raise no_vehicle(vehicle_id, field)
    return vehicle


def no_vehicle(vehicle_id: str, field: str = "vehicle_id") -> NotFound:
    """What is said of a vehicle that is not there, or not there for the caller."""
    return NotFound.in_field(field, f"there is no vehicle {vehicle_id!r}", "VEHICLE_NOT_FOUND")


def stored_shift(reader: Reader, shift_id: str) -> Shift:
    """The shift; raises NotFound."""
    shift = reader.shift(shift_id)
    if shift is None:
        raise NotFound.in_field("shift_id", f"there is no shift {shift_id!r}", "SHIFT_NOT_FOUND")
    return shift
