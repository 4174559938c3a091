"""What the use cases around recycling yards and parking spaces need from outside."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from service_kit.identity.audit import AuditEntry
from service_kit.once import WritableAnswers

from waste.domain.access import Scope
from waste.domain.containers import OpeningSpan
from waste.domain.yard import YardPlan

MOST_SENSORS = 16


class SensorRole(StrEnum):
    """What a sensor of a yard counts."""

    ENTRY = "entry"
    EXIT = "exit"
    BOTH = "both"
    QUEUE = "queue"
    """Measures how long the queue before the gate is."""


@dataclass(frozen=True, slots=True)
class Yard:
    """A recycling yard.

    Parameters
    ----------
    sensors
        Device and role.
    public
        Whether anybody may look at it.
    """

    id: str
    sub_account_id: str
    name: str
    latitude_deg: float
    longitude_deg: float
    zone: ZoneInfo
    plan: YardPlan
    opening_hours: tuple[OpeningSpan, ...] = ()
    sensors: tuple[tuple[str, SensorRole], ...] = ()
    public: bool = False


@dataclass(frozen=True, slots=True)
class ParkingSpace:
    """A parking space that a sensor watches."""

    id: str
    sub_account_id: str
    name: str
    latitude_deg: float
    longitude_deg: float


PlaceT = TypeVar("PlaceT", Yard, ParkingSpace)


class YardReader(Protocol):
    """One state of what is kept."""

    def find(self, kind: type[PlaceT], place_id: str, scope: Scope) -> PlaceT | None:
        """The place of this id, where it exists in the scope."""
        ...

    def listed(self, kind: type[PlaceT], scope: Scope, after: str, count: int) -> list[PlaceT]:
        """At most ``count`` places with ids after one, by id."""
        ...


class YardWriter(YardReader, WritableAnswers, Protocol):
    """One transaction."""

    def owner(self, kind: type[Yard | ParkingSpace], place_id: str) -> str | None:
        """The sub-account whose place it is; None where there is none of this id."""
        ...

    def keep(self, place: Yard | ParkingSpace) -> None: ...

    def record(self, entry: AuditEntry) -> None: ...


class YardStore(Protocol):
    """Where they are kept."""

    def reading(self) -> AbstractContextManager[YardReader]: ...

    def writing(self) -> AbstractContextManager[YardWriter]: ...
