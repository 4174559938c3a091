"""What booking journeys needs from others: those who can book legs, and a place to keep bookings."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from service_kit.identity.audit import AuditEntry
from service_kit.identity.principal import Principal
from service_kit.once import WritableAnswers

from journeys.application.question import Payer
from journeys.domain.booking import Booking, BookingState
from journeys.domain.booking_facts import BookingFact
from journeys.domain.connection import Connection, ScheduledRide
from journeys.domain.places import Point


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach the passenger by voice: handed on with a ride, and kept nowhere here."""

    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class ShownLeg:
    """A leg of a planned journey.

    Parameters
    ----------
    mode
        As in the contract, in lower case: ``pooled_ride``, ``lift``, ``shared_car`` …
    wire
        The leg as it was shown: a serialized ``landlinie.journeys.v1.Leg``.
    depart_s, arrive_s
        Unix seconds.
    scheduled
        What it is by timetable; None for all others.
    promised_s
        When the pickup of a ride on demand begins at the earliest; 0 for all others.
    start
        Where it begins; None where that was not shown.
    """

    mode: str
    wire: bytes
    bookable: bool
    depart_s: int
    arrive_s: int
    scheduled: ScheduledRide | None = None
    promised_s: int = 0
    start: Point | None = None


@dataclass(frozen=True, slots=True)
class ShownJourney:
    """A planned journey as it was shown.

    ``wire`` is a serialized ``landlinie.journeys.v1.Journey``; ``expire_s`` is None where nothing is held for
    it. Those who travel are counted.
    """

    journey_id: str
    wire: bytes
    legs: tuple[ShownLeg, ...]
    goal: Point
    expire_s: int | None
    seated_count: int = 1
    wheelchair_count: int = 0
    bicycle_count: int = 0


class ShownJourneys(Protocol):
    """Journeys that were planned a moment ago."""

    def shown(self, journey_id: str, caller: Principal) -> ShownJourney:
        """Return the journey.

        Raises
        ------
        NotFound
            ``JOURNEY_NOT_FOUND``: there is none, it was shown to somebody else, or it is forgotten.
        """
        ...


@dataclass(frozen=True, slots=True)
class LegOrder:
    """One leg of one booking, for those who book it.

    Parameters
    ----------
    name
        The same for every try at this leg of this booking, 1 to 56 of ``[A-Za-z0-9-]``; request ids are made
        of it.
    client_id, subject
        On whose behalf; the passenger's pseudonym is ``passenger_reference``, empty for none.
    reference
        As :class:`Booked` told it; empty where the leg was not booked as far as is known.
    contact
        None where there is none.
    """

    name: str
    journey: ShownJourney
    leg_number: int
    client_id: str
    subject: str
    passenger_reference: str = ""
    payer: str = ""
    reference: str = ""
    contact: Contact | None = None

    @property
    def leg(self) -> ShownLeg:
        return self.journey.legs[self.leg_number]


@dataclass(frozen=True, slots=True)
class Booked:
    """The leg is booked; ``asked`` where somebody may still say no."""

    reference: str
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """The leg cannot be booked."""

    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Released:
    """Nothing of the leg is booked or held, and a late try to book it is refused."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The leg cannot be given back any more."""

    reason: str
    message: str


class BookableLegs(Protocol):
    """Somebody who can book legs of one mode.

    Both calls may be made again and again for the same order, by several processes one after the other, and
    come to the same each time. Both return within ``timeout_s`` seconds or raise
    :class:`journeys.application.ports.Unavailable`: then it is not known what they did, and they are tried
    again. Nothing else is raised.
    """

    def book(self, order: LegOrder, timeout_s: float) -> Booked | Refused:
        """Book the leg."""
        ...

    def release(self, order: LegOrder, timeout_s: float) -> Released | Kept:
        """Give back what is booked or held of the leg.

        Also asked where ``book`` was never tried or its result is not known; after this a ``book`` of the
        same order that comes late has to be refused.
        """
        ...


@dataclass(frozen=True, slots=True)
class StoredBooking:
    """A booking with everything that is kept of it.

    Parameters
    ----------
    number
        In the order of booking; 0 before it is stored.
    version
        Grows by one with every change that is stored.
    held_until_s, holder
        Until then, in Unix seconds of the machine's clock, nobody but the holder makes a step.
    retry_at_s
        When the next step is due, by the same clock.
    give_up_s
        From then on what cannot be reached is not tried any more; by the same clock.
    with_contact
        Whether a contact was given, which is kept nowhere.
    way_on_due
        Whether a leg was taken back, and the passenger is still to be told another way.
    """

    id: str
    booking: Booking
    journey: ShownJourney
    client_id: str
    subject: str
    passenger_reference: str
    payer: str
    book_time: datetime
    request_key: str
    fingerprint: bytes
    depart_time: datetime
    arrive_time: datetime
    connections: tuple[Connection, ...] = ()
    with_contact: bool = False
    number: int = 0
    version: int = 0
    holder: str = ""
    held_until_s: float = 0.0
    retry_at_s: float = 0.0
    give_up_s: float = 0.0
    failure_count: int = 0
    way_on_due: bool = False


class Accounts(Protocol):
    """The ticketing service, which knows whose account is whose."""

    def booked_as(self, payer: Payer) -> str:
        """Return the account's name of this month that rides are booked under, which others learn of.

        Raises
        ------
        NotFound
            ``ACCOUNT_NOT_FOUND``, in the field ``payer``, where there is none for the caller.
        FailedPrecondition
            ``ACCOUNT_CLOSED``, in the field ``payer``.
        Unavailable
            ``ACCOUNTS_UNAVAILABLE`` (of :mod:`service_kit.errors`) where nobody can say now.
        """
        ...


@dataclass(frozen=True, slots=True)
class BookingFilter:
    """Which bookings to list; None for all."""

    states: frozenset[BookingState] = frozenset()
    client_id: str | None = None
    subject: str | None = None


class BookingReader(Protocol):
    """One consistent view of what is stored."""

    def booking(self, booking_id: str) -> StoredBooking | None: ...

    def booking_of_request(self, request_key: str) -> StoredBooking | None: ...

    def booking_of_journey(self, journey_id: str) -> StoredBooking | None: ...

    def bookings(self, chosen: BookingFilter, after: int, count: int) -> list[StoredBooking]:
        """At most ``count`` in booking order after a number."""
        ...

    def due(self, wall_s: float, holder: str, count: int) -> list[str]:
        """Ids of bookings with a step to make that nobody but this holder holds, the longest due first."""
        ...

    def next_due_s(self, holder: str) -> float | None:
        """When the next step of any booking is due for this holder; None where none is open."""
        ...

    def underway(self, earliest: datetime, latest: datetime) -> list[StoredBooking]:
        """Those that are booked, arrive after ``earliest`` and leave before ``latest``."""
        ...

    def legs_of(self, reference: str) -> list[tuple[str, int]]:
        """Booking and number of the legs that have a reference, or would have it once they are booked."""
        ...

    def way_on_due(self, count: int) -> list[StoredBooking]:
        """Those whose passengers are still to be told another way, the longest booked first."""
        ...


class BookingWriter(BookingReader, WritableAnswers, Protocol):
    """A transaction: all of it is stored, or nothing."""

    def add_booking(self, booking: StoredBooking) -> StoredBooking:
        """Store a new one; raises Overtaken where its request or its journey is booked already."""
        ...

    def put_booking(self, booking: StoredBooking) -> StoredBooking:
        """Store it as its next version; raises Overtaken when it was not the newest any more."""
        ...

    def publish_booking(self, facts: Sequence[BookingFact]) -> None: ...

    def record(self, entry: AuditEntry) -> None: ...

    def purge_bookings(self, arrived_before: datetime) -> int:
        """Delete bookings whose journeys were over by then; how many."""
        ...


class RidesNow(Protocol):
    """The pooling service, asked how booked rides are doing."""

    def now(self, ride_id: str) -> bytes | None:
        """Return what passengers are told of a ride, encoded; None where nobody can say now."""
        ...


class BookingStore(Protocol):
    """Where bookings are kept."""

    def reading(self) -> AbstractContextManager[BookingReader]: ...

    def writing(self) -> AbstractContextManager[BookingWriter]: ...
