"""What the use cases need from outside."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from routing_core.fleet.model import Plan
from routing_core.travel import TravelMatrix
from service_kit.identity.audit import AuditEntry

from pooling.domain.breakdown_report import BreakdownReport
from pooling.domain.facts import Fact
from pooling.domain.fleet import Shift, Vehicle
from pooling.domain.offers import Offer, OfferState
from pooling.domain.places import Point
from pooling.domain.rides import Contact, Ride, RideState
from pooling.domain.zone_day import ZoneDay


class NoRoadNearby(Exception):  # noqa: N818 - reads as what it is
    """No road to board at within the limit; ``distance_m`` to the nearest one."""

    def __init__(self, distance_m: float) -> None:
        super().__init__(f"the nearest road is {distance_m:.0f} m away")
        self.distance_m = distance_m


class PlanChanged(Exception):  # noqa: N818 - reads as what it is
    """Somebody else stored a newer version of a zone's day first."""


class AnsweredMeanwhile(Exception):  # noqa: N818 - reads as what it is
    """The same request id was answered while this call was at work."""


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What a request id was answered with, and a digest of what was asked."""

    fingerprint: bytes
    answer: bytes


@dataclass(frozen=True, slots=True)
class RideFilter:
    """Which rides to list; None for all."""

    zone_id: str | None = None
    service_date: date | None = None
    states: frozenset[RideState] = frozenset()
    client_id: str | None = None
    passenger_reference: str | None = None


@dataclass(frozen=True, slots=True)
class Searched:
    """A plan, and how little could be driven at all: in metres, None where that is not known."""

    plan: Plan
    lower_bound_m: int | None = None
    optimal: bool = False


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries of the audit trail to list; None for all."""

    since: datetime | None = None
    subject: str | None = None
    entity_id: str | None = None


class PlanImprover(Protocol):
    """Searches for tours that drive less."""

    def improve(
        self, plan: Plan, travel: TravelMatrix, time_limit_s: float, *, prove: bool = False
    ) -> Searched:
        """A plan that keeps every rule and serves every request the given one serves; that one if none is
        better. Done and locked stops stay. With ``prove`` a part of the time goes into the lower bound.
        """
        ...


class Roads(Protocol):
    """Places on the roads, and driving times between them."""

    def snap(self, point: Point, limit_m: float) -> Point:
        """The nearest point on a road at which passengers may board; raises NoRoadNearby."""
        ...

    def travel_matrix(self, points: Sequence[Point]) -> TravelMatrix:
        """Between points that ``snap`` returned."""
        ...

    def on_the_way(self, origin: Point, destination: Point, driven_s: int) -> Point:
        """Where one is so many seconds after setting off, on a road at which passengers may board; between
        points that ``snap`` returned, ``origin`` where there is no way.
        """
        ...

    def usual_travel_matrix(self, points: Sequence[Point]) -> TravelMatrix:
        """The same without any closures and slow-downs."""
        ...


@dataclass(frozen=True, slots=True)
class Way:
    """The fastest way between two places; ``line`` is an encoded polyline."""

    seconds: int
    line: str


class Ways(Protocol):
    """How one drives."""

    def way(self, origin: Point, destination: Point) -> Way | None:
        """Between points of ``Roads.snap``, on the roads as they are now; None where there is none."""
        ...


class Reader(Protocol):
    """One consistent view of what is stored."""

    def zone_day(self, zone_id: str, service_date: date) -> ZoneDay:
        """The day; an empty one of version 0 where nothing is stored."""
        ...

    def days_from(self, zone_id: str, first: date) -> list[date]:
        """Service dates of the zone that have a stored day, from ``first`` on."""
        ...

    def offer(self, offer_id: str) -> Offer | None: ...

    def offers_of(self, answer_id: str) -> list[Offer]: ...

    def ride(self, ride_id: str) -> Ride | None: ...

    def rides(self, chosen: RideFilter, after: int, count: int) -> list[tuple[int, Ride]]:
        """At most ``count`` rides in booking order after a position, with their positions."""
        ...

    def contact(self, ride_id: str) -> Contact | None: ...

    def vehicle(self, vehicle_id: str) -> Vehicle | None: ...

    def vehicles(self, zone_id: str | None, after: str, count: int) -> list[Vehicle]:
        """At most ``count`` by id, after an id."""
        ...

    def shift(self, shift_id: str) -> Shift | None: ...

    def shifts(
        self,
        zone_id: str | None,
        service_date: date | None,
        vehicle_id: str | None,
        after: str,
        count: int,
    ) -> list[Shift]:
        """At most ``count`` by id, after an id."""
        ...

    def breakdown(self, breakdown_id: str) -> BreakdownReport | None: ...

    def breakdowns(
        self, zone_id: str | None, vehicle_id: str | None, before: int, count: int
    ) -> list[tuple[int, BreakdownReport]]:
        """At most ``count``, the latest report first, with their positions; told before a position, or all
        where it is 0.
        """
        ...

    def latest_breakdown(self, vehicle_id: str) -> BreakdownReport | None:
        """Of a vehicle, by when it happened."""
        ...

    def stored_answer(self, method: str, answer_key: str) -> StoredAnswer | None: ...

    def audit_entries(self, chosen: AuditFilter, after: int, count: int) -> list[tuple[int, AuditEntry]]:
        """At most ``count`` entries after a number, oldest first, with their numbers."""
        ...


class Writer(Reader, Protocol):
    """A transaction: all of it is stored, or nothing."""

    def put_zone_day(self, day: ZoneDay) -> ZoneDay:
        """Store the day as its next version; raises PlanChanged when it was not the newest any more."""
        ...

    def put_offer(self, offer: Offer) -> None: ...

    def set_offer_states(self, offer_ids: Sequence[str], state: OfferState) -> None: ...

    def put_ride(self, ride: Ride) -> None: ...

    def put_contact(self, ride_id: str, contact: Contact, delete_after: datetime) -> None: ...

    def put_vehicle(self, vehicle: Vehicle) -> None: ...

    def delete_vehicle(self, vehicle_id: str) -> None: ...

    def put_shift(self, shift: Shift) -> None: ...

    def delete_shift(self, shift_id: str) -> None: ...

    def put_breakdown(self, report: BreakdownReport) -> None: ...

    def store_answer(self, method: str, answer_key: str, answer: StoredAnswer, now: datetime) -> None:
        """Raises AnsweredMeanwhile when there is an answer under this key already."""
        ...

    def record(self, entry: AuditEntry) -> None:
        """Add to the trail of who did what."""
        ...

    def publish(self, facts: Sequence[Fact]) -> None:
        """Let others know, once this transaction is stored."""
        ...

    def purge(self, now: datetime, answered_before: datetime, audited_before: datetime) -> int:
        """Delete contacts that are due, and answers, breakdowns and audit entries that are old; how many rows
        went.
        """
        ...


class Store(Protocol):
    """Where everything is kept."""

    def reading(self) -> AbstractContextManager[Reader]: ...

    def writing(self) -> AbstractContextManager[Writer]: ...
