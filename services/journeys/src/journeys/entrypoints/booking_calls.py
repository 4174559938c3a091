"""Calls around bookings of journeys."""

# ruff: noqa: N802 - methods are named as on the wire, and every one gets the context

import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from google.protobuf.message import Message
from landlinie.journeys.v1 import booking_pb2
from service_kit.changes import Changes
from service_kit.deadline import remaining_s
from service_kit.errors import ServiceError
from service_kit.faults import IDENTIFIER, Faults
from service_kit.grpc_calls import Context
from service_kit.identity.authentication import bearer_of
from service_kit.identity.principal import Principal, caller
from service_kit.worker_pool import WorkerPool

from journeys.application.booking_steps import ride_ids
from journeys.application.bookings import Bookings, BookingWish
from journeys.application.ports_booking import Contact, RidesNow, StoredBooking
from journeys.application.question import Payer
from journeys.domain.booking import BookingState
from journeys.entrypoints import booking_answers
from journeys.entrypoints.base import Calls

LONGEST_NAME, LONGEST_PHONE, LONGEST_REASON = 100, 40, 200
MOST_STATES = 10
USUAL_WAIT_S = 8.0
MARGIN_S = 0.5
"""So long before the caller stops listening it is answered."""


@dataclass(frozen=True, slots=True)
class BookingRoom:
    """What the methods work with.

    Parameters
    ----------
    pool
        Threads of their own: who books waits for other services, which may be behind the same door.
    refused
        Notes that a caller was refused something: method, request id, what it named, and why.
    """

    bookings: Bookings
    rides_now: RidesNow
    pool: WorkerPool
    changes: Changes
    refused: Callable[[Principal, str, str, frozenset[str], ServiceError], None]


class BookingCalls(Calls):
    """Book, look, cancel."""

    _booking: BookingRoom

    async def BookJourney(
        self, request: booking_pb2.BookJourneyRequest, context: Context
    ) -> booking_pb2.BookJourneyResponse:
        faults = Faults()
        wish = _wish(request, bearer_of(context.invocation_metadata() or ()), faults)
        faults.settle()
        found = await self._changed(request, self._booking.bookings.book, wish, caller(), _wait_s())
        return booking_pb2.BookJourneyResponse(booking=booking_answers.booking(found))

    async def GetBooking(
        self, request: booking_pb2.GetBookingRequest, context: Context
    ) -> booking_pb2.GetBookingResponse:
        return booking_pb2.GetBookingResponse(booking=await self._one_now(request.booking_id))

    async def ListBookings(
        self, request: booking_pb2.ListBookingsRequest, context: Context
    ) -> booking_pb2.ListBookingsResponse:
        faults = Faults()
        if len(request.states) > MOST_STATES:
            count = len(request.states)
            faults.add("states", f"has {count} entries, at most {MOST_STATES}", "TOO_MANY_STATES")
        states = frozenset(
            faults.choice(state, booking_answers.STATES_BACK, f"states[{number}]", BookingState.BOOKED)
            for number, state in enumerate(request.states[:MOST_STATES])
        )
        size, after = faults.page_size(request.page_size), self._pages.position(request, faults)
        faults.settle()
        found = await self._pool.look_up(
            self._booking.bookings.listed, states, caller(), int(after or 0), size + 1
        )
        page = found[:size]
        position = str(page[-1].number) if len(found) > size else ""
        return booking_pb2.ListBookingsResponse(
            bookings=[booking_answers.booking(each) for each in page],
            next_page_token=self._pages.token(request, position),
        )

    async def CancelBooking(
        self, request: booking_pb2.CancelBookingRequest, context: Context
    ) -> booking_pb2.CancelBookingResponse:
        faults = Faults()
        request_id = faults.identifier(request.request_id, "request_id")
        booking_id = faults.identifier(request.booking_id, "booking_id")
        faults.text(request.reason, "reason", LONGEST_REASON)
        faults.settle()
        cancel = self._booking.bookings.cancel
        found = await self._changed(request, cancel, booking_id, caller(), request_id, _wait_s())
        return booking_pb2.CancelBookingResponse(booking=booking_answers.booking(found))

    async def WatchBooking(
        self, request: booking_pb2.WatchBookingRequest, context: Context
    ) -> AsyncIterator[booking_pb2.WatchBookingResponse]:
        shown: booking_pb2.Booking | None = None
        while True:
            change = self._booking.changes.next()
            found = await self._one_now(request.booking_id)
            if found != shown:
                shown = found
                yield booking_pb2.WatchBookingResponse(booking=found)
            await self._booking.changes.wait(change)

    async def _one_now(self, booking_id: str) -> booking_pb2.Booking:
        """A booking with its rides as they are now."""
        found = await self._one(booking_id)
        if not (rides := ride_ids(found)):
            return booking_answers.booking(found)
        now = await self._booking.pool.look_up(self._rides_now, rides)
        return booking_answers.booking(found, now)

    def _rides_now(self, ride_ids: Sequence[str]) -> dict[str, bytes]:
        asked = {ride_id: self._booking.rides_now.now(ride_id) for ride_id in ride_ids}
        return {ride_id: told for ride_id, told in asked.items() if told is not None}

    async def _one(self, booking_id: str) -> StoredBooking:
        faults = Faults()
        faults.identifier(booking_id, "booking_id")
        faults.settle()
        return await self._pool.look_up(self._booking.bookings.get, booking_id, caller())

    async def _changed(
        self, request: Message, use_case: Callable[..., StoredBooking], *asked: object
    ) -> StoredBooking:
        try:
            return await self._booking.pool.run(use_case, *asked)
        except ServiceError as error:
            method = request.DESCRIPTOR.name.removesuffix("Request")
            named = frozenset(
                value
                for name in ("journey_id", "booking_id")
                if IDENTIFIER.fullmatch(value := getattr(request, name, ""))
            )
            request_id: str = request.request_id  # type: ignore[attr-defined]  # both requests have one
            await self._booking.pool.run(self._booking.refused, caller(), method, request_id, named, error)
            raise


def _wish(request: booking_pb2.BookJourneyRequest, credential: str, faults: Faults) -> BookingWish:
    contact = None
    if request.HasField("contact"):
        contact = Contact(
            faults.text(request.contact.name, "contact.name", LONGEST_NAME),
            faults.text(request.contact.phone, "contact.phone", LONGEST_PHONE),
        )
    # Whom to call is kept nowhere here, and a digest of a phone number is soon guessed.
    kept = booking_pb2.BookJourneyRequest()
    kept.CopyFrom(request)
    kept.ClearField("contact")
    return BookingWish(
        faults.identifier(request.request_id, "request_id"),
        hashlib.sha256(kept.SerializeToString(deterministic=True)).digest(),
        faults.identifier(request.journey_id, "journey_id"),
        faults.identifier(request.passenger_reference, "passenger_reference", needed=False),
        Payer(faults.identifier(request.payer, "payer", needed=False), credential),
        contact,
    )


def _wait_s() -> float:
    """So long the caller may be kept waiting: not longer than it listens."""
    left_s = remaining_s()
    return USUAL_WAIT_S if left_s is None else max(0.0, left_s - MARGIN_S)
