"""What lifts need from others: a place to be kept."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from service_kit.identity.audit import AuditEntry
from service_kit.once import Answers, WritableAnswers

from journeys.domain.lifts import Lift, LiftReport, Party
from journeys.domain.lifts_facts import LiftFact
from journeys.domain.lifts_seats import Seat
from journeys.domain.lifts_tour import LiftDay


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose lifts or seats to list; None for everybody's."""

    client_id: str | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class SeatFilter:
    """Which seats; ``lift_id`` is None for those of any lift."""

    whose: Whose
    lift_id: str | None = None


class LiftReader(Answers, Protocol):
    """One consistent view of what is stored."""

    def lift(self, lift_id: str) -> Lift | None: ...

    def lifts(self, whose: Whose, after: int, count: int) -> list[Lift]:
        """At most ``count`` in the order of posting, after a number."""
        ...

    def lifts_of_driver(self, driver: Party, last_day_from: date) -> list[Lift]:
        """Lifts that go on a day or later and are not withdrawn."""
        ...

    def newest_change(self) -> int:
        """A number that grows with every change of a lift or seat."""
        ...

    def lifts_changed(self, since: int) -> list[Lift]:
        """Lifts that changed after a change, the withdrawn and hidden ones among them."""
        ...

    def day(self, lift_id: str, day: date) -> LiftDay: ...

    def days(self, days: Sequence[date]) -> Mapping[tuple[str, date], tuple[tuple[str, str], ...]]:
        """The stops of all lifts that somebody asked for a seat in on these days."""
        ...

    def seat(self, seat_id: str) -> Seat | None: ...

    def seats_on(self, days: Sequence[date], lift_id: str | None = None) -> list[Seat]:
        """Seats asked for or given on these days, of one lift or all."""
        ...

    def seats_of_lift(self, lift_id: str) -> list[Seat]:
        """All seats of a lift that are kept."""
        ...

    def seats_from(self, lift_id: str, first: date) -> list[Seat]:
        """Seats of a lift asked for or given on a day and later."""
        ...

    def seats(self, chosen: SeatFilter, after: int, count: int) -> list[Seat]:
        """At most ``count`` in the order of asking, after a number."""
        ...

    def seats_of_passenger(self, passenger: Party) -> list[Seat]:
        """Seats asked for or given, in any lift."""
        ...

    def seats_changed(self, chosen: SeatFilter, since: int, count: int) -> tuple[int, list[Seat]]:
        """At most ``count`` seats that changed after a change, and up to which change these are all."""
        ...

    def overdue(self, now_s: int, count: int) -> list[Seat]:
        """Seats asked for whose time to answer is over."""
        ...

    def reports(self, after: int, count: int) -> list[LiftReport]: ...

    def answered_bookings(self, now_s: int, count: int) -> list[tuple[str, Seat]]:
        """Bookings with seats that were answered, or given up, and that are to be told so."""
        ...

    def is_released(self, order: str) -> bool:
        """Whether an order was given back, so that it is not carried out any more."""
        ...


class LiftWriter(LiftReader, WritableAnswers, Protocol):
    """A transaction: all of it is stored, or nothing."""

    def put_lift(self, lift: Lift) -> Lift: ...

    def put_seat(self, seat: Seat) -> Seat: ...

    def put_day(self, day: LiftDay) -> None:
        """Store it as its next version; raises Overtaken when it was not the newest any more."""
        ...

    def add_report(self, report: LiftReport) -> None: ...

    def release_order(self, order: str, now_s: int) -> None: ...

    def book_seat(self, seat_id: str, booking_id: str) -> None:
        """Note that a seat is a leg of a booked journey."""
        ...

    def unbook_seat(self, seat_id: str) -> None:
        """Note that its booking gave it back."""
        ...

    def told_booking(self, seat: Seat, until_s: int) -> None:
        """Note that a booking was told the seat's state, and until when it is told again."""
        ...

    def publish(self, facts: Sequence[LiftFact]) -> None: ...

    def record(self, entry: AuditEntry) -> None: ...

    def purge_answers(self, before: datetime) -> int:
        """Forget what requests were answered with; how many."""
        ...

    def forget_places(self, dropoff_before_s: int) -> int:
        """Keep of seats that are over no exact places; how many."""
        ...

    def purge(self, over_before: date, reported_before_s: int) -> int:
        """Delete lifts and seats of days before, and old reports; how many rows."""
        ...


class LiftStore(Protocol):
    """Where lifts are kept."""

    def reading(self) -> AbstractContextManager[LiftReader]: ...

    def writing(self) -> AbstractContextManager[LiftWriter]: ...
