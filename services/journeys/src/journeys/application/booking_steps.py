"""Making the steps of bookings, one after the other, each stored before the next.

Who makes steps holds the booking for a while, by a row of the store, so that no two make steps of one booking
at once. Who dies lets it fall: after a while another one goes on, and repeats at most the one step whose
result was not stored. Time is the machine's here, not the simulated clock's: it measures how long parts take
to answer.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import uuid4

import structlog
from service_kit.clock import Clock
from service_kit.once import Overtaken

from journeys.application.ports import Unavailable
from journeys.application.ports_booking import (
    BookableLegs,
    Booked,
    BookingStore,
    Contact,
    Kept,
    LegOrder,
    Refused,
    Released,
    StoredBooking,
)
from journeys.domain.booking import Booking, BookingState, LegState, Step, StepKind
from journeys.domain.booking_facts import BookingCancelled, BookingCompleted, BookingFact, BookingFailed

_log = structlog.get_logger(__name__)

POOLED = "pooled_ride"

STEP_TIMEOUT_S = 4.0
"""So long a step may take."""
LEAST_STEP_S = 0.2
"""Less time than this and no step is begun."""
HOLD_S = 10.0
"""So long a booking is held for one step: longer than a step takes."""
FIRST_RETRY_S, LONGEST_RETRY_S = 0.5, 60.0
KEEP_RELEASING = timedelta(days=1)
"""So long after the journey's end it is tried to give legs back that nobody can be told of."""


@dataclass(frozen=True, slots=True)
class Steps:
    """What is needed to make steps.

    Parameters
    ----------
    legs
        Who books legs, by mode.
    wall_s
        The machine's clock, in Unix seconds.
    committed
        Told of every booking that was stored.
    """

    store: BookingStore
    clock: Clock
    legs: Mapping[str, BookableLegs]
    wall_s: Callable[[], float]
    committed: Callable[[Sequence[str]], None]


class BookingSteps:
    """Makes the steps that are to be made; safe to use from several threads and processes."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps
        self.holder = uuid4().hex
        """Under which name this process holds bookings."""
        self._lock = threading.Lock()
        self._contacts: dict[str, tuple[Contact, float]] = {}
        self._running: set[str] = set()

    def keep_contact(self, booking_id: str, contact: Contact, until_s: float) -> None:
        """Keep a contact in memory for as long as the booking's legs are being booked.

        Parameters
        ----------
        until_s
            It is forgotten then at the latest, by the machine's clock: another process may end the booking.
        """
        now_s = self._steps.wall_s()
        with self._lock:
            self._contacts = {known: kept for known, kept in self._contacts.items() if kept[1] > now_s}
            self._contacts[booking_id] = contact, until_s

    def forget_contact(self, booking_id: str) -> None:
        """Forget whom to call about a booking."""
        with self._lock:
            self._contacts.pop(booking_id, None)

    def run(self, booking_id: str, until_s: float) -> StoredBooking | None:
        """Make steps until none is left, or as far as that goes now.

        Parameters
        ----------
        until_s
            No step is begun after this instant of the machine's clock, nor does one take longer.

        Returns
        -------
        StoredBooking or None
            As it is now; None where there is no such booking.
        """
        with self._lock:
            mine = booking_id not in self._running
            self._running.add(booking_id)
        try:
            return self._run(booking_id, until_s) if mine else self._looked_up(booking_id)
        finally:
            if mine:
                with self._lock:
                    self._running.discard(booking_id)

    def run_for(self, booking_id: str, seconds: float) -> StoredBooking | None:
        """Make steps, and begin no further one after so many seconds; see :meth:`run`."""
        return self.run(booking_id, self._steps.wall_s() + seconds)

    def due(self, count: int) -> list[str]:
        """Ids of bookings that somebody has to go on with now."""
        with self._steps.store.reading() as reader:
            return reader.due(self._steps.wall_s(), self.holder, count)

    def next_due_s(self) -> float | None:
        """In how many seconds somebody has to go on with a booking; None where none is open."""
        with self._steps.store.reading() as reader:
            due_s = reader.next_due_s(self.holder)
        return None if due_s is None else due_s - self._steps.wall_s()

    def _looked_up(self, booking_id: str) -> StoredBooking | None:
        with self._steps.store.reading() as reader:
            return reader.booking(booking_id)

    def _run(self, booking_id: str, until_s: float) -> StoredBooking | None:
        while True:
            found = self._held(booking_id)
            if found is None or found.booking.over or found.holder != self.holder:
                return found
            try:
                stored = self._stepped(found, until_s)
            except Overtaken:
                continue
            if stored.booking.over:
                self.forget_contact(booking_id)
                return stored
            return self._let_go(stored)

    def _held(self, booking_id: str) -> StoredBooking | None:
        """The booking, held by this process if there is a step to make and no other one holds it."""
        while True:
            found = self._looked_up(booking_id)
            now_s = self._steps.wall_s()
            if found is None or found.booking.over:
                return found
            if found.holder not in {"", self.holder} and found.held_until_s > now_s:
                return found
            try:
                with self._steps.store.writing() as writer:
                    return writer.put_booking(replace(found, holder=self.holder, held_until_s=now_s + HOLD_S))
            except Overtaken:
                continue

    def _let_go(self, stored: StoredBooking) -> StoredBooking:
        """Leave the next step to whoever comes first; to this process where it alone knows whom to call."""
        mine = stored.with_contact and stored.booking.state is BookingState.BOOKING
        held_until_s = max(stored.retry_at_s, self._steps.wall_s()) + HOLD_S
        left = (
            replace(stored, held_until_s=held_until_s)
            if mine
            else replace(stored, holder="", held_until_s=0.0)
        )
        try:
            with self._steps.store.writing() as writer:
                return writer.put_booking(left)
        except Overtaken:
            # Somebody has changed it and goes on with it.
            return stored

    def _stepped(self, held: StoredBooking, until_s: float) -> StoredBooking:
        """The booking after as many steps as there is time for, none of which failed but the last."""
        stored, failed = held, False
        while not stored.booking.over and not failed:
            left_s = until_s - self._steps.wall_s()
            if left_s < LEAST_STEP_S:
                break
            stored = self._step(stored, min(STEP_TIMEOUT_S, left_s))
            failed = stored.failure_count > 0
        return stored

    def _step(self, held: StoredBooking, timeout_s: float) -> StoredBooking:
        """Make the next step and store what it came to; raises Overtaken."""
        step = held.booking.next_step()
        if step is None:
            raise ValueError(f"booking {held.id} is {held.booking.state} and has no step")
        try:
            booking = self._made(held, step, timeout_s)
        except Unavailable as away:
            return self._not_made(held, step, away)
        except Exception as error:
            # Whatever it is, it must be waited for and given up like anything that does not answer.
            _log.exception("booking_step_failed", booking_id=held.id, leg_number=step.leg_number)
            broken = Unavailable("STEP_FAILED", f"a step failed ({type(error).__name__})")
            return self._not_made(held, step, broken)
        return self._store(replace(held, booking=booking, failure_count=0, retry_at_s=0.0))

    def _made(self, held: StoredBooking, step: Step, timeout_s: float) -> Booking:
        order = self._order(held, step.leg_number)
        lost = held.with_contact and order.contact is None and order.leg.mode == POOLED
        if step.kind is StepKind.BOOK and lost:
            return held.booking.given_up(
                "INTERRUPTED",
                "The booking was interrupted, and whom to call is not kept for longer: please book again.",
            )
        legs = self._steps.legs[order.leg.mode]
        if step.kind is StepKind.BOOK:
            return _after_booking(held.booking, step.leg_number, legs.book(order, timeout_s))
        return _after_release(held.booking, step.leg_number, legs.release(order, timeout_s))

    def _not_made(self, held: StoredBooking, step: Step, away: Unavailable) -> StoredBooking:
        now_s = self._steps.wall_s()
        _log.info(
            "booking_step_waits",
            booking_id=held.id,
            step=step.kind.value,
            leg_number=step.leg_number,
            reason=away.reason,
        )
        booking = held.booking
        if step.kind is StepKind.BOOK and now_s >= held.give_up_s:
            booking = booking.given_up(away.reason, away.message)
        elif step.kind is StepKind.RELEASE and self._steps.clock.now() > held.arrive_time + KEEP_RELEASING:
            booking = booking.kept(step.leg_number, away.reason, away.message)
        wait_s = min(LONGEST_RETRY_S, FIRST_RETRY_S * 2.0 ** min(held.failure_count, 20))
        return self._store(
            replace(held, booking=booking, failure_count=held.failure_count + 1, retry_at_s=now_s + wait_s)
        )

    def _order(self, held: StoredBooking, number: int) -> LegOrder:
        with self._lock:
            contact, _ = self._contacts.get(held.id, (None, 0.0))
        return LegOrder(
            name=f"{held.id}-{number}",
            journey=held.journey,
            leg_number=number,
            client_id=held.client_id,
            subject=held.subject,
            passenger_reference=held.passenger_reference,
            payer=held.payer,
            reference=held.booking.legs[number].reference,
            contact=contact,
        )

    def _store(self, made: StoredBooking) -> StoredBooking:
        over = made.booking.over
        until_s = 0.0 if over else self._steps.wall_s() + HOLD_S
        made = replace(made, held_until_s=until_s, holder="" if over else made.holder)
        with self._steps.store.writing() as writer:
            stored = writer.put_booking(made)
            if over:
                writer.publish_booking([told_of(stored, self._steps.clock)])
        self._steps.committed([stored.id])
        return stored


def told_of(stored: StoredBooking, clock: Clock) -> BookingFact:
    """What others are told of a booking that is over.

    Raises
    ------
    ValueError
        Where it is not.
    """
    booking, now = stored.booking, clock.now()
    match booking.state:
        case BookingState.BOOKED:
            return BookingCompleted(stored.id, now, ride_ids(stored))
        case BookingState.FAILED:
            return BookingFailed(stored.id, now, booking.reason)
        case BookingState.CANCELLED:
            return BookingCancelled(stored.id, now)
        case _:
            raise ValueError(f"booking {stored.id} is {booking.state}, and not over")


def ride_ids(stored: StoredBooking) -> tuple[str, ...]:
    """The rides on demand that are booked."""
    return tuple(
        leg.reference
        for leg, shown in zip(stored.booking.legs, stored.journey.legs, strict=True)
        if shown.mode == POOLED and leg.state is LegState.BOOKED
    )


def _after_booking(booking: Booking, number: int, result: Booked | Refused) -> Booking:
    if isinstance(result, Booked):
        return booking.booked(number, result.reference, asked=result.asked)
    return booking.refused(number, result.reason, result.message)


def _after_release(booking: Booking, number: int, result: Released | Kept) -> Booking:
    if isinstance(result, Released):
        return booking.released(number)
    return booking.kept(number, result.reason, result.message)
