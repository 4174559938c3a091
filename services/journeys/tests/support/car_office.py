"""Two shared cars of a village, and the use cases around them on a store of the test's own."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from journeys.adapters.car_store import SqlCarStore
from journeys.application.car_desk import CarDesk, Wanted
from journeys.domain.cars import Car, Reservation, VolunteerHours, Window
from journeys.domain.places import Point
from service_kit import audit_trail
from service_kit.clock import SimulatedClock
from service_kit.database import open_engine
from service_kit.identity.principal import Principal, Role
from service_kit.migrations import migrate
from service_kit.once import Call

TENANT = "testamt"
NOON = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
"""A Monday; two in the afternoon in the villages."""
ZONE = ZoneInfo("Europe/Berlin")
DAYS = (True,) * 7

FREE = Car("dorf", "Dörpsmobil Dorf", Point(53.6, 13.3, "Dorfplatz"), 5, 300_000, 60_000, 300, 15, "EUR")
SHARED = Car(
    *("hof", "Dörpsmobil Hof", Point(53.5, 13.2, "Hof"), 4, 100_000, 50_000, 250, 20, "EUR"),
    hours=(VolunteerHours(DAYS, 7 * 3600, 12 * 3600),),
)

DESK = Principal("desk", frozenset({Role.DISPATCHER}), TENANT, "console")


def passenger(name: str) -> Principal:
    return Principal(name, frozenset({Role.PASSENGER}), TENANT, "app")


def hours(start: float, end: float) -> Window:
    """From so many hours after noon to so many."""
    return Window(NOON + timedelta(hours=start), NOON + timedelta(hours=end))


class CarOffice:
    """The use cases; every write has a request id of its own."""

    def __init__(self, database: str) -> None:
        self.engine: sa.Engine = open_engine(database)
        migrate(self.engine, "journeys.adapters.car_migrations")
        self.clock = SimulatedClock(NOON)
        self.store = SqlCarStore(self.engine, TENANT)
        self.desk = CarDesk(
            self.store,
            [FREE, SHARED],
            zone=ZONE,
            clock=self.clock,
            committed=lambda: None,
        )
        self._numbers = count(1)

    def call(self, caller: Principal = DESK, request_id: str = "", asked: object = "") -> Call[Any]:
        """A write that somebody asks for."""
        name = request_id or f"r{next(self._numbers)}"
        self._last: Any = None

        def encode(result: object) -> bytes:
            self._last = result
            return repr(result).encode()

        return Call("Test", name, repr(asked).encode(), encode, caller, frozenset({"dorf"}))

    def reserve(
        self,
        window: Window,
        car: Car = FREE,
        distance_m: int = 60_000,
        caller: Principal = DESK,
        passenger_reference: str = "",
    ) -> Reservation:
        """Reserve a car."""
        wanted = Wanted(car.id, window, distance_m, passenger_reference)
        self.desk.reserve(self.call(caller), wanted)
        found: Reservation = self._last
        return found

    def audited(self) -> list[tuple[str, str, frozenset[str]]]:
        """Who did what with what outcome, and what it was about, in order."""
        with self.engine.connect() as connection:
            found = audit_trail.entries(
                connection, since=None, subject=None, entity_id=None, after=0, count=100
            )
        return [(entry.subject, entry.outcome, entry.entity_ids) for _, entry in found]

    def pass_time(self, **duration: float) -> datetime:
        """Move the clock on, and return its time."""
        return self.clock.advance_to(self.clock.now() + timedelta(**duration))

    def close(self) -> None:
        self.engine.dispose()
