"""Vehicles and the shifts they are on duty."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from hashlib import sha256

from routing_core.fleet.model import Capacity, Layout

from pooling.domain.places import Point

ETAG_LENGTH = 16


class VehicleKind(Enum):
    BUERGERBUS = "buergerbus"
    ANRUFBUS = "anrufbus"
    DOERPSMOBIL = "doerpsmobil"
    TAXI = "taxi"


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A vehicle of a zone; ``layouts`` are the ways its places can be set up."""

    id: str
    zone_id: str
    kind: VehicleKind
    name: str
    layouts: tuple[Layout, ...]
    out_of_service: bool = False

    @property
    def capacity(self) -> Capacity:
        return Capacity(self.layouts)


@dataclass(frozen=True, slots=True)
class Rest:
    """A driver's break: begins in the window."""

    id: str
    earliest: datetime
    latest: datetime
    duration_s: int


@dataclass(frozen=True, slots=True)
class Shift:
    """A vehicle on duty; starts and ends at points on the road."""

    id: str
    vehicle_id: str
    zone_id: str
    service_date: date
    start: datetime
    end: datetime
    start_point: Point
    end_point: Point
    breaks: tuple[Rest, ...] = ()

    @property
    def etag(self) -> str:
        """Another text for every other content; opaque to everybody else."""
        content = (
            self.id,
            self.vehicle_id,
            self.start.timestamp(),
            self.end.timestamp(),
            self.start_point,
            self.end_point,
            [(rest.earliest.timestamp(), rest.latest.timestamp(), rest.duration_s) for rest in self.breaks],
        )
        return sha256(repr(content).encode()).hexdigest()[:ETAG_LENGTH]
