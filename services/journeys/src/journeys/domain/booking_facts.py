"""What became of bookings, in the past tense. Nothing personal."""

from dataclasses import dataclass
from datetime import datetime

from journeys.domain.connection import ConnectionState


@dataclass(frozen=True, slots=True)
class BookingFact:
    booking_id: str
    time: datetime


@dataclass(frozen=True, slots=True)
class BookingBegun(BookingFact):
    """Legs are to be booked; whoever hears it goes on where the last one stopped."""


@dataclass(frozen=True, slots=True)
class BookingCompleted(BookingFact):
    ride_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BookingFailed(BookingFact):
    reason: str


@dataclass(frozen=True, slots=True)
class BookingCancelled(BookingFact):
    pass


@dataclass(frozen=True, slots=True)
class ConnectionChanged(BookingFact):
    leg_number: int
    state: ConnectionState
