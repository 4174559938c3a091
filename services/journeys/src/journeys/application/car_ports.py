"""What the use cases around shared cars need of their store."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from service_kit.once import Answers

from journeys.application.desk import Recording
from journeys.domain.car_facts import CarFact
from journeys.domain.cars import Reservation, Window


@dataclass(frozen=True, slots=True)
class ReservationFilter:
    """Which reservations are asked for; None for all."""

    car_id: str | None = None
    client_id: str | None = None
    passenger_reference: str | None = None


class Position(NamedTuple):
    """Where a page of reservations, by the beginning of their windows, goes on."""

    start: datetime
    reservation_id: str


class CarReader(Answers, Protocol):
    """One state of the store."""

    def reservation(self, reservation_id: str) -> Reservation | None: ...

    def touching(self, around: Window, now: datetime, car_id: str | None = None) -> list[Reservation]:
        """What could keep cars from being free in a window: kept or being charged then, or not back yet."""
        ...

    def last_taken(self, now: datetime) -> dict[str, datetime]:
        """When each car's last reservation before now began, by car."""
        ...

    def reservations(
        self, chosen: ReservationFilter, after: Position | None, count: int
    ) -> list[Reservation]:
        """At most ``count`` by the beginning of their windows, after a position."""
        ...

    def open_count(self, client_id: str, passenger_reference: str, now: datetime) -> int:
        """How many reservations somebody has that have not ended."""
        ...


class CarWriter(CarReader, Recording, Protocol):
    """One transaction."""

    def take_turn(self, car_id: str) -> None:
        """Let no other transaction reserve this car before the end of this one; raises Overtaken."""
        ...

    def put_reservation(self, reservation: Reservation) -> None: ...

    def tell_cars(self, facts: Sequence[CarFact]) -> None:
        """Have facts told on the bus once the transaction is done."""
        ...

    def forget_reservations(self, over_before: datetime) -> int:
        """Delete those that were over before an instant; how many."""
        ...


class CarStore(Protocol):
    """Where reservations are kept."""

    def reading(self) -> AbstractContextManager[CarReader]: ...

    def writing(self) -> AbstractContextManager[CarWriter]: ...
