"""Promises that what happened on the road has broken."""

from dataclasses import replace
from datetime import datetime

from routing_core.fleet.check import Rule

from pooling.domain.facts import BreakCause, BrokenPromise, PromiseBroken
from pooling.domain.frame import Frame
from pooling.domain.zone_day import ZoneDay

LATE = {
    Rule.PICKUP_WINDOW: BrokenPromise.PICKUP_LATE,
    Rule.DROPOFF_WINDOW: BrokenPromise.ARRIVAL_LATE,
    Rule.RIDE_TIME: BrokenPromise.RIDE_TOO_LONG,
}


def newly_broken(
    day: ZoneDay, frame: Frame, time: datetime, cause: BreakCause, shift_id: str | None = None
) -> tuple[ZoneDay, list[PromiseBroken]]:
    """What is to be told, and the day that knows it was.

    Parameters
    ----------
    frame
        The same day, with the times it comes to.
    time
        When it happened.
    cause
        What it was.
    shift_id
        The only shift to look at; all of them where None.
    """
    indices = [index for index, duty in enumerate(day.duties) if shift_id in (None, duty.shift.id)]
    found = [
        (ride_id, BrokenPromise.NO_WAY, 0) for index in indices for ride_id in sorted(frame.cut_off(index))
    ]
    for violation in frame.violations():
        what = LATE.get(violation.rule)
        # A vehicle that was told to come too early broke no promise of a time.
        if what and shift_id in (None, violation.shift_id) and "before its window" not in violation.message:
            found.append((violation.subject, what, violation.excess))
    told = set(day.broken)
    facts = []
    for ride_id, what, by_s in found:
        if (ride_id, what.value) not in told:
            told.add((ride_id, what.value))
            facts.append(PromiseBroken(day.zone_id, time, day.service_date, ride_id, what, by_s, cause))
    return replace(day, broken=frozenset(told)), facts
