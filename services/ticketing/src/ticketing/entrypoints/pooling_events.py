"""What pooling tells of its rides, taken as bookings, check-ins and check-outs."""

from collections.abc import Callable
from datetime import date

import sqlalchemy as sa
from google.protobuf.message import Message
from landlinie.pooling.events.v1 import ride_events_pb2
from landlinie.pooling.v1 import offer_pb2
from service_kit.event_payload import unpack
from service_kit.events import Event, PoisonMessage

from ticketing.application.ports import RideWriter
from ticketing.application.rides_taken import RidesTaken
from ticketing.domain.journeys import Booked, CheckedIn, CheckedOut, GivenUp, Happening, Place
from ticketing.domain.products import ADULT
from ticketing.messages import instant

GROUP = "ticketing-rides"
TOPIC = "landlinie.pooling.ride.v1"

_TELLS: dict[str, tuple[type[Message], Callable[..., Happening]]] = {
    kind.DESCRIPTOR.full_name: (kind, read)
    for kind, read in (
        (ride_events_pb2.PassengerBoarded, lambda message: CheckedIn(instant(message.event_time))),
        (ride_events_pb2.PassengerAlighted, lambda message: CheckedOut(instant(message.event_time))),
        (ride_events_pb2.RideCancelled, lambda _: GivenUp("cancelled")),
        (ride_events_pb2.PassengerNotShown, lambda _: GivenUp("no_show")),
        # Who was left behind pays nothing, even for what a later vehicle still drives.
        (ride_events_pb2.RideStranded, lambda _: GivenUp("stranded")),
    )
}


class PoolingEvents:
    """Handles the events of one tenant; others and those of no concern pass by.

    Parameters
    ----------
    writer_on
        A writer of the store of rides in the consumer's own transaction.
    network
        Of the tariff, in which on-demand vehicles run; empty where that makes no difference.
    zones
        Of the tariff, in which every on-demand ride is; a ride's dispatch area where there are none.
    """

    def __init__(
        self,
        rides: RidesTaken,
        writer_on: Callable[[sa.Connection], RideWriter],
        *,
        network: str,
        zones: tuple[str, ...],
    ) -> None:
        self._rides = rides
        self._writer_on = writer_on
        self._network = network
        self._zones = zones

    def take(self, connection: sa.Connection, event: Event) -> None:
        """Take one event; raises PoisonMessage for one that cannot be meant."""
        booked = ride_events_pb2.RideBooked
        if event.type == booked.DESCRIPTOR.full_name:
            self._book(self._writer_on(connection), unpack(event, booked))
        elif event.type in _TELLS:
            kind, read = _TELLS[event.type]
            message = unpack(event, kind)
            ride_id: str = getattr(message, "ride_id", "")
            self._rides.happened(self._writer_on(connection), ride_id, read(message))

    def _book(self, writer: RideWriter, message: ride_events_pb2.RideBooked) -> None:
        if not message.payer:
            return
        try:
            service_date = date.fromisoformat(message.service_date)
        except ValueError:
            raise PoisonMessage(
                f"ride {message.ride_id}: service_date {message.service_date!r} is no date"
            ) from None
        ride = booked_ride(message, self._network, self._zones)
        self._rides.booked(writer, message.ride_id, service_date, message.payer, ride)


def booked_ride(message: ride_events_pb2.RideBooked, network: str, zones: tuple[str, ...]) -> Booked:
    """Who is going to ride from where to where; network and zones as in ``PoolingEvents``."""
    within = zones or (message.zone_id,)
    passenger_count = message.party.seated_count + message.party.wheelchair_count
    return Booked(
        _place(message.pickup, within),
        _place(message.dropoff, within),
        ((ADULT, max(1, passenger_count)),),
        network,
    )


def _place(point: offer_pb2.BoardingPoint, zones: tuple[str, ...]) -> Place:
    return Place(
        point.virtual_stop_id,
        tuple(sorted(zones)),
        point.position.latitude_deg,
        point.position.longitude_deg,
    )
