"""Journeys: legs one after the other, each made in one way. Instants are Unix seconds."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from enum import IntEnum, StrEnum
from functools import cached_property

from journeys.domain.places import Point


class Mode(StrEnum):
    """How a leg is made."""

    WALK = "walk"
    BICYCLE = "bicycle"
    CAR = "car"
    TRANSIT = "transit"
    POOLED_RIDE = "pooled_ride"
    SHARED_CAR = "shared_car"
    SHARED_BICYCLE = "shared_bicycle"
    FOREIGN_ON_DEMAND = "foreign_on_demand"
    LIFT = "lift"
    BENCH = "bench"


UNDER_OWN_POWER = frozenset({Mode.WALK, Mode.BICYCLE, Mode.CAR})
"""What takes nobody else, and is no transfer."""


@dataclass(frozen=True, slots=True)
class PassedStop:
    stop_id: str
    name: str
    arrive_s: int
    depart_s: int


@dataclass(frozen=True, slots=True)
class VehicleNow:
    """Where a vehicle is: degrees, and when it was there in Unix seconds.

    ``label`` stands on it; ``occupancy`` is GTFS-Realtime's word for how full it is. Both may be empty.
    """

    latitude_deg: float
    longitude_deg: float
    at_s: int
    label: str = ""
    occupancy: str = ""


@dataclass(frozen=True, slots=True)
class Transit:
    """A ride by timetable.

    Parameters
    ----------
    route_type
        GTFS's, as in ``routes.txt``.
    scheduled_depart_s, scheduled_arrive_s
        By the printed timetable; the leg's own times are those of real time where there are any.
    real_time
        Whether somebody told how the ride is now, be it that it is as printed.
    alerts
        Notices for the line, the ride or its stops.
    board_platform, alight_platform
        As signposted there; empty where that is not known.
    stays_seated
        Whether the vehicle is the one that one sits in already.
    """

    route_id: str
    trip_id: str
    day: date
    line: str
    headsign: str
    route_type: int
    scheduled_depart_s: int
    scheduled_arrive_s: int
    real_time: bool = False
    stays_seated: bool = False
    passed: tuple[PassedStop, ...] = ()
    alerts: tuple[str, ...] = ()
    agency: str = ""
    board_platform: str = ""
    alight_platform: str = ""
    vehicle: VehicleNow | None = None


@dataclass(frozen=True, slots=True)
class PooledOffer:
    """An offer of the pooling service, held until ``expire_s``.

    ``wire`` is the offer as it was received, for those who are told of it unchanged.
    """

    offer_id: str
    zone_id: str
    pickup: Point
    dropoff: Point
    pickup_walk_m: int
    pickup_walk_s: int
    dropoff_walk_m: int
    dropoff_walk_s: int
    pickup_earliest_s: int
    pickup_latest_s: int
    latest_arrival_s: int
    planned_pickup_s: int
    planned_dropoff_s: int
    direct_s: int
    expire_s: int
    wire: bytes = b""


@dataclass(frozen=True, slots=True)
class SharedCar:
    """A car of the village, kept from the leg's beginning for the way there, the stay and the way back.

    Parameters
    ----------
    distance_m
        There and back.
    price_cents
        Of all the time it is kept, and of both ways.
    """

    car_id: str
    name: str
    return_by_s: int
    distance_m: int
    price_cents: int
    currency: str


@dataclass(frozen=True, slots=True)
class SharedVehicle:
    """A vehicle that somebody else lends, as they told it at ``told_s``; texts that are not known are empty.

    ``return_by_s`` is set where it has to be brought back to its place.
    """

    system: str
    operator: str
    booking_url: str
    phone: str
    told_s: int
    return_by_s: int | None = None


@dataclass(frozen=True, slots=True)
class ForeignRide:
    """A ride on demand of somebody else: to be asked for there by ``book_by_s``, and never booked here."""

    service: str
    agency: str
    phone: str
    url: str
    book_by_s: int
    message: str = ""


@dataclass(frozen=True, slots=True)
class LiftSeat:
    """A seat in a trip that somebody posted: the driver is asked once it is booked, and may say no."""

    lift_id: str
    day: date
    detour_s: int


@dataclass(frozen=True, slots=True)
class BenchWait:
    """A wait on a ride-share bench, which nobody promises will end well.

    Parameters
    ----------
    chance
        Of being taken within ``longest_wait_s``: the leg arrives then.
    expected_wait_s
        On average, of those who are taken.
    observed_count
        How many told of a wait there at this hour.
    message
        One sentence for people.
    """

    bench_id: str
    destination: str
    chance: float
    observed_count: int
    longest_wait_s: int
    expected_wait_s: int
    message: str


Detail = Transit | PooledOffer | SharedCar | SharedVehicle | ForeignRide | LiftSeat | BenchWait | None


class Doubt(IntEnum):
    """What may come between a journey and whoever takes it, besides delays."""

    NONE = 0
    ANSWER = 1
    """Somebody is asked, and may say no."""
    LUCK = 2
    """Nobody promises anything."""


@dataclass(frozen=True, slots=True)
class Leg:
    """A part of a journey.

    Parameters
    ----------
    length_m
        Along the way; by timetable from stop to stop.
    line
        Latitudes and longitudes in degrees, from start to end.
    """

    mode: Mode
    start: Point
    end: Point
    depart_s: int
    arrive_s: int
    length_m: int
    line: tuple[tuple[float, float], ...] = ()
    detail: Detail = None

    def __post_init__(self) -> None:
        if self.arrive_s < self.depart_s:
            raise ValueError(f"a leg by {self.mode} arrives at {self.arrive_s}, leaves at {self.depart_s}")

    @property
    def bookable(self) -> bool:
        return isinstance(self.detail, PooledOffer | SharedCar | LiftSeat)

    @property
    def is_boarded(self) -> bool:
        """Whether one gets on another vehicle for it."""
        stays_seated = isinstance(self.detail, Transit) and self.detail.stays_seated
        return self.mode not in UNDER_OWN_POWER and not stays_seated

    def moved(self, seconds: int) -> "Leg":
        """The leg, later by so much: what is made under one's own power can be."""
        return replace(self, depart_s=self.depart_s + seconds, arrive_s=self.arrive_s + seconds)


class ReasonCode(StrEnum):
    """Why a journey is among the answers."""

    EARLIEST = "earliest"
    LATEST_DEPARTURE = "latest_departure"
    FEWEST_TRANSFERS = "fewest_transfers"
    LEAST_WALKING = "least_walking"
    CHEAPEST = "cheapest"
    LEAST_CO2 = "least_co2"
    ONLY_ONE = "only_one"
    BALANCED = "balanced"
    WITHOUT_PROMISE = "without_promise"


@dataclass(frozen=True, slots=True)
class Price:
    """Cents; ``complete`` is False where a leg has no price here."""

    cents: int
    currency: str
    complete: bool = True


@dataclass(frozen=True)
class Journey:
    """An answer: legs that follow one another without going back in time.

    Raises
    ------
    ValueError
        Where a leg leaves before the one before it arrives.
    """

    legs: tuple[Leg, ...]
    price: Price | None = None
    co2_g: int = 0
    reasons: tuple[ReasonCode, ...] = field(default=())

    def __post_init__(self) -> None:
        if not self.legs:
            raise ValueError("a journey has at least one leg")
        for before, after in zip(self.legs, self.legs[1:], strict=False):
            if after.depart_s < before.arrive_s:
                raise ValueError(
                    f"a leg by {after.mode} leaves at {after.depart_s}, "
                    f"before the one by {before.mode} arrives at {before.arrive_s}"
                )

    @property
    def depart_s(self) -> int:
        return self.legs[0].depart_s

    @property
    def arrive_s(self) -> int:
        return self.legs[-1].arrive_s

    @cached_property
    def key(self) -> str:
        """The same for the same journey found again: by which runs, or in which way, between which places."""
        parts = [
            f"{leg.detail.trip_id} {leg.detail.scheduled_depart_s} {leg.start.stop_id} {leg.end.stop_id}"
            if isinstance(leg.detail, Transit)
            else f"{leg.mode} {leg.start.rounded} {leg.end.rounded} {_run(leg)}"
            for leg in self.legs
        ]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]

    @cached_property
    def doubt(self) -> Doubt:
        """The greatest of its legs'."""
        kinds = {LiftSeat: Doubt.ANSWER, BenchWait: Doubt.LUCK}
        return max(kinds.get(type(leg.detail), Doubt.NONE) for leg in self.legs)

    @cached_property
    def transfers(self) -> int:
        """Vehicles after the first one."""
        return max(0, sum(leg.is_boarded for leg in self.legs) - 1)

    @cached_property
    def walk_m(self) -> int:
        return sum(leg.length_m for leg in self.legs if leg.mode is Mode.WALK)

    @property
    def expire_s(self) -> int | None:
        """Until when its offers are held; None where nothing is held."""
        held = [leg.detail.expire_s for leg in self.legs if isinstance(leg.detail, PooledOffer)]
        return min(held, default=None)

    def offers(self) -> Iterable[PooledOffer]:
        """The offers it is made of, in order."""
        return (leg.detail for leg in self.legs if isinstance(leg.detail, PooledOffer))


def _run(leg: Leg) -> str:
    """Which of several that go the same way."""
    return f"{leg.detail.lift_id} {leg.detail.day}" if isinstance(leg.detail, LiftSeat) else ""


def connected(legs: Iterable[Leg]) -> tuple[Leg, ...]:
    """Legs without walks that lead nowhere, and with those to the first vehicle as late as it allows.

    Nobody wants to stand at a stop who could still be at home.
    """
    drawn = [leg for leg in legs if leg.length_m or leg.mode is not Mode.WALK]
    for at in range(len(drawn) - 2, -1, -1):
        if any(leg.mode not in UNDER_OWN_POWER for leg in drawn[: at + 1]):
            continue
        drawn[at] = drawn[at].moved(drawn[at + 1].depart_s - drawn[at].arrive_s)
    return tuple(drawn)
