"""Road changes as messages and as events, and back."""

from datetime import datetime

from google.protobuf.message import Message
from landlinie.network.events.v1 import road_events_pb2
from landlinie.network.v1 import road_change_pb2
from service_kit.event_payload import pack
from service_kit.events import Event

from pooling import messages
from pooling.adapters.fact_messages import SOURCE
from pooling.domain.places import point
from pooling.domain.road_changes import RoadChange

TOPIC = "landlinie.network.events.v1"
KEY = "roads"
"""One key for all, so that a change and its end come in order."""


def message_of(change: RoadChange) -> road_change_pb2.RoadChange:
    """The change as it is on the wire."""
    return road_change_pb2.RoadChange(
        road_change_id=change.id,
        path=[messages.position(place) for place in change.path],
        speed_share=change.speed_share,
        start_time=messages.stamp(change.start),
        end_time=messages.stamp(change.end) if change.end else None,
        note=change.note,
    )


def change_of(message: road_change_pb2.RoadChange, told: datetime) -> RoadChange:
    """The change another service tells of, as it stands there; from ``told`` on where it names no start."""
    return RoadChange(
        message.road_change_id,
        tuple(point(place.latitude_deg, place.longitude_deg) for place in message.path),
        message.speed_share,
        messages.instant(message.start_time) if message.HasField("start_time") else told,
        messages.instant(message.end_time) if message.HasField("end_time") else None,
        message.note,
    )


def reported(change: RoadChange, now: datetime) -> Event:
    """The event that tells of a new change."""
    return _event(
        road_events_pb2.RoadChangeReported(event_time=messages.stamp(now), road_change=message_of(change)),
        now,
    )


def lifted(road_change_id: str, now: datetime) -> Event:
    """The event that tells of a change's end."""
    return _event(
        road_events_pb2.RoadChangeLifted(event_time=messages.stamp(now), road_change_id=road_change_id), now
    )


def _event(message: Message, now: datetime) -> Event:
    return pack(message, source=SOURCE, topic=TOPIC, key=KEY, time=now)
