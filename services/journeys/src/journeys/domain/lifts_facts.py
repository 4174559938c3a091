"""What became of lifts and seats, for those who listen. Nothing personal; instants are Unix seconds."""

from dataclasses import dataclass
from datetime import date

from journeys.domain.lifts import ReportReason
from journeys.domain.lifts_seats import SeatEnd


@dataclass(frozen=True, slots=True)
class LiftPosted:
    lift_id: str
    at_s: int


@dataclass(frozen=True, slots=True)
class LiftWithdrawn:
    """``day`` is None where it does not go at all any more."""

    lift_id: str
    at_s: int
    day: date | None


@dataclass(frozen=True, slots=True)
class LiftHidden:
    lift_id: str
    at_s: int
    hidden: bool


@dataclass(frozen=True, slots=True)
class LiftReported:
    lift_id: str
    at_s: int
    report_id: str
    reason: ReportReason


@dataclass(frozen=True, slots=True)
class SeatAsked:
    lift_id: str
    at_s: int
    seat_id: str


@dataclass(frozen=True, slots=True)
class SeatAnswered:
    lift_id: str
    at_s: int
    seat_id: str
    accepted: bool


@dataclass(frozen=True, slots=True)
class SeatLapsed:
    lift_id: str
    at_s: int
    seat_id: str


@dataclass(frozen=True, slots=True)
class SeatCancelled:
    lift_id: str
    at_s: int
    seat_id: str
    end: SeatEnd


@dataclass(frozen=True, slots=True)
class SeatRetimed:
    lift_id: str
    at_s: int
    seat_id: str
    pickup_s: int
    dropoff_s: int


SeatFact = SeatAsked | SeatAnswered | SeatLapsed | SeatCancelled | SeatRetimed
LiftFact = LiftPosted | LiftWithdrawn | LiftHidden | LiftReported | SeatFact
