"""Bookings in SQL; see ``application.ports_booking`` for what is promised."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from service_kit.answers import transaction, view
from service_kit.once import Overtaken

from journeys.adapters.booking_events import event_of
from journeys.adapters.booking_figures import count
from journeys.adapters.booking_tables import booked_legs, bookings
from journeys.adapters.records import SqlRecords
from journeys.adapters.shown import offer_id_of, shown_journey
from journeys.application.booking_steps import POOLED
from journeys.application.ports_booking import BookingFilter, StoredBooking
from journeys.domain.booking import Booking, BookingState, LegBooking, LegState
from journeys.domain.booking_facts import BookingFact
from journeys.domain.connection import Connection, ConnectionState


class SqlBookings(SqlRecords):
    """One transaction: see ``application.ports_booking.BookingWriter``."""

    def __init__(self, connection: sa.Connection, tenant: str) -> None:
        super().__init__(connection)
        self._tenant = tenant
        self.published: list[BookingFact] = []

    def booking(self, booking_id: str) -> StoredBooking | None:
        return self._one(bookings.c.booking_id == booking_id)

    def booking_of_request(self, request_key: str) -> StoredBooking | None:
        return self._one(bookings.c.request_key == request_key)

    def booking_of_journey(self, journey_id: str) -> StoredBooking | None:
        return self._one(bookings.c.journey_id == journey_id)

    def bookings(self, chosen: BookingFilter, after: int, count: int) -> list[StoredBooking]:
        query = sa.select(bookings).where(bookings.c.number > after)
        if chosen.states:
            query = query.where(bookings.c.state.in_(sorted(state.value for state in chosen.states)))
        if chosen.client_id is not None:
            query = query.where(bookings.c.client_id == chosen.client_id)
        if chosen.subject is not None:
            query = query.where(bookings.c.subject == chosen.subject)
        rows = self._connection.execute(query.order_by(bookings.c.number).limit(count))
        return [_booking(row) for row in rows]

    def due(self, wall_s: float, holder: str, count: int) -> list[str]:
        free = bookings.c.holder.in_(["", holder]) | (bookings.c.held_until_s <= wall_s)
        query = sa.select(bookings.c.booking_id).where(
            bookings.c.is_over.is_(False), bookings.c.retry_at_s <= wall_s, free
        )
        rows = self._connection.execute(query.order_by(bookings.c.retry_at_s).limit(count))
        return [row.booking_id for row in rows]

    def next_due_s(self, holder: str) -> float | None:
        free_at = sa.case(
            (bookings.c.holder.in_(["", holder]), bookings.c.retry_at_s),
            (bookings.c.held_until_s > bookings.c.retry_at_s, bookings.c.held_until_s),
            else_=bookings.c.retry_at_s,
        )
        query = sa.select(sa.func.min(free_at)).where(bookings.c.is_over.is_(False))
        found: float | None = self._connection.execute(query).scalar_one()
        return found

    def underway(self, earliest: datetime, latest: datetime) -> list[StoredBooking]:
        query = sa.select(bookings).where(
            bookings.c.state == BookingState.BOOKED.value,
            bookings.c.arrives_at > earliest,
            bookings.c.departs_at < latest,
        )
        return [_booking(row) for row in self._connection.execute(query.order_by(bookings.c.number))]

    def legs_of(self, reference: str) -> list[tuple[str, int]]:
        query = sa.select(booked_legs).where(booked_legs.c.reference == reference)
        return [(row.booking_id, row.leg_number) for row in self._connection.execute(query)]

    def way_on_due(self, count: int) -> list[StoredBooking]:
        query = sa.select(bookings).where(bookings.c.way_on_due.is_(True))
        return [
            _booking(row) for row in self._connection.execute(query.order_by(bookings.c.number).limit(count))
        ]

    def add_booking(self, booking: StoredBooking) -> StoredBooking:
        stored = {**_columns(booking), "version": 1}
        try:
            self._connection.execute(sa.insert(bookings).values(booking_id=booking.id, **stored))
        except sa.exc.IntegrityError:
            raise Overtaken from None
        self._note_references(booking)
        found = self.booking(booking.id)
        if found is None:
            raise AssertionError(f"booking {booking.id} was stored and is not there")
        return found

    def put_booking(self, booking: StoredBooking) -> StoredBooking:
        here = (bookings.c.booking_id == booking.id) & (bookings.c.version == booking.version)
        columns = {**_columns(booking), "version": booking.version + 1}
        if self._connection.execute(sa.update(bookings).where(here).values(columns)).rowcount == 0:
            raise Overtaken
        self._note_references(booking)
        return replace(booking, version=booking.version + 1)

    def publish_booking(self, facts: Sequence[BookingFact]) -> None:
        self.tell([event_of(fact, self._tenant) for fact in facts])
        self.published += facts

    def purge_bookings(self, arrived_before: datetime) -> int:
        gone = sa.delete(bookings).where(bookings.c.is_over.is_(True), bookings.c.arrives_at < arrived_before)
        return self._connection.execute(gone).rowcount

    def _note_references(self, booking: StoredBooking) -> None:
        told = references_of(booking)
        if not told:
            return
        query = sa.select(booked_legs.c.leg_number).where(booked_legs.c.booking_id == booking.id)
        known = set(self._connection.execute(query).scalars())
        for number, reference in told.items():
            if number not in known:
                self._connection.execute(
                    sa.insert(booked_legs).values(
                        booking_id=booking.id, leg_number=number, reference=reference
                    )
                )

    def _one(self, here: sa.ColumnElement[bool]) -> StoredBooking | None:
        row = self._connection.execute(sa.select(bookings).where(here)).one_or_none()
        return _booking(row) if row else None


class SqlBookingStore:
    """See ``application.ports_booking.BookingStore``."""

    def __init__(self, engine: sa.Engine, tenant: str) -> None:
        self._engine = engine
        self._tenant = tenant

    @contextmanager
    def reading(self) -> Iterator[SqlBookings]:
        with view(self._engine) as connection:
            yield SqlBookings(connection, self._tenant)

    @contextmanager
    def writing(self) -> Iterator[SqlBookings]:
        with transaction(self._engine) as connection:
            writer = SqlBookings(connection, self._tenant)
            yield writer
        for fact in writer.published:
            count(fact)


def references_of(stored: StoredBooking) -> dict[int, str]:
    """What others call the legs, by number.

    A ride is called as its offer was, so that it is known before anybody has heard that it is booked.
    """
    found = {}
    for number, (leg, shown) in enumerate(zip(stored.booking.legs, stored.journey.legs, strict=True)):
        reference = leg.reference
        if not reference and shown.bookable and shown.mode == POOLED:
            reference = offer_id_of(shown)
        if reference:
            found[number] = reference
    return found


def _columns(stored: StoredBooking) -> dict[str, Any]:
    booking, journey = stored.booking, stored.journey
    return {
        "request_key": stored.request_key,
        "fingerprint": stored.fingerprint,
        "journey_id": journey.journey_id,
        "state": booking.state.value,
        "is_over": booking.over,
        "reason": booking.reason,
        "message": booking.message,
        "legs": [asdict(leg) for leg in booking.legs],
        "connections": [asdict(each) for each in stored.connections],
        "journey": journey.wire,
        "travellers": [journey.seated_count, journey.wheelchair_count, journey.bicycle_count],
        "client_id": stored.client_id,
        "subject": stored.subject,
        "passenger_reference": stored.passenger_reference,
        "payer": stored.payer,
        "with_contact": stored.with_contact,
        "booked_at": stored.book_time,
        "departs_at": stored.depart_time,
        "arrives_at": stored.arrive_time,
        "holder": stored.holder,
        "held_until_s": stored.held_until_s,
        "retry_at_s": stored.retry_at_s,
        "give_up_s": stored.give_up_s,
        "failure_count": stored.failure_count,
        "way_on_due": stored.way_on_due,
    }


def _booking(row: "sa.Row[Any]") -> StoredBooking:
    legs = tuple(LegBooking(**{**leg, "state": LegState(leg["state"])}) for leg in row.legs)
    seated, wheelchairs, bicycles = row.travellers
    return StoredBooking(
        id=row.booking_id,
        booking=Booking(BookingState(row.state), legs, row.reason, row.message),
        journey=shown_journey(row.journey, seated=seated, wheelchairs=wheelchairs, bicycles=bicycles),
        client_id=row.client_id,
        subject=row.subject,
        passenger_reference=row.passenger_reference,
        payer=row.payer,
        book_time=row.booked_at,
        request_key=row.request_key,
        fingerprint=row.fingerprint,
        depart_time=row.departs_at,
        arrive_time=row.arrives_at,
        connections=tuple(
            Connection(**{**each, "state": ConnectionState(each["state"])}) for each in row.connections
        ),
        with_contact=row.with_contact,
        number=row.number,
        version=row.version,
        holder=row.holder,
        held_until_s=row.held_until_s,
        retry_at_s=row.retry_at_s,
        give_up_s=row.give_up_s,
        failure_count=row.failure_count,
        way_on_due=row.way_on_due,
    )
