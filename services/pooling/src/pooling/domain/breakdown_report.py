"""What is kept of a breakdown, so that whoever comes later knows whom it concerned."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from pooling.domain.offers import Promise, RefusalReason
from pooling.domain.places import BoardingPoint


class BreakdownReason(Enum):
    """What has happened, as far as it was told."""

    UNSPECIFIED = "unspecified"
    TECHNICAL = "technical"
    TYRE = "tyre"
    OUT_OF_ENERGY = "out_of_energy"
    ACCIDENT = "accident"
    DRIVER = "driver"
    OTHER = "other"


class Fate(Enum):
    """What became of a ride."""

    MOVED = "moved"
    LATER = "later"
    STRANDED = "stranded"


@dataclass(frozen=True, slots=True)
class RideThen:
    """A ride of the vehicle as it was before; ``reasons`` say why nobody took it."""

    ride_id: str
    fate: Fate
    was_aboard: bool
    promise: Promise
    pickup_time: datetime
    dropoff_time: datetime
    reasons: tuple[RefusalReason, ...] = ()


@dataclass(frozen=True, slots=True)
class BreakdownReport:
    """One breakdown: ``time`` is when it happened, ``told_time`` when it was reported.

    ``place`` is None where the vehicle had not set off.
    """

    id: str
    zone_id: str
    service_date: date
    vehicle_id: str
    time: datetime
    told_time: datetime
    reason: BreakdownReason
    place: BoardingPoint | None
    rides: tuple[RideThen, ...]
    later_days_ride_count: int

    def count(self, fate: Fate) -> int:
        """How many rides had this fate."""
        return sum(ride.fate is fate for ride in self.rides)
