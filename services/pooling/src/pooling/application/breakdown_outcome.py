"""What becomes of a vehicle that breaks down and of its rides: for the answer, for others, and for later."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from pooling.application.desk import Desk
from pooling.application.ports import Reader
from pooling.application.rides import stored_ride, with_planned_times
from pooling.application.taking_over import TakenOver
from pooling.domain.breakdown_report import BreakdownReason, BreakdownReport, Fate, RideThen
from pooling.domain.facts import Fact, VehicleBrokenDown
from pooling.domain.fleet import Vehicle
from pooling.domain.offers import RefusalReason
from pooling.domain.places import BoardingPoint
from pooling.domain.rides import Ride, RideState


@dataclass(frozen=True, slots=True)
class Changed:
    """A ride as it was before a breakdown and as it is."""

    former: Ride
    ride: Ride
    was_aboard: bool
    reasons: tuple[RefusalReason, ...] = ()

    def then(self, fate: Fate) -> RideThen:
        """What is kept of it."""
        former = self.former
        times = (former.promise, former.pickup_time, former.dropoff_time)
        return RideThen(former.id, fate, self.was_aboard, *times, self.reasons)


def changed_rides(desk: Desk, reader: Reader, report: BreakdownReport, fate: Fate) -> tuple[Changed, ...]:
    """The rides of one fate, as they are now."""
    return tuple(_changed(desk, reader, then) for then in report.rides if then.fate is fate)


def _changed(desk: Desk, reader: Reader, then: RideThen) -> Changed:
    ride = stored_ride(reader, then.ride_id)
    former = replace(ride, promise=then.promise, pickup_time=then.pickup_time, dropoff_time=then.dropoff_time)
    if ride.state in (RideState.BOOKED, RideState.ABOARD):
        ride = with_planned_times(desk, reader.zone_day(ride.zone_id, ride.service_date), ride)
    return Changed(former, ride, then.was_aboard, then.reasons)


@dataclass(frozen=True, slots=True)
class Breakdown:
    """What became of the vehicle and its rides; ``place`` is None where it had not set off."""

    id: str
    vehicle: Vehicle
    place: BoardingPoint | None = None
    moved: tuple[Changed, ...] = ()
    later: tuple[Changed, ...] = ()
    stranded: tuple[Changed, ...] = ()
    later_days_ride_count: int = 0


class Outcome:
    """The answer, as it grows."""

    def __init__(self, breakdown_id: str, vehicle: Vehicle, place: BoardingPoint | None) -> None:
        self._id = breakdown_id
        self._vehicle = vehicle
        self.place = place
        self.later_days_ride_count = 0
        self._moved: list[Changed] = []
        self._later: list[Changed] = []
        self._stranded: list[Changed] = []

    def add(self, changed: Changed, taken: TakenOver) -> None:
        """Put a ride on its list."""
        ride_id = changed.ride.id
        if ride_id in taken.refused:
            self._stranded.append(changed)
        elif ride_id in taken.late:
            self._later.append(changed)
        else:
            self._moved.append(changed)

    def told(self) -> Breakdown:
        return Breakdown(
            self._id,
            self._vehicle,
            self.place,
            tuple(self._moved),
            tuple(self._later),
            tuple(self._stranded),
            self.later_days_ride_count,
        )

    def fact(self, zone_id: str, time: datetime, service_date: date) -> Fact:
        ids = (tuple(it.ride.id for it in some) for some in (self._moved, self._later, self._stranded))
        return VehicleBrokenDown(zone_id, time, service_date, self._vehicle.id, self.place, *ids)

    def kept(
        self, zone_id: str, time: datetime, now: datetime, service_date: date, reason: BreakdownReason
    ) -> BreakdownReport:
        """What others find of it."""
        fates = ((Fate.MOVED, self._moved), (Fate.LATER, self._later), (Fate.STRANDED, self._stranded))
        return BreakdownReport(
            self._id,
            zone_id,
            service_date,
            self._vehicle.id,
            time,
            now,
            reason,
            self.place,
            tuple(changed.then(fate) for fate, some in fates for changed in some),
            self.later_days_ride_count,
        )
