"""Shifts that are changed: times, places, breaks, the vehicle – never at the cost of a promise."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from service_kit.errors import FailedPrecondition

from pooling.application.desk import Call, Changes, Desk, answer_in
from pooling.application.fleet import stored_vehicle
from pooling.application.handing_on import in_service, named, taken_over, told_moves
from pooling.application.ports import PlanChanged, Reader, Writer
from pooling.application.reshaping import Reshaping
from pooling.application.shift_rules import (
    breaks_do_not_fit,
    check_day,
    check_etag,
    check_times,
    on_roads,
    shifts_of,
    stored_shift,
)
from pooling.domain.facts import ShiftUpdated
from pooling.domain.fleet import Rest, Shift, Vehicle
from pooling.domain.offers import OfferState


@dataclass(frozen=True, slots=True)
class Fixed:
    """What somebody takes a shift's zone and service date for, and the whole; empty where they do not say."""

    zone_id: str = ""
    service_date: date | None = None
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Updated:
    """The shift as it is now, and the rides that other shifts have taken over."""

    shift: Shift
    moved_ride_ids: tuple[str, ...] = ()


class UpdateShift:
    """The use case."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def __call__(self, call: Call[Updated], shift: Shift, fixed: Fixed) -> bytes:
        """Change everything of a shift but its zone and its service day.

        Rides stay on it as long as their promises can be kept there; the others move to other shifts that
        keep them. Offers held on it stay where they can, with the vehicle that was offered.

        Parameters
        ----------
        shift
            As it shall be; its zone, its service date and the ids of its breaks are not looked at.
        fixed
            Refused where the shift belongs somewhere else, or is another one by now.

        Raises
        ------
        NotFound
            ``SHIFT_NOT_FOUND``, ``VEHICLE_NOT_FOUND``.
        InvalidInput
            ``TIME_IN_PAST``, ``SHIFT_TOO_LATE``, ``NO_ROAD_NEARBY``, ``BREAKS_DO_NOT_FIT``.
        FailedPrecondition
            ``ZONE_IS_FIXED``, ``SERVICE_DATE_IS_FIXED``, ``SHIFT_OVER``, ``SHIFT_OVERLAPS``;
            ``SHIFT_UNDER_WAY`` where the vehicle has driven already and something about its start would
            change, ``BREAK_TAKEN``; ``RIDES_PROMISED``, with the rides whose promises nobody
            could keep. Nothing has changed then.
        Aborted
            ``SHIFT_CHANGED``, where somebody else has changed it meanwhile.
        """
        desk = self._desk
        with desk.store.reading() as reader:
            if (answer := answer_in(reader, call)) is not None:
                return answer
            stored = stored_shift(reader, shift.id, "shift.shift_id")
        placed = self._placed(stored, shift, fixed)

        def work(reader: Reader, now: datetime) -> Changes[Updated]:
            stored = stored_shift(reader, shift.id, "shift.shift_id")
            check_etag(stored, fixed.etag, "shift.etag")
            changed = replace(placed, breaks=_with_ids(stored, placed.breaks))
            vehicle = stored_vehicle(reader, changed.vehicle_id, "shift.vehicle_id")
            _check_fixed(stored, vehicle, now)
            of_vehicle = shifts_of(reader, vehicle.id)
            check_times(changed, of_vehicle, now)
            if changed == stored:
                return Changes(Updated(stored))

            def put(writer: Writer) -> None:
                as_now = stored_vehicle(writer, vehicle.id, "shift.vehicle_id")
                if as_now != vehicle or shifts_of(writer, vehicle.id) != of_vehicle:
                    raise PlanChanged
                writer.delete_shift(changed.id)
                writer.put_shift(changed)

            changes = self._changes(reader, changed, vehicle, now)
            changes.also = put
            return changes

        return desk.write(call, [stored.zone_id], work)

    def _placed(self, stored: Shift, shift: Shift, fixed: Fixed) -> Shift:
        """The shift where it belongs, on roads."""
        service_day = self._desk.service_day_of(shift.start)
        if fixed.zone_id not in ("", stored.zone_id):
            raise FailedPrecondition.in_field(
                "shift.zone_id", f"{shift.id!r} belongs to zone {stored.zone_id!r}", "ZONE_IS_FIXED"
            )
        if fixed.service_date not in (None, stored.service_date):
            raise FailedPrecondition.in_field(
                "shift.service_date", f"{shift.id!r} is on {stored.service_date}", "SERVICE_DATE_IS_FIXED"
            )
        if service_day.date != stored.service_date:
            raise FailedPrecondition.in_field(
                "shift.start_time",
                f"{shift.start.isoformat()} is not on {stored.service_date}, the shift's service day",
                "SERVICE_DATE_IS_FIXED",
            )
        check_day(shift, service_day)
        start_point, end_point = on_roads(self._desk, shift)
        # Places that came from the shift are on the road: they do not move.
        if shift.start_point == stored.start_point:
            start_point = stored.start_point
        if shift.end_point == stored.end_point:
            end_point = stored.end_point
        return replace(
            shift,
            zone_id=stored.zone_id,
            service_date=stored.service_date,
            start_point=start_point,
            end_point=end_point,
        )

    def _changes(self, reader: Reader, changed: Shift, vehicle: Vehicle, now: datetime) -> Changes[Updated]:
        desk = self._desk
        before = desk.without_expired(reader.zone_day(changed.zone_id, changed.service_date), now)
        reshaping = Reshaping(desk, before, changed, vehicle, now)
        found = reshaping.with_all() or reshaping.with_rides()
        if found is None:
            base = reshaping.with_begun()
            if base is None:
                if reshaping.begun:
                    count = len(reshaping.begun)
                    raise FailedPrecondition(
                        "RIDES_PROMISED",
                        f"the vehicle could not keep the promises of {count} rides it has begun",
                        metadata=named(reshaping.begun),
                    )
                raise breaks_do_not_fit()
            running = in_service(base)
            mine = [index for index in running if index == reshaping.index]
            others = [index for index in running if index != reshaping.index]
            tasks = {ride_id: before.tasks[ride_id] for ride_id in reshaping.rides}
            found = taken_over(desk, base, tasks, [mine, others], now)
        withdrawn = [offer_id for offer_id in reshaping.held if offer_id not in found.tasks]
        moved = tuple(ride_id for ride_id in reshaping.rides if found.duty_of(ride_id) != reshaping.index)
        return Changes(
            Updated(changed, moved),
            days=[found],
            offer_states=[(withdrawn, OfferState.WITHDRAWN)],
            facts=[
                ShiftUpdated(changed.zone_id, now, changed),
                *told_moves(before, found, reshaping.rides, now),
            ],
        )


def _check_fixed(stored: Shift, vehicle: Vehicle, now: datetime) -> None:
    """What no change may touch."""
    if stored.end <= now:
        raise FailedPrecondition(
            "SHIFT_OVER", f"shift.shift_id: {stored.id} ended at {stored.end.isoformat()}"
        )
    if vehicle.zone_id != stored.zone_id:
        raise FailedPrecondition.in_field(
            "shift.vehicle_id",
            f"{vehicle.id!r} belongs to zone {vehicle.zone_id!r}, the shift to {stored.zone_id!r}",
            "ZONE_IS_FIXED",
        )


def _with_ids(stored: Shift, breaks: Iterable[Rest]) -> tuple[Rest, ...]:
    """The breaks with ids: those that are as they were have theirs, the others new ones."""
    known = {(rest.earliest, rest.latest, rest.duration_s): rest.id for rest in reversed(stored.breaks)}
    number = max((int(rest.id.rpartition("break")[2]) for rest in stored.breaks), default=0)
    found: list[Rest] = []
    for rest in breaks:
        rest_id = known.pop((rest.earliest, rest.latest, rest.duration_s), None)
        if rest_id is None:
            number += 1
            rest_id = f"{stored.id}.break{number}"
        found.append(replace(rest, id=rest_id))
    return tuple(found)
