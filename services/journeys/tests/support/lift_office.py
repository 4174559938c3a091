"""A village with three streets, lifts in it, and the use cases around them on a store of the test's own."""

import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from journeys.adapters.lift_store import SqlLiftStore
from journeys.application.lift_booking import LiftBooking
from journeys.application.lift_matching import Match
from journeys.application.lift_offering import LiftOffering, Posting
from journeys.application.lift_riding import Asking, LiftRiding, Ride
from journeys.application.lift_roads import LiftRoads
from journeys.application.lift_room import LiftRoom
from journeys.application.lift_safety import LiftSafety
from journeys.application.ports import Span
from journeys.domain.lifts import Audience, Claims, Lift, LiftTimes, Party
from journeys.domain.lifts_seats import Seat
from journeys.domain.places import Point
from little_district import write_map
from routing_core.roads.build import build_graph
from routing_core.roads.network import RoadNetwork
from routing_core.roads.osm import read_streets
from routing_core.roads.profile import load_profile
from routing_core.roads.router import Router
from service_kit import audit_trail
from service_kit.clock import SimulatedClock
from service_kit.database import open_engine
from service_kit.identity.principal import Principal, Role
from service_kit.migrations import migrate
from service_kit.once import Call

TENANT = "testamt"
ZONE = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
"""A Monday; two in the afternoon in the village."""
TODAY = date(2026, 6, 15)

WESTEND, OSTEND = Point(53.5001, 13.2001, "Westend"), Point(53.5001, 13.2399, "Ostend")
STOPS = (WESTEND, OSTEND)
WEST, EAST = Point(53.5, 13.2, "west"), Point(53.5, 13.24, "east")
MIDWEST, MIDEAST = Point(53.5002, 13.2125, "midwest"), Point(53.5002, 13.2275, "mideast")
NORTH = Point(53.508, 13.22, "north")
"""On the northern street, a way round for those on the southern one."""


def driver(name: str) -> Principal:
    return Principal(name, frozenset({Role.PASSENGER}), TENANT, "app")


passenger = driver
DISPATCHER = Principal("desk", frozenset({Role.DISPATCHER}), TENANT, "console")


@lru_cache
def roads() -> LiftRoads:
    """The village's streets for cars and feet, made once."""
    with tempfile.TemporaryDirectory() as folder:
        extract = write_map(Path(folder) / "map.osm")
        routers = [
            Router(RoadNetwork(build_graph(read_streets(extract, load_profile(profile)))[0]))
            for profile in ("car", "walk")
        ]
    return LiftRoads(routers[0], routers[1], STOPS)


def local_s(clock: str, day: date = TODAY) -> int:
    """Unix seconds of a time on the village's clocks."""
    return round(datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZONE).timestamp())


def once(clock: str, day: date = TODAY) -> LiftTimes:
    hours, minutes = clock.split(":")
    return LiftTimes(day, int(hours) * 3600 + int(minutes) * 60, frozenset(), day)


def weekly(clock: str, weekdays: set[int], last: date, first: date = TODAY) -> LiftTimes:
    return LiftTimes(first, once(clock).clock_s, frozenset(weekdays), last)


class LiftOffice:
    """The use cases; every write has a request id of its own."""

    def __init__(self, database: str, now: datetime = NOON, on: LiftRoads | None = None) -> None:
        self.engine: sa.Engine = open_engine(database)
        migrate(self.engine, "journeys.adapters.lift_migrations")
        self.clock = SimulatedClock(now)
        self.store = SqlLiftStore(self.engine, TENANT)
        self.room = LiftRoom(self.store, on or roads(), ZONE, self.clock, lambda: None)
        self.offering = LiftOffering(self.room)
        self.riding = LiftRiding(self.room)
        self.safety = LiftSafety(self.room)
        self.booking = LiftBooking(self.room, self.riding)
        self._numbers = count(1)

    def done(self, use_case: Callable[..., bytes], caller: Principal, *asked: Any, **more: Any) -> Any:
        """Carry out a write, and return what came of it."""
        results: list[Any] = []

        def encode(result: Any) -> bytes:
            results.append(result)
            return repr(result).encode()

        name = f"r{next(self._numbers)}"
        use_case(Call("Test", name, b"", encode, caller, frozenset()), *asked, **more)
        return results[-1]

    def post(
        self,
        times: LiftTimes,
        start: Point = WEST,
        end: Point = EAST,
        *,
        who: str = "dora",
        seats: int = 2,
        detour_min: int = 10,
        audience: Audience = Audience.EVERYBODY,
        audience_id: str = "",
    ) -> Lift:
        """Post a lift."""
        posting = Posting(
            Party("app", who), start, end, times, seats, 60 * detour_min, audience, audience_id, ""
        )
        lift: Lift = self.done(self.offering.post, driver(who), posting)
        return lift

    def find(
        self,
        start: Point = MIDWEST,
        end: Point = MIDEAST,
        *,
        clock: str = "17:00",
        day: date = TODAY,
        minutes: int = 120,
        seats: int = 1,
        claims: Claims = Claims(),  # noqa: B008 - never changes
        walk_m: int = 500,
    ) -> list[Match]:
        """Lifts that somebody could take."""
        earliest_s = local_s(clock, day)
        span = Span(earliest_s, earliest_s + 60 * minutes)
        return self.riding.find(Ride(start, end, span, seats, claims, walk_m))

    def asking(
        self,
        lift: Lift,
        who: str,
        start: Point = MIDWEST,
        end: Point = MIDEAST,
        *,
        day: date = TODAY,
        seats: int = 1,
        claims: Claims = Claims(),  # noqa: B008 - never changes
        earliest_pickup_s: int | None = None,
    ) -> Asking:
        return Asking(lift.id, day, start, end, seats, Party("app", who), claims, 500, earliest_pickup_s)

    def ask(self, lift: Lift, who: str, *places: Point, **more: Any) -> Seat:
        """Ask for a seat."""
        seat: Seat = self.done(self.riding.ask, passenger(who), self.asking(lift, who, *places, **more))
        return seat

    def answer(self, seat: Seat, *, accept: bool = True, who: str = "dora") -> Seat:
        """Say yes or no."""
        answered: Seat = self.done(self.offering.answer, driver(who), seat.id, accept=accept)
        return answered

    def seat(self, seat: Seat) -> Seat:
        """The seat as it is stored now."""
        with self.store.reading() as reader:
            found = reader.seat(seat.id)
        assert found is not None
        return found

    def lift(self, lift: Lift) -> Lift:
        """The lift as it is stored now."""
        with self.store.reading() as reader:
            found = reader.lift(lift.id)
        assert found is not None
        return found

    def events(self) -> list[str]:
        """Names of the events that were told, in order."""
        with self.engine.connect() as connection:
            types = connection.execute(sa.text("SELECT type FROM outbox ORDER BY seq")).scalars()
            return [name.rpartition(".")[2] for name in types]

    def audited(self) -> list[tuple[str, str]]:
        """Who did something, with what outcome, in order."""
        with self.engine.connect() as connection:
            found = audit_trail.entries(
                connection, since=None, subject=None, entity_id=None, after=0, count=100
            )
        return [(entry.subject, entry.outcome) for _, entry in found]

    def pass_time(self, **duration: float) -> datetime:
        """Move the clock on, and return its time."""
        return self.clock.advance_to(self.clock.now() + timedelta(**duration))

    def close(self) -> None:
        self.engine.dispose()
