"""What happened, in the past tense. Nothing personal: rides by id, their ends by points on the road."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum

from routing_core.fleet.model import Load

from pooling.domain.fleet import Shift, Vehicle
from pooling.domain.offers import Promise, RefusalReason
from pooling.domain.places import BoardingPoint


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened in a zone (empty where no zone is concerned)."""

    zone_id: str
    time: datetime


@dataclass(frozen=True, slots=True)
class DayFact(Fact):
    """Something that happened to a zone's service day."""

    service_date: date


@dataclass(frozen=True, slots=True)
class OffersMade(DayFact):
    offer_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OffersReleased(DayFact):
    offer_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RideRefused(DayFact):
    reasons: tuple[RefusalReason, ...]
    alternative_offer_id: str


@dataclass(frozen=True, slots=True)
class RideBooked(DayFact):
    ride_id: str
    vehicle_id: str
    shift_id: str
    load: Load
    pickup: BoardingPoint
    dropoff: BoardingPoint
    promise: Promise
    planned_pickup: datetime
    planned_dropoff: datetime
    direct_s: int
    pickup_service_s: int
    dropoff_service_s: int
    payer: str = ""


@dataclass(frozen=True, slots=True)
class RideCancelled(DayFact):
    ride_id: str


@dataclass(frozen=True, slots=True)
class RideMoved(DayFact):
    ride_id: str
    from_shift_id: str
    to_shift_id: str
    to_vehicle_id: str


@dataclass(frozen=True, slots=True)
class PickupPostponed(DayFact):
    """The vehicle waits at the passengers' wish; ``promise`` holds from now on."""

    ride_id: str
    vehicle_id: str
    shift_id: str
    promise: Promise
    planned_pickup: datetime
    planned_dropoff: datetime


@dataclass(frozen=True, slots=True)
class DrivenWay:
    """The way a vehicle came since the report before, or its shift began; ``home_m`` to the shift's end."""

    length_m: int
    occupied: bool
    home_m: int


NO_WAY = DrivenWay(0, occupied=False, home_m=0)


@dataclass(frozen=True, slots=True)
class AboardFact(DayFact):
    """Something that happened to a ride at a vehicle."""

    ride_id: str
    vehicle_id: str
    shift_id: str
    way: DrivenWay = NO_WAY


@dataclass(frozen=True, slots=True)
class PassengerBoarded(AboardFact):
    pass


@dataclass(frozen=True, slots=True)
class PassengerAlighted(AboardFact):
    """``direct_m`` from pickup to dropoff without a detour."""

    direct_m: int = 0


@dataclass(frozen=True, slots=True)
class PassengerNotShown(AboardFact):
    pass


@dataclass(frozen=True, slots=True)
class RideInterrupted(AboardFact):
    """The vehicle broke down with the passengers aboard; they wait at ``place``, the ride's pickup now."""

    place: BoardingPoint = field(kw_only=True)


class BrokenPromise(Enum):
    PICKUP_LATE = "pickup_late"
    ARRIVAL_LATE = "arrival_late"
    RIDE_TOO_LONG = "ride_too_long"
    NO_WAY = "no_way"
    """A closure has left no way to a stop; by how much is 0."""
    NO_VEHICLE = "no_vehicle"
    """No vehicle takes the ride any more; by how much is 0."""


class BreakCause(Enum):
    UNSPECIFIED = "unspecified"
    """Told before causes were."""
    DELAY = "delay"
    ROADS = "roads"
    BREAKDOWN = "breakdown"


@dataclass(frozen=True, slots=True)
class PromiseBroken(DayFact):
    ride_id: str
    what: BrokenPromise
    by_s: int
    cause: BreakCause = BreakCause.UNSPECIFIED


@dataclass(frozen=True, slots=True)
class RidePromisedAnew(DayFact):
    """Another vehicle goes on with the ride; ``promise`` holds from now on."""

    ride_id: str
    vehicle_id: str
    shift_id: str
    promise: Promise
    planned_pickup: datetime
    planned_dropoff: datetime
    cause: BreakCause


@dataclass(frozen=True, slots=True)
class RideStranded(DayFact):
    """Booked still, and on no vehicle."""

    ride_id: str
    reasons: tuple[RefusalReason, ...]
    cause: BreakCause


@dataclass(frozen=True, slots=True)
class VehicleRegistered(Fact):
    vehicle: Vehicle


@dataclass(frozen=True, slots=True)
class VehicleUpdated(Fact):
    vehicle: Vehicle


@dataclass(frozen=True, slots=True)
class VehicleRemoved(Fact):
    vehicle_id: str


@dataclass(frozen=True, slots=True)
class ShiftScheduled(Fact):
    shift: Shift


@dataclass(frozen=True, slots=True)
class ShiftUpdated(Fact):
    shift: Shift


@dataclass(frozen=True, slots=True)
class ShiftCancelled(DayFact):
    shift_id: str


@dataclass(frozen=True, slots=True)
class VehicleArrived(DayFact):
    vehicle_id: str
    shift_id: str
    stop_id: str
    ride_id: str
    is_pickup: bool
    where: BoardingPoint
    load: Load


@dataclass(frozen=True, slots=True)
class VehicleBrokenDown(DayFact):
    """It takes no rides from now on; ``place`` is where it stands, None where it had not set off."""

    vehicle_id: str
    place: BoardingPoint | None
    moved_ride_ids: tuple[str, ...]
    later_ride_ids: tuple[str, ...]
    stranded_ride_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlanChanged(DayFact):
    version: int
