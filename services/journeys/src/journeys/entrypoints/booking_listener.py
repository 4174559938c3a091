"""What others tell on the bus of bookings and their legs."""

from collections.abc import Callable

import sqlalchemy as sa
from landlinie.journeys.events.v1 import booking_events_pb2, car_events_pb2
from landlinie.pooling.events.v1 import ride_events_pb2
from service_kit.consumers import Handler
from service_kit.event_payload import unpack
from service_kit.events import Event

from journeys.application.taken_back import Loss

GROUP = "journeys-bookings"
TOPICS = ("landlinie.journeys.booking.v1", "landlinie.journeys.car.v1", "landlinie.pooling.ride.v1")

_BEGUN = booking_events_pb2.BookingBegun.DESCRIPTOR.full_name
_CHANGED = booking_events_pb2.ConnectionChanged.DESCRIPTOR.full_name


def listener(
    wake: Callable[[], None],
    changed: Callable[[str], None],
    take_back: Callable[[sa.Connection, Loss], None],
) -> Handler:
    """Return the handler of events of bookings, rides on demand and cars.

    Parameters
    ----------
    wake
        Wakes the worker: steps ask other services, and must not hold the consumer's transaction open
        meanwhile. What there is to do stands in the store, so that the event may be lost, or come twice.
    changed
        Called with a booking whose connections have changed, once that is stored.
    take_back
        Notes in the transaction what became of a leg.
    """

    def take(connection: sa.Connection, event: Event) -> None:
        if event.type == _BEGUN:
            wake()
        elif event.type == _CHANGED:
            changed(unpack(event, booking_events_pb2.ConnectionChanged).booking_id)
        elif (loss := loss_of(event)) is not None:
            take_back(connection, loss)

    return take


def loss_of(event: Event) -> Loss | None:
    """What is gone; None where nothing is.

    Raises
    ------
    MalformedEvent
        When the event cannot be read.
    """
    name = event.type
    if name == ride_events_pb2.RideCancelled.DESCRIPTOR.full_name:
        ride_id = unpack(event, ride_events_pb2.RideCancelled).ride_id
        return Loss(ride_id, "RIDE_CANCELLED", "Your ride was cancelled.")
    if name == ride_events_pb2.PassengerNotShown.DESCRIPTOR.full_name:
        ride_id = unpack(event, ride_events_pb2.PassengerNotShown).ride_id
        return Loss(ride_id, "RIDE_NO_SHOW", "Your ride left without you: nobody was met at the pickup.")
    if name == car_events_pb2.CarReservationCancelled.DESCRIPTOR.full_name:
        reservation_id = unpack(event, car_events_pb2.CarReservationCancelled).reservation_id
        return Loss(reservation_id, "RESERVATION_CANCELLED", "Your car was cancelled.")
    return None
