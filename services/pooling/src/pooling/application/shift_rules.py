"""What every shift must be, whether it is entered or changed."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from service_kit.errors import Aborted, FailedPrecondition, FieldViolation, InvalidInput, NotFound

from pooling.application.desk import Desk
from pooling.application.ports import NoRoadNearby, Reader
from pooling.domain.fleet import Shift
from pooling.domain.places import Point
from pooling.domain.service_day import ServiceDay
from pooling.domain.zone import SNAP_LIMIT_M
from pooling.domain.zone_day import ZoneDay

LONGEST_SHIFT = timedelta(hours=16)
INTO_NEXT_DAY = timedelta(hours=2)
"""So long after its service day is over a shift may end."""


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


def check_day(shift: Shift, service_day: ServiceDay) -> None:
    """Raises InvalidInput ``SHIFT_TOO_LATE`` where the shift reaches far into the next service day."""
    if shift.end > service_day.end + INTO_NEXT_DAY:
        raise InvalidInput.in_field(
            "shift.end_time", f"{shift.end.isoformat()} is in the next service day", "SHIFT_TOO_LATE"
        )


def check_times(shift: Shift, of_vehicle: Iterable[Shift], now: datetime) -> None:
    """Look at the clock, and at the other shifts of the vehicle.

    Raises
    ------
    InvalidInput
        ``TIME_IN_PAST``, where the shift would be over already.
    FailedPrecondition
        ``SHIFT_OVERLAPS``, with the shift that the vehicle drives then.
    """
    if shift.end <= now:
        raise InvalidInput.in_field(
            "shift.end_time", f"{shift.end.isoformat()} is in the past", "TIME_IN_PAST"
        )
    for other in of_vehicle:
        if other.id != shift.id and other.start < shift.end and shift.start < other.end:
            raise FailedPrecondition(
                "SHIFT_OVERLAPS",
                f"shift.start_time: {shift.vehicle_id!r} is on duty then already",
                metadata={"shift_id": other.id},
            )


def check_etag(shift: Shift, etag: str, field: str) -> None:
    """Raises Aborted ``SHIFT_CHANGED`` where the shift is not the one that was read; empty is any."""
    if etag not in ("", shift.etag):
        raise Aborted.in_field(field, f"{shift.id!r} has been changed meanwhile", "SHIFT_CHANGED")


def check_drivable(desk: Desk, day: ZoneDay, shift: Shift, now: datetime) -> None:
    """Raises InvalidInput ``BREAKS_DO_NOT_FIT`` where the shift's duty, as the day has it, breaks a rule."""
    if any(found.shift_id == shift.id for found in desk.frame(day, now).violations()):
        raise breaks_do_not_fit()


def breaks_do_not_fit() -> InvalidInput:
    """What is said of breaks of which each lies within the shift, but not all of them can be taken."""
    return InvalidInput.in_field("shift.breaks", "cannot all be taken in their windows", "BREAKS_DO_NOT_FIT")


def on_roads(desk: Desk, shift: Shift) -> tuple[Point, Point]:
    """Where the shift starts and ends on the road; raises InvalidInput naming each that is far off."""
    found: list[Point] = []
    faults: list[FieldViolation] = []
    for field, place in (("shift.start", shift.start_point), ("shift.end", shift.end_point)):
        try:
            found.append(desk.roads.snap(place, SNAP_LIMIT_M))
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


def shifts_of(reader: Reader, vehicle_id: str) -> list[Shift]:
    """All shifts of a vehicle, past and to come."""
    return reader.shifts(None, None, vehicle_id, "", 10_000)


def stored_shift(reader: Reader, shift_id: str, field: str = "shift_id") -> Shift:
    """The shift; raises NotFound."""
    shift = reader.shift(shift_id)
    if shift is None:
        raise NotFound.in_field(field, f"there is no shift {shift_id!r}", "SHIFT_NOT_FOUND")
    return shift
