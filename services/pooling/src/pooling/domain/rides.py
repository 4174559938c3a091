"""Booked rides and what becomes of them."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from routing_core.fleet.model import Load

from pooling.domain.offers import Offer, Promise
from pooling.domain.places import BoardingPoint


class RideState(Enum):
    BOOKED = "booked"
    ABOARD = "aboard"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


@dataclass(frozen=True, slots=True)
class Ride:
    """A promise somebody holds. Times are planned until they have happened."""

    id: str
    zone_id: str
    service_date: date
    state: RideState
    load: Load
    pickup: BoardingPoint
    dropoff: BoardingPoint
    promise: Promise
    vehicle_id: str
    shift_id: str
    pickup_time: datetime
    dropoff_time: datetime
    direct_s: int
    passenger_reference: str
    book_time: datetime
    cancel_reason: str = ""
    client_id: str = ""
    """Of the program that booked; empty for rides older than that."""
    payer: str = ""
    """Whose account the ride is billed to, as ticketing names it; empty for none."""


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach a passenger by voice; kept apart from the ride."""

    name: str
    phone: str


def booked(offer: Offer, *, client_id: str, passenger_reference: str, payer: str = "", now: datetime) -> Ride:
    """The ride that an offer becomes."""
    return Ride(
        id=offer.id,
        zone_id=offer.zone_id,
        service_date=offer.service_date,
        state=RideState.BOOKED,
        load=offer.load,
        pickup=offer.pickup,
        dropoff=offer.dropoff,
        promise=offer.promise,
        vehicle_id=offer.vehicle_id,
        shift_id=offer.shift_id,
        pickup_time=offer.planned_pickup,
        dropoff_time=offer.planned_dropoff,
        direct_s=offer.direct_s,
        passenger_reference=passenger_reference,
        book_time=now,
        client_id=client_id,
        payer=payer,
    )
