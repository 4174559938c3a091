"""What a phone saw on the way: positions, guesses of what its owner did, beacons of vehicles."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import isfinite

from ticketing.domain.errors import WrongFieldError

USUAL_ACCURACY_M = 20.0
"""Where a phone tells none."""
MOST_ACCURACY_M = 100_000.0


class Activity(StrEnum):
    """What the phone takes its owner to be doing."""

    STILL = "still"
    ON_FOOT = "on_foot"
    ON_BICYCLE = "on_bicycle"
    IN_VEHICLE = "in_vehicle"


@dataclass(frozen=True, slots=True)
class Guess:
    """An activity and how sure the phone is of it, 0 to 1."""

    activity: Activity
    confidence: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.confidence <= 1:
            raise WrongFieldError(f"activity confidence {self.confidence} is not within 0..1")


@dataclass(frozen=True, slots=True)
class Fix:
    """One position.

    ``time`` has a zone. ``accuracy_m`` is the radius that holds the true place two times out of three.
    ``beacon`` is what a vehicle's beacon says it is, empty where none was heard.
    """

    time: datetime
    lon: float
    lat: float
    accuracy_m: float = USUAL_ACCURACY_M
    guesses: tuple[Guess, ...] = ()
    beacon: str = ""

    def __post_init__(self) -> None:
        if self.time.tzinfo is None:
            raise WrongFieldError(f"time {self.time} has no zone")
        if not -180 <= self.lon <= 180:
            raise WrongFieldError(f"lon {self.lon} is not within -180..180")
        if not -90 <= self.lat <= 90:
            raise WrongFieldError(f"lat {self.lat} is not within -90..90")
        if not (isfinite(self.accuracy_m) and 0 < self.accuracy_m <= MOST_ACCURACY_M):
            raise WrongFieldError(f"accuracy_m {self.accuracy_m} is not above 0, at most {MOST_ACCURACY_M}")


@dataclass(frozen=True, slots=True)
class Trace:
    """Positions of one phone in the order of time, one per instant; made by :func:`trace_of`."""

    fixes: tuple[Fix, ...]


def trace_of(fixes: Iterable[Fix]) -> Trace:
    """The trace of fixes in any order, perhaps told twice; of one instant the most accurate counts."""
    at: dict[datetime, Fix] = {}
    for fix in fixes:
        known = at.get(fix.time)
        if known is None or fix.accuracy_m < known.accuracy_m:
            at[fix.time] = fix
    return Trace(tuple(at[time] for time in sorted(at)))
