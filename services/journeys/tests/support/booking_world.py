"""A world to book in: parts that fail when told to, and a store that does, too."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from journeys.application.booking_steps import BookingSteps, Steps
from journeys.application.bookings import Bookings, BookingWish
from journeys.application.ports import Unavailable
from journeys.application.ports_booking import (
    Booked,
    BookingFilter,
    Contact,
    Kept,
    LegOrder,
    Refused,
    Released,
    ShownJourney,
    ShownLeg,
    StoredBooking,
)
from journeys.application.question import Payer
from journeys.domain.booking import BookingState
from journeys.domain.booking_facts import BookingFact
from journeys.domain.places import Point
from service_kit.clock import SimulatedClock
from service_kit.errors import NotFound
from service_kit.identity.audit import AuditEntry
from service_kit.identity.principal import Principal, Role
from service_kit.once import Overtaken, StoredAnswer

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
DESK = Principal("desk", frozenset({Role.DISPATCHER}), "amt", "console")
ANNA = Principal("anna", frozenset({Role.PASSENGER}), "amt", "app")
BERND = Principal("bernd", frozenset({Role.PASSENGER}), "amt", "app")
HELD_S = 120
GOAL = Point(52.525, 13.369, "Berlin")


class Crash(BaseException):
    """The process dies here."""


@dataclass
class Script:
    """What happens at the next points where something can happen; then nothing does."""

    events: list[str] = field(default_factory=list)

    def next(self) -> str:
        return self.events.pop(0) if self.events else ""


@dataclass
class FakeLegs:
    """A part that books legs, as the port promises."""

    script: Script = field(default_factory=Script)
    state: dict[str, str] = field(default_factory=dict)
    contacts: dict[str, Contact | None] = field(default_factory=dict)
    refusing: set[int] = field(default_factory=set)
    keeping: set[int] = field(default_factory=set)
    away: bool = False
    asks: bool = False

    def book(self, order: LegOrder, timeout_s: float) -> Booked | Refused:
        assert timeout_s > 0
        what = self._before()
        if self.state.get(order.name) == "released":
            answer: Booked | Refused = Refused("OFFER_EXPIRED", "it was given back")
        elif order.leg_number in self.refusing:
            answer = Refused("OFFER_TAKEN", "somebody else has it")
        else:
            self.state[order.name] = "booked"
            self.contacts[order.name] = order.contact
            answer = Booked(f"ride-{order.name}", self.asks)
        self._after(what)
        return answer

    def release(self, order: LegOrder, timeout_s: float) -> Released | Kept:
        assert timeout_s > 0
        what = self._before()
        if order.leg_number in self.keeping and self.state.get(order.name) == "booked":
            return Kept("RIDE_UNDER_WAY", "aboard already")
        self.state[order.name] = "released"
        self._after(what)
        return Released()

    def _before(self) -> str:
        what = self.script.next()
        if self.away or what == "away before":
            raise Unavailable("POOLING_UNAVAILABLE", "it does not answer")
        if what == "crash before":
            raise Crash
        return what

    def _after(self, what: str) -> None:
        if what == "away after":
            raise Unavailable("POOLING_UNAVAILABLE", "its answer got lost")
        if what == "crash after":
            raise Crash

    def booked(self) -> set[str]:
        return {name for name, state in self.state.items() if state == "booked"}


class MemoryStore:
    """See ``application.ports_booking.BookingStore``."""

    def __init__(self, script: Script) -> None:
        self.rows: dict[str, StoredBooking] = {}
        self.facts: list[BookingFact] = []
        self.entries: list[AuditEntry] = []
        self._script = script

    @contextmanager
    def reading(self) -> Iterator["MemoryStore"]:
        yield self

    @contextmanager
    def writing(self) -> Iterator["MemoryStore"]:
        before = dict(self.rows), list(self.facts), list(self.entries)
        what = self._script.next()
        try:
            if what == "overtaken":
                self._touch()
            yield self
            _crash_if(what == "crash before")
        except BaseException:
            touched = self.rows if what == "overtaken" else before[0]
            self.rows, self.facts, self.entries = dict(touched), before[1], before[2]
            raise
        _crash_if(what == "crash after")

    def _touch(self) -> None:
        for booking_id, row in self.rows.items():
            self.rows[booking_id] = replace(row, version=row.version + 1)

    def booking(self, booking_id: str) -> StoredBooking | None:
        return self.rows.get(booking_id)

    def booking_of_request(self, request_key: str) -> StoredBooking | None:
        return next((row for row in self.rows.values() if row.request_key == request_key), None)

    def booking_of_journey(self, journey_id: str) -> StoredBooking | None:
        return next((row for row in self.rows.values() if row.journey.journey_id == journey_id), None)

    def bookings(self, chosen: BookingFilter, after: int, count: int) -> list[StoredBooking]:
        return [
            row
            for row in sorted(self.rows.values(), key=lambda row: row.number)
            if row.number > after
            and (not chosen.states or row.booking.state in chosen.states)
            and chosen.client_id in {None, row.client_id}
            and chosen.subject in {None, row.subject}
        ][:count]

    def due(self, wall_s: float, holder: str, count: int) -> list[str]:
        open_ = [row for row in self.rows.values() if not row.booking.over and row.retry_at_s <= wall_s]
        free = [row for row in open_ if row.holder in {"", holder} or row.held_until_s <= wall_s]
        return [row.id for row in sorted(free, key=lambda row: row.retry_at_s)][:count]

    def next_due_s(self, holder: str) -> float | None:
        return min(
            (
                row.retry_at_s if row.holder in {"", holder} else max(row.retry_at_s, row.held_until_s)
                for row in self.rows.values()
                if not row.booking.over
            ),
            default=None,
        )

    def underway(self, earliest: datetime, latest: datetime) -> list[StoredBooking]:
        return [
            row
            for row in self.rows.values()
            if row.booking.state is BookingState.BOOKED
            and row.arrive_time > earliest
            and row.depart_time < latest
        ]

    def legs_of(self, reference: str) -> list[tuple[str, int]]:
        return [
            (row.id, number)
            for row in self.rows.values()
            for number, leg in enumerate(row.booking.legs)
            if reference in {leg.reference, f"ride-{row.id}-{number}"}
        ]

    def way_on_due(self, count: int) -> list[StoredBooking]:
        return [row for row in self.rows.values() if row.way_on_due][:count]

    def stored_answer(self, method: str, answer_key: str) -> StoredAnswer | None:
        raise AssertionError(f"nothing asks for an answer: {method} {answer_key}")

    def store_answer(self, method: str, answer_key: str, answer: StoredAnswer, now: datetime) -> None:
        raise AssertionError(f"nothing stores an answer: {method} {answer_key} {answer} {now}")

    def add_booking(self, booking: StoredBooking) -> StoredBooking:
        stored = replace(booking, number=len(self.rows) + 1, version=1)
        self.rows[booking.id] = stored
        return stored

    def put_booking(self, booking: StoredBooking) -> StoredBooking:
        if self.rows[booking.id].version != booking.version:
            raise Overtaken
        self.rows[booking.id] = replace(booking, version=booking.version + 1)
        return self.rows[booking.id]

    def publish_booking(self, facts: Sequence[BookingFact]) -> None:
        self.facts += facts

    def record(self, entry: AuditEntry) -> None:
        self.entries.append(entry)

    def purge_bookings(self, arrived_before: datetime) -> int:
        raise AssertionError(arrived_before)


class World:
    """Processes that book one journey of three legs, of which the first and the last are booked."""

    def __init__(self, legs_script: Sequence[str] = (), store_script: Sequence[str] = ()) -> None:
        self.legs = FakeLegs(Script(list(legs_script)))
        self.store_script = Script(list(store_script))
        self.store = MemoryStore(self.store_script)
        self.clock = SimulatedClock(NOW)
        self.wall_s = 1_000.0
        self.woken = 0
        self.accounts = {"a-1": "p-1"}
        self.asked_accounts: list[str] = []
        self.sleeping: Callable[[], None] | None = None
        self.restart()

    def restart(self) -> None:
        """A new process, which knows nothing but what is stored."""
        self.steps = Steps(
            self.store, self.clock, {"pooled_ride": self.legs}, lambda: self.wall_s, _committed
        )
        self.making = BookingSteps(self.steps)
        self.bookings = Bookings(self.steps, self.making, self, self, wake=self._wake, sleep=self._sleep)

    def other_process(self) -> BookingSteps:
        """A further process, which makes steps of the same bookings."""
        return BookingSteps(
            Steps(self.store, self.clock, {"pooled_ride": self.legs}, lambda: self.wall_s, _committed)
        )

    def shown(self, journey_id: str, caller: Principal) -> ShownJourney:
        if journey_id == "gone":
            raise NotFound.in_field("journey_id", f"there is no journey {journey_id!r}", "JOURNEY_NOT_FOUND")
        assert caller.tenant == "amt"
        now_s = int(self.clock.now().timestamp())
        legs = tuple(
            ShownLeg(mode, mode.encode(), mode == "pooled_ride", now_s + 600 * at, now_s + 600 * (at + 1))
            for at, mode in enumerate(("pooled_ride", "transit", "pooled_ride"))
        )
        walk = ShownLeg("walk", b"walk", False, now_s, now_s + 60)
        taken = {"walk": (walk,), "alone": legs[:1]}.get(journey_id, legs)
        return ShownJourney(journey_id, b"shown", taken, GOAL, now_s + HELD_S)

    def booked_as(self, payer: Payer) -> str:
        """What ticketing would say."""
        self.asked_accounts.append(payer.account_id)
        if payer.account_id not in self.accounts:
            raise NotFound.in_field("payer", f"there is no account {payer.account_id!r}", "ACCOUNT_NOT_FOUND")
        return self.accounts[payer.account_id]

    def wish(self, request_id: str = "r1", journey_id: str = "j1", contact: bool = False) -> BookingWish:
        return BookingWish(
            request_id,
            f"{request_id} {journey_id}".encode(),
            journey_id,
            contact=Contact("Anna", "0431 1") if contact else None,
        )

    def go_on(self) -> None:
        """What the worker does, for an hour."""
        for _ in range(720):
            for booking_id in self.making.due(10):
                self.making.run(booking_id, self.wall_s + 60)
            self.wall_s += 5.0

    def only(self) -> StoredBooking:
        (row,) = self.store.rows.values()
        return row

    def _sleep(self, seconds: float) -> None:
        self.wall_s += seconds
        if self.sleeping:
            self.sleeping()

    def _wake(self) -> None:
        self.woken += 1


def _crash_if(now: bool) -> None:
    if now:
        raise Crash


def _committed(booking_ids: Sequence[str]) -> None:
    assert booking_ids
