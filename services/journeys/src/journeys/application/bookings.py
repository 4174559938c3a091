"""Bookings as passengers and dispatchers see them: book, look, cancel."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from uuid import uuid4

from service_kit.errors import FailedPrecondition, InvalidInput, NotFound, PermissionDenied
from service_kit.identity.audit import DONE, entry_of
from service_kit.identity.principal import Principal
from service_kit.once import write

from journeys.application.booking_steps import HOLD_S, BookingSteps, Steps, told_of
from journeys.application.ports_booking import (
    Accounts,
    BookingFilter,
    BookingReader,
    BookingWriter,
    Contact,
    ShownJourney,
    ShownJourneys,
    StoredBooking,
)
from journeys.application.question import NOBODY, Payer
from journeys.application.taken_back import Loss, TakeBack
from journeys.domain.booking import BookingState, begun
from journeys.domain.booking_access import bookings_listed, owns_booking, passenger_of
from journeys.domain.booking_facts import BookingBegun

LEAST_TRY_S = 30.0
"""So long at least it is tried to book a leg whose service does not answer."""
LOOK_AGAIN_S = 0.1
"""So often it is looked what became of a booking that somebody else goes on with."""


@dataclass(frozen=True, slots=True)
class BookingWish:
    """What is needed to book; ``fingerprint`` is a digest of all of it but the contact."""

    request_id: str
    fingerprint: bytes
    journey_id: str
    passenger_reference: str = ""
    payer: Payer = NOBODY
    contact: Contact | None = None


class Bookings:
    """The use cases; safe to use from several threads.

    Parameters
    ----------
    accounts
        Asked only where somebody is to pay.
    wake
        Called when a booking is left to the worker.
    sleep
        Waits so many seconds.
    """

    def __init__(
        self,
        steps: Steps,
        making: BookingSteps,
        journeys: ShownJourneys,
        accounts: Accounts,
        *,
        wake: Callable[[], None],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._steps = steps
        self._making = making
        self._journeys = journeys
        self._accounts = accounts
        self._wake = wake
        self._sleep = sleep
        self._take_back = TakeBack(steps.clock, steps.wall_s)

    def book(self, wish: BookingWish, caller: Principal, wait_s: float) -> StoredBooking:
        """Book all legs of a journey, or none.

        Parameters
        ----------
        wait_s
            So long the caller waits at most; what is open then goes on by itself.

        Raises
        ------
        NotFound
            ``JOURNEY_NOT_FOUND``, ``ACCOUNT_NOT_FOUND``.
        FailedPrecondition
            ``JOURNEY_EXPIRED``, ``JOURNEY_BOOKED``, ``NOTHING_TO_BOOK``, ``ACCOUNT_CLOSED``.
        Unavailable
            ``ACCOUNTS_UNAVAILABLE``, where a payer is named and ticketing does not answer.
        PermissionDenied
            ``OTHER_PASSENGER``.
        InvalidInput
            ``REQUEST_ID_REUSED``.
        """
        until_s = self._steps.wall_s() + wait_s
        stored = self._begun(wish, caller)
        if wish.contact is not None and stored.booking.state is BookingState.BOOKING:
            self._making.keep_contact(stored.id, wish.contact, stored.give_up_s + HOLD_S)
        stored = self._waited_for(stored, until_s)
        if stored.booking.over:
            self._making.forget_contact(stored.id)
        return stored

    def cancel(self, booking_id: str, caller: Principal, request_id: str, wait_s: float) -> StoredBooking:
        """Give back everything that is booked; once more changes nothing.

        Raises
        ------
        NotFound
            ``BOOKING_NOT_FOUND``.
        """
        until_s = self._steps.wall_s() + wait_s

        def cancelled(writer: BookingWriter) -> StoredBooking:
            found = _own(writer, booking_id, caller)
            booking = found.booking.cancelled()
            if booking == found.booking:
                return found
            now_s = self._steps.wall_s()
            stored = writer.put_booking(replace(found, booking=booking, retry_at_s=now_s, failure_count=0))
            if booking.over:
                writer.publish_booking([told_of(stored, self._steps.clock)])
            self._record(writer, "CancelBooking", caller, request_id, booking_id)
            return stored

        stored = write(self._steps.store, cancelled)
        self._steps.committed([booking_id])
        return self._waited_for(stored, until_s)

    def get(self, booking_id: str, caller: Principal) -> StoredBooking:
        """Return a booking of the caller's; raises NotFound."""
        with self._steps.store.reading() as reader:
            return _own(reader, booking_id, caller)

    def listed(
        self, states: frozenset[BookingState], caller: Principal, after: int, count: int
    ) -> list[StoredBooking]:
        """At most ``count`` of the caller's bookings, in booking order after a number."""
        client_id, subject = bookings_listed(caller)
        with self._steps.store.reading() as reader:
            return reader.bookings(BookingFilter(states, client_id, subject), after, count)

    def withdraw(self, booking_id: str, reference: str, reason: str, message: str) -> None:
        """A booked leg is not to be had after all: its driver said no, or took it back.

        See :meth:`.Booking.withdrawn`. Where nothing is known of the leg, nothing happens.
        """
        loss = Loss(reference, reason, message)

        def withdrawn(writer: BookingWriter) -> bool:
            found, number = _leg_of(writer, booking_id, reference)
            return found is not None and self._take_back.leg(writer, found, number, loss)

        if write(self._steps.store, withdrawn):
            self._steps.committed([booking_id])
            self._wake()

    def confirm(self, booking_id: str, reference: str) -> None:
        """Who was asked for a leg said yes."""

        def confirmed(writer: BookingWriter) -> bool:
            found, number = _leg_of(writer, booking_id, reference)
            if found is None or (booking := found.booking.confirmed(number)) == found.booking:
                return False
            writer.put_booking(replace(found, booking=booking, retry_at_s=self._steps.wall_s()))
            return True

        if write(self._steps.store, confirmed):
            self._steps.committed([booking_id])

    def _begun(self, wish: BookingWish, caller: Principal) -> StoredBooking:
        key = _request_key(caller, wish.request_id)
        with self._steps.store.reading() as reader:
            if (known := reader.booking_of_request(key)) is not None:
                return _same(known, wish)
        passenger_reference = passenger_of(caller, wish.passenger_reference)
        if passenger_reference is None:
            raise PermissionDenied.in_field(
                "passenger_reference", "passengers book for themselves only", "OTHER_PASSENGER"
            )
        shown = self._journeys.shown(wish.journey_id, caller)
        self._check(shown)
        new = self._new(wish, shown, caller, passenger_reference)

        def add(writer: BookingWriter) -> StoredBooking:
            if (known := writer.booking_of_request(key)) is not None:
                return _same(known, wish)
            if writer.booking_of_journey(wish.journey_id) is not None:
                raise FailedPrecondition("JOURNEY_BOOKED", f"journey_id: {wish.journey_id} is booked already")
            stored = writer.add_booking(new)
            writer.publish_booking([BookingBegun(stored.id, self._steps.clock.now())])
            self._record(writer, "BookJourney", caller, wish.request_id, stored.id, wish.journey_id)
            return stored

        if wish.contact is not None:
            # Before others can see the booking: whoever goes on with it has to know whom to call.
            self._making.keep_contact(new.id, wish.contact, new.give_up_s + HOLD_S)
        stored = None
        try:
            stored = write(self._steps.store, add)
        finally:
            if stored is None or stored.id != new.id:
                self._making.forget_contact(new.id)
        self._steps.committed([stored.id])
        return stored

    def _check(self, shown: ShownJourney) -> None:
        modes = {leg.mode for leg in shown.legs if leg.bookable}
        if not modes:
            raise FailedPrecondition(
                "NOTHING_TO_BOOK", f"journey_id: {shown.journey_id} has no leg that is booked here"
            )
        if unknown := sorted(modes - self._steps.legs.keys()):
            raise FailedPrecondition(
                "LEG_NOT_BOOKABLE", f"journey_id: nobody here books legs by {', '.join(unknown)}"
            )
        now_s = self._steps.clock.now().timestamp()
        if shown.expire_s is not None and shown.expire_s <= now_s:
            until = datetime.fromtimestamp(shown.expire_s, UTC).isoformat()
            raise FailedPrecondition(
                "JOURNEY_EXPIRED", f"journey_id: {shown.journey_id} was held until {until}: plan again"
            )

    def _new(
        self, wish: BookingWish, shown: ShownJourney, caller: Principal, passenger_reference: str
    ) -> StoredBooking:
        now, wall_s = self._steps.clock.now(), self._steps.wall_s()
        held_s = 0.0 if shown.expire_s is None else shown.expire_s - now.timestamp()
        return StoredBooking(
            id=uuid4().hex,
            booking=begun(leg.bookable for leg in shown.legs),
            journey=shown,
            client_id=caller.client_id,
            subject=caller.subject,
            passenger_reference=passenger_reference,
            payer=self._accounts.booked_as(wish.payer) if wish.payer.account_id else "",
            book_time=now,
            request_key=_request_key(caller, wish.request_id),
            fingerprint=wish.fingerprint,
            depart_time=datetime.fromtimestamp(shown.legs[0].depart_s, UTC),
            arrive_time=datetime.fromtimestamp(shown.legs[-1].arrive_s, UTC),
            with_contact=wish.contact is not None,
            holder=self._making.holder,
            held_until_s=wall_s + HOLD_S,
            retry_at_s=wall_s,
            give_up_s=wall_s + max(LEAST_TRY_S, held_s),
        )

    def _waited_for(self, stored: StoredBooking, until_s: float) -> StoredBooking:
        """The booking once it is over, or as it is when the caller's time is."""
        found: StoredBooking | None = stored
        while found is not None and not found.booking.over:
            found = self._making.run(stored.id, until_s)
            left_s = until_s - self._steps.wall_s()
            if found is None or found.booking.over:
                break
            if left_s <= 0:
                self._wake()
                break
            due_s = max(LOOK_AGAIN_S, found.retry_at_s - self._steps.wall_s())
            self._sleep(min(left_s, due_s))
        return found or stored

    def _record(
        self, writer: BookingWriter, method: str, caller: Principal, request_id: str, *entity_ids: str
    ) -> None:
        writer.record(
            entry_of(
                caller,
                time=self._steps.clock.now(),
                method=method,
                request_id=request_id,
                entity_ids=frozenset(entity_ids),
                outcome=DONE,
            )
        )


def _request_key(caller: Principal, request_id: str) -> str:
    return sha256(f"{caller.scope}/{request_id}".encode()).hexdigest()


def _same(known: StoredBooking, wish: BookingWish) -> StoredBooking:
    if known.fingerprint != wish.fingerprint:
        raise InvalidInput.in_field(
            "request_id",
            f"{wish.request_id!r} was used for another BookJourney before",
            "REQUEST_ID_REUSED",
        )
    return known


def _leg_of(reader: BookingReader, booking_id: str, reference: str) -> tuple[StoredBooking | None, int]:
    """The booking and the number of its leg with a reference; None where it has none."""
    found = reader.booking(booking_id)
    for number, leg in enumerate(found.booking.legs if found is not None else ()):
        if leg.reference == reference:
            return found, number
    return None, 0


def _own(reader: BookingReader, booking_id: str, caller: Principal) -> StoredBooking:
    found = reader.booking(booking_id)
    if found is None or not owns_booking(caller, found.client_id, found.subject):
        raise NotFound.in_field("booking_id", f"there is no booking {booking_id!r}", "BOOKING_NOT_FOUND")
    return found
