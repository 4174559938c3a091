"""What became of bookings, as events on the bus."""

from dataclasses import replace

import sqlalchemy as sa
from google.protobuf.message import Message
from landlinie.journeys.events.v1 import booking_events_pb2
from service_kit.consumers import Handler
from service_kit.event_payload import pack
from service_kit.events import Event

from journeys.domain import booking_facts as facts
from journeys.messages import stamp

SOURCE = "landlinie/journeys"
TOPIC = "landlinie.journeys.booking.v1"
TENANT_HEADER = "ce_tenant"


def event_of(fact: facts.BookingFact, tenant: str) -> Event:
    """A fact in its envelope; the key is the booking."""
    key = f"{tenant}/{fact.booking_id}"
    event = pack(_message(fact), source=SOURCE, topic=TOPIC, key=key, time=fact.time)
    return replace(event, extra_headers={**event.extra_headers, TENANT_HEADER: tenant})


def of_tenant(tenant: str, take: Handler) -> Handler:
    """Return a handler that lets others' events pass by, as on a bus that districts share."""

    def take_own(connection: sa.Connection, event: Event) -> None:
        if event.extra_headers.get(TENANT_HEADER) == tenant:
            take(connection, event)

    return take_own


def _message(fact: facts.BookingFact) -> Message:
    events, at = booking_events_pb2, stamp(fact.time)
    match fact:
        case facts.BookingBegun():
            return events.BookingBegun(booking_id=fact.booking_id, event_time=at)
        case facts.BookingCompleted():
            return events.BookingCompleted(booking_id=fact.booking_id, event_time=at, ride_ids=fact.ride_ids)
        case facts.BookingFailed():
            return events.BookingFailed(booking_id=fact.booking_id, event_time=at, reason=fact.reason)
        case facts.BookingCancelled():
            return events.BookingCancelled(booking_id=fact.booking_id, event_time=at)
        case facts.ConnectionChanged():
            return events.ConnectionChanged(
                booking_id=fact.booking_id,
                event_time=at,
                leg_number=fact.leg_number,
                state=fact.state.name,
            )
        case _:
            raise TypeError(f"no message for {type(fact).__name__}")
