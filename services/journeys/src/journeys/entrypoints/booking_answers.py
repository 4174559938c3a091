"""Bookings as messages."""

from collections.abc import Mapping
from types import MappingProxyType

from landlinie.journeys.v1 import booking_pb2, journey_pb2

from journeys.application.ports_booking import StoredBooking
from journeys.domain.booking import BookingState, LegBooking, LegState
from journeys.domain.connection import Connection, ConnectionState
from journeys.messages import stamp, stamp_s

_NONE: Mapping[str, bytes] = MappingProxyType({})
STATES = {state: booking_pb2.BookingState.Value(f"BOOKING_STATE_{state.name}") for state in BookingState}
STATES_BACK = {value: state for state, value in STATES.items()}
LEG_STATES = {
    state: booking_pb2.LegBookingState.Value(f"LEG_BOOKING_STATE_{state.name}") for state in LegState
}
CONNECTION_STATES = {
    state: booking_pb2.ConnectionState.Value(f"CONNECTION_STATE_{state.name}") for state in ConnectionState
}


def booking(stored: StoredBooking, rides: Mapping[str, bytes] = _NONE) -> booking_pb2.Booking:
    """A booking with its journey as it was shown, and its rides as they are now, by reference."""
    found = stored.booking
    return booking_pb2.Booking(
        booking_id=stored.id,
        state=STATES[found.state],
        journey=journey_pb2.Journey.FromString(stored.journey.wire),
        legs=[_leg(leg, rides) for leg in found.legs],
        book_time=stamp(stored.book_time),
        passenger_reference=stored.passenger_reference,
        connections=[_connection(each) for each in stored.connections],
        reason=found.reason,
        message=found.message,
    )


def _leg(leg: LegBooking, rides: Mapping[str, bytes]) -> booking_pb2.LegBooking:
    told = booking_pb2.LegBooking(
        state=LEG_STATES[leg.state], reference=leg.reference, reason=leg.reason, message=leg.message
    )
    if (ride := rides.get(leg.reference)) is not None:
        told.ride.MergeFromString(ride)
    return told


def _connection(found: Connection) -> booking_pb2.Connection:
    return booking_pb2.Connection(
        leg_number=found.leg_number,
        state=CONNECTION_STATES[found.state],
        arrival_time=stamp_s(found.arrive_s),
        departure_time=stamp_s(found.depart_s),
        message=found.message,
    )
