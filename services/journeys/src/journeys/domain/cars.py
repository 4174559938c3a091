"""Shared cars of the villages: when one can be had, how far it goes, and what a drive costs.

A car stands at one place and is brought back to it. Whoever takes it finds it charged: after every
reservation it is kept so long as charging takes for what was to be driven.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from math import ceil
from zoneinfo import ZoneInfo

from journeys.domain.places import Point

SHORTEST, LONGEST = timedelta(minutes=15), timedelta(days=3)
"""Of a reservation."""
AHEAD = timedelta(days=90)
"""So long before its beginning a car can be reserved."""
STEP = timedelta(minutes=15)
"""A begun quarter of an hour is paid."""
USUAL_SPEED_M_PER_S = 15.0
"""So fast a car is driven on average, at most, where nobody said how far."""
GRACE = timedelta(hours=12)
"""So long a car that is not back is taken to be out still; then somebody forgot to say."""
NOT_BACK_YET = timedelta(minutes=30)
"""A car that is late is not promised to anybody for so long."""


class ReservationState(StrEnum):
    RESERVED = "reserved"
    CANCELLED = "cancelled"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Window:
    """From one instant, aware, to a later one that does not belong to it."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"a window from {self.start.isoformat()} ends at {self.end.isoformat()}")

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    def overlaps(self, other: "Window") -> bool:
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class VolunteerHours:
    """When volunteers drive the car for others: weekdays from Monday on, seconds of the local day.

    ``end_s`` may lie past midnight.
    """

    weekdays: tuple[bool, ...]
    start_s: int
    end_s: int

    def windows(self, around: Window, zone: ZoneInfo) -> Iterable[Window]:
        """Those that touch a window."""
        day = around.start.astimezone(zone).date() - timedelta(days=2)
        while day <= around.end.astimezone(zone).date():
            if self.weekdays[day.weekday()]:
                start, end = _local(day, self.start_s, zone), _local(day, self.end_s, zone)
                # In the night in which an hour is left out, hours may hold no time at all.
                if start < end and Window(start, end).overlaps(around):
                    yield Window(start, end)
            day += timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Car:
    """A car.

    Parameters
    ----------
    range_m
        How far it drives on one charge.
    charging_m_per_hour
        Range that an hour at its charging point brings.
    hours
        When volunteers drive it: nobody else gets it then.
    """

    id: str
    name: str
    place: Point
    seat_count: int
    range_m: int
    charging_m_per_hour: int
    hour_price_cents: int
    kilometre_price_cents: int
    currency: str
    hours: tuple[VolunteerHours, ...] = ()

    def distance_m(self, window: Window, wanted_m: int) -> int:
        """How far a drive is taken to be: as was said, or as far as anybody gets in that time."""
        if wanted_m:
            return wanted_m
        return min(self.range_m, ceil(window.length.total_seconds() * USUAL_SPEED_M_PER_S))

    def charging(self, distance_m: int) -> timedelta:
        """How long charging takes after a drive; in whole minutes."""
        return timedelta(minutes=ceil(60 * min(distance_m, self.range_m) / self.charging_m_per_hour))

    def price_cents(self, window: Window, returned: datetime, driven_m: int) -> int:
        """What a drive costs: begun quarters of an hour that it was kept or late, and metres driven.

        Fractions of a cent are not charged.
        """
        quarters = ceil((max(window.end, returned) - window.start) / STEP)
        return quarters * self.hour_price_cents // 4 + driven_m * self.kilometre_price_cents // 1000


@dataclass(frozen=True, slots=True)
class Reservation:
    """A car kept for somebody.

    Parameters
    ----------
    ready
        From then on it is charged, and free for others.
    client_id, passenger_reference
        Who reserved it, and for whom: pseudonyms.
    """

    id: str
    car_id: str
    window: Window
    ready: datetime
    distance_m: int
    state: ReservationState
    client_id: str
    passenger_reference: str
    returned: datetime | None = None

    def taken(self, now: datetime) -> Window | None:
        """When nobody else gets the car because of it; None where that is over."""
        if self.state is ReservationState.CANCELLED:
            return None
        overdue = self.state is ReservationState.RESERVED and self.window.end < now < self.window.end + GRACE
        until = max(self.ready, now + NOT_BACK_YET) if overdue else self.ready
        return Window(self.window.start, until) if until > self.window.start else None

    def cancelled(self) -> "Reservation":
        return replace(self, state=ReservationState.CANCELLED)

    def brought_back(self, returned: datetime, driven_m: int, charging: timedelta) -> "Reservation":
        return replace(
            self,
            state=ReservationState.RETURNED,
            returned=returned,
            distance_m=driven_m,
            ready=returned + charging,
        )


class Obstacle(StrEnum):
    """Why a car cannot be had."""

    TOO_FAR = "too_far"
    VOLUNTEERS = "volunteers"
    RESERVED = "reserved"


def obstacle(
    car: Car,
    window: Window,
    distance_m: int,
    *,
    reservations: Sequence[Reservation],
    zone: ZoneInfo,
    now: datetime,
) -> Obstacle | None:
    """Say why a car cannot be had in a window; None where it can.

    The time it is charged for after the drive has to be free as well, of others and of volunteers.

    Parameters
    ----------
    reservations
        Of this car, all that could touch the window.
    """
    if distance_m > car.range_m:
        return Obstacle.TOO_FAR
    needed = Window(window.start, window.end + car.charging(distance_m))
    if any(True for hours in car.hours for _ in hours.windows(needed, zone)):
        return Obstacle.VOLUNTEERS
    taken = (reservation.taken(now) for reservation in reservations)
    if any(other is not None and other.overlaps(needed) for other in taken):
        return Obstacle.RESERVED
    return None


def free_until(
    car: Car, at: datetime, most: timedelta, *, reservations: Sequence[Reservation], zone: ZoneInfo
) -> datetime | None:
    """Until when the car stands free from now on, at most so long; None where it does not stand free now."""
    ahead = Window(at, at + most)
    busy = [window for hours in car.hours for window in hours.windows(ahead, zone)]
    taken = (reservation.taken(at) for reservation in reservations)
    busy += [window for window in taken if window is not None and window.overlaps(ahead)]
    first = min((window.start for window in busy), default=ahead.end)
    return first if first > at else None


def _local(day: date, seconds: int, zone: ZoneInfo) -> datetime:
    """An hour of the clock on the wall."""
    days, rest = divmod(seconds, 86400)
    clock = time(rest // 3600, rest // 60 % 60, rest % 60)
    return datetime.combine(day + timedelta(days=days), clock, zone).astimezone(UTC)
