"""Plain values as messages, and back."""

from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp
from landlinie.common.v1 import geo_pb2
from landlinie.ticketing.v1 import journey_pb2

from ticketing.domain.journeys import Leg, Place, Riders


def stamp(instant: datetime) -> Timestamp:
    message = Timestamp()
    message.FromDatetime(instant)
    return message


def instant(message: Timestamp) -> datetime:
    return message.ToDatetime(tzinfo=UTC)


def place(found: Place) -> journey_pb2.Place:
    message = journey_pb2.Place(stop_id=found.stop_id, zone_ids=found.zones or ())
    if found.latitude_deg is not None and found.longitude_deg is not None:
        message.position.CopyFrom(
            geo_pb2.Position(latitude_deg=found.latitude_deg, longitude_deg=found.longitude_deg)
        )
    return message


def leg(found: Leg) -> journey_pb2.Leg:
    message = journey_pb2.Leg(
        board_time=stamp(found.board_time),
        alight_time=stamp(found.alight_time),
        board=place(found.board),
        alight=place(found.alight),
        network=found.network,
        route_id=found.route_id,
        trip_id=found.trip_id,
        stop_count=found.stop_count,
    )
    if found.level is not None:
        message.price_level = found.level
    return message


def riders(found: Riders) -> list[journey_pb2.RiderGroup]:
    return [journey_pb2.RiderGroup(rider_category=category, count=count) for category, count in found]
