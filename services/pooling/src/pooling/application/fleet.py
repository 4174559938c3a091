"""Vehicles and shifts: registered, changed, taken off – never at the cost of a promise.

Plans are compared by version; vehicles have none: what was worked out from one, and from its shifts, is
compared with what is stored once more in the transaction, and worked out again where that has changed.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from secrets import token_hex

from routing_core.fleet.model import Action
from service_kit.errors import AlreadyExists, FailedPrecondition, NotFound

from pooling.application.desk import Call, Changes, Desk, answer_in
from pooling.application.handing_on import moved_away
from pooling.application.ports import PlanChanged, Reader, Writer
from pooling.application.shift_rules import (
    check_day,
    check_drivable,
    check_etag,
    check_times,
    on_roads,
    shifts_of,
    stored_shift,
)
from pooling.domain.facts import (
    ShiftCancelled,
    ShiftScheduled,
    VehicleRegistered,
    VehicleRemoved,
    VehicleUpdated,
)
from pooling.domain.fleet import Shift, Vehicle
from pooling.domain.frame import new_duty
from pooling.domain.offers import OfferState
from pooling.domain.zone_day import ZoneDay


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
            ``RIDES_PROMISED``, with the rides that no other tour can take, or that a vehicle with too few
            places has come for; ``PASSENGERS_ABOARD``. Nothing has changed then.
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
            shifts = shifts_of(reader, vehicle.id)

            def put(writer: Writer) -> None:
                stored_vehicle(writer, vehicle.id, "vehicle.vehicle_id")
                if shifts_of(writer, vehicle.id) != shifts:
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
            ahead = [shift.id for shift in shifts_of(reader, vehicle_id) if shift.end > now]
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
        check_day(shift, service_day)
        start_point, end_point = on_roads(self._desk, shift)
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
            shifts = shifts_of(reader, vehicle.id)

            def put(writer: Writer) -> None:
                as_now = stored_vehicle(writer, placed.vehicle_id, "shift.vehicle_id")
                if as_now != vehicle or shifts_of(writer, vehicle.id) != shifts:
                    raise PlanChanged
                writer.put_shift(placed)

            check_times(placed, shifts, now)
            day = reader.zone_day(zone_id, placed.service_date)
            day = replace(day, duties=(*day.duties, new_duty(placed, vehicle, service_day)))
            check_drivable(self._desk, day, placed, now)
            return Changes(
                placed,
                days=[day],
                facts=[ShiftScheduled(zone_id, now, placed)],
                entity_ids=(placed.id,),
                also=put,
            )

        return self._desk.write(call, [zone_id], work)

    def cancel_shift(self, call: Call[Sequence[str]], shift_id: str, etag: str = "") -> bytes:
        """Take a shift off; its rides move to other tours that keep their promises.

        Parameters
        ----------
        etag
            Only if the shift is still that one; empty for whichever it is.

        Raises
        ------
        FailedPrecondition
            ``RIDES_PROMISED``, with the rides that no other tour can take or the vehicle has come for;
            ``PASSENGERS_ABOARD``; ``SHIFT_UNDER_WAY`` where it has driven already. Nothing has changed then.
        Aborted
            ``SHIFT_CHANGED``, where somebody else has changed it meanwhile.
        """
        with self._desk.store.reading() as reader:
            if (answer := answer_in(reader, call)) is not None:
                return answer
            zone_id = stored_shift(reader, shift_id).zone_id

        def work(reader: Reader, now: datetime) -> Changes[Sequence[str]]:
            shift = stored_shift(reader, shift_id)
            check_etag(shift, etag, "etag")
            day = reader.zone_day(zone_id, shift.service_date)
            index = next(index for index, duty in enumerate(day.duties) if duty.shift.id == shift_id)
            changes: Changes[Sequence[str]] = Changes([])
            day, moved, withdrawn = moved_away(self._desk, day, [index], now, changes.facts)
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
        day, _, withdrawn = moved_away(self._desk, day, indices, now, changes.facts)
        changes.offer_states.append((withdrawn, OfferState.WITHDRAWN))
        return day


def stored_vehicle(reader: Reader, vehicle_id: str, field: str = "vehicle_id") -> Vehicle:
    """The vehicle; raises NotFound."""
    vehicle = reader.vehicle(vehicle_id)
    if vehicle is None:
        raise no_vehicle(vehicle_id, field)
    return vehicle


def no_vehicle(vehicle_id: str, field: str = "vehicle_id") -> NotFound:
    """What is said of a vehicle that is not there, or not there for the caller."""
    return NotFound.in_field(field, f"there is no vehicle {vehicle_id!r}", "VEHICLE_NOT_FOUND")
