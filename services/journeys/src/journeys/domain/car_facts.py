"""What became of shared cars; nothing personal."""

from dataclasses import dataclass
from datetime import datetime

from journeys.domain.cars import Window


@dataclass(frozen=True, slots=True)
class CarReserved:
    time: datetime
    car_id: str
    reservation_id: str
    window: Window


@dataclass(frozen=True, slots=True)
class CarReservationCancelled:
    time: datetime
    car_id: str
    reservation_id: str


@dataclass(frozen=True, slots=True)
class CarReturned:
    time: datetime
    car_id: str
    reservation_id: str
    returned: datetime
    driven_m: int
    price_cents: int
    currency: str


CarFact = CarReserved | CarReservationCancelled | CarReturned
