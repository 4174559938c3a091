"""What happened, in the past tense. Nothing personal: rides by id, their ends by points on the road."""

from dataclasses import dataclass
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
class AboardFact(DayFact):
    """Something that happened to a ride at a vehicle."""

    ride_id: str
    vehicle_id: str
    shift_id: str


@dataclass(frozen=True, slots=True)
class PassengerBoarded(AboardFact):
    pass


@dataclass(frozen=True, slots=True)
class PassengerAlighted(AboardFact):
    pass


@dataclass(frozen=True, slots=True)
class PassengerNotShown(AboardFact):
    pass


class BrokenPromise(Enum):
    PICKUP_LATE = "pickup_late"
    ARRIVAL_LATE = "arrival_late"
    RIDE_TOO_LONG = "ride_too_long"
    NO_WAY = "no_way"
    """A closure has left no way to a stop; by how much is 0."""


@dataclass(frozen=True, slots=True)
class PromiseBroken(DayFact):
    ride_id: str
    what: BrokenPromise
    by_s: int


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
class PlanChanged(DayFact):
    version: int
