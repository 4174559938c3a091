"""What pooling tells of its rides, taken as what to hold, to capture and to let go."""

from collections.abc import Callable

import sqlalchemy as sa
from google.protobuf.message import Message
from landlinie.pooling.events.v1 import ride_events_pb2
from service_kit.event_payload import unpack
from service_kit.events import Event

from ticketing.application.payments import PaymentRows
from ticketing.application.ride_payments import RidePayments
from ticketing.domain.journeys import Leg
from ticketing.domain.payment import Ending
from ticketing.entrypoints.pooling_events import booked_ride
from ticketing.messages import instant

GROUP = "ticketing-payments"

_ENDS: dict[str, tuple[type[Message], Ending]] = {
    kind.DESCRIPTOR.full_name: (kind, ending)
    for kind, ending in (
        (ride_events_pb2.PassengerAlighted, Ending.ALIGHTED),
        (ride_events_pb2.RideCancelled, Ending.GIVEN_UP),
        (ride_events_pb2.PassengerNotShown, Ending.GIVEN_UP),
        (ride_events_pb2.RideStranded, Ending.GIVEN_UP),
    )
}


class PaymentEvents:
    """Handles the events of one tenant.

    Parameters
    ----------
    rows_on
        Payments in the consumer's own transaction.
    network, zones
        As for ``PoolingEvents``.
    """

    def __init__(
        self,
        payments: RidePayments,
        rows_on: Callable[[sa.Connection], PaymentRows],
        *,
        network: str,
        zones: tuple[str, ...],
    ) -> None:
        self._payments = payments
        self._rows_on = rows_on
        self._network = network
        self._zones = zones

    def take(self, connection: sa.Connection, event: Event) -> None:
        """Take one event; those of no concern pass by."""
        booking = ride_events_pb2.RideBooked
        if event.type == booking.DESCRIPTOR.full_name:
            self._book(self._rows_on(connection), unpack(event, booking))
        elif event.type in _ENDS:
            kind, ending = _ENDS[event.type]
            ride_id: str = getattr(unpack(event, kind), "ride_id", "")
            self._payments.ended(self._rows_on(connection), ride_id, ending)

    def _book(self, rows: PaymentRows, message: ride_events_pb2.RideBooked) -> None:
        if not message.payer or not message.HasField("planned_pickup_time"):
            return
        ride = booked_ride(message, self._network, self._zones)
        begins, ends = instant(message.planned_pickup_time), instant(message.planned_dropoff_time)
        leg = Leg(begins, max(begins, ends), ride.board, ride.alight, ride.network)
        self._payments.booked(rows, message.ride_id, message.payer, leg, ride.riders)
