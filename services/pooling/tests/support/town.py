"""A tiny district to try rules in: six villages along one road, five minutes apart, and real storage."""

import itertools
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import numpy as np
import sqlalchemy as sa
from identified import TENANT
from pooling.adapters.fact_messages import TOPICS
from pooling.adapters.store import SqlStore
from pooling.adapters.told_facts import from_event
from pooling.adapters.watch import TelemetryWatch
from pooling.application.breakdown_outcome import Breakdown
from pooling.application.breakdowns import ReportBreakdown
from pooling.application.changing_shifts import UpdateShift
from pooling.application.desk import Call, Desk
from pooling.application.driving import Driving, Report
from pooling.application.fleet import FleetAdministration
from pooling.application.known_breakdowns import KnownBreakdowns
from pooling.application.moving import Moved, MoveRide
from pooling.application.ports import NoRoadNearby
from pooling.application.postponing import Postponement, PostponePickup
from pooling.application.queries import Queries
from pooling.application.releasing import ReleaseOffers
from pooling.application.request_offers import PlaceWish, Question, RequestOffers
from pooling.application.rides import Booking, BookRide, CancelRide
from pooling.domain.audit import Audit, audit, points_of
from pooling.domain.breakdown_report import BreakdownReason
from pooling.domain.facts import Fact
from pooling.domain.fleet import Rest, Shift, Vehicle, VehicleKind
from pooling.domain.offers import Answer, Ask, Offer, Span
from pooling.domain.places import BoardingPoint, Point, straight_m
from pooling.domain.rides import Contact, Ride
from pooling.domain.zone import VirtualStop, Zone
from pooling.domain.zone_day import Duty, ZoneDay
from routing_core.fleet.check import Violation
from routing_core.fleet.model import Layout, Load, Stop
from routing_core.travel import TravelMatrix
from service_kit.clock import SimulatedClock
from service_kit.database import open_engine, reading
from service_kit.embedded_bus import EmbeddedBus
from service_kit.events import Event
from service_kit.identity.principal import Principal, Role
from service_kit.migrations import migrate
from service_kit.outbox import Relay

BERLIN = ZoneInfo("Europe/Berlin")
PHONE_DESK = Principal("desk", frozenset({Role.DISPATCHER}), TENANT, "console")
DAY = date(2026, 3, 10)
APART_S, APART_M = 300, 5000
ROAD = tuple(Point(round(53.50 + 0.02 * number, 6), 13.0) for number in range(6))
ISLAND = Point(53.52, 13.1)
"""In the zone, and far from any road."""
BEYOND = Point(53.7, 13.0)
"""On a road, and outside the zone."""
KNOWN = (*ROAD, BEYOND)
# The church lies on the road, a short walk from the second village.
CHURCH = VirtualStop("church", "Kirche", Point(53.521, 13.0))
PLACES = (*KNOWN, CHURCH.point)
ZONE = Zone(
    "nord",
    "Nord",
    (Point(53.4, 12.9), Point(53.4, 13.2), Point(53.65, 13.2), Point(53.65, 12.9), Point(53.4, 12.9)),
)
# Overlaps the other one from the fourth village on.
OTHER_ZONE = Zone(
    "ost",
    "Ost",
    (Point(53.55, 12.9), Point(53.55, 13.2), Point(53.65, 13.2), Point(53.65, 12.9), Point(53.55, 12.9)),
)

ResultT = TypeVar("ResultT")


class LineRoads:
    """One straight road north, driven at the same speed everywhere."""

    def snap(self, wanted: Point, limit_m: float) -> Point:
        nearest = min(PLACES, key=lambda place: straight_m(place, wanted))
        distance_m = straight_m(nearest, wanted)
        if distance_m > limit_m:
            raise NoRoadNearby(distance_m)
        return nearest

    def travel_matrix(self, points: Sequence[Point]) -> TravelMatrix:
        steps = np.array([(point.latitude_deg - ROAD[0].latitude_deg) / 0.02 for point in points])
        apart = np.abs(steps[:, None] - steps[None, :])
        return TravelMatrix(
            np.ceil(np.round(apart * APART_S, 6)).astype(np.int32),
            np.round(apart * APART_M).astype(np.int32),
        )

    def on_the_way(self, origin: Point, destination: Point, driven_s: int) -> Point:
        """The last place on the road that was passed by."""
        north = destination.latitude_deg > origin.latitude_deg
        passed = [
            place
            for place in ROAD
            if min(origin, destination) <= place <= max(origin, destination)
            and round(abs(place.latitude_deg - origin.latitude_deg) / 0.02) * APART_S <= driven_s
        ]
        return (max if north else min)(passed, default=origin)

    def usual_travel_matrix(self, points: Sequence[Point]) -> TravelMatrix:
        return LineRoads.travel_matrix(self, points)


def clock_time(text: str, day: date = DAY) -> datetime:
    """``HH:MM[:SS]`` local time; hours past 24 belong to the next morning."""
    hours, minutes, seconds, *_ = (*map(int, text.split(":")), 0, 0)
    local = datetime(day.year, day.month, day.day, hours % 24, minutes, seconds, tzinfo=BERLIN)
    return local + timedelta(days=hours // 24)


class Town:
    """The service without a server: use cases on a database of their own, and a clock that is told."""

    def __init__(
        self,
        folder: Path,
        now: str = "05:00",
        *,
        day: date = DAY,
        zones: Sequence[Zone] = (ZONE,),
        database: str | None = None,
    ) -> None:
        self.day = day
        self.clock = SimulatedClock(clock_time(now, day))
        self.engine = open_engine(database or f"sqlite:///{folder}/pooling.sqlite")
        migrate(self.engine, "pooling.adapters.migrations")
        self.store = SqlStore(self.engine, TENANT)
        self.roads = LineRoads()
        self.desk = self.new_desk(zones)
        self.request_offers = RequestOffers(self.desk)
        self.book_ride = BookRide(self.desk)
        self.cancel_ride = CancelRide(self.desk)
        self.release_offers = ReleaseOffers(self.desk)
        self.postpone_pickup = PostponePickup(self.desk)
        self.move_ride = MoveRide(self.desk)
        self.driving = Driving(self.desk)
        self.report_breakdown = ReportBreakdown(self.desk)
        self.known_breakdowns = KnownBreakdowns(self.desk)
        self.fleet = FleetAdministration(self.desk)
        self.update_shift = UpdateShift(self.desk)
        self.queries = Queries(self.desk)
        self._folder = folder
        self._results: dict[bytes, Any] = {}
        self._numbers = itertools.count()

    def new_desk(self, zones: Sequence[Zone] = (ZONE,)) -> Desk:
        """Another process's desk on the same database: it shares no lock and no memory with the first."""
        return Desk(
            store=SqlStore(self.engine, TENANT),
            roads=self.roads,
            clock=self.clock,
            zones=zones,
            virtual_stops=[CHURCH],
            time_zone=BERLIN,
            committed=lambda _days: None,
            watch=TelemetryWatch(),
        )

    def close(self) -> None:
        self.engine.dispose()

    # Time

    def at(self, text: str) -> datetime:
        return clock_time(text, self.day)

    def advance(self, text: str) -> None:
        self.clock.advance_to(self.at(text))

    # Calls

    def call(
        self,
        method: str,
        request_id: str | None = None,
        *,
        asked: object = None,
        caller: Principal = PHONE_DESK,
    ) -> Call[Any]:
        """A write whose stored answer stands for the very object the use case returned."""

        def encode(result: object) -> bytes:
            key = f"result{next(self._numbers)}".encode()
            self._results[key] = result
            return key

        return Call(method, request_id or f"call{next(self._numbers)}", repr(asked).encode(), encode, caller)

    def answer(self, encoded: bytes) -> Any:
        return self._results[encoded]

    def add_bus(
        self,
        vehicle_id: str = "bus",
        *shifts: tuple[str, str],
        layouts: Sequence[tuple[int, int]] = ((8, 0),),
        kind: VehicleKind = VehicleKind.ANRUFBUS,
        base: int = 0,
        breaks: Sequence[tuple[str, str, int]] = (),
        zone_id: str = "nord",
    ) -> Vehicle:
        """Register a vehicle and put it on duty, from 06:00 to 20:00 where no shifts are given."""
        vehicle = Vehicle(
            vehicle_id, zone_id, kind, vehicle_id.title(), tuple(Layout(*layout) for layout in layouts)
        )
        self.fleet.create_vehicle(self.call("CreateVehicle"), vehicle)
        for start, end in shifts or (("06:00", "20:00"),):
            self.add_shift(vehicle_id, start, end, base=base, breaks=breaks)
        return vehicle

    def add_shift(
        self,
        vehicle_id: str,
        start: str,
        end: str,
        *,
        base: int = 0,
        breaks: Sequence[tuple[str, str, int]] = (),
    ) -> Shift:
        rests = tuple(
            Rest("", self.at(earliest), self.at(latest), duration_s)
            for earliest, latest, duration_s in breaks
        )
        shift = Shift(
            "", vehicle_id, "", self.day, self.at(start), self.at(end), ROAD[base], ROAD[base], rests
        )
        made: Shift = self.answer(self.fleet.create_shift(self.call("CreateShift"), shift))
        return made

    def question(
        self,
        origin: int | Point | str,
        destination: int | Point | str,
        when: str = "08:00",
        *,
        minutes: float = 30,
        arrive: bool = False,
        load: tuple[int, int] = (1, 0),
        walk_m: int = 0,
        count: int = 3,
        searching: bool = False,
    ) -> Question:
        span = Span(self.at(when), self.at(when) + timedelta(minutes=minutes))
        nowhere = BoardingPoint(Point(0, 0))
        ask = Ask(
            nowhere,
            nowhere,
            Load(*load),
            None if arrive else span,
            span if arrive else None,
            walk_m,
            count,
            searching,
        )
        return Question(_wish(origin), _wish(destination), ask)

    def ask(
        self, origin: int | Point | str, destination: int | Point | str, *asked: Any, **more: Any
    ) -> Answer:
        """Ask for offers; see :meth:`question`."""
        question = self.question(origin, destination, *asked, **more)
        answer: Answer = self.answer(self.request_offers(self.call("RequestOffers"), question))
        return answer

    def book(self, offer: Offer, request_id: str | None = None, contact: Contact | None = None) -> Ride:
        booking = Booking(offer.id, "", contact)
        call = self.call("BookRide", request_id, asked=booking)
        ride: Ride = self.answer(self.book_ride(call, booking))
        return ride

    def ride(self, origin: int, destination: int, *asked: Any, **more: Any) -> Ride:
        """Ask, and book the best offer."""
        return self.book(self.ask(origin, destination, *asked, **more).offers[0])

    def cancel(self, ride_id: str) -> Ride:
        ride: Ride = self.answer(self.cancel_ride(self.call("CancelRide"), ride_id, ""))
        return ride

    def move(
        self, ride_id: str, shift_id: str, *, plan_version: int = 0, caller: Principal = PHONE_DESK
    ) -> Moved:
        call = self.call("MoveRide", caller=caller)
        found: Moved = self.answer(self.move_ride(call, ride_id, shift_id, plan_version))
        return found

    def postpone(
        self, ride_id: str, earliest: str | datetime, caller: Principal = PHONE_DESK
    ) -> Postponement:
        call = self.call("PostponePickup", caller=caller)
        instant = self.at(earliest) if isinstance(earliest, str) else earliest
        found: Postponement = self.answer(self.postpone_pickup(call, ride_id, instant))
        return found

    def release(self, *offers: Offer) -> tuple[str, ...]:
        """Give offers back; returns the ids of those that were held."""
        offer_ids = [offer.id for offer in offers]
        call = self.call("ReleaseOffers", asked=offer_ids)
        released: tuple[str, ...] = self.answer(self.release_offers(call, offer_ids))
        return released

    def arrive(self, stop_id: str, when: str | None = None, vehicle_id: str = "bus") -> None:
        self.driving.arrive(self.call("ArriveAtStop"), self._report(vehicle_id, when), stop_id)

    def board(self, ride_id: str, when: str | None = None, vehicle_id: str = "bus") -> Ride:
        call = self.call("BoardPassenger")
        ride: Ride = self.answer(self.driving.board(call, self._report(vehicle_id, when), ride_id))
        return ride

    def alight(self, ride_id: str, when: str | None = None, vehicle_id: str = "bus") -> Ride:
        call = self.call("AlightPassenger")
        ride: Ride = self.answer(self.driving.alight(call, self._report(vehicle_id, when), ride_id))
        return ride

    def no_show(self, ride_id: str, when: str | None = None, vehicle_id: str = "bus") -> Ride:
        call = self.call("ReportNoShow")
        ride: Ride = self.answer(self.driving.no_show(call, self._report(vehicle_id, when), ride_id))
        return ride

    def break_down(
        self,
        vehicle_id: str = "bus",
        when: str | None = None,
        *,
        place: int | None = None,
        request_id: str | None = None,
        reason: BreakdownReason = BreakdownReason.UNSPECIFIED,
        caller: Principal = PHONE_DESK,
    ) -> Breakdown:
        """The vehicle stands still; ``place`` is a village."""
        call = self.call("ReportBreakdown", request_id, caller=caller)
        position = None if place is None else ROAD[place]
        report = self._report(vehicle_id, when)
        found: Breakdown = self.answer(self.report_breakdown(call, report, position, reason))
        return found

    def _report(self, vehicle_id: str, when: str | None) -> Report:
        if when is None:
            return Report(vehicle_id, None)
        time = self.at(when)
        if time > self.clock.now():
            self.clock.advance_to(time)
        return Report(vehicle_id, time)

    # What is stored

    def plan(self, zone_id: str = "nord", day: date | None = None) -> ZoneDay:
        with self.store.reading() as reader:
            return reader.zone_day(zone_id, day or self.day)

    def duty(self, vehicle_id: str = "bus") -> Duty:
        return next(duty for duty in self.plan().duties if duty.vehicle.id == vehicle_id)

    def stops(self, vehicle_id: str = "bus") -> list[Stop]:
        return list(self.duty(vehicle_id).stops)

    def times(self, vehicle_id: str = "bus") -> list[tuple[str, str, str]]:
        """Action, subject and local start of every stop."""
        start = self.desk.service_day(self.day)
        return [
            (
                stop.action.value,
                stop.subject,
                start.instant(stop.start_s).astimezone(BERLIN).strftime("%H:%M:%S"),
            )
            for stop in self.stops(vehicle_id)
        ]

    def board_time(self, ride_id: str) -> datetime:
        """When the vehicle came for the ride, as stored."""
        return self.queries.ride(ride_id, PHONE_DESK)[0].pickup_time

    def violations(self) -> list[Violation]:
        """What the checker says about the plan as the clock finds it."""
        return [
            violation
            for zone_id in self.desk.zones
            for violation in self.desk.frame(self.plan(zone_id), self.clock.now()).violations()
        ]

    def events(self) -> list[Event]:
        """Everything published so far."""
        bus = EmbeddedBus(self._folder / "events.sqlite")
        Relay(self.engine, bus).publish_pending()
        found = [delivery.event for delivery in bus.read(TOPICS)]
        bus.close()
        return found

    def facts(self, *kinds: type[Fact]) -> list[Any]:
        """Everything told so far, or the facts of these kinds."""
        told = [from_event(event) for event in self.events()]
        return [fact for fact in told if fact is not None and (not kinds or isinstance(fact, kinds))]

    def audit(self, as_of: str = "27:00") -> Audit:
        facts = self.facts()
        points = points_of(facts)
        return audit(facts, points, self.roads.travel_matrix(points), self.at(as_of))

    def row_counts(self) -> dict[str, int]:
        """Rows of every table: equal before and after a call that must write nothing."""
        with reading(self.engine) as connection:
            names = sa.inspect(connection).get_table_names()
            return {
                name: connection.execute(sa.select(sa.func.count()).select_from(sa.table(name))).scalar_one()
                for name in names
            }


def _wish(place: int | Point | str) -> PlaceWish:
    if isinstance(place, int):
        return PlaceWish(ROAD[place])
    if isinstance(place, str):
        return PlaceWish(None, place)
    return PlaceWish(place)
