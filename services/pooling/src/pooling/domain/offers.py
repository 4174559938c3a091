"""What is asked for, what is offered, and what is promised."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from routing_core.fleet.model import Load

from pooling.domain.fleet import VehicleKind
from pooling.domain.places import BoardingPoint


@dataclass(frozen=True, slots=True)
class Span:
    """A closed span of time."""

    earliest: datetime
    latest: datetime


@dataclass(frozen=True, slots=True)
class Ask:
    """A ride somebody wants; at least one of the two spans is given.

    ``part_of_search`` marks one of many questions of one search: told to nobody, and nothing else is tried.
    """

    pickup: BoardingPoint
    dropoff: BoardingPoint
    load: Load
    pickup_span: Span | None
    dropoff_span: Span | None
    max_walk_m: int = 0
    max_offer_count: int = 3
    part_of_search: bool = False


@dataclass(frozen=True, slots=True)
class Promise:
    """What a passenger is told; only something on the road may break it."""

    pickup: Span
    latest_arrival: datetime
    max_ride_s: int


class OfferState(Enum):
    HELD = "held"
    BOOKED = "booked"
    RELEASED = "released"
    """Another offer of the same answer was booked, or its time ran out."""
    WITHDRAWN = "withdrawn"
    """The shift it was on is gone."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A ride that can be booked until ``expire_time``; booked, its id is the ride's id.

    ``answer_id`` is shared by the offers made for one question: booking one lets go of the others.
    """

    id: str
    answer_id: str
    zone_id: str
    service_date: date
    shift_id: str
    vehicle_id: str
    vehicle_kind: VehicleKind
    load: Load
    pickup: BoardingPoint
    dropoff: BoardingPoint
    promise: Promise
    planned_pickup: datetime
    planned_dropoff: datetime
    direct_s: int
    pickup_service_s: int
    dropoff_service_s: int
    expire_time: datetime
    state: OfferState = OfferState.HELD
    client_id: str = ""
    """Of the program it was made to; empty for offers older than that."""
    asked_by: str = ""


class RefusalCode(Enum):
    """Why there is no ride as asked."""

    OUTSIDE_SERVICE_AREA = "outside_service_area"
    OUTSIDE_SERVICE_HOURS = "outside_service_hours"
    NO_SEAT = "no_seat"
    NO_WHEELCHAIR_PLACE = "no_wheelchair_place"
    PICKUP_TOO_LATE = "pickup_too_late"
    ARRIVAL_TOO_LATE = "arrival_too_late"
    RIDE_TOO_LONG = "ride_too_long"
    PROMISE_TO_OTHERS = "promise_to_others"
    BREAK = "break"
    SHIFT_END = "shift_end"
    VEHICLE_UNAVAILABLE = "vehicle_unavailable"
    SAME_PLACE = "same_place"
    NO_ROUTE = "no_route"


MESSAGES = {
    RefusalCode.OUTSIDE_SERVICE_AREA: "No zone covers both the pickup and the dropoff.",
    RefusalCode.OUTSIDE_SERVICE_HOURS: "No vehicle is on duty at that time.",
    RefusalCode.NO_SEAT: "Not enough seats are free.",
    RefusalCode.NO_WHEELCHAIR_PLACE: "No wheelchair place is free.",
    RefusalCode.PICKUP_TOO_LATE: "The vehicle cannot be at the pickup in time.",
    RefusalCode.ARRIVAL_TOO_LATE: "The vehicle cannot be at the dropoff in time.",
    RefusalCode.RIDE_TOO_LONG: "The passenger would be aboard for too long.",
    RefusalCode.PROMISE_TO_OTHERS: "A promise to another passenger would be broken.",
    RefusalCode.BREAK: "The driver's break would be lost.",
    RefusalCode.SHIFT_END: "The vehicle would be back after the end of its shift.",
    RefusalCode.VEHICLE_UNAVAILABLE: "The vehicle runs late or is out of service.",
    RefusalCode.SAME_PLACE: "Pickup and dropoff are the same point on the road.",
    RefusalCode.NO_ROUTE: "There is no drivable way from the pickup to the dropoff.",
}


@dataclass(frozen=True, slots=True)
class RefusalReason:
    """One reason, and for how many shifts it is the main one; 0 where no shift was asked."""

    code: RefusalCode
    shift_count: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """Offers, best first; or why there is none, with the nearest that can be had instead."""

    offers: tuple[Offer, ...] = ()
    reasons: tuple[RefusalReason, ...] = ()
    alternative: Offer | None = None
