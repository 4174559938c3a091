"""What holding connections needs from others: where trains are, and rides that can wait."""

from dataclasses import dataclass
from typing import Protocol

from journeys.application.ports_booking import StoredBooking
from journeys.domain.connection import RunningRide, ScheduledRide
from journeys.domain.places import Point


class LiveTimes(Protocol):
    """What real time tells of trips."""

    def now(self, ride: ScheduledRide) -> RunningRide | None:
        """The ride as it is now; None where nothing is told of it."""
        ...


@dataclass(frozen=True, slots=True)
class RideTimes:
    """A ride on demand as it is planned now, Unix seconds; ``waiting`` until its passengers are in.

    Without a vehicle, after a breakdown, its times are those of the plan before.
    """

    earliest_pickup_s: int
    pickup_s: int
    dropoff_s: int
    waiting: bool
    has_vehicle: bool = True


@dataclass(frozen=True, slots=True)
class Wait:
    """Whether a ride waits, and when it is there then; else until when it could, and why not longer."""

    granted: bool
    pickup_s: int = 0
    latest_possible_s: int | None = None
    reasons: tuple[str, ...] = ()


class WaitingRides(Protocol):
    """The pooling service; both raise :class:`journeys.application.ports.Unavailable`."""

    def times(self, ride_id: str) -> RideTimes | None:
        """The ride's times; None where it is cancelled or gone."""
        ...

    def wait(self, name: str, ride_id: str, earliest_s: int) -> Wait:
        """Ask it to wait until then; the same name brings the same answer."""
        ...


class WayOn(Protocol):
    """Who finds another way from where a leg would have begun."""

    def from_point(self, booking: StoredBooking, start: Point, at_s: int) -> str:
        """How the journey could go on from there, for the passenger; empty where that is not known."""
        ...


class Onward(Protocol):
    """Who finds another way."""

    def sentence(self, booking: StoredBooking, stop_id: str, at_s: int) -> str:
        """How the journey could go on from a stop, for the passenger; empty where that is not known."""
        ...
